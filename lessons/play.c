/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at play_file().  One session serves for all scenes of a
 * lesson: the engine begins each of them in a fresh laboratory.
 */
#include "lessons/play.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/procfs.h"
#include "core/sys/text.h"
#include "lessons/engine-inside.h"
#include "lessons/format.h"
#include "lessons/play-state.h"

#define PLAY_EXPECT_NS (6 * NS_PER_S) /* for what a mistake comes to */
#define PLAY_SAME_NS   (3 * NS_PER_S) /* for a laboratory to come to rest */
#define PLAY_ERRORS    8192

struct play {
	struct loop *loop; /* owned, as are the next three */
	struct engine *engine;
	struct session *session;
	char *state[LESSON_STEPS];   /* at the start of each step */
	const char *path;            /* borrowed */
	struct problems *problems;   /* borrowed */
	const struct lesson *lesson; /* borrowed: of the engine */
	int64_t limit_ns;            /* for a solution */
	char errors[PLAY_ERRORS]; /* that commands said since the scene began */
};

/* Time for the solutions of all steps before, and for the start. */
static int64_t
play_arrive_ns(const struct play *p)
{
	return p->limit_ns * 2;
}

/* Waiting ***************************************************************/

static void __attribute__((format(printf, 3, 4)))
play_wrong(struct play *p, int line, const char *fmt, ...)
{
	char text[ERR_TEXT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problem_add(p->problems, p->path, line, "%s", text);
}

/* Turn the loop until holds(p); false when time is up. */
static bool
play_until(struct play *p, bool (*holds)(struct play *), int64_t limit_ns)
{
	int64_t end_ns = clock_ns() + limit_ns;

	while (!holds(p)) {
		if (clock_ns() >= end_ns || session_quits(p->session) ||
		    loop_turn(p->loop, end_ns, NULL) < 0)
			return false;
	}
	return true;
}

static bool
play_is_over(struct play *p)
{
	return engine_paused(p->engine) ||
	       engine_state(p->engine) >= ENGINE_LOST;
}

static bool
play_has_typed(struct play *p)
{
	return play_is_over(p) ||
	       (!engine_typing(p->engine) &&
	        (session_rests(p->session) || session_typed_to(p->session)));
}

/* The step is open, and nothing is typed any more. */
static bool
play_has_come(struct play *p)
{
	return play_is_over(p) ||
	       (engine_state(p->engine) == ENGINE_STEP && play_has_typed(p));
}

/* What happened while the loop slept is seen. */
static void
play_refresh(struct play *p)
{
	watch_refresh(session_watch(p->session));
	engine_turn(p->engine);
}

/* A command that hangs is stopped, so that the next scene can begin. */
static void
play_stop(struct play *p)
{
	hand_stop(p->engine);
	if (!session_rests(p->session))
		session_interrupt(p->session);
}

/* A step and its solution ***********************************************/

static const struct step *
play_step(const struct play *p, int i)
{
	return &p->lesson->step[i];
}

/* Which goals are open, into the problems. */
static void
play_tell_open(struct play *p, const struct step *s)
{
	char is[FACT_EXPLAIN];

	for (int i = 0; i < s->checks; i++)
		if (s->check[i].kind == CHECK_GOAL &&
		    engine_verdict(p->engine, i) != FACT_TRUE)
			play_wrong(
			    p, s->check[i].text.line,
			    "after the solution this goal does not "
			    "hold: %.300s",
			    engine_explain(p->engine, i, is, sizeof(is)));
}

/* The fail or keep that was set off, by its line. */
static void
play_tell_lost(struct play *p, const struct step *s, const char *what)
{
	for (int i = 0; i < s->checks; i++)
		if ((s->check[i].kind == CHECK_FAIL ||
		     s->check[i].kind == CHECK_KEEP) &&
		    engine_said(p->engine, i))
			play_wrong(p, s->check[i].text.line,
			           "%s sets this %s off", what,
			           check_word(s->check[i].kind));
}

static void
play_check_truths(struct play *p, const struct step *s)
{
	for (int i = 0; i < s->questions; i++) {
		const struct question *q = &s->question[i];

		switch (engine_truth(p->engine, i)) {
		case TRUTH_UNASKED:
			play_wrong(p, q->before.line,
			           "the solution never types \"%.80s\", so "
			           "this is not asked",
			           q->before.text);
			break;
		case TRUTH_HELD:
			break;
		default:
			play_wrong(p, q->truth.line,
			           "the truth does not hold after \"%.80s\"",
			           q->before.text);
		}
	}
}

/* Is the step still to be done?  false: there is no use in going on. */
static bool
play_check_start(struct play *p, const struct step *s)
{
	if (engine_paused(p->engine)) {
		play_wrong(p, s->line,
		           "all goals of the step %s hold at its start "
		           "already",
		           s->id);
		return false;
	}
	if (engine_state(p->engine) == ENGINE_LOST) {
		play_tell_lost(p, s, "the start of the step");
		return false;
	}
	return true;
}

static bool
play_solve(struct play *p, const struct step *s)
{
	engine_type(p->engine, s->solution, s->solutions);
	if (!play_until(p, play_is_over, p->limit_ns)) {
		if (engine_typing(p->engine))
			play_wrong(p,
			           s->solutions ? s->solution[0].line : s->line,
			           "the solution of the step %s hangs at "
			           "\"%.60s\": it was stopped",
			           s->id, engine_typed(p->engine));
		else
			play_tell_open(p, s);
		play_check_truths(p, s);
		play_stop(p);
		return false;
	}
	if (engine_state(p->engine) == ENGINE_LOST)
		play_tell_lost(p, s, "the solution");
	else
		play_check_truths(p, s);
	return engine_paused(p->engine);
}

/* Coming to steps *******************************************************/

static bool
play_goto(struct play *p, int step)
{
	struct err err;

	p->errors[0] = '\0';
	if (engine_goto(p->engine, step, &err) < 0) {
		play_wrong(p, play_step(p, step)->line, "%s", err.text);
		return false;
	}
	if (play_until(p, play_has_come, play_arrive_ns(p)) &&
	    engine_state(p->engine) == ENGINE_STEP &&
	    engine_step(p->engine) == step)
		return true;
	play_wrong(p, play_step(p, step)->line,
	           "entering at the step %s, the solutions before it do not "
	           "come to it",
	           play_step(p, step)->id);
	play_stop(p);
	return false;
}

/* The same processes as when it was played up to here? */
static void
play_compare(struct play *p, int step)
{
	int64_t end_ns = clock_ns() + PLAY_SAME_NS;
	char *state;

	if (!p->state[step])
		return;
	for (;;) {
		play_refresh(p);
		state = play_state(session_snapshot(p->session));
		if (!state || strcmp(state, p->state[step]) == 0 ||
		    clock_ns() >= end_ns)
			break;
		free(state);
		loop_turn(p->loop, clock_ns() + 20 * NS_PER_MS, NULL);
	}
	if (state && strcmp(state, p->state[step]) != 0)
		play_wrong(p, play_step(p, step)->line,
		           "entering at this step gives another laboratory "
		           "(%.150s) than playing up to it (%.150s)",
		           state, p->state[step]);
	free(state);
}

/* Nothing has moved for a moment: what there is, stays. */
static void
play_remember(struct play *p, int step)
{
	int64_t end_ns = clock_ns() + PLAY_SAME_NS;
	char *state = NULL, *before = NULL;

	do {
		free(before);
		before = state;
		loop_turn(p->loop, clock_ns() + 20 * NS_PER_MS, NULL);
		play_refresh(p);
		state = play_state(session_snapshot(p->session));
	} while (state && clock_ns() < end_ns &&
	         (!before || strcmp(state, before) != 0 ||
	          !play_state_named(session_snapshot(p->session))));
	free(before);
	p->state[step] = state;
}

/* From the first step to the last.  Returns how many could be played. */
static int
play_through(struct play *p)
{
	for (int i = 0; i < p->lesson->steps; i++) {
		const struct step *s = play_step(p, i);

		if (!play_until(p, play_has_come, play_arrive_ns(p)) ||
		    engine_state(p->engine) == ENGINE_STUCK) {
			play_wrong(p, s->line,
			           "the step %s could not begin: what is "
			           "typed at the start hangs",
			           s->id);
			play_stop(p);
			return i;
		}
		play_remember(p, i);
		if (!play_check_start(p, s) || !play_solve(p, s))
			return i;
		engine_resume(p->engine);
	}
	return p->lesson->steps;
}

/* Mistakes **************************************************************/

static const struct mistake *play_mistaken;

static bool
play_is_expected(struct play *p)
{
	const struct mistake *m = play_mistaken;

	switch (m->expect) {
	case EXPECT_FAIL:
	case EXPECT_KEEP:
	case EXPECT_WHEN:
		return engine_said(p->engine, m->check);
	case EXPECT_GOAL:
		return engine_verdict(p->engine, m->check) != FACT_TRUE;
	case EXPECT_ERROR:
		return strstr(p->errors, m->expected.text) != NULL;
	default:
		return false;
	}
}

static void
play_err(struct play *p, const struct mistake *m)
{
	char is[FACT_EXPLAIN] = "";

	play_mistaken = m;
	engine_type(p->engine, m->type, m->types);
	if (!play_until(p, play_has_typed, p->limit_ns)) {
		play_wrong(p, m->type[0].line,
		           "the mistake \"%.80s\" hangs: it was stopped",
		           m->name.text);
		play_stop(p);
		return;
	}
	play_refresh(p);
	if (engine_paused(p->engine))
		play_wrong(p, m->name.line,
		           "the mistake \"%.80s\" is taken for success: all "
		           "goals hold",
		           m->name.text);
	else if (!play_until(p, play_is_expected, PLAY_EXPECT_NS)) {
		if (m->expect != EXPECT_ERROR)
			engine_explain(p->engine, m->check, is, sizeof(is));
		play_wrong(p, m->expected.line,
		           "the mistake \"%.80s\" does not come to this%s%s",
		           m->name.text, is[0] ? ": " : "", is);
	}
}

/* Every step that could be played is entered directly, at least once. */
static void
play_enter(struct play *p, int played)
{
	for (int i = 0; i < played; i++) {
		const struct step *s = play_step(p, i);

		for (int m = 0; m < s->mistakes; m++) {
			if (!play_goto(p, i))
				break;
			if (m == 0)
				play_compare(p, i);
			play_err(p, &s->mistake[m]);
		}
		if (s->mistakes == 0 && i > 0 && play_goto(p, i))
			play_compare(p, i);
	}
}

/* The stage *************************************************************/

static void
play_line(void *arg, enum line_kind kind, const char *name, const char *text)
{
	struct play *p = arg;

	(void)name;
	if (kind == LINE_ERROR)
		text_add(p->errors, sizeof(p->errors), "%s\n", text);
}

static void
play_event(void *arg, const struct event *e)
{
	(void)arg, (void)e;
}

static void
play_changed(void *arg)
{
	(void)arg;
}

static void
play_progress(void *arg, const char *text)
{
	(void)arg, (void)text;
}

static int
play_open(struct play *p, const char *programs, int port, struct err *err)
{
	const struct engine_options how = { .panel = true,
		                            .forgetful = true,
		                            .port = port,
		                            .reach_ns = p->limit_ns };
	const struct front front = { .arg = p,
		                     .line = play_line,
		                     .event = play_event,
		                     .changed = play_changed,
		                     .progress = play_progress };
	struct session_options options = { .empty = true,
		                           .headless = true,
		                           .programs = programs };

	p->loop = loop_open(err);
	p->engine = p->loop ? engine_open(&how, err) : NULL;
	if (!p->engine)
		return -1;
	options.guide = engine_guide(p->engine);
	p->session = session_open(p->loop, &options, &front, err);
	return p->session ? 0 : -1;
}

/* What is left when all is closed? */
static void
play_check_left(struct play *p, int port)
{
	struct procfs *proc = procfs_open(NULL, NULL);
	pid_t pids[8];
	int n = proc ? procfs_children(proc, getpid(), 0, pids, 8) : 0;

	if (n > 0)
		play_wrong(p, 1, "afterwards %d processes are left", n);
	if (port_pick(port) != port)
		play_wrong(p, 1, "afterwards the port %d is not free", port);
	procfs_close(proc);
}

static void
play_close(struct play *p)
{
	session_close(p->session);
	if (p->session)
		play_check_left(p, p->engine->port);
	engine_close(p->engine);
	if (p->loop)
		loop_close(p->loop);
	for (int i = 0; i < LESSON_STEPS; i++)
		free(p->state[i]);
}

static void
play_run(struct play *p, struct lesson *lesson)
{
	struct err err;

	p->lesson = lesson;
	engine_pause(p->engine, true);
	if (engine_begin(p->engine, lesson, 0, &err) < 0)
		play_wrong(p, lesson->line, "%s", err.text);
	else
		play_enter(p, play_through(p));
}

void
play_file(const char *path, const char *programs, int port, int64_t limit_ns,
          struct problems *problems)
{
	struct play *p = calloc(1, sizeof(*p));
	struct lesson *lesson = format_read(path, problems);
	struct err err;

	if (!p || !lesson) {
		lesson_free(lesson);
		free(p);
		return;
	}
	p->path = path;
	p->problems = problems;
	p->limit_ns = limit_ns;
	if (play_open(p, programs, port, &err) == 0) {
		play_run(p, lesson);
	} else {
		play_wrong(p, 0, "%s", err.text);
		lesson_free(lesson);
	}
	play_close(p);
	free(p);
}
