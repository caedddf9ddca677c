/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A lesson that a script shows: `#! step LESSON STEP` comes to a step as
 * `goto` does, the lines of the script are the student's, and nothing of it
 * counts as progress.  When the script has done something in the step before,
 * that one is not begun anew, but waited for: its goals must come to hold, and
 * then a command of it that failed did so for the lesson's sake.
 */
#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "core/tape/tape.h"
#include "lessons/engine-inside.h"
#include "lessons/shelf.h"

#define SHOW_END "end" /* `#! step LESSON end`: the last one is done */

void
show_chapter(struct engine *e)
{
	struct tape *t = tape_of(e->session);
	char title[2 * LESSON_ID + 8];

	if (!t || !tape_records(t))
		return;
	snprintf(title, sizeof(title), "%s: %s", e->lesson->id,
	         engine_open_step(e)->id);
	tape_mark(t, title);
}

/* What the step still wants, as a sentence. */
static void
show_open(const struct engine *e, char *buf, size_t size)
{
	const struct step *s = engine_open_step(e);
	char is[FACT_EXPLAIN];

	snprintf(buf, size, "the step %s of %s is not done", s->id,
	         e->lesson->id);
	for (int i = 0; i < s->checks; i++)
		if (s->check[i].kind == CHECK_GOAL &&
		    engine_verdict(e, i) != FACT_TRUE)
			text_add(buf, size, ": %s: %s", s->check[i].text.text,
			         engine_explain(e, i, is, sizeof(is)));
}

/* Is the wait over?  why: "" when it came as it should. */
static bool
show_over(struct engine *e, char *why, size_t size)
{
	why[0] = '\0';
	if (e->state == ENGINE_COMING)
		return false;
	if (!e->goals) {
		if (e->state != ENGINE_STEP)
			snprintf(why, size,
			         "the step was not reached: a solution before "
			         "it did not do what it should");
		return true;
	}
	if (e->paused)
		return true;
	if (e->state == ENGINE_STEP && clock_ns() < e->reach_ns)
		return false;
	show_open(e, why, size);
	return true;
}

void
show_arrive(struct engine *e)
{
	bool goes_on = e->goals;
	char why[2 * PANEL_TEXT];

	if (!e->arriving || !show_over(e, why, sizeof(why)))
		return;
	e->arriving = e->goals = false;
	if (goes_on && !why[0]) {
		session_forgive(e->session, e->status);
		engine_resume(e);
	}
	e->status = session_status(e->session);
	tape_arrived(tape_of(e->session), why[0] ? why : NULL);
}

/* Does the lesson go on to it when the step at hand is done? */
static bool
show_is_next(const struct engine *e, const char *name, const char *step)
{
	const struct lesson *l = e->lesson;

	if (!e->shown || !e->touched || e->state < ENGINE_STEP ||
	    e->state == ENGINE_FINISHED ||
	    (strcmp(name, l->id) != 0 && strcmp(name, l->path) != 0))
		return false;
	return e->step + 1 < l->steps ? lesson_step(l, step) == e->step + 1
	                              : strcmp(step, SHOW_END) == 0;
}

static int
show_next(struct engine *e)
{
	e->reach_ns = clock_ns() + e->options.reach_ns;
	e->arriving = e->goals = true;
	engine_turn(e);
	return 1;
}

static void
show_missing(const struct lesson *l, const char *step, struct err *err)
{
	char steps[256] = "";

	for (int i = 0; i < l->steps; i++)
		text_add(steps, sizeof(steps), "%s%s", i ? ", " : "",
		         l->step[i].id);
	err_set(err, "the lesson %s has no step %.40s: it has %s", l->id, step,
	        steps);
}

static int
show_step(void *arg, const char *name, const char *step, struct err *err)
{
	struct engine *e = arg;
	struct lesson *l;
	int at;

	if (show_is_next(e, name, step))
		return show_next(e);
	l = shelf_open(name, err);
	if (!l)
		return -1;
	at = lesson_step(l, step);
	if (at < 0) {
		show_missing(l, step, err);
		lesson_free(l);
		return -1;
	}
	e->shown = e->arriving = true;
	e->goals = false;
	if (engine_begin(e, l, at, err) == 0)
		return 1;
	e->arriving = false;
	return -1;
}

/* What the lesson types, too: servers get the port that is free here. */
static const char *
show_here(void *arg, const char *text, char buf[PARSE_LINE])
{
	const struct engine *e = arg;

	return e->shown && engine_lesson(e)
	           ? port_command(text, e->port, buf, PARSE_LINE)
	           : text;
}

/* Lines wait for what the one before came to, as those of a solution do. */
static bool
show_looks(void *arg)
{
	struct engine *e = arg;

	return e->shown && e->state == ENGINE_STEP &&
	       (look_is_about_to(e) || ask_deadline_ns(e) >= 0);
}

/* What comes now is the student's. */
static void
show_ended(void *arg)
{
	struct engine *e = arg;

	if (!e->shown)
		return;
	e->shown = e->arriving = false;
	if (e->paused && !e->pauses)
		engine_resume(e);
}

void
engine_on_tape(struct session *s)
{
	struct engine *e = engine_of(s);
	struct tape *t = tape_of(s);
	const struct tape_lessons lessons = { .arg = e,
		                              .step = show_step,
		                              .here = show_here,
		                              .ended = show_ended,
		                              .looks = show_looks };

	if (e && t)
		tape_on_step(t, &lessons);
}
