/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection gets a thread that waits; when none does, the worker is busy,
 * and the connection waits in the master's queue.  Only who aims at one
 * certain thread is served by it at once, in its loop.  A worker that was of
 * the model event goes on serving what its main thread has open.
 */
#include "core/serve/model.h"
#include "core/serve/threads.h"

#define MODEL_POOL_THREADS 4 /* when nobody says how many */

static int
model_pool_open(struct worker *w, struct err *err)
{
	struct threads *ts = threads_open(w, err);
	int n = w->settings.threads;

	w->model_state = ts;
	return ts ? threads_add(ts, n ? n : MODEL_POOL_THREADS, err) : -1;
}

static bool
model_pool_room(const struct worker *w)
{
	return threads_waiting(w->model_state) != NULL;
}

static enum taken
model_pool_take(struct worker *w, int fd, const struct msg_handoff *handoff)
{
	struct threads *ts = w->model_state;
	struct thread *t = handoff->thread ? threads_find(ts, handoff->thread)
	                                   : threads_waiting(ts);

	if (!t && !handoff->thread)
		return TAKEN_NOT;
	threads_give(ts, t, fd, handoff);
	return model_pool_room(w) ? TAKEN_FREE : TAKEN_BUSY;
}

static void
model_pool_before_sleep(struct worker *w)
{
	threads_before_sleep(w->model_state);
}

/* One that leaves has not left before its threads have. */
static int
model_pool_count(const struct worker *w)
{
	const struct threads *ts = w->model_state;
	int main = ts->main ? http_count(ts->main) : 0;

	return main + (w->leaving ? ts->n : threads_count(ts));
}

static void
model_pool_yield(struct worker *w)
{
	struct msg m = msg_make(MSG_WANTED, NULL);

	threads_tell(w->model_state, &m);
}

static void
model_pool_poke(struct worker *w, const struct msg *m)
{
	threads_tell(w->model_state, m);
}

static void
model_pool_leave(struct worker *w)
{
	struct msg m = msg_make(MSG_LEAVE, NULL);
	struct threads *ts = w->model_state;

	if (ts->main)
		http_leave(ts->main);
	threads_tell(ts, &m);
}

static void
model_pool_close(struct worker *w)
{
	threads_close(w->model_state);
}

static int
model_pool_threads(struct worker *w, int n, struct err *err)
{
	int result = threads_add(w->model_state, n, err);

	worker_closed(w); /* there may be room now */
	return result;
}

static int
model_pool_retire(struct worker *w, uint32_t number, uint32_t seq,
                  struct err *err)
{
	return threads_retire(w->model_state, number, seq, err);
}

const struct model model_pool = {
	.open = model_pool_open,
	.take = model_pool_take,
	.before_sleep = model_pool_before_sleep,
	.count = model_pool_count,
	.room = model_pool_room,
	.yield = model_pool_yield,
	.poke = model_pool_poke,
	.leave = model_pool_leave,
	.close = model_pool_close,
	.threads = model_pool_threads,
	.retire = model_pool_retire,
};
