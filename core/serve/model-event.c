/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection gets a place in the worker's event loop, as in Node: one
 * thread serves them all, and who waits costs the others nothing.
 */
#include "core/serve/http.h"
#include "core/serve/model.h"

static enum taken
model_event_take(struct worker *w, int fd, const struct msg_handoff *handoff)
{
	if (http_add(w->model_state, fd, handoff) < 0)
		return TAKEN_NOT;
	return TAKEN_FREE;
}

const struct model model_event = {
	.open = model_main_open,
	.take = model_event_take,
	.before_sleep = model_main_before_sleep,
	.count = model_main_count,
	.leave = model_main_leave,
	.close = model_main_close,
};
