/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy - who gets the next connection.
 *
 * Each policy is a row with a pure function over what the master knows of
 * its workers; the master does the rest.
 */
#ifndef CORE_SERVE_POLICY_H
#define CORE_SERVE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a worker cannot be given a connection now. */
enum busy {
	BUSY_NO,      /* it can */
	BUSY_TAKING,  /* it is just taking the last one */
	BUSY_LATE,    /* it should have taken the last one by now */
	BUSY_STOPPED, /* it has not taken the last one: it is stopped */
	BUSY_FULL,    /* it holds as many as it may */
	BUSY_CHANNEL  /* its channel takes no more descriptors */
};

/* One worker that listens, as a policy sees it. */
struct candidate {
	uint32_t id;
	enum busy busy;
	uint64_t turn; /* who became free earlier has the smaller one;
	                  of equal ones the smaller id is first */
	uint32_t open; /* connections that it holds */
};

/* Who calls accept(2). */
enum accepts {
	ACCEPTS_MASTER, /* and hands over */
	ACCEPTS_ALL,    /* all workers, on one socket */
	ACCEPTS_EACH    /* each worker, on a socket of its own */
};

struct policy {
	const char *name, *help; /* of core/wire/policies.h */
	enum accepts accepts;
	/*
	 * Choose among `n` candidates in the order of their ids.  `dice` is a
	 * fresh random number.  Returns an index, or -1: nobody is free.
	 * Where the kernel chooses, it is for those that the master holds all
	 * the same: accepted before the policy changed, or at a socket that
	 * was closed.
	 */
	int (*next)(const struct candidate *, int n, uint64_t dice);

	/* Why it chose as it did, for X-Why: "next in turn". */
	void (*say)(const struct candidate *, int n, uint64_t dice, char *buf,
	            size_t size);
};

/* By name, or NULL; the i-th one, or NULL past the end. */
const struct policy *policy_find(const char *name);
const struct policy *policy_nth(int i);

/*
 * Who was passed over: the index of the one that would have been chosen, with
 * the same dice, had nobody been late, stopped, full or out of channel; -1:
 * the same one.
 */
int policy_skipped(const struct policy *, const struct candidate *, int n,
                   uint64_t dice);

/* "has not taken the last one (stopped)". */
const char *policy_busy_text(enum busy);

#endif
