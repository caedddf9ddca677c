/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What begins when.  Start reading at engine_fresh(), then engine_turn(),
 * which everything that happens comes to.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "lessons/engine-inside.h"
#include "lessons/shelf.h"
#include "lessons/typed.h"

void
engine_say(struct engine *e, enum line_kind kind, const char *fmt, ...)
{
	char text[2 * PANEL_TEXT], here[2 * PANEL_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	port_text(text, e->port, here, sizeof(here));
	session_say(e->session, kind, "%s", here);
}

const char *
engine_text(const struct engine *e, const char *text, char buf[PANEL_TEXT])
{
	return port_text(text ? text : "", e->port, buf, PANEL_TEXT);
}

const struct step *
engine_open_step(const struct engine *e)
{
	return e->lesson && e->step >= 0 && e->step < e->lesson->steps
	           ? &e->lesson->step[e->step]
	           : NULL;
}

/* A fresh start *********************************************************/

/* Files that puppets of this lesson may have made. */
static void
engine_remove_files(const struct line *lines, int n)
{
	for (int i = 0; i < n; i++) {
		const char *at = strstr(lines[i].text, TYPED_FILES);
		char path[PANEL_TEXT];

		if (!at)
			continue;
		snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, " \t;"),
		         at);
		unlink(path);
	}
}

void
engine_clean(struct engine *e)
{
	const struct lesson *l = e->lesson;

	for (int i = 0; l && i < l->steps; i++) {
		const struct step *s = &l->step[i];

		engine_remove_files(s->solution, s->solutions);
		for (int m = 0; m < s->mistakes; m++)
			engine_remove_files(s->mistake[m].type,
			                    s->mistake[m].types);
	}
}

static void
engine_quiet(struct engine *e)
{
	look_end(e);
	ask_end(e);
	hand_stop(e);
	loop_cancel(session_loop(e->session), e->quiet_timer);
	e->quiet_timer = 0;
	e->paused = false;
}

/* Come to a step from the very beginning, in a laboratory of its own. */
static int
engine_fresh(struct engine *e, int target, bool solving, struct err *err)
{
	engine_quiet(e);
	e->state = ENGINE_FREE;
	if (session_clear(e->session, err) < 0)
		return -1;
	engine_clean(e);
	e->port = port_pick(e->options.port);
	session_usual_port(e->session, e->port);
	e->left[0] = '\0';
	e->state = ENGINE_COMING;
	e->step = -1;
	e->target = target;
	e->solving = solving;
	e->reach_ns = clock_ns() + e->options.reach_ns;
	engine_type(e, e->lesson->start, e->lesson->starts);
	return 0;
}

int
engine_begin(struct engine *e, struct lesson *lesson, int step, struct err *err)
{
	if (e->lesson)
		engine_quiet(e);
	engine_clean(e);
	if (e->lesson != lesson)
		lesson_free(e->lesson);
	e->lesson = lesson;
	snprintf(e->path, sizeof(e->path), "%s", lesson->path);
	reread_open(e);
	return engine_fresh(e, step, false, err);
}

/* Steps *****************************************************************/

void
engine_offer(void *arg)
{
	struct engine *e = arg;

	e->quiet_timer = 0;
	if (e->state != ENGINE_STEP || e->offered)
		return;
	e->offered = true;
	engine_say(e, LINE_GUIDE, "stuck? `hint` helps a little");
}

void
engine_wait_quiet(struct engine *e)
{
	loop_cancel(session_loop(e->session), e->quiet_timer);
	e->quiet_timer =
	    e->state != ENGINE_STEP || e->offered || e->shown
	        ? 0
	        : loop_timer(session_loop(e->session),
	                     clock_ns() + ENGINE_QUIET_NS, engine_offer, e);
}

static void
engine_tell_step(struct engine *e)
{
	const struct step *s = engine_open_step(e);

	if (e->options.panel)
		return;
	engine_say(e, LINE_GUIDE, "%s, step %d of %d", e->lesson->id,
	           e->step + 1, e->lesson->steps);
	for (int i = 0; i < s->says; i++)
		engine_say(e, LINE_RESULT, "%s", s->say[i].text);
	look_tell_open(e);
}

static void
engine_enter(struct engine *e, int step)
{
	bool types = step < e->target || (step == e->target && e->solving);
	const struct step *s = &e->lesson->step[step];

	e->step = step;
	e->state = step < e->target ? ENGINE_COMING : ENGINE_STEP;
	e->hints = e->failures = 0;
	e->offered = e->touched = false;
	e->reach_ns = clock_ns() + e->options.reach_ns;
	look_begin(e);
	ask_begin(e);
	if (types)
		engine_type(e, s->solution, s->solutions);
	if (step < e->target)
		return;
	show_chapter(e);
	look_now(e);
	engine_tell_step(e);
	engine_wait_quiet(e);
}

static void
engine_mark(struct engine *e)
{
	const struct step *s = engine_open_step(e);
	struct err err;

	if (e->shown)
		return;
	if (progress_mark(e->progress, e->lesson->id, s->id, e->solving, &err) <
	    0)
		engine_say(e, LINE_ERROR, "%s", err.text);
}

static void
engine_finish(struct engine *e)
{
	struct lesson *next = shelf_next(e->progress, e->lesson);

	engine_quiet(e);
	e->state = ENGINE_FINISHED;
	engine_say(e, LINE_GOOD, "the lesson %s is done: %s", e->lesson->id,
	           e->lesson->title.text ? e->lesson->title.text : "");
	if (*lesson_more(e->lesson))
		engine_say(e, LINE_GUIDE, "more: %s", lesson_more(e->lesson));
	if (next)
		engine_say(e, LINE_GUIDE, "`learn %s` is the next one: %s",
		           next->id, next->title.text);
	engine_say(e, LINE_GUIDE,
	           "the laboratory stays as it is: play with it");
	lesson_free(next);
}

void
engine_resume(struct engine *e)
{
	e->paused = false;
	if (e->step + 1 >= e->lesson->steps) {
		engine_finish(e);
		return;
	}
	look_end(e);
	ask_end(e);
	if (e->step >= e->target) {
		e->target = e->step + 1;
		e->solving = false;
	}
	engine_enter(e, e->step + 1);
}

void
engine_next(struct engine *e)
{
	hand_stop(e);
	if (e->step >= e->target) {
		engine_mark(e);
		engine_say(e, LINE_GOOD, "step %d of %d is done%s", e->step + 1,
		           e->lesson->steps, e->solving ? " (solved)" : "");
	}
	if ((e->pauses || e->shown) && e->step >= e->target)
		e->paused = true;
	else
		engine_resume(e);
}

/* Every turn ************************************************************/

/* Nothing runs, or what runs is in front and waits for keys. */
static bool
engine_at_rest(const struct engine *e)
{
	return session_at_prompt(e->session) || session_typed_to(e->session);
}

/* What was typed does not come to what it should. */
static void
engine_stick(struct engine *e)
{
	int step = e->step < 0 ? 0 : e->step;

	hand_stop(e);
	if (!session_rests(e->session))
		session_interrupt(e->session);
	if (e->state == ENGINE_COMING)
		e->state = ENGINE_STUCK;
	engine_say(e, LINE_ERROR,
	           "the solution of step %d did not do it: `again` tries once "
	           "more",
	           step + 1);
	look_tell_open(e);
	e->solving = false;
	e->reach_ns = -1;
}

void
engine_show(struct engine *e)
{
	const struct front *front = session_front(e->session);

	front->changed(front->arg);
}

static void
engine_on_timer(void *arg)
{
	struct engine *e = arg;

	e->timer = 0;
	engine_turn(e);
	engine_show(e);
}

static int64_t
engine_earlier_ns(int64_t a_ns, int64_t b_ns)
{
	return a_ns < 0 || (b_ns >= 0 && b_ns < a_ns) ? b_ns : a_ns;
}

/* When there is something to see without an event. */
static void
engine_set_timer(struct engine *e)
{
	int64_t at_ns = ask_deadline_ns(e);

	for (int i = 0; e->looking && i < LESSON_CHECKS; i++)
		if (e->tracked[i].fact)
			at_ns = engine_earlier_ns(
			    at_ns, fact_next_deadline_ns(e->tracked[i].fact));
	if (e->state == ENGINE_COMING || e->solving || e->arriving)
		at_ns = engine_earlier_ns(at_ns, e->reach_ns);
	loop_cancel(session_loop(e->session), e->timer);
	e->timer = at_ns < 0 ? 0
	                     : loop_timer(session_loop(e->session), at_ns,
	                                  engine_on_timer, e);
}

static void
engine_go_on(struct engine *e)
{
	bool all = look_now(e), settled = ask_settled(e);

	if (e->state != ENGINE_COMING && e->state != ENGINE_STEP)
		return;
	hand_turn(e);
	if (engine_typing(e) || !engine_at_rest(e) || e->question >= 0)
		return;
	if (e->step < 0)
		engine_enter(e, 0);
	else if (all && settled && !e->paused)
		engine_next(e);
}

void
engine_turn(struct engine *e)
{
	bool typing;

	if (!e->session || e->state == ENGINE_FREE)
		return;
	engine_go_on(e);
	typing = e->state == ENGINE_COMING ||
	         (e->state == ENGINE_STEP && e->solving && !e->paused);
	if (typing && e->reach_ns >= 0 && clock_ns() >= e->reach_ns)
		engine_stick(e);
	engine_set_timer(e);
	show_arrive(e);
}

/* For commands **********************************************************/

static int
engine_must_learn(const struct engine *e, struct err *err)
{
	if (e->lesson && e->state != ENGINE_FREE)
		return 0;
	return err_set(err, "there is no lesson open: `lessons` lists them, "
	                    "`learn` begins one");
}

int
engine_goto(struct engine *e, int step, struct err *err)
{
	if (engine_must_learn(e, err) < 0)
		return -1;
	if (step < 0)
		step = e->step < 0           ? 0
		       : e->step > e->target ? e->step
		                             : e->target;
	if (e->next) {
		struct lesson *next = e->next;

		e->next = NULL;
		return engine_begin(
		    e, next, step < next->steps ? step : next->steps - 1, err);
	}
	return engine_fresh(e, step, false, err);
}

int
engine_solve(struct engine *e, struct err *err)
{
	if (engine_must_learn(e, err) < 0)
		return -1;
	return engine_fresh(e, e->step > e->target ? e->step : e->target, true,
	                    err);
}

int
engine_leave(struct engine *e, struct err *err)
{
	if (engine_must_learn(e, err) < 0)
		return -1;
	snprintf(e->left, sizeof(e->left), "%s", e->lesson->id);
	e->left_step = e->state == ENGINE_FINISHED ? 0
	               : e->step > e->target       ? e->step
	                                           : e->target;
	engine_quiet(e);
	loop_cancel(session_loop(e->session), e->timer);
	e->timer = 0;
	e->state = ENGINE_FREE;
	return 0;
}

int
engine_hint(struct engine *e, char *buf, size_t size, struct err *err)
{
	const struct step *s;
	char here[PANEL_TEXT];

	if (engine_must_learn(e, err) < 0)
		return -1;
	s = engine_open_step(e);
	if (!s || e->state == ENGINE_FINISHED)
		return err_set(err, "the lesson is done: there is nothing to "
		                    "hint at");
	if (e->hints >= s->hints)
		return err_set(err, "there are no more hints: `solve` shows "
		                    "how it is done");
	snprintf(buf, size, "hint %d of %d: %s", e->hints + 1, s->hints,
	         engine_text(e, s->hint[e->hints].text, here));
	e->hints++;
	return 0;
}

/* How it stands *********************************************************/

enum engine_state
engine_state(const struct engine *e)
{
	return e->state;
}

const struct lesson *
engine_lesson(const struct engine *e)
{
	return e->state == ENGINE_FREE ? NULL : e->lesson;
}

int
engine_step(const struct engine *e)
{
	return e->step;
}

void
engine_pause(struct engine *e, bool pauses)
{
	e->pauses = pauses;
}

bool
engine_paused(const struct engine *e)
{
	return e->paused;
}
