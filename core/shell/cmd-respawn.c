/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * respawn [on|off] [SERVER]: is a worker that dies replaced?
 */
#include <stdio.h>

#include "core/shell/await.h"

static const char *const respawn_words[] = { "on", "off", NULL };

static enum outcome
run_respawn(struct session *s, const struct args *args, struct err *err)
{
	const char *word = args->argc ? args->argv[0] : NULL;
	struct msg m = msg_make(word ? MSG_SET : MSG_SCALE, NULL);
	const struct server *v =
	    session_master(s, args->argc > 1 ? args->argv[1] : NULL, err);

	if (!v)
		return OUTCOME_FAILED;
	if (word) {
		snprintf(m.set.name, sizeof(m.set.name), "respawn");
		snprintf(m.set.value, sizeof(m.set.value), "%s", word);
	}
	return await_answer(s, session_ask_server(s, v->name, &m, NULL, 0, err),
	                    err);
}

const struct command cmd_respawn = {
	.name = "respawn",
	.group = "serving",
	.blurb = "replace workers that die unasked; alone, says what holds",
	.detail = "Off at the start, as in Node: who wants a new worker forks "
	          "it. A worker that is told to leave is never replaced. One "
	          "that dies within 5 s of its fork is replaced later and "
	          "later, from 100 ms on, twice as late each time; after 6 in "
	          "a row respawn gives up.",
	.example = "respawn on",
	.args = { { .kind = ARG_WORD,
	            .name = "on|off",
	            .optional = true,
	            .words = respawn_words },
	          { .kind = ARG_MASTER, .name = "SERVER", .optional = true } },
	.past = PAST_CANNOT,
	.run = run_respawn,
};
