/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection gets a place in the worker's event loop, as in Node: one
 * thread serves them all, and who waits costs the others nothing.
 */
#include "core/serve/http.h"
#include "core/serve/model.h"
#include "core/serve/threads.h"

static enum taken
model_event_take(struct worker *w, int fd, const struct msg_handoff *handoff)
{
	if (http_add(w->model_state, fd, handoff) < 0)
		return TAKEN_NOT;
	return TAKEN_FREE;
}

/* With threads beside the main one it is a pool. */
static int
model_event_threads(struct worker *w, int n, struct err *err)
{
	struct threads *ts = threads_open(w, err);

	if (!ts)
		return -1;
	if (threads_add(ts, n, err) < 0 && ts->n == 0) {
		threads_close(ts);
		return -1;
	}
	ts->main = w->model_state;
	w->model_state = ts;
	w->settings.model = &model_pool;
	return ts->n < n ? -1 : 0;
}

const struct model model_event = {
	.ahead = true,
	.open = model_main_open,
	.take = model_event_take,
	.before_sleep = model_main_before_sleep,
	.count = model_main_count,
	.leave = model_main_leave,
	.close = model_main_close,
	.threads = model_event_threads,
	.one_thread = "it has one thread only: retire the worker itself",
};
