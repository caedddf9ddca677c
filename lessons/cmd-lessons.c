/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lessons: what can be learnt, and what is done.
 */
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"
#include "lessons/engine-inside.h"
#include "lessons/shelf.h"

/* What stands left of a title, and of 80 columns, less two, what is free. */
#define LESSONS_LEFT 33
#define LESSONS_TEXT (78 - LESSONS_LEFT)

/* "done", "2 of 3", or nothing yet. */
static void
lessons_state(const struct progress *p, const struct lesson *l, char *buf,
              size_t size)
{
	int n = progress_count(p, l);

	if (n == l->steps)
		snprintf(buf, size, "done");
	else if (n)
		snprintf(buf, size, "%d of %d", n, l->steps);
	else
		snprintf(buf, size, "-");
}

static void
lessons_row(struct session *s, const struct progress *p, const struct lesson *l)
{
	char state[24], needs[LESSON_LINE] = "";
	const char *title = l->title.text ? l->title.text : "";
	bool beside;

	lessons_state(p, l, state, sizeof(state));
	for (int i = 0; i < l->needs; i++)
		text_add(needs, sizeof(needs), "%s%s", i ? " " : "needs ",
		         l->need[i].text);
	beside = strlen(title) + 2 + strlen(needs) <= LESSONS_TEXT;
	session_say(s, LINE_RESULT, "%-15s %-7s %2d min  %s%s%s", l->id, state,
	            l->minutes, title, beside && needs[0] ? "  " : "",
	            beside ? needs : "");
	if (!beside)
		session_say(s, LINE_RESULT, "%*s%s", LESSONS_LEFT, "", needs);
}

static enum outcome
run_lessons(struct session *s, const struct args *args, struct err *err)
{
	struct engine *e = engine_of(s);
	struct shelf shelf;

	(void)args;
	if (!e) {
		err_set(err, "there are no lessons here");
		return OUTCOME_FAILED;
	}
	shelf_load(&shelf);
	for (int i = 0; i < shelf.n; i++)
		lessons_row(s, e->progress, shelf.lesson[i]);
	for (int i = 0; i < problems_kept(&shelf.problems); i++) {
		const struct problem *p = problems_nth(&shelf.problems, i);

		session_say(s, LINE_ERROR, "%s:%d: %s", shelf_base(p->file),
		            p->line, p->text);
	}
	if (shelf.n == 0)
		session_say(s, LINE_RESULT,
		            "no lesson was found: they stand in %s/lessons and "
		            "~/.local/share/forkshop/lessons",
		            DATADIR);
	shelf_close(&shelf);
	return OUTCOME_DONE;
}

const struct command cmd_lessons = {
	.name = "lessons",
	.group = "lessons",
	.blurb = "list the lessons, and what is done of them",
	.past = PAST_LOOKS,
	.run = run_lessons,
};
