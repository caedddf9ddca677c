/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection gets the whole process, until it is closed, as with Apache's
 * prefork: so as many are served at one time as there are workers, and a
 * crash ends one request.  A connection that is only kept alive makes room
 * for one that waits.
 */
#include "core/serve/http.h"
#include "core/serve/model.h"

static enum taken
model_prefork_take(struct worker *w, int fd, const struct msg_handoff *handoff)
{
	if (http_add(w->model_state, fd, handoff) < 0)
		return TAKEN_NOT;
	return TAKEN_BUSY;
}

static bool
model_prefork_room(const struct worker *w)
{
	return model_main_count(w) == 0;
}

const struct model model_prefork = {
	.open = model_main_open,
	.take = model_prefork_take,
	.before_sleep = model_main_before_sleep,
	.count = model_main_count,
	.room = model_prefork_room,
	.yield = model_main_yield,
	.leave = model_main_leave,
	.close = model_main_close,
	.one_thread = "a worker of the model prefork serves one connection "
	              "at a time; `model pool` has threads",
};
