/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * troupe - the puppets, and the strings that we hold them by.
 *
 * A puppet of the lab's is started with a string; a child or a thread of it
 * gets its own, made by its parent, before it can run.  So whatever a puppet
 * makes can be told what to do next.
 */
#ifndef CORE_SHELL_TROUPE_H
#define CORE_SHELL_TROUPE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/shell/session.h"

#define TROUPE_MAX  200 /* strings: puppets and their threads */
#define TROUPE_CALL 128

struct troupe;

/* Somebody on a string. */
struct puppet {
	struct session *session; /* borrowed */
	struct wire *wire;       /* owned; NULL: the slot is free */
	char name[NAME_SIZE];    /* "p1", "p1.t1" */
	char parent[NAME_SIZE];  /* whose call brought it into the world */
	pid_t pid, tid;          /* 0 until it is awake; tid of a thread */
	bool thread;
	uint32_t asked;         /* calls sent ... */
	uint32_t answered;      /* ... and answered */
	bool calling;           /* it said that it is about to call */
	char call[TROUPE_CALL]; /* the newest call, as typed */
	bool newborn;           /* it has not answered for its birth yet */
};

struct troupe *troupe_open(struct session *, struct err *);
void troupe_close(struct troupe *);

/* Ask the lab for one more puppet; name is filled.  Returns its seq or 0. */
uint32_t troupe_start(struct troupe *, char name[NAME_SIZE], struct err *);

/* By name, awake or not; NULL when nobody hangs on a string of that name. */
struct puppet *troupe_find(struct troupe *, const char *name);
struct puppet *troupe_nth(struct troupe *, int i); /* NULL past TROUPE_MAX */

/* "p7" and "p7.t1" are names of puppets, whether they live or not. */
bool troupe_name_ok(const char *name);

/*
 * Send a call (as typed: "exit 7").  A new name is made for who may be born
 * by it.  Returns 0, or -1 and err: an unknown call with the nearest one.
 */
int troupe_call(struct troupe *, struct puppet *, const char *text,
                struct err *);

/*
 * Is there nothing to wait for at this string: it has answered, is stopped,
 * or is blocked in its call?
 */
bool troupe_quiet(struct troupe *, struct puppet *);

#endif
