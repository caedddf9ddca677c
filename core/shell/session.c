/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at session_open(), then session-queue.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/child.h"

/* The watch has news: hand each event on, once and in order. */
void
session_changed(void *arg)
{
	struct session *s = arg;
	const struct event *e;

	while ((e = timeline_newer(s->timeline, s->told))) {
		struct event copy = *e;

		s->told = copy.n;
		if (s->hushed[0] && strcmp(copy.server, s->hushed) == 0)
			continue;
		s->front.event(s->front.arg, &copy);
		session_event(s, &copy);
	}
	session_past_keep(s);
	s->front.changed(s->front.arg);
	if (s->options.guide && s->options.guide->changed)
		s->options.guide->changed(s->options.guide->arg);
	session_news(s);
}

void
session_catch_up(struct session *s)
{
	watch_refresh(s->watch);
	session_changed(s);
}

void
session_news(struct session *s)
{
	s->news = true;
}

static void
session_greet(struct session *s)
{
	static const char *const lines[] = {
		"This is forkshop: a web server, drawn as the processes it is.",
		"  get       fire a request, and see which worker answers",
		"  fork      make one more worker",
		"  kill w1   end one, and see what its master notices",
		"help lists all commands; quit ends everything that was "
		"started.",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		session_say(s, LINE_GOOD, "%s", lines[i]);
}

/* The first server is a command like any other; only its echo is left out. */
static void
session_first_server(struct session *s)
{
	char line[80];

	snprintf(line, sizeof(line), "serve web --port %d --workers %d",
	         s->options.port, s->options.workers);
	session_run_quiet(s, line);
}

static int
session_open_parts(struct session *s, struct err *err)
{
	s->timeline = timeline_open(SESSION_EVENTS);
	if (!s->timeline)
		return err_sys(err, "cannot keep a timeline");
	s->procfs = procfs_open(NULL, err);
	if (!s->procfs || session_past_open(s, err) < 0)
		return -1;
	s->watch = watch_open(s->loop, s->timeline, session_changed, s, err);
	if (!s->watch || session_settings_open(s, err) < 0)
		return -1;
	watch_hear_first(s->watch, session_hear_clients);
	s->troupe = troupe_open(s, err);
	return s->troupe ? session_lab_open(s, err) : -1;
}

struct session *
session_open(struct loop *loop, const struct session_options *options,
             const struct front *front, struct err *err)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s) {
		err_sys(err, "cannot open a session");
		return NULL;
	}
	s->loop = loop;
	s->options = *options;
	s->front = *front;
	s->lab_pidfd = s->terminal = s->lab_outlet.fd = -1;
	s->screen_fd = -1;
	for (int i = 0; i < SESSION_PROGRAMS; i++)
		s->jobs[i].outlet.fd = -1;
	if (session_open_parts(s, err) < 0) {
		session_close(s);
		return NULL;
	}
	loop_work(loop, session_work, s);
	if (options->guide && options->guide->opened)
		options->guide->opened(options->guide->arg, s);
	if (options->opened &&
	    options->opened(options->opened_arg, s, err) < 0) {
		session_close(s);
		return NULL;
	}
	if (!options->headless)
		session_greet(s);
	if (!options->empty)
		session_first_server(s);
	return s;
}

void
session_close(struct session *s)
{
	if (!s)
		return;
	session_lab_close(s);
	if (s->tape.close)
		s->tape.close(s->tape.arg);
	troupe_close(s->troupe);
	for (int i = 0; i < SESSION_PROGRAMS; i++)
		if (s->jobs[i].state != JOB_FREE)
			session_job_free(s, &s->jobs[i]);
	session_terminal_close(s);
	watch_close(s->watch);
	session_servers_close(s);
	session_past_close(s);
	timeline_close(s->timeline);
	procfs_close(s->procfs);
	session_queue_free(s);
	session_log_free(s);
	for (int i = 0; i < SESSION_SETTINGS; i++)
		free(s->settings[i]);
	for (int i = 0; i < SESSION_ASKS; i++)
		free(s->asks[i].answer);
	loop_work(s->loop, NULL, NULL);
	free(s);
}

struct watch *
session_watch(struct session *s)
{
	return s->watch;
}

struct loop *
session_loop(struct session *s)
{
	return s->loop;
}

const struct front *
session_front(const struct session *s)
{
	return &s->front;
}

const struct guide *
session_guide(const struct session *s)
{
	return s->options.guide;
}

void
session_want(struct session *s, int mask)
{
	s->wants = mask;
	watch_want(s->watch, s->wants | s->guide_wants);
}

void
session_guide_wants(struct session *s, int mask)
{
	s->guide_wants = mask;
	session_want(s, s->wants);
}

void
session_tape(struct session *s, const struct tape_ops *ops)
{
	s->tape = *ops;
}

const struct tape_ops *
session_tape_ops(const struct session *s)
{
	return s->tape.next ? &s->tape : NULL;
}

bool
session_quits(const struct session *s)
{
	return s->quits;
}

int
session_status(const struct session *s)
{
	return s->status;
}

void
session_usual_port(struct session *s, int port)
{
	s->usual_port = port;
}

/* At a screen a mistyped line is no failure; the loss of the lab is one. */
void
session_fail(struct session *s, int status)
{
	if (!s->options.headless && s->lab_pidfd >= 0)
		return;
	if (status > s->status)
		s->status = status;
}

void
session_forgive(struct session *s, int status)
{
	s->status = status;
}
