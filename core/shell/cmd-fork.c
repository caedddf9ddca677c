/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fork [N] [SERVER]: more workers.
 */
#include <ctype.h>
#include <stdlib.h>

#include "core/shell/await.h"

static enum outcome
run_fork(struct session *s, const struct args *args, struct err *err)
{
	bool counted = args->argc && isdigit((unsigned char)*args->argv[0]);
	const char *name = args->argv[counted ? 1 : 0];
	const struct server *v = session_master(s, name, err);
	struct msg m = msg_make(MSG_FORK, NULL);

	if (!v)
		return OUTCOME_FAILED;
	m.target.value = counted ? atoi(args->argv[0]) : 1;
	return await_answer(s, session_ask_server(s, v->name, &m, NULL, 0, err),
	                    err);
}

const struct command cmd_fork = {
	.name = "fork",
	.group = "processes",
	.blurb = "let the master fork more workers",
	.detail = "The master calls fork(2) and goes on; the copy of it "
	          "becomes a worker, with a pid of its own. The command ends "
	          "when each new worker listens.",
	.example = "fork 2",
	.args = { { .kind = ARG_NUMBER,
	            .name = "N",
	            .optional = true,
	            .min = 1,
	            .max = 128 },
	          { .kind = ARG_MASTER, .name = "SERVER", .optional = true } },
	.run = run_fork,
};
