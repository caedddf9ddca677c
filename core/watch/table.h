/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table - the processes and threads of the lab, as a family tree.
 *
 * The root is the shell.  Children stand in the order of their births and
 * never change places; who is adopted goes to the end of the new family.  A
 * dead one keeps its place until it is removed.
 */
#ifndef CORE_WATCH_TABLE_H
#define CORE_WATCH_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/watch/snapshot.h"

#define TABLE_MAX     4096 /* members; more are not shown */
#define TABLE_BUCKETS 1024 /* a power of two */

struct served;

/* Requests, as in a row of the shared page. */
struct counts {
	uint64_t started, answered, done, failed, accepted;
};

/*
 * One process or thread.  look.c writes what /proc says, fate.c life and
 * death, hear.c and pages.c names and requests.
 */
struct member {
	struct proc p; /* what snapshots show of it */

	/* written by table.c */
	struct member *parent, *first, *last, *next, *prev;
	struct member *chain; /* the next one in its bucket */

	int stat_fd;           /* owned: its stat, kept open; -1 */
	int pidfd;             /* owned; -1 */
	bool polled;           /* the loop watches pidfd */
	bool reports;          /* it tells us of its children */
	bool named;            /* a message told us what it is */
	bool exit_said;        /* the timeline has its EXITED */
	bool reap_said;        /* ... its REAPED */
	bool adoption_said;    /* ... its ADOPTED */
	struct served *served; /* borrowed: of a master, worker, thread */
	int row;               /* in the server's page, -1 */
	struct counts own;     /* read from that row; they only grow */
	struct counts gone;    /* of its threads that were removed */
	int threads_seen;      /* when we last listed them */
	char comm[64];         /* when we last read cmd */
	int64_t missed_ns;     /* it ended and nobody told us yet; 0 */
	int index;             /* in the snapshot that is being made */
};

struct table {
	struct member *root; /* owned, with all below it */
	int n, ndead;        /* all; those that were reaped */
	struct member *bucket[TABLE_BUCKETS];
};

/*
 * Add a member at the end of a family (NULL: it is the root); threads stand
 * before child processes.  tid 0: a process.  NULL when the table is full.
 */
struct member *table_add(struct table *, struct member *parent, pid_t pid,
                         pid_t tid);

/* Move it with all its descendants to the end of another family. */
void table_move(struct member *, struct member *parent);

/*
 * Free it and close its descriptors, which the loop must not watch any more.
 * Its children go to its parent.
 */
void table_remove(struct table *, struct member *);
void table_close(struct table *);

/*
 * The process or thread with that number.  start_ticks tells it from others
 * that had the number (0: any); who was not reaped yet is preferred.
 */
struct member *table_find(const struct table *, pid_t, uint64_t start_ticks);

/* The next member in drawing order, from the root to NULL. */
struct member *table_next(const struct member *);

/* The oldest of those that were reaped, or NULL. */
struct member *table_oldest_dead(const struct table *);

#endif
