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
	bool calling;           /* it is in a call ... */
	char call[TROUPE_CALL]; /* ... this one; or the one sent last */
	bool newborn;           /* it has not answered for its birth yet */
	int births;             /* calls under way that may make somebody */
	bool bore;              /* by the one it is in somebody was made */
	unsigned threads;       /* number of its newest thread */
};

struct troupe *troupe_open(struct session *, struct err *);
void troupe_close(struct troupe *);

/* Ask the lab for one more puppet; name is filled.  Returns its seq or 0. */
uint32_t troupe_start(struct troupe *, char name[NAME_SIZE], struct err *);

/* By name, awake or not; NULL when nobody hangs on a string of that name. */
struct puppet *troupe_find(struct troupe *, const char *name);
struct puppet *troupe_nth(struct troupe *, int i); /* NULL past TROUPE_MAX */

/*
 * Its state as in proc(5), now, from the kernel: 'T' stopped, 'Z' ended; 0
 * when it cannot be known.
 */
char troupe_state(struct troupe *, const struct puppet *);

/*
 * Is there a place for all who may be born when n puppets make this call?
 * Returns as troupe_call does.
 */
int troupe_room(struct troupe *, const char *text, int n, struct err *);

/* "p7" and "p7.t1" are names of puppets, whether they live or not. */
bool troupe_name_ok(const char *name);

/*
 * Send a call (as typed: "exit 7").  A new name is made for who may be born
 * by it.  Returns 0, or err and -1: it is no call, and the nearest one is
 * told; or -2: it cannot be made now.
 */
int troupe_call(struct troupe *, struct puppet *, const char *text,
                struct err *);

/*
 * Is there nothing to wait for at this string: it has answered, is stopped,
 * or is blocked in its call?
 */
bool troupe_quiet(struct troupe *, struct puppet *);

/* Is a process still to be seen to end whose string was cut?  Not for long. */
bool troupe_leaves(struct troupe *);

/* The pid of who is called so: a puppet, or any process of the lab; or 0. */
pid_t troupe_pid(struct troupe *, const char *name);

/* Between troupe.c and troupe-hear.c ************************************/

/* Hold one more string.  Takes ownership of fd. */
struct puppet *troupe_hold(struct troupe *, int fd, const char *name,
                           const char *parent);
void troupe_let_go(struct puppet *);

/* A message that it said; descriptors that are kept become -1. */
void troupe_hear(struct puppet *, struct msg *, int *fds, int nfds);

/* The process ended, or became another program: its string is cut. */
void troupe_cut(struct puppet *);

/* The string of this process was cut: its end comes in a moment. */
void troupe_leave(struct troupe *, pid_t);

/* Its row says which call it is in, and how many wait behind it. */
void troupe_doing(struct puppet *);

#endif
