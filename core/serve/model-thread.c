/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection gets a new thread, which ends with it.
 */
#include "core/serve/model.h"
#include "core/serve/threads.h"

static int
model_thread_open(struct worker *w, struct err *err)
{
	w->model_state = threads_open(w, err);
	return w->model_state ? 0 : -1;
}

static bool
model_thread_room(const struct worker *w)
{
	const struct threads *ts = w->model_state;

	return ts->n < SETTINGS_THREADS && !ts->tired;
}

static enum taken
model_thread_take(struct worker *w, int fd, const struct msg_handoff *handoff)
{
	struct threads *ts = w->model_state;
	struct err err;
	struct thread *t = threads_start(ts, true, &err);

	if (!t) {
		threads_tire(ts, err.text);
		return TAKEN_NOT;
	}
	ts->tired_said = false;
	threads_give(ts, t, fd, handoff);
	return TAKEN_FREE;
}

static void
model_thread_before_sleep(struct worker *w)
{
	threads_before_sleep(w->model_state);
}

static int
model_thread_count(const struct worker *w)
{
	return ((const struct threads *)w->model_state)->n;
}

static void
model_thread_yield(struct worker *w)
{
	struct msg m = msg_make(MSG_WANTED, NULL);

	threads_tell(w->model_state, &m);
}

static void
model_thread_poke(struct worker *w, const struct msg *m)
{
	threads_tell(w->model_state, m);
}

static void
model_thread_leave(struct worker *w)
{
	struct msg m = msg_make(MSG_LEAVE, NULL);

	threads_tell(w->model_state, &m);
}

static void
model_thread_close(struct worker *w)
{
	threads_close(w->model_state);
}

const struct model model_thread = {
	.ahead = true,
	.open = model_thread_open,
	.take = model_thread_take,
	.before_sleep = model_thread_before_sleep,
	.count = model_thread_count,
	.room = model_thread_room,
	.yield = model_thread_yield,
	.poke = model_thread_poke,
	.leave = model_thread_leave,
	.close = model_thread_close,
	.one_thread = "with the model thread each connection gets a thread of "
	              "its own, and that is all there are",
};
