/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tableau - a laboratory that stands still: a snapshot and a timeline made by
 * hand, for tests that look at state and start no process.
 */
#ifndef TESTS_TABLEAU_H
#define TESTS_TABLEAU_H

#include <stdbool.h>

#include "core/watch/snapshot.h"
#include "core/watch/timeline.h"

struct tableau {
	struct snapshot *snapshot; /* owned; its rows may be written */
	struct timeline *timeline; /* owned */
	int64_t now_ns;            /* events get it as their time */
};

/*
 * Begin one with a shell, its lab and nothing else; room for `events` events.
 * Any failure ends the test.
 */
struct tableau tableau_open(size_t events);
void tableau_close(struct tableau *);

/* A living row below the row of that name, all values read. */
struct proc *tableau_row(struct tableau *, const char *parent, enum kind,
                         const char *name);

/* The row of that name; ends the test when there is none. */
struct proc *tableau_find(struct tableau *, const char *name);

/* A server and its master, listening; a worker of it. */
struct server *tableau_server(struct tableau *, const char *name, int port);
struct proc *tableau_worker(struct tableau *, const char *server,
                            const char *name, unsigned answered);

/* It ends: exits with a code, or is killed by a signal; a zombie, or not. */
void tableau_end(struct proc *, bool killed, int code, bool reaped);

/*
 * Something happens, now, and the snapshot knows it.  `other` may be NULL; a
 * name without a row is taken as it is.  Returns the number of the event.
 */
uint64_t tableau_event(struct tableau *, enum event_type, const char *who,
                       const char *other, int64_t a, int64_t b);

#endif
