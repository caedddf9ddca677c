/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hint, solve, again, goto K, predict N: help within a lesson.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/engine-inside.h"

/* The engine, when a lesson is open. */
static struct engine *
step_engine(struct session *s, struct err *err)
{
	struct engine *e = engine_of(s);

	if (e && engine_lesson(e))
		return e;
	err_set(err, "there is no lesson open: `lessons` lists them, `learn` "
	             "begins one");
	return NULL;
}

static enum outcome
step_outcome(int result)
{
	return result < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
}

static enum outcome
run_hint(struct session *s, const struct args *args, struct err *err)
{
	struct engine *e = step_engine(s, err);
	char hint[PANEL_TEXT + 40];

	(void)args;
	if (!e || engine_hint(e, hint, sizeof(hint), err) < 0)
		return OUTCOME_FAILED;
	session_say(s, LINE_GUIDE, "%s", hint);
	return OUTCOME_DONE;
}

static enum outcome
run_solve(struct session *s, const struct args *args, struct err *err)
{
	struct engine *e = step_engine(s, err);

	(void)args;
	return e ? step_outcome(engine_solve(e, err)) : OUTCOME_FAILED;
}

static enum outcome
run_again(struct session *s, const struct args *args, struct err *err)
{
	struct engine *e = step_engine(s, err);

	(void)args;
	return e ? step_outcome(engine_goto(e, -1, err)) : OUTCOME_FAILED;
}

static enum outcome
run_goto(struct session *s, const struct args *args, struct err *err)
{
	struct engine *e = step_engine(s, err);
	int step;

	if (!e)
		return OUTCOME_FAILED;
	step = lesson_step(engine_lesson(e), args->argv[0]);
	if (step < 0) {
		err_set(err, "this lesson has steps 1 to %d, not %.40s",
		        engine_lesson(e)->steps, args->argv[0]);
		return OUTCOME_FAILED;
	}
	return step_outcome(engine_goto(e, step, err));
}

static enum outcome
run_predict(struct session *s, const struct args *args, struct err *err)
{
	struct engine *e = step_engine(s, err);

	if (!e)
		return OUTCOME_FAILED;
	return step_outcome(engine_answer(e, atoi(args->argv[0]), err));
}

static const struct command cmd_hint = {
	.name = "hint",
	.group = "lessons",
	.blurb = "the next hint of this step",
	.past = PAST_LOOKS,
	.run = run_hint,
};

static const struct command cmd_solve = {
	.name = "solve",
	.group = "lessons",
	.blurb = "begin the step anew and see it done",
	.run = run_solve,
};

static const struct command cmd_again = {
	.name = "again",
	.group = "lessons",
	.blurb = "begin the step anew, in a fresh laboratory",
	.run = run_again,
};

static const struct command cmd_goto = {
	.name = "goto",
	.group = "lessons",
	.blurb = "go to a step: those before it are done for you",
	.args = { { .kind = ARG_TEXT, .name = "STEP" } },
	.run = run_goto,
};

static const struct command cmd_predict = {
	.name = "predict",
	.group = "lessons",
	.blurb = "answer the question that is open; the digit alone does, too",
	.args = { { .kind = ARG_NUMBER,
	            .name = "N",
	            .min = 1,
	            .max = LESSON_ANSWERS } },
	.run = run_predict,
};

extern const struct command cmd_lessons, cmd_learn, cmd_leave;

const struct command *const engine_commands[] = {
	&cmd_lessons, &cmd_learn, &cmd_predict, &cmd_hint, &cmd_solve,
	&cmd_again,   &cmd_goto,  &cmd_leave,   NULL,
};
