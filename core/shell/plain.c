/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commands go to the session one at a time, when it is idle; what it says
 * goes out at once.  Start reading at plain_run().
 */
#include "core/shell/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/shell/answers.h"
#include "core/shell/input.h"
#include "core/shell/json.h"
#include "core/shell/treetext.h"
#include "core/sys/clock.h"

#define PLAIN_SUM_NS   (250 * NS_PER_MS) /* patience with a burst */
#define PLAIN_LOOK_NS  (100 * NS_PER_MS) /* first look at who reads, then */
#define PLAIN_LOOKS_NS NS_PER_S          /* twice as late, up to this */
#define PLAIN_KEYS_S   10                /* that it waits for keys in vain */

struct plain {
	const struct plain_options *options; /* borrowed */
	struct loop *loop;                   /* borrowed */
	struct session *session;             /* owned */
	struct input input;
	struct answers answers;
	bool summed;     /* the event at hand is one of those */
	int timer;       /* tells the sum of a burst */
	bool over;       /* end now */
	int signal;      /* that ended us, or 0 */
	bool no_ears;    /* standard output is closed */
	char told[512];  /* the last event: no line repeats its object */
	pid_t reader;    /* the job that was told of the end of input */
	int reads;       /* timer: looks whether that job reads on */
	int64_t look_ns; /* until then */
	bool raw_said;   /* it waits for keys, and that was said */
};

/* Out *******************************************************************/

static void
plain_put(struct plain *p, FILE *out, const char *text)
{
	if (p->no_ears)
		return;
	if (fprintf(out, "%s\n", text) >= 0 && fflush(out) == 0)
		return;
	p->no_ears = p->over = true;
	if (out == stdout && errno != EPIPE) /* head(1) has had enough */
		fprintf(stderr, "forkshop: cannot write the output: %s\n",
		        errno == EBADF ? "it is closed, by >&- or the like"
		                       : strerror(errno));
}

/* `json` is freed. */
static void
plain_put_json(struct plain *p, char *json)
{
	if (json)
		plain_put(p, stdout, json);
	free(json);
}

static void
plain_put_line(void *arg, const char *text)
{
	plain_put(arg, stdout, text);
}

/* Another line comes: what waits is older. */
static void
plain_sum(void *arg)
{
	struct plain *p = arg;

	loop_cancel(p->loop, p->timer);
	p->timer = 0;
	if (answers_turn(&p->answers, clock_ns(), plain_put_line, p))
		answers_sum(&p->answers, plain_put_line, p);
}

static void
plain_turn_over(struct plain *p)
{
	int64_t now_ns = clock_ns();

	if (answers_turn(&p->answers, now_ns, plain_put_line, p) && !p->timer)
		p->timer =
		    loop_timer(p->loop, now_ns + PLAIN_SUM_NS, plain_sum, p);
}

/* The front *************************************************************/

static void
plain_line(void *arg, enum line_kind kind, const char *name, const char *text)
{
	struct plain *p = arg;
	const char *front;
	char buf[8192];

	if (p->options->json) {
		if (kind != LINE_EVENT || strcmp(text, p->told) != 0)
			plain_put_json(p, json_of_line(kind, name, text));
		return;
	}
	if (kind == LINE_COMMAND && !p->options->script)
		return;
	if (kind == LINE_EVENT && p->summed)
		return;
	plain_sum(p);
	front = p->session ? session_foreground(p->session) : NULL;
	if (kind == LINE_COMMAND)
		snprintf(buf, sizeof(buf), "> %s", text);
	else if (kind == LINE_OUTPUT && name && name[0] &&
	         (!front || strcmp(front, name) != 0))
		snprintf(buf, sizeof(buf), "%s: %s", name, text);
	else
		snprintf(buf, sizeof(buf), "%s", text);
	plain_put(p, kind == LINE_ERROR ? stderr : stdout, buf);
}

/* Requests are summed up; of everything else the session's line comes next. */
static void
plain_event(void *arg, const struct event *e)
{
	struct plain *p = arg;

	if (p->options->json) {
		event_text(e, p->told, sizeof(p->told));
		plain_put_json(p, json_of_event(e));
		return;
	}
	p->summed = e->type == EVENT_ANSWER || e->type == EVENT_BROKEN;
	if (p->summed)
		answers_add(&p->answers, e);
}

static void
plain_changed(void *arg)
{
	(void)arg;
}

static void
plain_progress(void *arg, const char *text)
{
	struct plain *p = arg;

	if (p->options->json)
		plain_put_json(p, json_of_progress(text));
}

static int
plain_set(void *arg, const char *name, const char *value, struct err *err)
{
	(void)arg;
	(void)value;
	return err_set(err, "there is no setting \"%s\" without the screen",
	               name);
}

static void
plain_clear(void *arg)
{
	(void)arg;
}

static const char *
plain_history(void *arg, size_t i)
{
	struct plain *p = arg;

	return input_history(&p->input, i);
}

/* Who types at --plain may be listening to it: no drawing for the ear. */
static void
plain_tree(void *arg, const struct snapshot *s, const struct tree_style *asked)
{
	struct plain *p = arg;
	struct tree_style style = *asked;

	if (p->options->json) {
		plain_put_json(p, json_of_tree(s, style.root));
		return;
	}
	if (!p->options->commands && !p->options->script)
		style.lines = TREE_INDENT;
	plain_sum(p);
	tree_text(s, &style, plain_put_line, p);
}

/* In ********************************************************************/

/* Ctrl-C: the command ends; a script ends with it, as in sh(1). */
static void
plain_interrupt(struct plain *p)
{
	session_interrupt(p->session);
	if (p->options->commands || p->options->script) {
		p->signal = SIGINT;
		p->over = true;
	}
}

static void
plain_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct plain *p = arg;

	if (info->ssi_signo == SIGINT) {
		plain_interrupt(p);
		return;
	}
	p->signal = (int)info->ssi_signo;
	p->over = true;
}

/* At a terminal, what is typed while a job is in front is the job's. */
static void
plain_give(struct plain *p)
{
	const char *line;

	while (session_foreground(p->session) &&
	       (line = input_line(&p->input))) {
		session_terminal_input(p->session, line, strlen(line));
		session_terminal_input(p->session, "\n", 1);
	}
	if (session_foreground(p->session) && p->input.eof) {
		p->input.eof = false;
		session_terminal_input(p->session, "\4", 1);
	}
}

static void
plain_readable(void *arg, uint32_t events)
{
	struct plain *p = arg;

	(void)events;
	if (!input_read(&p->input, STDIN_FILENO))
		loop_drop(p->loop, STDIN_FILENO);
	if (isatty(STDIN_FILENO) && session_foreground(p->session)) {
		plain_give(p);
		if (!p->input.eof)
			loop_watch(p->loop, STDIN_FILENO, EPOLLIN,
			           plain_readable, p, NULL);
	}
}

/* The next command, when the one before is done. */
static void
plain_feed(struct plain *p)
{
	const char *line;

	while (!p->over && session_idle(p->session)) {
		line = input_line(&p->input);
		if (!line) {
			p->over = p->over || p->input.eof;
			return;
		}
		session_run(p->session, line);
	}
}

/* Are those that come through a pipe or from a file commands, not keys? */
static bool
plain_has_no_keys(struct plain *p)
{
	return !session_will_press(p->session) &&
	       (p->options->commands || p->options->script ||
	        !isatty(STDIN_FILENO));
}

/*
 * The end of its input is a key as any other to a program as vi: it would
 * wait for ever, and all commands behind it.
 */
static void
plain_hang_up(struct plain *p, const char *job)
{
	if (p->raw_said) {
		session_front_hang_up(p->session);
		return;
	}
	p->raw_said = true;
	p->look_ns = PLAIN_KEYS_S * NS_PER_S;
	session_say(p->session, LINE_RESULT,
	            "%s waits for single keys, and nobody can press any here: "
	            "in %d s it is hung up (HUP). Run it where forkshop has a "
	            "terminal, or let a script press: help key",
	            job, PLAIN_KEYS_S);
}

/* Whoever reads after the first end of input finds another one. */
static void
plain_look_who_reads(void *arg)
{
	struct plain *p = arg;
	const char *job = session_typed_to(p->session);

	p->reads = 0;
	if (!p->reader || !plain_has_no_keys(p))
		return;
	p->look_ns *= 2;
	if (p->look_ns > PLAIN_LOOKS_NS)
		p->look_ns = PLAIN_LOOKS_NS;
	if (job && session_front_raw(p->session))
		plain_hang_up(p, job);
	else if (job)
		session_terminal_end_input(p->session);
	p->reads = loop_timer(p->loop, clock_ns() + p->look_ns,
	                      plain_look_who_reads, p);
}

/*
 * What comes through a pipe or from a file are commands: a job in front that
 * reads finds the end of its input, and does not wait for ever; but for one
 * to which a script types.
 */
static void
plain_end_input(struct plain *p)
{
	pid_t job = session_foreground_pid(p->session);

	if (job == p->reader)
		return;
	p->reader = job;
	loop_cancel(p->loop, p->reads);
	p->reads = 0;
	p->raw_said = false;
	if (!job || !plain_has_no_keys(p))
		return;
	session_terminal_end_input(p->session);
	p->look_ns = PLAIN_LOOK_NS;
	p->reads = loop_timer(p->loop, clock_ns() + p->look_ns,
	                      plain_look_who_reads, p);
}

static int
plain_open_input(struct plain *p, struct err *err)
{
	const struct plain_options *o = p->options;

	if (o->commands)
		return input_text(&p->input, o->commands, err);
	if (o->script)
		return input_text(&p->input, "", err);
	/* epoll(7) refuses files: they never make one wait. */
	if (loop_watch(p->loop, STDIN_FILENO, EPOLLIN, plain_readable, p,
	               NULL) == 0)
		return 0;
	while (input_read(&p->input, STDIN_FILENO))
		;
	return 0;
}

/* Run *******************************************************************/

static int
plain_open(struct plain *p, const struct session_options *options,
           struct err *err)
{
	const struct front front = {
		.arg = p,
		.line = plain_line,
		.event = plain_event,
		.changed = plain_changed,
		.progress = plain_progress,
		.set = plain_set,
		.clear = plain_clear,
		.history = plain_history,
		.tree = plain_tree,
	};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (loop_signals(p->loop, &set, plain_signal, p, err) < 0 ||
	    plain_open_input(p, err) < 0)
		return -1;
	p->session = session_open(p->loop, options, &front, err);
	return p->session ? 0 : -1;
}

int
plain_run(struct loop *loop, const struct session_options *options,
          const struct plain_options *plain, struct err *err)
{
	struct plain p = { .options = plain, .loop = loop };
	int status = -1, turn = 0;

	if (plain_open(&p, options, err) == 0) {
		while (!p.over && turn == 0 && !session_quits(p.session)) {
			turn = loop_turn(loop, -1, err);
			plain_turn_over(&p);
			plain_feed(&p);
			plain_end_input(&p);
		}
		plain_sum(&p);
		if (p.no_ears)
			session_fail(p.session, 1);
		status = turn < 0   ? -1
		         : p.signal ? 128 + p.signal
		                    : session_status(p.session);
		session_close(p.session);
		if (plain->json && status >= 0)
			plain_put_json(&p, json_of_end(status));
	}
	loop_drop(loop, STDIN_FILENO);
	input_close(&p.input);
	return status;
}
