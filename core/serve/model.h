/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model - what a worker does with a connection: a row and a file for each.
 *
 * A model takes a connection, from the channel or from accept(2) alike, and
 * says when the worker can take another.
 */
#ifndef CORE_SERVE_MODEL_H
#define CORE_SERVE_MODEL_H

#include "core/serve/worker.h"
#include "core/wire/models.h"

/* What became of a hand-off. */
enum taken {
	TAKEN_NOT,  /* there is no room: the next worker gets it */
	TAKEN_FREE, /* taken, and the worker can take another at once */
	TAKEN_BUSY  /* taken; worker_closed() says when there is room again */
};

struct model {
	bool ahead; /* it takes one after another, and is seldom full */

	/* In the new worker: get ready.  worker->model_state is the model's. */
	int (*open)(struct worker *, struct err *);

	/* Serve `fd`, which is the model's own now unless TAKEN_NOT. */
	enum taken (*take)(struct worker *, int fd, const struct msg_handoff *);

	/*
	 * After each turn of the loop: fork what is to be forked.  Returns 1
	 * in the child, which then does nothing but child(), whose value is
	 * its exit status.  Or NULL.
	 */
	int (*fork)(struct worker *);
	int (*child)(struct worker *);

	/* Before the worker's loop sleeps.  Or NULL. */
	void (*before_sleep)(struct worker *);

	/* How many connections are open. */
	int (*count)(const struct worker *);

	/* Is there room for one more, as far as the model goes?  NULL: yes. */
	bool (*room)(const struct worker *);

	/* Others wait for a place: what only is kept alive may go.  Or NULL. */
	void (*yield)(struct worker *);

	/* A setting was changed, or time goes on: tell threads.  Or NULL. */
	void (*poke)(struct worker *, const struct msg *);

	/*
	 * A VARIABLE for child `number`: it answers, or whoever reaps it does.
	 * Returns -1 when there is no such child.  NULL: it has none.
	 */
	int (*peek)(struct worker *, uint32_t number, const struct msg *);

	/*
	 * `n` more serving threads; and the end of one, upon which `seq` is
	 * answered.  NULL: it has none to give, for the reason one_thread.
	 */
	int (*threads)(struct worker *, int n, struct err *);
	int (*retire)(struct worker *, uint32_t number, uint32_t seq,
	              struct err *);
	const char *one_thread;

	/* Finish what is open; each one that ends calls worker_closed(). */
	void (*leave)(struct worker *);

	/* Give back what open() took. */
	void (*close)(struct worker *);
};

/*
 * Give a connection to the worker's model, if there is room.  TAKEN_NOT: `fd`
 * is still the caller's.
 */
enum taken worker_offer(struct worker *, int fd, const struct msg_handoff *);

/* By name, or NULL; the i-th one, or NULL past the end. */
const struct model *model_find(const char *name);
const struct model *model_nth(int i);

/* Of core/wire/models.h. */
const char *model_name(const struct model *);
const char *model_help(const struct model *);

/*
 * For models whose main thread serves: its daemon, a struct http, is their
 * model_state.
 */
int model_main_open(struct worker *, struct err *);
void model_main_before_sleep(struct worker *);
int model_main_count(const struct worker *);
void model_main_yield(struct worker *);
void model_main_leave(struct worker *);
void model_main_close(struct worker *);

#define X(id, word, text) extern const struct model model_##id;
MODELS(X)
#undef X

#endif
