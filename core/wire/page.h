/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * page - the memory that a server shares with the shell: counters that are
 * readable when their writers are dead, and rings of reports.
 *
 * One page (a memfd) for each server.  The shell makes it, the master maps
 * it, the workers inherit the mapping by fork.  Each row belongs to the
 * master, a worker, or a thread of one, and has exactly one writer at a time;
 * the next owner of a row goes on where a killed one stopped.  There is no
 * lock and no sequence count that a killed writer could leave odd: a report
 * that was not finished is not there.
 *
 *	for a killed worker   done <= answered <= started
 *	otherwise             done == answered == started
 */
#ifndef CORE_WIRE_PAGE_H
#define CORE_WIRE_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/sys/err.h"
#include "core/wire/msg.h"

#define PAGE_ROWS     512  /* row 0 is the master's */
#define RING_SIZE     1024 /* reports in one ring; a power of two */
#define PAGE_BACKENDS 16   /* servers of a balancer */
#define ROW_OFFERS    8    /* hand-offs on their way to one worker */

/* What a report says; the words are those of the timeline. */
enum report_type {
	REPORT_ACCEPTED = 1, /* a connection was accepted; by a worker: `text`
	                        is why */
	REPORT_HANDOFF,      /* master: given to worker `id`, `text` is why */
	REPORT_REFUSED,      /* worker refused it; it goes to the next */
	REPORT_REQUEST,      /* worker: a request begins; `text` is its path */
	REPORT_ANSWER,       /* worker: it is done; status, took_ns */
	REPORT_BROKEN,       /* worker: it ended without a whole answer */
	REPORT_CLOSED,       /* worker: the connection is closed */
	/* A thread `thread`, or where tid is pid a child, that serves for the
	   worker; both in the ring of its own row. */
	REPORT_THREAD,       /* it was started */
	REPORT_THREAD_ENDED, /* it ended: took_ns is the status of wait(2),
	                        `text` its counters from `started` on */
	REPORT_SKIPPED,      /* master: worker `id` was passed over; `text` */
	REPORT_HARM,         /* worker: about to do what `text`, a page, asks */
	REPORT_DISTURBED,    /* worker: another thread changed its data; `text`,
	                        a page's sentence, says which */
	REPORT_SPIED,        /* worker: it has read a secret, `text` */
	REPORT_ROUTED, /* balancer: from `port` of ours to server `text` */
};

struct report {
	int64_t t_ns; /* clock_ns() where it happened */
	uint16_t type;
	uint16_t status; /* HTTP status of an ANSWER */
	uint32_t id;     /* worker */
	uint32_t thread; /* of the worker; 0 the main one */
	int32_t pid, tid;
	uint32_t uid;        /* of the client, (uint32_t)-1 unknown */
	uint64_t connection; /* as in msg_handoff */
	int64_t took_ns;     /* ANSWER: from the request's begin */
	uint16_t port;       /* ACCEPTED: the client's; ROUTED: our own */
	char text[64];       /* path, reason; ends in NUL */
};

struct ring {
	_Atomic uint32_t head; /* written by the row's owner */
	_Atomic uint32_t tail; /* written by the reader, the shell */
	_Atomic uint32_t lost; /* reports dropped because it was full */
	struct report slot[RING_SIZE];
};

/*
 * Neither free nor counted: its counters are not an owner's yet, or are just
 * being added to those of the ended.  So a reader never counts them twice.
 */
#define ROW_ON_THE_WAY 1
#define ROW_USED       2

struct row {
	/* Written by who forks or starts the owner, before it runs. */
	_Atomic uint32_t used; /* 0: free; ROW_ON_THE_WAY; ROW_USED */
	_Atomic uint32_t id;   /* worker, from 1; 0 the master */
	_Atomic uint32_t thread;
	_Atomic int32_t pid, tid;

	_Atomic uint64_t offer[ROW_OFFERS]; /* by the moves of offer.h only */

	/* Written by the owner alone. */
	_Atomic uint64_t started;  /* requests, before serving */
	_Atomic uint64_t answered; /* a whole answer was handed to the socket */
	_Atomic uint64_t done;     /* after completion */
	_Atomic uint64_t failed;   /* of those done: broken, or 5xx */
	_Atomic uint64_t accepted; /* connections taken */
	_Atomic uint32_t open;     /* connections open now */
	_Atomic uint32_t held;     /* the same, with those of its threads and
	                          children: written by all of them */
	_Atomic int64_t last_ns;   /* of the last request */
	_Atomic int64_t counter; /* the variable of /count, shared on purpose */
	struct ring ring;
};

/* How one of a balancer's servers is. */
enum backend_state {
	BACKEND_NONE, /* there is none in this place */
	BACKEND_UP,
	BACKEND_DOWN /* it gets no connections until it is healthy again */
};

/* One of a balancer's servers; the balancer alone writes it. */
struct backend {
	_Atomic uint32_t state;    /* enum backend_state */
	_Atomic uint32_t draining; /* it gets no new connections */
	char name[NAME_SIZE];      /* written before state, as is port */
	_Atomic uint32_t port;
	_Atomic uint32_t open;           /* connections open now */
	_Atomic uint64_t given;          /* connections it got */
	_Atomic uint64_t ended;          /* of those given: over, well or not */
	_Atomic uint64_t broken;         /* of those ended: by a reset */
	_Atomic uint64_t refused;        /* it could not be connected to */
	_Atomic uint64_t checks, missed; /* of its health; those that failed */
	_Atomic int64_t since_ns;        /* it has been in this state */
};

struct page {
	uint32_t magic;
	_Atomic uint32_t high;          /* no row from here on was ever used */
	_Atomic uint32_t reader_sleeps; /* write the eventfd when this is 1 */

	/* Written by the shell; each stage of serving obeys them. */
	_Atomic uint32_t slow_ms; /* wait this long before each stage */
	_Atomic uint32_t frozen;  /* stages wait ... */
	_Atomic uint32_t steps;   /* ... but for this many, counted up */

	/* Written by the server: how many of the steps were taken. */
	_Atomic uint32_t stepped;

	/* Set by the master, cleared by who then sends MSG_TAKEN: it waits for
	   a worker to take something; otherwise it looks at the offers. */
	_Atomic uint32_t master_waits;

	/* Written by the master: which MSG_ACCEPT holds, so that nobody
	   accepts after an older one, even before it has read the next. */
	_Atomic uint32_t lending;

	/* Written by who accepts: the number of the last connection. */
	_Atomic uint64_t connections;

	/* Set by the master, cleared by who then writes its eventfd: it looks
	   at nobody's counters until a request begins (core/serve/fleet.c). */
	_Atomic uint32_t master_dozes;

	/* Written by the master: the totals of rows whose owners ended. */
	_Atomic uint64_t ended_started, ended_answered, ended_done,
	    ended_failed, ended_accepted, ended_lost;

	/* Connections that were in a worker's hands when it ended. */
	_Atomic uint64_t ended_held;

	struct backend backend[PAGE_BACKENDS]; /* of a balancer */

	struct row row[PAGE_ROWS];
};

/*
 * The shell: make a page.  *fd (owned by the caller, a memfd) goes to the
 * server as PAGE_CHILD_FD.  page_map is the server's side of it.
 */
struct page *page_create(int *fd, struct err *);
struct page *page_map(int fd, struct err *);
void page_unmap(struct page *);

/*
 * Take a free row for a worker or thread and reset its counters (not its
 * ring: the reader may still be reading what the last owner left).  Returns
 * its number, or -1 when all are taken.  page_row_fold adds an ended owner's
 * counters to the page's totals and frees the row; only the process that
 * reaps calls it.
 */
int page_row_take(struct page *, uint32_t id, uint32_t thread);
void page_row_fold(struct page *, int row);

/* The next number of a connection, whoever accepts it. */
uint64_t page_connection(struct page *);

/*
 * Put a report into the ring of a row.  Returns true when the reader sleeps
 * and the caller is the one to wake it (write 1 to the eventfd).
 */
bool page_report(struct page *, int row, const struct report *);

/*
 * The reader: hand every new report of every row to fn, row by row, each row
 * in order.  Returns how many there were; *lost is increased by what rings
 * had to drop since the last call.
 */
int page_drain(struct page *,
               void (*fn)(void *, int row, const struct report *), void *arg,
               uint64_t *lost);

/*
 * The reader goes to sleep: from now on writers wake it.  Returns false when
 * something came in the meantime and it must drain again instead.
 */
bool page_sleep(struct page *);
void page_awake(struct page *);

/*
 * Sums over all rows and the ended ones; never more than the truth, and less
 * only at the moment when an owner ends.
 */
struct page_totals {
	uint64_t started, answered, done, failed, accepted, lost;
};
struct page_totals page_totals(const struct page *);

#endif
