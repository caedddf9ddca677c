/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * get [PATH]: requests, by a client that is a process of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/sys/child.h"

#define GET_WORDS 32

struct get {
	char name[NAME_SIZE];
};

/* Who is aimed at, and which server that is; NULL and err. */
static const struct server *
get_server(struct session *s, const struct args *args, struct err *err)
{
	const char *to = args_option(args, "--to");
	const struct proc *p;

	if (!to)
		return session_default_server(s, args_option(args, "--server"),
		                              err);
	p = session_target(s, to, err);
	if (!p)
		return NULL;
	if (p->kind != KIND_WORKER && p->kind != KIND_THREAD) {
		err_set(err,
		        "%s answers no requests: aim at a worker, as --to w1",
		        to);
		return NULL;
	}
	return session_default_server(s, p->server, err);
}

static int
get_words(const struct args *args, const char *port,
          const char *words[GET_WORDS])
{
	const struct command_option *o = args->command->options;
	int n = 3; /* program, name and "--port" come first */

	words[n++] = port;
	if (args->argc)
		words[n++] = args->argv[0];
	for (int i = 0; i < COMMAND_OPTIONS && o[i].name; i++) {
		if (!args->option[i] || strcmp(o[i].name, "--server") == 0)
			continue;
		words[n++] = o[i].name;
		if (o[i].value.kind != ARG_NONE)
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
	sent = wire_send(v->link.wire, &m, &pair[1], 1, err);
	close(pair[1]);
	if (sent < 0) {
		close(pair[0]);
		return -1;
	}
	*line = pair[0];
	return 0;
}

static enum outcome
get_poll(struct session *s, void *arg, struct err *err)
{
	struct get *get = arg;
	struct job *job = session_job_named(s, get->name);
	enum outcome outcome;
	char how[64];

	if (!job || (job->state == JOB_ENDED && job->outlet.fd < 0))
		return OUTCOME_DONE;
	if (job->state != JOB_ENDED)
		return OUTCOME_WAITS;
	session_outlet_close(&job->outlet);
	outcome =
	    job->code == 0 && !job->killed ? OUTCOME_DONE : OUTCOME_FAILED;
	session_job_end(job, how, sizeof(how));
	if (job->killed)
		err_set(err, "%s was %s before it was done", get->name, how);
	session_job_free(s, job);
	return outcome;
}

/* Ctrl-C: the client prints what it has, and ends. */
static void
get_interrupt(struct session *s, void *arg)
{
	struct get *get = arg;
	struct job *job = session_job_named(s, get->name);
	int pidfd = job ? watch_pidfd(s->watch, job->pid, NULL) : -1;

	if (pidfd >= 0)
		child_signal(pidfd, 2, NULL);
}

static int
get_start(struct session *s, const struct args *args, const struct server *v,
          char name[NAME_SIZE], struct err *err)
{
	const char *words[GET_WORDS] = { "forkshop-client", NULL, "--port" };
	int pair[2], fds[2] = { -1, -1 };
	char port[8], cmd[300];
	struct start_plan plan = { .kind = START_CLIENT,
		                   .argv = words,
		                   .fds = fds,
		                   .nfds = 1,
		                   .cmd = cmd };
	struct job *job;
	uint32_t seq = 0;

	snprintf(port, sizeof(port), "%u", v->port);
	snprintf(name, NAME_SIZE, "c%u", s->last_client + 1);
	words[1] = name;
	plan.name = name;
	get_words(args, port, words);
	snprintf(cmd, sizeof(cmd), "forkshop-client %s %s", name, args->rest);
	if (args_option(args, "--to") && get_aim(s, v->name, &fds[1], err) < 0)
		return -1;
	plan.nfds = fds[1] >= 0 ? 2 : 1;
	if (wire_pair(pair, err) == 0) {
		fds[0] = pair[1];
		seq = session_start(s, &plan, name, err);
		close(pair[1]);
		job = seq ? session_job_named(s, name) : NULL;
		if (job)
			session_link(s, &job->wire, pair[0], "", NULL);
		else
			close(pair[0]);
	}
	if (fds[1] >= 0)
		close(fds[1]);
	s->last_client += seq != 0;
	return seq ? 0 : -1;
}

static enum outcome
run_get(struct session *s, const struct args *args, struct err *err)
{
	const struct server *v = get_server(s, args, err);
	struct get *get;
	char name[NAME_SIZE];

	if (!v || get_start(s, args, v, name, err) < 0)
		return OUTCOME_FAILED;
	get = calloc(1, sizeof(*get));
	if (!get)
		return OUTCOME_FAILED;
	memcpy(get->name, name, NAME_SIZE);
	session_wait(s, get_poll, get_interrupt, get, -1);
	return OUTCOME_WAITS;
}

const struct command cmd_get = {
	.name = "get",
	.group = "requests",
	.blurb = "fire requests, and see who answers",
	.detail = "One request is one line: status, worker, time, body. Many "
	          "are a table. Each request makes a connection of its own "
	          "unless --keep-alive is given. --to w1 aims at one worker.",
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
		  "aim at a worker, or at a thread of it" },
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
