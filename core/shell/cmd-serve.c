/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * serve [NAME]: one more server, with a page of counters and a wire.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/balance.h"
#include "core/shell/inside.h"
#include "core/sys/text.h"
#include "core/wire/loopback.h"
#include "core/wire/models.h"
#include "core/wire/policies.h"

#define SERVE_WORDS   32
#define SERVE_THREADS 64 /* core/serve/settings.h: SETTINGS_THREADS */

static const char *const serve_deaths[] = { "channel", "kill", "orphan", NULL };
static const char *const serve_policies[] = {
#define X(id, word, who, text) word,
	POLICIES(X)
#undef X
	    NULL
};
static const char *const serve_models[] = {
#define X(id, word, text) word,
	MODELS(X)
#undef X
	    NULL
};
static const char *const serve_switch[] = { "on", "off", NULL };

static bool
serve_has_workers(const struct snapshot *snap, const char *name)
{
	for (int i = 0; i < snap->nprocs; i++)
		if (snap->proc[i].kind == KIND_WORKER && !snap->proc[i].dead &&
		    strcmp(snap->proc[i].server, name) == 0)
			return true;
	return false;
}

struct serve {
	uint32_t start_seq; /* 0: the lab has started it */
	uint32_t fork_seq;  /* 0: nothing was to be forked */
	char name[NAME_SIZE];
};

/* The master's own words are better than "it ended". */
static enum outcome
serve_failed(struct session *s, const struct serving *v, struct err *err)
{
	struct job *job = v ? session_job_named(s, v->name) : NULL;

	if (job)
		session_outlet_drain(&job->outlet);
	if (v && v->why[0])
		err_set(err, "%.400s%s", v->why,
		        strstr(v->why, "--port") ? ", as in `serve --port 0`"
		                                 : "");
	else if (!err->text[0])
		err_set(err, "it ended at once: `log` shows what it printed");
	return OUTCOME_FAILED;
}

static enum outcome
serve_up(struct session *s, const struct serving *v)
{
	session_say(s, LINE_RESULT, "%s is http://localhost:%u%s", v->name,
	            v->port,
	            serve_has_workers(session_snapshot(s), v->name)
	                ? ""
	                : ", as soon as it has a worker: fork");
	return OUTCOME_DONE;
}

/* Up when the master is online and every worker listens. */
static enum outcome
serve_poll(struct session *s, void *arg, struct err *err)
{
	struct serve *serve = arg;
	const struct serving *v = session_serving(s, serve->name);
	int answer = 1;

	if (serve->start_seq)
		answer = session_answer(s, serve->start_seq, NULL, err);
	if (answer > 0) {
		serve->start_seq = 0;
		if (!v || !v->link.wire)
			return serve_failed(s, v, err);
		answer = serve->fork_seq
		             ? session_answer(s, serve->fork_seq, NULL, err)
		             : v->up;
	}
	if (answer == 0)
		return OUTCOME_WAITS;
	return answer < 0 ? serve_failed(s, v, err) : serve_up(s, v);
}

static int
serve_name_ok(const char *name, struct err *err)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (strchr("wcjpm", name[0]) && name[1] &&
	    name[1 + strspn(name + 1, "0123456789")] == '\0')
		return err_set(err,
		               "%s names a worker, client, job, puppet or "
		               "measure: "
		               "call the server otherwise, as web2",
		               name);
	if (balance_name_ok(name))
		return err_set(err,
		               "%s names a balancer: `balance %s --to web` "
		               "starts one",
		               name, name);
	if (strcmp(name, "lab") == 0 || strcmp(name, "shell") == 0)
		return err_set(err,
		               "there is a %s already: call the server "
		               "otherwise, as web2",
		               name);
	if (name[0] >= 'a' && name[0] <= 'z' && name[n] == '\0' && n < 12)
		return 0;
	return err_set(err,
	               "a server's name is short and of small letters and "
	               "digits, as web2, not \"%.40s\"",
	               name);
}

/* So that no master is started only to say so. */
static int
serve_threads_ok(const char *threads, struct err *err)
{
	int64_t n;

	if (!threads || strcmp(threads, "cores") == 0 ||
	    text_number(threads, 1, SERVE_THREADS, &n))
		return 0;
	return err_set(err,
	               "--threads is a whole number from 1 to %d, or cores, "
	               "not \"%.40s\"",
	               SERVE_THREADS, threads);
}

/* Options that do not go to forkshop-server as they were typed. */
static bool
serve_is_ours(const char *name)
{
	return strcmp(name, "--env") == 0 || strcmp(name, "--workers") == 0 ||
	       strcmp(name, "--defer-accept") == 0;
}

/*
 * All words of the server's command line.
 *
 * port: where it listens when nothing else was typed; "" where it will.
 */
static void
serve_words(const struct args *args, const char *name, const char *port,
            const char *defer, const char *words[SERVE_WORDS])
{
	const struct command_option *o = args->command->options;
	int n = 0;

	words[n++] = "forkshop-server";
	words[n++] = name;
	words[n++] = "--workers"; /* they are forked when we ask for it */
	words[n++] = "0";
	if (port[0] && !args_option(args, "--port")) {
		words[n++] = "--port";
		words[n++] = port;
	}
	words[n++] = strcmp(defer, "on") == 0 ? "--defer-accept=on"
	                                      : "--defer-accept=off";
	for (int i = 0; i < COMMAND_OPTIONS && o[i].name; i++) {
		if (!args->option[i] || serve_is_ours(o[i].name))
			continue;
		words[n++] = o[i].name;
		words[n++] = args->option[i];
	}
	words[n] = NULL;
}

/* The start itself; descriptors are closed by the caller. */
static uint32_t
serve_start(struct session *s, const struct args *args, struct serving *v,
            const int fds[3], struct err *err)
{
	const char *defer = args_option(args, "--defer-accept");
	const char *words[SERVE_WORDS];
	const char *env[] = { args_option(args, "--env"), NULL };
	char name[NAME_SIZE], cmd[NAME_SIZE + 20], port[12] = "";
	struct start_plan plan = { .kind = START_SERVER,
		                   .name = v->name,
		                   .argv = words,
		                   .env = env,
		                   .fds = fds,
		                   .nfds = 3,
		                   .cmd = cmd };

	if (!defer)
		defer = session_setting(s, "defer-accept");
	if (s->usual_port)
		snprintf(port, sizeof(port), "%d", s->usual_port);
	serve_words(args, v->name, port, defer, words);
	snprintf(cmd, sizeof(cmd), "forkshop-server %s", v->name);
	return session_start(s, &plan, name, err);
}

/* With threads it is a pool, if it may have any: the server checks that. */
static const char *
serve_model(const struct args *args)
{
	const char *model = args_option(args, "--model");

	if (!model || strcmp(model, serve_models[0]) == 0)
		return args_option(args, "--threads") ? "pool"
		                                      : serve_models[0];
	return model;
}

static uint32_t
serve_open(struct session *s, const struct args *args, const char *name,
           struct err *err)
{
	int pair[2], page = -1;
	const char *death = args_option(args, "--on-parent-death");
	const char *policy = args_option(args, "--policy");
	const char *model = serve_model(args);
	struct serving *v;
	uint32_t seq = 0;

	v = session_serving_new(s, name, &page, err);
	if (!v)
		return 0;
	if (wire_pair(pair, err) == 0) {
		int fds[3] = { pair[1], page, watch_wake_fd(s->watch) };

		if (watch_server(s->watch, name, v->page,
		                 policy ? policy : "rr", model,
		                 death ? death : "channel") < 0)
			err_set(err,
			        "%d servers run already: shutdown one "
			        "first",
			        SESSION_SERVERS);
		else if (session_link(s, &v->link, pair[0], name, err) == 0)
			seq = serve_start(s, args, v, fds, err);
		close(pair[1]);
	}
	close(page);
	if (!seq)
		session_serving_drop(s, v);
	return seq;
}

/* The order waits in the wire until the master runs. */
static uint32_t
serve_fork(struct session *s, const struct args *args, const char *name,
           struct err *err)
{
	struct msg m = msg_make(MSG_FORK, NULL);

	m.target.value = (int32_t)args_number(args, "--workers", 2);
	return m.target.value ? session_ask_server(s, name, &m, NULL, 0, err)
	                      : 0;
}

/* A stranger on the port is the master's to find; our own have names. */
static int
serve_port_ok(struct session *s, const struct args *args, const char *name,
              struct err *err)
{
	const struct snapshot *snap = session_snapshot(s);
	int64_t port = args_number(
	    args, "--port", s->usual_port ? s->usual_port : LOOPBACK_PORT);

	for (int i = 0; port && i < snap->nservers; i++) {
		const struct server *v = &snap->server[i];

		if (v->up && v->listening && v->port == port &&
		    strcmp(v->name, name) != 0)
			return err_set(err,
			               "port %d is in use by %s (pid %d): "
			               "choose another with --port, as in "
			               "`serve %s --port 0`, or `shutdown %s` "
			               "first",
			               (int)port, v->name, (int)v->pid, name,
			               v->name);
	}
	return 0;
}

static enum outcome
run_serve(struct session *s, const struct args *args, struct err *err)
{
	const char *name = args->argc ? args->argv[0] : "web";
	struct serve *serve;
	uint32_t seq;

	if (serve_name_ok(name, err) < 0 ||
	    serve_threads_ok(args_option(args, "--threads"), err) < 0)
		return OUTCOME_USAGE;
	if (serve_port_ok(s, args, name, err) < 0)
		return OUTCOME_FAILED;
	seq = serve_open(s, args, name, err);
	serve = seq ? calloc(1, sizeof(*serve)) : NULL;
	if (!serve)
		return OUTCOME_FAILED;
	serve->start_seq = seq;
	serve->fork_seq = serve_fork(s, args, name, err);
	snprintf(serve->name, sizeof(serve->name), "%s", name);
	session_wait(s, serve_poll, NULL, serve, -1);
	return OUTCOME_WAITS;
}

const struct command cmd_serve = {
	.name = "serve",
	.group = "serving",
	.blurb = "start a server: a master, and workers that it forks",
	.detail = "Without a name it is called web. --workers 0 shows the "
	          "birth: fork makes the first one later.",
	.example = "serve web2 --port 0 --workers 3",
	.args = { { .kind = ARG_TEXT, .name = "NAME", .optional = true } },
	.options = {
		{ "--port", { .kind = ARG_NUMBER, .name = "P", .min = 0, .max = 65535 },
		  "listen on 127.0.0.1:P (3000); 0 picks a free one" },
		{ "--workers", { .kind = ARG_NUMBER, .name = "N", .min = 0, .max = 128 },
		  "fork so many at the start (2)" },
		{ "--on-parent-death", { .kind = ARG_WORD, .name = "M", .words = serve_deaths },
		  "what workers do when the master dies (channel)" },
		{ "--backlog", { .kind = ARG_NUMBER, .name = "N", .min = 1, .max = 65535 },
		  "connections that the kernel keeps waiting (511)" },
		{ "--connections", { .kind = ARG_NUMBER, .name = "N", .min = 0, .max = 100000 },
		  "that a worker holds at one time" },
		{ "--timeout", { .kind = ARG_NUMBER, .name = "S", .min = 1, .max = 86400 },
		  "drop what is silent for S seconds (30)" },
		{ "--defer-accept", { .kind = ARG_WORD, .name = "on|off", .words = serve_switch },
		  "accept only connections that have spoken (off)" },
		{ "--policy", { .kind = ARG_WORD, .name = "NAME", .words = serve_policies },
		  "who gets the next connection (rr)" },
		{ "--model", { .kind = ARG_WORD, .name = "NAME", .words = serve_models },
		  "what a worker does with a connection (event)" },
		{ "--threads", { .kind = ARG_TEXT, .name = "N|cores" },
		  "serving threads in each worker (models event and pool)" },
		{ "--env", { .kind = ARG_TEXT, .name = "NAME=VALUE" },
		  "one more variable in the environment of its workers" },
	},
	.run = run_serve,
};
