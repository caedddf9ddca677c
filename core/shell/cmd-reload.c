/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reload [SERVER]: new workers in the place of all.
 */
#include "core/shell/await.h"

static enum outcome
run_reload(struct session *s, const struct args *args, struct err *err)
{
	struct msg m = msg_make(MSG_RELOAD, NULL);
	const struct server *v =
	    session_master(s, args->argc ? args->argv[0] : NULL, err);

	if (!v)
		return OUTCOME_FAILED;
	return await_answer(s, session_ask_server(s, v->name, &m, NULL, 0, err),
	                    err);
}

const struct command cmd_reload = {
	.name = "reload",
	.group = "serving",
	.blurb = "replace all workers by new ones; no request is lost",
	.detail = "One after another: a new worker listens before an old one "
	          "is told to leave, which finishes what it has open. The "
	          "signal HUP asks a master for the same.",
	.example = "reload",
	.args = { { .kind = ARG_MASTER, .name = "SERVER", .optional = true } },
	.run = run_reload,
};
