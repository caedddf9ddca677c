/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * get [PATH]: requests, by a client that is a process of its own.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/balance.h"
#include "core/shell/errand.h"
#include "core/shell/inside.h"

#define GET_WORDS 32

/* Where requests go. */
struct get_at {
	uint16_t port;
	char server[NAME_SIZE];
	char aim[NAME_SIZE]; /* past the policy, at a worker, by the name that
	                        its server knows; or "" */
};

static int
get_at_server(struct get_at *at, const struct server *v, struct err *err)
{
	if (!v)
		return -1;
	if (!v->port)
		return err_set(err,
		               "%s listens on no port: `serve %s --port 0` "
		               "starts it anew on a free one",
		               v->name, v->name);
	at->port = v->port;
	snprintf(at->server, sizeof(at->server), "%s", v->name);
	return 0;
}

static bool
get_answers(const struct snapshot *snap, uint16_t port)
{
	for (int i = 0; i < snap->nservers; i++)
		if (snap->server[i].up && snap->server[i].listening &&
		    snap->server[i].port == port)
			return true;
	return false;
}

/* A balancer has ended: whom to ask instead, if there is anybody. */
static void
get_say_ended(struct session *s, const struct serving *lb)
{
	const struct snapshot *snap = session_snapshot(s);
	const struct server *other = NULL;
	char instead[80] = "";

	for (int i = 0; i < snap->nservers && !other; i++)
		if (snap->server[i].up && snap->server[i].listening &&
		    !snap->server[i].balancer)
			other = &snap->server[i];
	if (other)
		snprintf(instead, sizeof(instead),
		         " --server %s asks %s itself;", other->name,
		         other->name);
	session_say(s, LINE_RESULT,
	            "%s, whose port %u clients ask, has ended:%s after "
	            "`shutdown %s` all requests go past it",
	            lb->name, (unsigned)lb->port, instead, lb->name);
}

/* A balancer is asked for also when it was killed: so clients see it. */
static bool
get_at_balancer(struct session *s, struct get_at *at, const struct serving *v)
{
	if (!v || !v->balancer || !v->port)
		return false;
	if (!get_answers(session_snapshot(s), v->port))
		get_say_ended(s, v);
	at->port = v->port;
	snprintf(at->server, sizeof(at->server), "%s", v->name);
	return true;
}

/* No server is up, but workers of one that has ended may hold its port. */
static bool
get_at_orphans(struct session *s, struct get_at *at)
{
	const struct snapshot *snap = session_snapshot(s);
	const struct serving *v;

	if (session_default_server(s, NULL, NULL))
		return false;
	for (int i = 0; i < snap->nprocs; i++) {
		const struct proc *p = &snap->proc[i];

		if (p->kind != KIND_WORKER || p->dead)
			continue;
		v = session_serving(s, p->server);
		if (!v || !v->port)
			continue;
		at->port = v->port;
		snprintf(at->server, sizeof(at->server), "%s", v->name);
		session_say(s, LINE_RESULT,
		            "%s has ended, its workers have not: port %u is "
		            "asked",
		            v->name, (unsigned)v->port);
		return true;
	}
	return false;
}

/* Who is aimed at, and which server that is; NULL and err. */
static const struct server *
get_aimed(struct session *s, const char *to, struct get_at *at, struct err *err)
{
	const struct proc *p;

	watch_refresh(session_watch(s)); /* a thread may have just been born */
	p = session_target(s, to, err);
	if (!p)
		return NULL;
	if (p->kind == KIND_MASTER)
		return session_default_server(s, p->name, err);
	if (p->kind != KIND_WORKER && p->kind != KIND_THREAD) {
		err_set(err,
		        "%s answers no requests: aim at a worker, as --to w1",
		        to);
		return NULL;
	}
	snprintf(at->aim, sizeof(at->aim), "%s", p->name);
	return session_default_server(s, p->server, err);
}

/* --to, --server, --port, a balancer, the first server: in this order. */
static int
get_find(struct session *s, const struct args *args, struct get_at *at,
         struct err *err)
{
	const char *to = args_option(args, "--to");
	const char *server = args_option(args, "--server");
	const char *name = to ? to : server;
	const struct server *v;

	at->port = (uint16_t)args_number(args, "--port", 0);
	if (!session_lab_lives(s, err))
		return -1;
	if (name ? get_at_balancer(s, at, session_serving(s, name))
	         : at->port || get_at_balancer(s, at, balance_front(s)))
		return 0;
	if (!name && get_at_orphans(s, at))
		return 0;
	if (!to)
		return get_at_server(at, session_default_server(s, server, err),
		                     err);
	v = get_aimed(s, to, at, err);
	return get_at_server(at, v, err);
}

/* Does the client get this option as it was typed? */
static bool
get_is_ours(const char *name, const struct get_at *at)
{
	return strcmp(name, "--server") == 0 || strcmp(name, "--port") == 0 ||
	       (strcmp(name, "--to") == 0 && !at->aim[0]);
}

static int
get_words(const struct args *args, const struct get_at *at, const char *port,
          const char *words[GET_WORDS])
{
	const struct command_option *o = args->command->options;
	int n = 3; /* program, name and "--port" come first */

	words[n++] = port;
	if (args->argc)
		words[n++] = args->argv[0];
	for (int i = 0; i < COMMAND_OPTIONS && o[i].name; i++) {
		if (!args->option[i] || get_is_ours(o[i].name, at))
			continue;
		words[n++] = o[i].name;
		if (strcmp(o[i].name, "--to") == 0)
			words[n++] = at->aim;
		else if (o[i].value.kind != ARG_NONE)
			words[n++] = args->option[i];
	}
	words[n] = NULL;
	return n;
}

/* The master's end of the aim line goes to it; ours to the client. */
static int
get_aim(struct session *s, const char *server, int *line, struct err *err)
{
	struct msg m = msg_make(MSG_AIM_LINE, NULL);
	struct serving *v = session_serving(s, server);
	int pair[2], sent;

	if (!v || !v->link.wire)
		return err_set(err, "%s does not listen", server);
	if (wire_pair(pair, err) < 0)
		return -1;
	sent = session_send(&v->link, &m, &pair[1], 1, err);
	close(pair[1]);
	if (sent < 0) {
		close(pair[0]);
		return -1;
	}
	*line = pair[0];
	return 0;
}

static uint32_t
get_start(struct session *s, const struct args *args, const struct get_at *at,
          struct err *err)
{
	const char *words[GET_WORDS] = { "forkshop-client", NULL, "--port" };
	int fds[2] = { -1, -1 };
	char name[NAME_SIZE], port[8], cmd[300];
	struct start_plan plan = { .kind = START_CLIENT,
		                   .name = name,
		                   .argv = words,
		                   .nfds = 1,
		                   .cmd = cmd };
	uint32_t seq;

	snprintf(port, sizeof(port), "%u", at->port);
	snprintf(name, sizeof(name), "c%u", ++s->last_client);
	words[1] = name;
	get_words(args, at, port, words);
	snprintf(cmd, sizeof(cmd), "forkshop-client %s %.250s", name,
	         args->rest);
	if (at->aim[0]) {
		if (get_aim(s, at->server, &fds[1], err) < 0)
			return 0;
		plan.nfds = 2;
	}
	seq = errand_launch(s, &plan, fds, err);
	if (fds[1] >= 0)
		close(fds[1]);
	return seq;
}

static enum outcome
run_get(struct session *s, const struct args *args, struct err *err)
{
	struct get_at at = { .port = 0 };
	uint32_t seq = 0;

	if (get_find(s, args, &at, err) == 0)
		seq = get_start(s, args, &at, err);
	return errand_wait(s, seq, err);
}

const struct command cmd_get = {
	.name = "get",
	.group = "requests",
	.blurb = "fire requests, and see who answers",
	.detail = "One request is one line: status, worker, time, body. Many "
	          "are a table. Each request makes a connection of its own "
	          "unless --keep-alive is given. --to w1 aims at one worker. "
	          "Where there is a balancer, requests go to its address, "
	          "which stays the one that clients know when it is killed; "
	          "--to web or --port 3000 goes past it.",
	.example = "get -n 9",
	.args = { { .kind = ARG_PATH, .name = "PATH", .optional = true } },
	.options = {
		{ "-n", { .kind = ARG_NUMBER, .name = "N", .min = 1, .max = 1000000 },
		  "so many requests (1)" },
		{ "-c", { .kind = ARG_NUMBER, .name = "N", .min = 1, .max = 1000 },
		  "so many at the same time (1)" },
		{ "--keep-alive", { .kind = ARG_NONE },
		  "use a connection again" },
		{ "--to", { .kind = ARG_WORKER, .name = "TARGET" },
		  "aim at a worker, or at a thread of it; or a server, lb1" },
		{ "--port", { .kind = ARG_NUMBER, .name = "P", .min = 1, .max = 65535 },
		  "whoever listens on this port of 127.0.0.1" },
		{ "--rate", { .kind = ARG_NUMBER, .name = "R", .min = 1, .max = 1000000 },
		  "so many requests per second, not more" },
		{ "--for", { .kind = ARG_DURATION, .name = "T" },
		  "go on for so long" },
		{ "--retry", { .kind = ARG_NUMBER, .name = "N", .min = 0, .max = 100 },
		  "try a failed request so often again" },
		{ "--timeout", { .kind = ARG_DURATION, .name = "T" },
		  "give up on an answer after so long (10s)" },
		{ "--server", { .kind = ARG_SERVER, .name = "NAME" },
		  "ask this server (the first one)" },
	},
	.run = run_get,
};
