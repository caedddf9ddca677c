/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * worker - a fork of the master that serves.
 *
 * Connections come as descriptors through its channel; it acknowledges each
 * and serves it after its model.  It has no listening socket, but where the
 * kernel chooses: there the master lends it one (worker-accept.c).
 */
#ifndef CORE_SERVE_WORKER_H
#define CORE_SERVE_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/serve/report.h"
#include "core/serve/settings.h"
#include "core/serve/stage.h"
#include "core/sys/loop.h"
#include "core/wire/page.h"
#include "core/wire/wire.h"

/* What the master gives to a new worker. */
struct birth {
	uint32_t id;
	int row;     /* its row in the page */
	int channel; /* owned: its end of the wire to the master */
	pid_t master;
	struct page *page;               /* borrowed, shared */
	int wake;                        /* the shell's eventfd, or -1 */
	int stir;                        /* the master's: it dozes */
	const struct settings *settings; /* borrowed: as of now */
};

/* A listening socket that it accepts from by itself. */
struct worker_accept {
	int fd; /* owned; -1: none */
	uint16_t port;
	uint32_t lending; /* accept while the page says the same */
	char why[96];     /* it gets what comes there */
	int rest;   /* timer: no descriptors, or nobody takes what is held */
	int look;   /* timer: does somebody still wait while it is busy? */
	bool asked; /* the model has been asked for room since it is busy */
	int held;   /* owned: accepted, not taken yet; -1 */
	struct msg_handoff held_as;
	int diag; /* owned: for ask-uid, or -1 */
};

struct worker {
	struct loop *loop;    /* owned */
	struct wire *channel; /* owned; NULL: the master is gone */
	struct settings settings;
	struct gate gate;
	struct reporter reporter;
	void *model_state; /* the model's own */
	bool leaving, over;
	uint64_t noted; /* a hand-off taken in this turn; 0: none */
	int patience;   /* so many more may be taken in this turn */
	bool busy;      /* takes nothing until worker_closed() */
	bool owes_room; /* the master waits to hear that there is room */
	struct worker_accept accept;
};

/*
 * Be a worker until it is over; the caller is a forked child with nothing
 * but what its master had.  Closes all descriptors of the master.  Returns
 * the exit status.
 */
int worker_run(const struct birth *);

/* worker-accept.c: accept from `fd` (owned from here on); -1 from none. */
void worker_accept_open(struct worker *, int fd, const struct msg_handoff *);
void worker_accept_close(struct worker *);

/* It became busy, or is so no longer. */
void worker_accept_check(struct worker *);

/* Somebody waits: let the model give up what is only kept alive. */
void worker_yield(struct worker *);

/* For models: one connection is closed, or another can be taken. */
void worker_closed(struct worker *);

/*
 * One connection more, or less (-1), is open in the worker, in whatever
 * thread or child of it: the row of the worker says how many.
 */
void worker_held(const struct reporter *, int more);

/* Answer a request of the shell: DONE, or FAILED with the reason. */
void worker_answer(struct worker *, uint32_t seq, const char *why);

/* To the master, and what it does not want on to the shell. */
void worker_tell(struct worker *, struct msg *);

/* A line for the log. */
void worker_say(struct worker *, const char *text);

#endif
