/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A rule, a function.  What makes a lesson unreadable is found before, by
 * format.c.
 */
#include "lessons/lint-inside.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/parse.h"

/* What fits the panel of a screen of 80 columns and 24 rows. */
enum {
	LINT_COLS = 76,
	LINT_SAY_ROWS = 4,   /* all lines of a step together */
	LINT_GOALS = 4,      /* in a step */
	LINT_GOAL_COLS = 34, /* what is and what is wanted stand behind it */
	LINT_TITLE_COLS = 48,
	LINT_ASK_ROWS = 2,
	LINT_ANSWER_COLS = 70,
	LINT_HINT_ROWS = 2,
	LINT_TEXT_ROWS = 3, /* a reply, a fail, a when, a note */
	LINT_CAPTION_ROWS = 1
};

void
lint_wrong(const struct lint *t, int line, const char *fmt, ...)
{
	char text[ERR_TEXT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problem_add(t->problems, t->lesson->path, line, "%s", text);
}

/* Texts *****************************************************************/

/* Characters of UTF-8; of a word, as columns. */
static int
lint_columns(const char *text, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

int
lint_rows(const char *text, int cols)
{
	int rows = 1, at = 0;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");
		int word = lint_columns(text, len);

		if (at && at + 1 + word > cols) {
			rows++;
			at = 0;
		}
		at += word + (at > 0);
		text += len;
	}
	return rows;
}

/* "pid 4711" is another one the next time; pid 1 is always init. */
static bool
lint_names_pid(const char *text)
{
	for (const char *at = text; (at = strcasestr(at, "pid ")); at++) {
		int64_t n = strtoll(at + 4, NULL, 10);

		if (n > 1 && isdigit((unsigned char)at[4]))
			return true;
	}
	return false;
}

static void
lint_text(const struct lint *t, const struct line *l, const char *what,
          int rows)
{
	if (!l->text)
		return;
	if (lint_rows(l->text, LINT_COLS) > rows)
		lint_wrong(t, l->line,
		           "this %s fills %d rows of a screen of 80 columns, "
		           "and has room for %d",
		           what, lint_rows(l->text, LINT_COLS), rows);
	if (lint_names_pid(l->text))
		lint_wrong(t, l->line,
		           "names, never pids: they are others the next time");
	if (strstr(l->text, "TODO"))
		lint_wrong(t, l->line, "there is a TODO left");
}

static void
lint_cols(const struct lint *t, const struct line *l, const char *what,
          int cols)
{
	int n = l->text ? lint_columns(l->text, strlen(l->text)) : 0;

	lint_text(t, l, what, LINT_TEXT_ROWS);
	if (n > cols)
		lint_wrong(t, l->line,
		           "this %s has %d columns, and on a screen of 80 "
		           "there is room for %d",
		           what, n, cols);
}

static void
lint_texts(const struct lint *t, const struct line *lines, int n,
           const char *what, int rows)
{
	for (int i = 0; i < n; i++)
		lint_text(t, &lines[i], what, rows);
}

/* Commands **************************************************************/

/* Does a word of it look like a pid? */
static void
lint_command(const struct lint *t, const struct line *l)
{
	struct parse p;

	for (const char *at = l->text; at && *at;) {
		parse_line(at, &p);
		for (int i = 0; p.kind == PARSE_COMMAND && i < p.args.argc; i++)
			if (strcmp(p.command->name, "kill") == 0 &&
			    isdigit((unsigned char)p.args.argv[i][0]))
				lint_wrong(t, l->line,
				           "names, never pids: write w1, not "
				           "%.40s",
				           p.args.argv[i]);
		at = p.next && *p.next ? p.next + strspn(p.next, " \t;") : NULL;
		parse_free(&p);
	}
}

static void
lint_commands(const struct lint *t, const struct line *lines, int n)
{
	for (int i = 0; i < n; i++) {
		lint_command(t, &lines[i]);
		if (strstr(lines[i].text, "TODO"))
			lint_wrong(t, lines[i].line, "there is a TODO left");
	}
}

/* A step ****************************************************************/

static void
lint_say(const struct lint *t, const struct step *s)
{
	int rows = 0;

	for (int i = 0; i < s->says; i++)
		rows += lint_rows(s->say[i].text, LINT_COLS);
	if (s->says == 0 && !t->translation)
		lint_wrong(t, s->line, "the step %s says nothing", s->id);
	else if (rows > LINT_SAY_ROWS)
		lint_wrong(t, s->say[0].line,
		           "the say of this step fills %d rows of a screen of "
		           "80 columns, and has room for %d",
		           rows, LINT_SAY_ROWS);
	lint_texts(t, s->say, s->says, "say", LESSON_LINE);
}

static void
lint_hints(const struct lint *t, const struct step *s)
{
	lint_texts(t, s->hint, s->hints, "hint", LINT_HINT_ROWS);
	if (s->hints == 0 && !t->translation)
		lint_wrong(t, s->line, "the step %s has goals, but no hint",
		           s->id);
}

/* The last hint is a help still, not the solution itself. */
static void
lint_last_hint(const struct lint *t, const struct step *s)
{
	const struct line *hint = s->hints ? &s->hint[s->hints - 1] : NULL;
	size_t all = 0;

	for (int i = 0; hint && i < s->solutions; i++)
		all += strstr(hint->text, s->solution[i].text) != NULL;
	if (hint && s->solutions > 1 && all == (size_t)s->solutions)
		lint_wrong(t, hint->line,
		           "the last hint is the solution: leave something to "
		           "find");
}

static void
lint_checks(const struct lint *t, const struct step *s)
{
	int goals = step_count(s, CHECK_GOAL);

	if (goals > LINT_GOALS)
		lint_wrong(t, s->line,
		           "the step %s has %d goals: a checklist that can be "
		           "read has at most %d",
		           s->id, goals, LINT_GOALS);
	for (int i = 0; i < s->checks; i++) {
		const struct check *c = &s->check[i];

		if (c->kind == CHECK_GOAL)
			lint_cols(t, &c->text, "goal", LINT_GOAL_COLS);
		else
			lint_text(t, &c->text, check_word(c->kind),
			          LINT_TEXT_ROWS);
		for (int j = 0; j < i; j++)
			if (s->check[j].kind == c->kind &&
			    strcmp(s->check[j].text.text, c->text.text) == 0)
				lint_wrong(t, c->text.line,
				           "this %s stands in line %d already",
				           check_word(c->kind),
				           s->check[j].text.line);
	}
}

/* Some line of the solution has to begin with that command. */
static void
lint_before(const struct lint *t, const struct question *q)
{
	struct parse p;

	parse_line(q->before.text, &p);
	if (p.kind == PARSE_WRONG && !p.command)
		lint_wrong(t, q->before.line, "%.400s", p.err.text);
	parse_free(&p);
}

static void
lint_questions(const struct lint *t, const struct step *s)
{
	for (int i = 0; i < s->questions; i++) {
		const struct question *q = &s->question[i];

		lint_before(t, q);
		lint_text(t, &q->ask, "question", LINT_ASK_ROWS);
		for (int a = 0; a < q->answers; a++) {
			lint_cols(t, &q->answer[a].text, "answer",
			          LINT_ANSWER_COLS);
			lint_text(t, &q->answer[a].reply, "reply",
			          LINT_TEXT_ROWS);
		}
	}
}

static void
lint_solution(const struct lint *t, const struct step *s)
{
	if (s->solutions == 0)
		lint_wrong(t, s->line, "the step %s has no solution", s->id);
	lint_commands(t, s->solution, s->solutions);
	for (int i = 0; i < s->mistakes; i++)
		lint_commands(t, s->mistake[i].type, s->mistake[i].types);
}

void
lint_step_texts(const struct lint *t, const struct step *s)
{
	lint_say(t, s);
	lint_checks(t, s);
	lint_hints(t, s);
	lint_texts(t, s->note, s->notes, "note", LINT_TEXT_ROWS);
	lint_text(t, &s->caption, "caption", LINT_CAPTION_ROWS);
}

static void
lint_step(const struct lint *t, const struct step *s)
{
	lint_step_texts(t, s);
	lint_questions(t, s);
	lint_last_hint(t, s);
	lint_solution(t, s);
}

/* The lesson ************************************************************/

static void
lint_head(const struct lint *t)
{
	const struct lesson *l = t->lesson;

	if (!l->title.text)
		lint_wrong(t, l->line, "the lesson has no title");
	lint_cols(t, &l->title, "title", LINT_TITLE_COLS);
	if (!l->minutes)
		lint_wrong(t, l->line,
		           "the lesson does not say how many minutes it takes");
	if (!l->more.text)
		lint_wrong(t, l->line,
		           "there is no more to read: a line such as \"more "
		           "fork(2), wait(2)\"");
	lint_commands(t, l->start, l->starts);
}

static void
lint_ids(const struct lint *t)
{
	const struct lesson *l = t->lesson;

	for (int i = 0; i < l->steps; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(l->step[i].id, l->step[j].id) == 0)
				lint_wrong(t, l->step[i].line,
				           "there is a step %s in line %d "
				           "already",
				           l->step[i].id, l->step[j].line);
}

void
lint_lesson(const struct lesson *l, struct problems *problems)
{
	const struct lint t = { l, problems, false };

	lint_head(&t);
	lint_ids(&t);
	for (int i = 0; i < l->steps; i++)
		lint_step(&t, &l->step[i]);
}
