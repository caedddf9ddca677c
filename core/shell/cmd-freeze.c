/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * freeze [SERVER|off], next [N]: the stages of serving wait, and go on one by
 * one.
 *
 * The values stand in the shared page; a message wakes who waits by the old
 * ones.  A step that nobody waits for would be taken by a later request, so
 * `next` first looks whether somebody does.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/freeze.h"
#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

#define NEXT_NS (2 * NS_PER_S)    /* patience with the servers */
#define TELL_NS (150 * NS_PER_MS) /* and then with what they report */

static void
freeze_send(struct serving *v, const char *name, uint32_t value)
{
	struct msg m = msg_make(MSG_SET, NULL);

	snprintf(m.set.name, sizeof(m.set.name), "%s", name);
	snprintf(m.set.value, sizeof(m.set.value), "%u", value);
	session_send(&v->link, &m, NULL, 0, NULL);
}

static bool
freeze_runs(const struct serving *v)
{
	return v->name[0] && v->link.wire && v->page;
}

static bool
freeze_is(const struct serving *v)
{
	return freeze_runs(v) && atomic_load(&v->page->frozen);
}

/* Returns whether it was not so before. */
static bool
freeze_set(struct serving *v, bool frozen)
{
	if (!freeze_runs(v) || freeze_is(v) == frozen)
		return false;
	/* steps that nobody took are not for who comes next; while nothing
	   is frozen, nobody takes one */
	if (frozen)
		atomic_store(&v->page->steps, atomic_load(&v->page->stepped));
	atomic_store(&v->page->frozen, frozen);
	freeze_send(v, "frozen", frozen);
	return true;
}

int
freeze_all(struct session *s, bool frozen)
{
	int n = 0;

	for (int i = 0; i < SESSION_SERVERS; i++)
		n += freeze_set(&s->servers[i], frozen);
	return n;
}

static enum outcome
freeze_one(struct session *s, const char *name, struct err *err)
{
	const struct server *server = session_default_server(s, name, err);
	struct serving *v = server ? session_serving(s, server->name) : NULL;

	if (!v)
		return OUTCOME_FAILED;
	freeze_set(v, true);
	session_say(s, LINE_RESULT,
	            "%s is frozen: each stage (hand-off, serving, reply) waits "
	            "for next",
	            v->name);
	session_say(s, LINE_RESULT,
	            "try: curl http://localhost:%u &    then next, next, next; "
	            "live lets all go on",
	            v->port);
	return OUTCOME_DONE;
}

static enum outcome
run_freeze(struct session *s, const struct args *args, struct err *err)
{
	const char *word = args->argc ? args->argv[0] : NULL;

	if (!word || strcmp(word, "off") != 0)
		return freeze_one(s, word, err);
	session_say(s, LINE_RESULT,
	            freeze_all(s, false) ? "no stage waits any more"
	                                 : "no server was frozen");
	return OUTCOME_DONE;
}

/* Who stands at a stage *************************************************/

static bool
next_opens(enum event_type type)
{
	return type == EVENT_ACCEPTED || type == EVENT_HANDOFF ||
	       type == EVENT_REQUEST;
}

static bool
next_ends(enum event_type type)
{
	return type == EVENT_ANSWER || type == EVENT_BROKEN ||
	       type == EVENT_CLOSED;
}

/* Is the i-th event the last that is known of an open connection? */
static bool
next_stands(const struct timeline *t, size_t i, const char *server)
{
	const struct event *e = timeline_at(t, i);

	if (!next_opens(e->type) || strcmp(e->server, server) != 0)
		return false;
	for (size_t k = i + 1; k < timeline_count(t); k++) {
		const struct event *later = timeline_at(t, k);

		if (later->connection == e->connection &&
		    strcmp(later->server, server) == 0 &&
		    (next_opens(later->type) || next_ends(later->type)))
			return false;
	}
	return true;
}

/* How many connections of a server wait at a stage. */
static int
next_waiting(const struct timeline *t, const char *server)
{
	int n = 0;

	for (size_t i = timeline_count(t); i-- > 0;)
		n += next_stands(t, i, server);
	return n;
}

/* next ******************************************************************/

/* A `next` that waits for the servers. */
struct next {
	uint64_t told; /* number of the last event that was told */
	int64_t left;  /* steps that follow this one */
	int64_t limit_ns, tell_ns;
	int timer;     /* for tell_ns */
	bool told_one; /* what this step did was told */
	bool ended;    /* it was the last one of a request */
};

/* What a stage does has an event of its own, told here alone. */
static void
next_tell(struct session *s, struct next *next)
{
	const struct event *e;
	char text[256];

	for (; (e = timeline_newer(s->timeline, next->told));
	     next->told = e->n) {
		next->ended = next->ended || next_ends(e->type);
		if (!next_opens(e->type))
			continue;
		next->told_one = true;
		session_say(s, LINE_RESULT, "%s",
		            event_text(e, text, sizeof(text)));
	}
}

static bool
next_stepped(const struct session *s)
{
	for (int i = 0; i < SESSION_SERVERS; i++) {
		const struct serving *v = &s->servers[i];

		if (freeze_is(v) && atomic_load(&v->page->steps) !=
		                        atomic_load(&v->page->stepped))
			return false;
	}
	return true;
}

/* One stage in each server where a request stands.  Returns how many. */
static int
next_step(struct session *s, struct next *next)
{
	int stepped = 0;

	watch_refresh(s->watch);
	next_tell(s, next);
	next->told_one = next->ended = false;
	next->tell_ns = 0;
	next->limit_ns = clock_ns() + NEXT_NS;
	for (int i = 0; i < SESSION_SERVERS; i++) {
		struct serving *v = &s->servers[i];

		if (!freeze_is(v) || !next_waiting(s->timeline, v->name))
			continue;
		atomic_fetch_add(&v->page->steps, 1);
		freeze_send(v, "steps", 1);
		stepped++;
	}
	return stepped;
}

static void
next_on_time(void *arg)
{
	session_news(arg);
}

static void
next_wake_at(struct session *s, struct next *next, int64_t at_ns)
{
	loop_cancel(s->loop, next->timer);
	next->timer = loop_timer(s->loop, at_ns, next_on_time, s);
}

/* The step was taken; its reports come a moment later. */
static bool
next_reported(struct session *s, struct next *next)
{
	if (!next->tell_ns) {
		next->tell_ns = clock_ns() + TELL_NS;
		next_wake_at(s, next, next->tell_ns);
	}
	return next->ended || clock_ns() >= next->tell_ns;
}

/* That a page was made has no report of its own. */
static void
next_tell_rest(struct session *s, const struct next *next)
{
	if (!next->told_one && !next->ended)
		session_say(s, LINE_RESULT,
		            "one stage on: the page is made, and its reply "
		            "waits");
}

static enum outcome
next_poll(struct session *s, void *arg, struct err *err)
{
	struct next *next = arg;
	bool stepped = next_stepped(s);

	next_tell(s, next);
	if (!stepped && clock_ns() >= next->limit_ns) {
		loop_cancel(s->loop, next->timer);
		err_set(err, "no stage has gone on: who should take it may be "
		             "stopped or gone; look at the tree");
		return OUTCOME_FAILED;
	}
	if (!stepped || !next_reported(s, next))
		return OUTCOME_WAITS;
	loop_cancel(s->loop, next->timer);
	next->timer = 0;
	next_tell_rest(s, next);
	if (next->left-- <= 0 || !next_step(s, next))
		return OUTCOME_DONE;
	next_wake_at(s, next, next->limit_ns);
	return OUTCOME_WAITS;
}

static void
next_interrupt(struct session *s, void *arg)
{
	struct next *next = arg;

	next->left = 0;
	next->limit_ns = next->tell_ns = 1;
	session_news(s);
}

static bool
next_frozen(const struct session *s)
{
	for (int i = 0; i < SESSION_SERVERS; i++)
		if (freeze_is(&s->servers[i]))
			return true;
	return false;
}

static enum outcome
next_in_the_past(struct session *s, int64_t n)
{
	while (n-- > 0 && past_forward(s->past))
		;
	session_past_moved(s);
	rewind_tell(s);
	return OUTCOME_DONE;
}

static enum outcome
run_next(struct session *s, const struct args *args, struct err *err)
{
	struct next *next;
	int64_t n = 1;

	if (args->argc)
		text_number(args->argv[0], 1, 1000, &n);
	if (session_past(s, NULL, NULL))
		return next_in_the_past(s, n);
	if (!next_frozen(s)) {
		err_set(err, "no server is frozen: freeze lets its stages "
		             "wait, and next lets one go on");
		return OUTCOME_FAILED;
	}
	next = calloc(1, sizeof(*next));
	if (next) {
		next->told = timeline_last(s->timeline);
		next->left = n - 1;
	}
	if (!next || !next_step(s, next)) {
		free(next);
		err_set(err, "no request stands at a stage: fire one in the "
		             "background, for example curl "
		             "http://localhost:3000 &");
		return OUTCOME_FAILED;
	}
	next_wake_at(s, next, next->limit_ns);
	session_wait(s, next_poll, next_interrupt, next, -1);
	return OUTCOME_WAITS;
}

static const char *const freeze_words[] = { "off", NULL };

const struct command cmd_freeze = {
	.name = "freeze",
	.group = "time",
	.blurb = "let the stages of serving wait until next or live",
	.detail =
	    "A request passes three stages: the hand-off to a worker, "
	    "serving, and the reply. freeze off ends it. Health checks of "
	    "a balancer pass: a frozen server is not taken for a dead "
	    "one. The patience of clients and balancers goes on.",
	.example = "freeze web",
	.args = { { .kind = ARG_SERVER,
	            .name = "SERVER|off",
	            .optional = true,
	            .words = freeze_words } },
	.run = run_freeze,
};

const struct command cmd_next = {
	.name = "next",
	.group = "time",
	.blurb =
	    "let one stage of frozen servers go on; in the past, one event",
	.example = "next",
	.args = { { .kind = ARG_NUMBER,
	            .name = "N",
	            .optional = true,
	            .min = 1,
	            .max = 1000 } },
	.past = PAST_LOOKS,
	.run = run_next,
};
