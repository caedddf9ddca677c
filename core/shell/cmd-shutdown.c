/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shutdown [SERVER]: answer what is under way, then end the whole server.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/shell/inside.h"

struct shutdown {
	char name[NAME_SIZE];
};

/* It is over when the master has been reaped. */
static enum outcome
shutdown_poll(struct session *s, void *arg, struct err *err)
{
	struct shutdown *down = arg;
	const struct server *v =
	    snapshot_server(session_snapshot(s), down->name);

	(void)err;
	return v && v->up ? OUTCOME_WAITS : OUTCOME_DONE;
}

/* A balancer that was killed: from here on its address is nobody's. */
static bool
shutdown_forget(struct session *s, const char *name)
{
	struct serving *serving = name ? session_serving(s, name) : NULL;
	const struct server *v =
	    name ? snapshot_server(session_snapshot(s), name) : NULL;

	if (!serving || !serving->balancer || serving->shut || !v || v->up)
		return false;
	serving->shut = true;
	session_say(s, LINE_RESULT,
	            "%s had ended already: requests go past it now", name);
	return true;
}

static enum outcome
run_shutdown(struct session *s, const struct args *args, struct err *err)
{
	struct msg m = msg_make(MSG_STOP, NULL);
	const struct server *v;
	struct serving *serving;
	struct shutdown *down;

	if (shutdown_forget(s, args->argv[0]))
		return OUTCOME_DONE;
	v = session_default_server(s, args->argv[0], err);
	if (!v || !session_ask_server(s, v->name, &m, NULL, 0, err))
		return OUTCOME_FAILED;
	down = calloc(1, sizeof(*down));
	if (!down)
		return OUTCOME_FAILED;
	snprintf(down->name, sizeof(down->name), "%s", v->name);
	serving = session_serving(s, down->name);
	if (serving)
		serving->shut = true;
	session_wait(s, shutdown_poll, NULL, down, -1);
	return OUTCOME_WAITS;
}

const struct command cmd_shutdown = {
	.name = "shutdown",
	.group = "serving",
	.blurb = "end a server: refuse new requests, answer the open ones",
	.example = "shutdown web",
	.args = { { .kind = ARG_SERVER, .name = "SERVER", .optional = true } },
	.run = run_shutdown,
};
