/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One command runs at a time.  Start reading at session_work(), which the
 * loop calls until it has nothing to do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/shell/parse.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_INTERRUPTED = 130 };

/* Scripts ***************************************************************/

/* How deep in scripts we are: what was typed outside of them waits. */
static int
session_depth(const struct session *s)
{
	return s->tape.depth ? s->tape.depth(s->tape.arg) : 0;
}

static bool
session_plays(const struct session *s)
{
	return s->tape.playing && s->tape.playing(s->tape.arg);
}

/* The queue *************************************************************/

/* A line was queued outside of a turn: see that there is one. */
static void
session_on_wake(void *arg)
{
	struct session *s = arg;

	s->wake = 0;
}

void
session_wake(struct session *s)
{
	if (!s->wake)
		s->wake = loop_timer(s->loop, clock_ns(), session_on_wake, s);
}

static void
session_enqueue(struct session *s, const char *line, bool quiet, bool first)
{
	char *copy;
	int at;

	if (s->queue_len == SESSION_QUEUE) {
		session_say(s, LINE_ERROR,
		            "%d commands wait already: this one is dropped",
		            SESSION_QUEUE);
		session_fail(s, STATUS_FAILED);
		return;
	}
	copy = strdup(line);
	if (!copy)
		return;
	if (first)
		s->queue_first =
		    (s->queue_first + SESSION_QUEUE - 1) % SESSION_QUEUE;
	at = first ? s->queue_first
	           : (s->queue_first + s->queue_len) % SESSION_QUEUE;
	s->queue[at] = (struct queued){ .line = copy,
		                        .quiet = quiet,
		                        .depth = first ? session_depth(s) : 0 };
	s->queue_len++;
	session_wake(s);
}

void
session_run(struct session *s, const char *line)
{
	session_enqueue(s, line, false, false);
}

void
session_run_first(struct session *s, const char *line)
{
	session_enqueue(s, line, false, true);
}

void
session_run_quiet(struct session *s, const char *line)
{
	session_enqueue(s, line, true, false);
}

static struct queued
session_dequeue(struct session *s)
{
	struct queued q = s->queue[s->queue_first];

	s->queue_first = (s->queue_first + 1) % SESSION_QUEUE;
	s->queue_len--;
	return q;
}

/* What the command took is given back. */
static void
session_wait_give(struct session *s, struct waiting *over)
{
	if (over->give)
		over->give(s, over->arg);
	free(over->arg);
}

void
session_queue_free(struct session *s)
{
	while (s->queue_len)
		free(session_dequeue(s).line);
	loop_cancel(s->loop, s->looking);
	session_wait_give(s, &s->outer);
	session_wait_give(s, &s->waiting);
	loop_cancel(s->loop, s->waiting.timer);
	loop_cancel(s->loop, s->wake);
}

bool
session_at_prompt(const struct session *s)
{
	return !s->waiting.poll && s->queue_len == 0;
}

bool
session_rests(const struct session *s)
{
	return session_at_prompt(s) && !session_plays(s);
}

bool
session_idle(const struct session *s)
{
	const struct guide *guide = s->options.guide;

	return session_rests(s) &&
	       !(guide && guide->busy && guide->busy(guide->arg));
}

/* A command *************************************************************/

static void
session_usage(struct session *s, const struct command *command)
{
	char usage[512];

	if (!command)
		return;
	command_usage(command, usage, sizeof(usage));
	session_say(s, LINE_RESULT, "usage: %s", usage);
}

static void
session_over(struct session *s, bool failed)
{
	const struct guide *guide = s->options.guide;

	if (guide && guide->after)
		guide->after(guide->arg, failed);
}

/* What a command came to: say it, and remember the worst. */
static void
session_finish(struct session *s, enum outcome outcome,
               const struct command *command, const struct err *err)
{
	if (outcome == OUTCOME_WAITS)
		return;
	if (outcome == OUTCOME_DONE) {
		session_over(s, false);
		return;
	}
	if (err->text[0])
		session_say(s, LINE_ERROR, "%s", err->text);
	if (outcome == OUTCOME_USAGE)
		session_usage(s, command);
	session_fail(s,
	             outcome == OUTCOME_USAGE ? STATUS_USAGE : STATUS_FAILED);
	session_over(s, true);
}

/* For who asks afterwards: `ever typed(explain, p1)`, `ever typed(ps)`. */
static void
session_record(struct session *s, const struct parse *p)
{
	struct event e = { .type = EVENT_TYPED, .t_ns = clock_ns() };
	const char *line = p->kind == PARSE_COMMAND ? p->args.line : p->line;
	size_t len = line ? strcspn(line, " \t;&|<>()") : 0;

	if (len == 0 || len >= sizeof(e.other.name))
		return;
	memcpy(e.other.name, line, len);
	text_clean(e.text, sizeof(e.text), line + len, strlen(line + len));
	timeline_add(s->timeline, &e);
	session_news(s);
}

/* While the past is shown: does it not run?  err says why. */
static bool
session_past_refuses(struct session *s, const struct parse *p, struct err *err)
{
	if (!session_past(s, NULL, NULL) || p->kind == PARSE_WRONG ||
	    p->kind == PARSE_EMPTY ||
	    (p->command && p->command->past == PAST_LOOKS))
		return false;
	if (!p->command)
		err_set(err, "this is the past, and programs run in the "
		             "present: live comes back");
	else if (p->command->past == PAST_CANNOT)
		err_set(err,
		        "this is the past, and %s knows only the present: "
		        "tree, check and log look at it here; live comes back",
		        p->command->name);
	else
		err_set(err, "this is the past: it can be looked at, and "
		             "nothing in it can be changed; live comes back");
	return true;
}

static enum outcome
session_dispatch(struct session *s, struct parse *p, struct err *err)
{
	if (session_past_refuses(s, p, err))
		return OUTCOME_FAILED;
	session_record(s, p);
	switch (p->kind) {
	case PARSE_COMMAND:
		return p->command->run(s, &p->args, err);
	case PARSE_PROGRAM:
		return job_run(s, p->line, p->background, false, err);
	case PARSE_TERMINAL:
		return job_run(s, p->line, p->background, true, err);
	case PARSE_WRONG:
		*err = p->err;
		return OUTCOME_USAGE;
	default:
		return OUTCOME_DONE;
	}
}

/* "fork", of "fork; get": what runs now. */
static void
session_echo(struct session *s, const char *line, const struct parse *p)
{
	const char *end = p->next;

	while (end > line && strchr("; \t", end[-1]))
		end--;
	session_say(s, LINE_COMMAND, "%.*s", (int)(end - line), line);
}

/* Does whoever guides the student let it run? */
static bool
session_may(struct session *s, const char *line, const struct parse *p)
{
	const struct guide *guide = s->options.guide;

	return !guide || !guide->before || guide->before(guide->arg, line, p);
}

static void
session_execute(struct session *s, const struct queued *q)
{
	const char *line = q->line + strspn(q->line, " \t;");
	struct err err = { .code = 0 };
	enum outcome outcome;
	struct parse p;

	parse_line(line, &p);
	if (p.kind != PARSE_EMPTY &&
	    (session_past_refuses(s, &p, &err) || session_may(s, line, &p))) {
		if (!q->quiet)
			session_echo(s, line, &p);
		watch_next_command(s->watch);
		if (p.next[strspn(p.next, " \t;")])
			session_enqueue(s, p.next, q->quiet, true);
		s->interrupted = false;
		outcome = session_dispatch(s, &p, &err);
		session_finish(s, outcome, p.command, &err);
	}
	parse_free(&p);
}

/* Waiting ***************************************************************/

static void
session_on_deadline(void *arg)
{
	struct session *s = arg;

	s->waiting.timer = 0;
	session_news(s);
}

void
session_wait(struct session *s,
             enum outcome (*poll)(struct session *, void *, struct err *),
             void (*interrupt)(struct session *, void *), void *arg,
             int64_t deadline_ns)
{
	s->waiting.poll = poll;
	s->waiting.interrupt = interrupt;
	s->waiting.give = NULL;
	s->waiting.arg = arg;
	s->waiting.timer = deadline_ns < 0 ? 0
	                                   : loop_timer(s->loop, deadline_ns,
	                                                session_on_deadline, s);
	session_news(s);
}

void
session_wait_took(struct session *s, void (*give)(struct session *, void *))
{
	s->waiting.give = give;
}

void
session_deadline(struct session *s, int64_t deadline_ns)
{
	loop_cancel(s->loop, s->waiting.timer);
	s->waiting.timer =
	    loop_timer(s->loop, deadline_ns, session_on_deadline, s);
}

/* Called before the outcome is told, so that poll may wait once more. */
static void
session_wait_end(struct session *s)
{
	struct waiting over = s->waiting;

	s->waiting = (struct waiting){ .poll = NULL };
	loop_cancel(s->loop, over.timer);
	session_wait_give(s, &over);
}

/* The inner command is over: the outer one waits again. */
static void
session_nest_over(struct session *s, enum outcome outcome,
                  const struct err *err)
{
	if (outcome != OUTCOME_DONE && err->text[0])
		session_say(s, LINE_ERROR, "%s", err->text);
	s->nested = outcome;
	s->waiting = s->outer;
	s->outer = (struct waiting){ .poll = NULL };
	session_news(s);
}

void
session_nest(struct session *s, const char *line)
{
	struct err err = { .code = 0 };
	enum outcome outcome;
	struct parse p;

	s->outer = s->waiting;
	s->waiting = (struct waiting){ .poll = NULL };
	s->nested = OUTCOME_WAITS;
	parse_line(line, &p);
	session_echo(s, line, &p);
	outcome = session_dispatch(s, &p, &err);
	if (outcome != OUTCOME_WAITS)
		session_nest_over(s, outcome, &err);
	parse_free(&p);
}

/*
 * A last look gives back what the command took, where it can: one that has
 * nested another may nest a last one.
 */
void
session_wait_drop(struct session *s)
{
	struct err err = { .code = 0 };

	s->interrupted = true;
	while (s->waiting.poll) {
		if (s->outer.poll) {
			session_wait_end(s);
			session_nest_over(s, OUTCOME_FAILED, &err);
		}
		if (s->waiting.interrupt) {
			s->waiting.interrupt(s, s->waiting.arg);
			s->waiting.poll(s, s->waiting.arg, &err);
		}
		if (!s->outer.poll)
			session_wait_end(s);
	}
	s->front.progress(s->front.arg, "");
}

static void
session_wait_poll(struct session *s)
{
	struct err err = { .code = 0 };
	enum outcome outcome = s->waiting.poll(s, s->waiting.arg, &err);

	if (outcome == OUTCOME_WAITS && session_lab_lives(s, &err))
		return;
	if (outcome == OUTCOME_WAITS)
		outcome = OUTCOME_FAILED; /* nothing will come any more */
	session_wait_end(s);
	s->front.progress(s->front.arg, "");
	if (s->outer.poll)
		session_nest_over(s, outcome, &err);
	else
		session_finish(s, outcome, NULL, &err);
}

void
session_interrupt(struct session *s)
{
	const struct guide *guide = s->options.guide;
	struct err none = { .code = 0 };

	if (guide && guide->interrupted)
		guide->interrupted(guide->arg);
	if (s->tape.interrupt)
		s->tape.interrupt(s->tape.arg);
	if (s->foreground) {
		session_job_interrupt(s, s->foreground);
		return;
	}
	while (s->queue_len)
		free(session_dequeue(s).line);
	if (!s->waiting.poll)
		return;
	s->interrupted = true;
	session_fail(s, STATUS_INTERRUPTED);
	if (s->waiting.interrupt) {
		s->waiting.interrupt(s, s->waiting.arg);
		return;
	}
	session_wait_end(s);
	s->front.progress(s->front.arg, "");
	if (s->outer.poll)
		session_nest_over(s, OUTCOME_FAILED, &none);
	else
		session_say(s, LINE_ERROR, "interrupted");
	session_over(s, true);
}

/* The next line of a script, where one is in play. */
static int
session_play(struct session *s)
{
	const char *line = session_plays(s) ? s->tape.next(s->tape.arg) : NULL;
	struct queued q = { .depth = session_depth(s) };

	if (!line)
		return 0;
	q.line = strdup(line);
	if (q.line)
		session_execute(s, &q);
	free(q.line);
	return 1;
}

bool
session_will_press(struct session *s)
{
	return s->foreground && s->tape.front && s->tape.front(s->tape.arg);
}

/* One thing that there is to do; returns whether there was one. */
int
session_work(void *arg)
{
	struct session *s = arg;
	struct queued q;

	if (s->waiting.poll) {
		if (!s->news) {
			session_will_press(s);
			return 0;
		}
		s->news = false;
		session_wait_poll(s);
		return 1;
	}
	if (s->quits)
		return 0;
	if (s->queue_len == 0 ||
	    s->queue[s->queue_first].depth < session_depth(s))
		return session_play(s);
	q = session_dequeue(s);
	session_execute(s, &q);
	free(q.line);
	return 1;
}
