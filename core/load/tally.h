/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tally - what came of many requests: answers per worker, failures by
 * reason, and times.  Pure: no clock, no network.
 *
 * Times up to TALLY_EXACT answers are exact; with more of them they come
 * from a histogram whose steps are 1/64 of the value.
 */
#ifndef CORE_LOAD_TALLY_H
#define CORE_LOAD_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire/msg.h"

#define TALLY_WORKERS  512
#define TALLY_STATUSES 16
#define TALLY_EXACT    65536
#define TALLY_ORDER    20 /* the first requests, in the order of sending */
#define TALLY_BUCKETS  3776
#define TALLY_WHY      160

/* Why a request was not answered. */
enum tally_reason {
	TALLY_ANSWERED,
	TALLY_REFUSED,
	TALLY_EMPTY,
	TALLY_RESET,
	TALLY_CUT,
	TALLY_TIMEOUT,
	TALLY_GARBAGE,
	TALLY_NO_PORT,
	TALLY_AIM,
	TALLY_OTHER,
	TALLY_REASONS
};

/* What came of one request. */
struct answer {
	enum tally_reason reason;
	int status;             /* HTTP; 0 when there was no answer */
	int pid;                /* X-Pid; 0 when it did not say */
	char server[NAME_SIZE]; /* X-Server; "" when it did not say */
	char worker[NAME_SIZE]; /* X-Worker; the same */
	int64_t took_ns;
	char why[TALLY_WHY]; /* TALLY_AIM, TALLY_OTHER: the sentence */
	const char *body;    /* borrowed, `body_len` bytes; or NULL */
	size_t body_len;
};

/* "web2.w1": two servers behind a balancer may have a w1 each. */
#define TALLY_NAME (2 * NAME_SIZE)

struct tally_worker {
	char name[TALLY_NAME];
	uint64_t answers;
};

struct tally {
	struct tally_worker workers[TALLY_WORKERS];
	int nworkers;
	char server[NAME_SIZE]; /* the first that answered */
	bool servers;           /* others did, too */
	struct {
		int status;
		uint64_t answers;
	} statuses[TALLY_STATUSES];
	int nstatuses;
	uint64_t reasons[TALLY_REASONS];
	char why[TALLY_WHY]; /* the first sentence of AIM and OTHER */
	uint64_t answered, failed;
	uint64_t server_errors; /* of those answered: status >= 500 */

	char order[TALLY_ORDER][TALLY_NAME]; /* by sending; "" not ended yet */

	int64_t exact_ns[TALLY_EXACT];
	size_t nsorted; /* of exact_ns */
	uint64_t histogram[TALLY_BUCKETS];
	int64_t max_ns;
	int64_t last_ns; /* when the last answer came, since the begin */
	int64_t gap_ns;  /* the longest time without one, so far */

	/* Written by who runs the requests. */
	uint64_t sent;        /* requests, repetitions not counted */
	uint64_t retried;     /* repetitions */
	uint64_t connections; /* that were made */
	int64_t took_ns;      /* all of it */
};

/* An empty tally that the caller owns, or NULL. */
struct tally *tally_open(void);
void tally_close(struct tally *);

/* Count the result of the nth request sent, from 0. */
void tally_add(struct tally *, uint64_t nth, const struct answer *);

/*
 * The longest time that no answer came, up to `took_ns` (or the last one that
 * came later).  at_ns of an answer counts from the begin of the run.
 */
void tally_answered_at(struct tally *, int64_t at_ns);
int64_t tally_gap(const struct tally *);

/*
 * The time, in nanoseconds, that `percent` of the answered requests did not
 * exceed (nearest rank).  0 when none was answered.
 */
int64_t tally_percentile(struct tally *, double percent);

/*
 * How a worker, or an item of `order`, is called in print: "w1", and with its
 * server, "web2.w1", where several have answered.
 */
const char *tally_name(const struct tally *, const char *name);

/* Sort workers by name, w2 before w10. */
void tally_sort(struct tally *);

/* One word for a reason: "refused". */
const char *tally_reason_name(enum tally_reason);

#endif
