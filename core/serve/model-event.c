/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection gets a place in the worker's event loop, as in Node: one
 * thread serves them all, and who waits costs the others nothing.
 */
#include "core/serve/http.h"
#include "core/serve/model.h"

static void
model_event_closed(void *arg)
{
	worker_closed(arg);
}

static int
model_event_open(struct worker *w, struct err *err)
{
	struct http_plan plan = {
		.loop = w->loop,
		.gate = &w->gate,
		.reporter = &w->reporter,
		.settings = &w->settings,
		.closed = model_event_closed,
		.arg = w,
	};

	w->model_state = http_open(&plan, err);
	return w->model_state ? 0 : -1;
}

static enum taken
model_event_take(struct worker *w, int fd, const struct msg_handoff *handoff)
{
	if (http_add(w->model_state, fd, handoff) < 0)
		return TAKEN_NOT;
	return TAKEN_FREE;
}

static void
model_event_before_sleep(struct worker *w)
{
	http_before_sleep(w->model_state);
}

static int
model_event_count(const struct worker *w)
{
	return http_count(w->model_state);
}

static void
model_event_leave(struct worker *w)
{
	http_leave(w->model_state);
}

static void
model_event_close(struct worker *w)
{
	http_close(w->model_state);
}

const struct model model_event = {
	.open = model_event_open,
	.take = model_event_take,
	.before_sleep = model_event_before_sleep,
	.count = model_event_count,
	.leave = model_event_leave,
	.close = model_event_close,
};
