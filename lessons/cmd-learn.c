/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * learn [NAME], leave: into a lesson, and out of it for free play.
 */
#include <stdio.h>
#include <string.h>

#include "lessons/engine-inside.h"
#include "lessons/shelf.h"

static struct engine *
learn_engine(struct session *s, struct err *err)
{
	struct engine *e = engine_of(s);

	if (!e)
		err_set(err, "there are no lessons here");
	return e;
}

/* Which lesson and step to go on with, when none was named. */
static struct lesson *
learn_where_left(struct engine *e, int *step, struct err *err)
{
	struct lesson *l = NULL, *next;
	const char *lesson, *last;

	if (e->state != ENGINE_FREE && e->state != ENGINE_FINISHED) {
		*step = e->step > e->target ? e->step : e->target;
		return shelf_open(e->path, err);
	}
	if (e->left[0]) {
		*step = e->left_step;
		return shelf_open(e->path, err);
	}
	if (progress_last(e->progress, &lesson, &last))
		l = shelf_open(lesson, err);
	if (l && lesson_step(l, last) >= 0)
		session_say(e->session, LINE_GUIDE,
		            "last time you did step %d of %d of %s",
		            lesson_step(l, last) + 1, l->steps, l->id);
	*step = l ? progress_open_step(e->progress, l) : 0;
	if (l && *step >= 0)
		return l;
	next = shelf_next(e->progress, l);
	lesson_free(l);
	if (!next)
		err_set(err, "all lessons are done: `lessons` lists them, and "
		             "`learn NAME` begins one again");
	*step = next ? progress_open_step(e->progress, next) : 0;
	return next;
}

/* The lessons to do first that are not done. */
static void
learn_tell_needs(struct engine *e, const struct lesson *l)
{
	for (int i = 0; i < l->needs; i++) {
		struct err err;
		struct lesson *need = shelf_open(l->need[i].text, &err);

		if (need && progress_open_step(e->progress, need) >= 0)
			session_say(e->session, LINE_RESULT,
			            "%s builds on %s, which you have not done: "
			            "`learn %s` begins it",
			            l->id, need->id, need->id);
		lesson_free(need);
	}
}

int
engine_learn(struct engine *e, const char *name, struct err *err)
{
	struct lesson *l;
	int step = 0;

	if (!name && e->options.learn && e->options.learn[0]) {
		name = e->options.learn;
		e->options.learn = NULL;
	}
	l = name ? shelf_open(name, err) : learn_where_left(e, &step, err);
	if (!l)
		return -1;
	if (name)
		step = progress_open_step(e->progress, l);
	if (step < 0 || step >= l->steps)
		step = 0;
	session_say(e->session, LINE_GUIDE, "%s: %s", l->id, l->title.text);
	learn_tell_needs(e, l);
	return engine_begin(e, l, step, err);
}

static void
learn_names(void (*add)(void *, const char *word, const char *blurb), void *arg)
{
	struct shelf shelf;

	shelf_load(&shelf);
	for (int i = 0; i < shelf.n; i++)
		add(arg, shelf.lesson[i]->id, shelf.lesson[i]->title.text);
	shelf_close(&shelf);
}

static enum outcome
run_learn(struct session *s, const struct args *args, struct err *err)
{
	struct engine *e = learn_engine(s, err);

	if (!e || engine_learn(e, args->argc ? args->argv[0] : NULL, err) < 0)
		return OUTCOME_FAILED;
	return OUTCOME_DONE;
}

static enum outcome
run_leave(struct session *s, const struct args *args, struct err *err)
{
	struct engine *e = learn_engine(s, err);

	(void)args;
	if (!e || engine_leave(e, err) < 0)
		return OUTCOME_FAILED;
	session_say(s, LINE_GUIDE,
	            "free play: nothing is asked of you; `learn` comes back to "
	            "the lesson");
	return OUTCOME_DONE;
}

const struct command cmd_learn = {
	.name = "learn",
	.group = "lessons",
	.blurb = "begin a lesson, or go on where you stopped",
	.detail = "Each lesson has a laboratory of its own: what runs is ended "
	          "and names begin at 1 again. `lessons` lists them. A lesson "
	          "that is named by its file need not be installed: learn "
	          "./my.lesson.",
	.example = "learn zombies",
	.args = { { .kind = ARG_TEXT,
	            .name = "NAME",
	            .optional = true,
	            .find = learn_names } },
	.run = run_learn,
};

const struct command cmd_leave = {
	.name = "leave",
	.group = "lessons",
	.blurb = "leave the lesson for free play; learn comes back",
	.past = PAST_LOOKS,
	.run = run_leave,
};
