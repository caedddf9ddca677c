/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lane - serving beside a worker's main thread: a loop, a daemon and a row
 * of the page of its own.
 *
 * A thread of the worker runs it, or a child that the worker has forked.  Its
 * wire leads to the worker's main thread, as the worker's channel leads to
 * the master: connections and settings come by it.
 */
#ifndef CORE_SERVE_LANE_H
#define CORE_SERVE_LANE_H

#include "core/serve/http.h"
#include "core/serve/worker.h"

struct lane {
	struct loop *loop; /* owned */
	struct wire *wire; /* owned: our end; NULL: the worker is gone */
	struct gate gate;
	struct reporter reporter;
	struct settings settings;
	struct http *http; /* owned */
	bool once;         /* it ends with its first connection */
	bool leaving;

	/* Where a thread runs it, the main thread looks at these. */
	_Atomic uint64_t closed; /* connections that were closed */
	_Atomic bool *wants;     /* borrowed: it waits for that; or NULL */
};

/* What is its own; all else is as in the worker. */
struct lane_plan {
	const struct worker *worker; /* borrowed for the call */
	int fd;                      /* owned: its end of the wire */
	int row;                     /* its row in the page ... */
	uint32_t number;             /* ... which it has as w1.t2 or w1.f2 */
	bool once;
	_Atomic bool *wants;
};

/* On failure nothing is left open, fd neither. */
int lane_open(struct lane *, const struct lane_plan *, struct err *);
void lane_close(struct lane *);

/*
 * Serve `fd` (owned from here on when 0 is returned); for who runs it, before
 * lane_run().
 */
int lane_add(struct lane *, int fd, const struct msg_handoff *);

/* Serve until it was told to leave and nothing is open any more. */
void lane_run(struct lane *);

/*
 * Say in the ring of its row that it has ended, and what it has served: for
 * who reaps it, or for itself as the last thing.  raw: of wait(2).
 */
void lane_say_ended(const struct reporter *, int raw);

#endif
