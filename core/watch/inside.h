/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inside - what the files of this room share, and nobody else sees.
 *
 *	watch.c   the contract of watch.h, the timer, snapshots
 *	hear.c    messages of the lab and the masters
 *	fate.c    birth, stop, end, reap, adoption: each with its event
 *	look.c    reading /proc
 *	pages.c   counters and rings of the servers
 *	lanes.c   threads and children that serve for a worker
 *	route.c   the way of a request through balancers
 *	births.c  the kernel's own news, by the proc connector
 *	ending.c  how a process ended
 *	picture.c  watch_snapshot(): all of it at one instant
 *	table.c   the family tree
 */
#ifndef CORE_WATCH_INSIDE_H
#define CORE_WATCH_INSIDE_H

#include "core/sys/procfs.h"
#include "core/watch/births.h"
#include "core/watch/table.h"
#include "core/watch/watch.h"

#define WATCH_EXPECT 32
#define WATCH_OLD    16

#define WATCH_WHYS 1024 /* connections whose reason is remembered */

/* Why a worker got a connection, and whether it has answered on it. */
struct why {
	uint64_t connection;
	bool answered;
	char text[64];
};

/* A server, while it runs and as long as a row of it is shown. */
struct served {
	struct server s;              /* what snapshots show; name "": free */
	struct page *page;            /* borrowed; NULL when it was forgotten */
	struct member *master;        /* borrowed; NULL before and after */
	struct member *of[PAGE_ROWS]; /* borrowed: the owner of each row */
	struct why why[WATCH_WHYS];   /* by the connection's number */
};

#define ROUTE_SIZE 4096

/* A connection that a server accepted, from `port`. */
struct route_in {
	const struct served *served; /* borrowed; NULL: free */
	uint64_t connection;
	uint16_t port;
};

/* Whose `port` that is: a client's, or a balancer's for its connection. */
struct route_out {
	uint16_t port;               /* 0: free */
	const struct served *served; /* borrowed; NULL: a client */
	uint64_t connection;
	char client[NAME_SIZE];
};

struct expect {
	char name[NAME_SIZE]; /* "": free */
	enum kind kind;
	char cmd[160];
};

struct watch {
	struct loop *loop;         /* borrowed */
	struct timeline *timeline; /* borrowed */
	struct procfs *proc;       /* owned */
	loop_fn *changed;
	loop_fn *hear_first; /* NULL: nothing to hear */
	void *arg;

	struct table table;
	struct member *lab; /* borrowed: in the table; NULL before watch_lab */
	pid_t foreground;   /* group that has the lab's terminal; 0 the lab */
	struct expect expect[WATCH_EXPECT];
	int next_expect;
	struct births births;

	/* pages.c */
	struct served served[SNAPSHOT_SERVERS];
	int wake_fd;            /* owned: the eventfd of all servers */
	int frame_timer;        /* 0: the rings are armed, wake_fd tells */
	int64_t frame_ns;       /* this frame began */
	int frame_drains;       /* and we drained so often in it */
	struct reported *batch; /* owned: reports of one drain */
	size_t nbatch, batch_room;

	/* route.c */
	struct route_in route_in[ROUTE_SIZE];
	struct route_out route_out[ROUTE_SIZE];

	/* when to read next: watch.c */
	int timer;
	int64_t timer_ns; /* when it is due */
	int64_t read_ns;  /* we read last */
	int64_t event_ns; /* something happened last */
	bool soon;        /* the structure changed: read in this frame */
	bool busy;        /* what was read last wants to be read again */
	int want;         /* mask of enum watch_want */
	int64_t linger_ns;

	const struct snapshot *snapshot; /* owned reference; NULL: none yet */
	bool stale;                      /* it is not true any more */
	const struct snapshot
	    *old[WATCH_OLD]; /* owned: borrowed in this turn */
	int nold;
	int tell_timer; /* changed() will be called */
};

/* watch.c ***************************************************************/

/* Something changed: a new snapshot, and changed() once in this turn. */
void watch_stale(struct watch *);

/* The same, and /proc is to be read in this frame. */
void watch_soon(struct watch *);

/* An event about a member, to be filled further and given to watch_add. */
struct event watch_about(enum event_type, const struct member *, int64_t t_ns);
struct who watch_who(const struct member *);

/* Into the timeline.  The time 0 is now. */
void watch_add(struct watch *, const struct event *);

/* Give up the snapshots that were borrowed in the turns before. */
void watch_drop_old(struct watch *);

/* The server of that name, or NULL; "": a free place. */
struct served *watch_served(struct watch *, const char *name);

/* fate.c ****************************************************************/

/*
 * A process appeared: enter it and read it.  start_ticks 0: as /proc says.
 * Returns the member of that identity, new or known; NULL when there is no
 * room.  No event is made.
 */
struct member *fate_born(struct watch *, struct member *parent, pid_t,
                         uint64_t start_ticks, int64_t t_ns);

/*
 * A new member was found by ourselves, not told: take a pidfd and, unless
 * its parent will tell, make the event.
 */
void fate_found(struct watch *, struct member *);

/* Keep a pidfd (owned from now on), and hear of its end. */
void fate_hold(struct watch *, struct member *, int pidfd);

/* Open one where none was sent, and make sure that it is nobody else's. */
void fate_open_pidfd(struct watch *, struct member *, struct err *);

/* Not by lab or master, which report: its parent only lives its life. */
bool fate_unreported(const struct member *);

/* It ended.  A second telling only corrects how. */
void fate_ended(struct watch *, struct member *, const struct ending *,
                bool told, int64_t t_ns);

/* Its parent waited for it; when its end was not told, it ended unknown. */
void fate_reaped(struct watch *, struct member *, int64_t t_ns);
void fate_stopped(struct watch *, struct member *, int sig, int64_t t_ns);
void fate_continued(struct watch *, struct member *, int64_t t_ns);

/* Its parent is another one now. */
void fate_adopted(struct watch *, struct member *, struct member *parent,
                  int64_t t_ns);

/* It runs another program: read its command line. */
void fate_exec(struct watch *, struct member *, int64_t t_ns);

/* Drop the rows whose time is over (all of the dead: `all`). */
void fate_bury(struct watch *, bool all);

/* When the next row's time is over; INT64_MAX: never. */
int64_t fate_next_burial_ns(const struct watch *);

/* look.c ****************************************************************/

/* Read all members; `children`: also look for new ones everywhere. */
void look_all(struct watch *, bool children);

/* Read one, now. */
void look_one(struct watch *, struct member *);

/* Its first values; that it may have ended already is found out later. */
void look_first(struct watch *, struct member *);

/* May this one have children of which nobody tells us? */
bool look_may_fork(const struct member *);

/* pages.c ***************************************************************/

int pages_open(struct watch *, struct err *);
void pages_close(struct watch *);

/* Turn all that the rings hold into events. */
void pages_drain(struct watch *);

/* Counters of a member and its threads, or of a server, as of now. */
void pages_count(struct member *);

/* What a thread that is removed has served stays its worker's. */
void pages_leave(const struct member *thread, struct member *worker);
void pages_total(struct served *);

/* The row of a worker's thread by its tid, or -1. */
int pages_thread_row(const struct served *, uint32_t id, pid_t tid);

/* It serves for that worker, and its counts are part of the worker's. */
bool pages_of(const struct member *, const struct member *worker);

/* lanes.c ***************************************************************/

/* That worker has that row; its threads may have told of themselves before. */
void lanes_worker(struct watch *, struct served *, struct member *worker,
                  int row);

/* A REPORT_THREAD or REPORT_THREAD_ENDED in the ring of `row`. */
void lanes_hear(struct watch *, struct served *, int row,
                const struct report *);

/* hear.c ****************************************************************/

/* Is a process expected that may have children of which nobody tells? */
bool hear_expects(const struct watch *);

/* route.c ***************************************************************/

/* A server accepted a connection from `port`; a balancer took `port` of its
 * own for one; a client says that `port` is its own. */
void route_accepted(struct watch *, const struct served *, uint64_t connection,
                    uint16_t port);
void route_taken(struct watch *, const struct served *, uint64_t connection,
                 uint16_t port);
void route_client(struct watch *, const char *name, uint16_t port);

/* The connection is closed; the client has ended. */
void route_closed(struct watch *, const struct served *, uint64_t connection);
void route_forget_client(struct watch *, const char *name);

/*
 * How a connection came to this server through balancers, as far as it is
 * known: "c1 → lb1 → web2"; "" when there was none on the way.
 */
void route_text(struct watch *, const struct served *, uint64_t connection,
                char *buf, size_t size);

#endif
