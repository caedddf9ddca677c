/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What each key and each mark does: the rows are at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/sys/text.h"
#include "lessons/format-inside.h"
#include "lessons/typed.h"

/* Small steps ***********************************************************/

static struct line
format_keep(const struct format *f, const char *text)
{
	size_t size = strlen(text) + 1;
	struct line line = { .text = malloc(size), .line = f->line };

	if (line.text)
		text_clean(line.text, size, text, size - 1);
	return line;
}

/* One text that may stand once. */
static void
format_once(struct format *f, struct line *line, const char *what,
            const char *text)
{
	if (line->text)
		format_wrong(f, "%s stands in line %d already", what,
		             line->line);
	else
		*line = format_keep(f, text);
}

/* One more in a list of at most `max`. */
static void
format_push(struct format *f, struct line *list, int *n, int max,
            const char *what, const char *text)
{
	if (*n == max)
		format_wrong(f, "too many: there are at most %d %s", max, what);
	else
		list[(*n)++] = format_keep(f, text);
}

static void
format_fact(struct format *f, struct line *line, const char *what,
            const char *text)
{
	struct err err;
	struct fact *fact = fact_parse(text, &err);

	if (!fact)
		format_wrong(f, "the fact \"%.80s\": %.300s", text, err.text);
	fact_free(fact);
	format_once(f, line, what, text);
}

static void
format_typed(struct format *f, struct line *list, int *n, int max,
             const char *text)
{
	struct err err;

	if (typed_allowed(text, &err) < 0)
		format_wrong(f, "%.400s", err.text);
	format_push(f, list, n, max, "lines that are typed", text);
}

/* Where " : " stands, or NULL; the first one or the last one. */
static char *
format_colon(char *text, bool last)
{
	char *found = NULL;

	for (char *at = text; (at = strstr(at, " : ")); at++) {
		found = at;
		if (!last)
			break;
	}
	return found;
}

char *
format_trim(char *text)
{
	size_t n;

	text += strspn(text, " \t");
	for (n = strlen(text); n && strchr(" \t\r", text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

/* Keys of the lesson ****************************************************/

static void
key_title(struct format *f, char *value)
{
	format_once(f, &f->lesson->title, "the title", value);
}

static void
key_needs(struct format *f, char *value)
{
	struct lesson *l = f->lesson;
	char *state = NULL;

	for (char *id = strtok_r(value, " \t,", &state); id;
	     id = strtok_r(NULL, " \t,", &state))
		format_push(f, l->need, &l->needs, LESSON_NEEDS,
		            "lessons that it needs", id);
}

static void
key_minutes(struct format *f, char *value)
{
	int64_t n = 0;

	if (!text_number(value, 1, 120, &n))
		format_wrong(f,
		             "minutes is a whole number from 1 to 120, not "
		             "\"%.40s\"",
		             value);
	f->lesson->minutes = (int)n;
	f->lesson->minutes_line = f->line;
}

static void
key_start(struct format *f, char *value)
{
	struct lesson *l = f->lesson;

	format_typed(f, l->start, &l->starts, LESSON_STARTS, value);
}

static void
key_more(struct format *f, char *value)
{
	format_once(f, &f->lesson->more, "more", value);
}

/* Keys of a step ********************************************************/

static void
key_say(struct format *f, char *value)
{
	format_push(f, f->step->say, &f->step->says, LESSON_SAYS,
	            "lines to say in a step", value);
}

static void
key_hint(struct format *f, char *value)
{
	format_push(f, f->step->hint, &f->step->hints, LESSON_HINTS,
	            "hints in a step", value);
}

static void
key_note(struct format *f, char *value)
{
	format_push(f, f->step->note, &f->step->notes, LESSON_NOTES,
	            "notes in a step", value);
}

static void
key_caption(struct format *f, char *value)
{
	format_once(f, &f->step->caption, "the caption", value);
}

static void
key_predict(struct format *f, char *value)
{
	struct step *s = f->step;
	struct question *q = &s->question[s->questions];
	bool before = strncmp(value, "before ", 7) == 0;

	if (s->questions == LESSON_QUESTIONS) {
		format_wrong(f, "too many: a step has at most %d questions",
		             LESSON_QUESTIONS);
		return;
	}
	if (!before && !f->translation)
		format_wrong(f, "it is written \"predict before COMMAND\": the "
		                "question is asked before that may run");
	s->questions++;
	q->right = -1;
	q->before = format_keep(f, before ? format_trim(value + 7) : value);
	f->question = q;
}

/* TEXT : FACT, or in `when` FACT : TEXT; in a translation the text alone. */
static void
format_check(struct format *f, enum check_kind kind, char *value)
{
	struct step *s = f->step;
	struct check *c = &s->check[s->checks];
	bool when = kind == CHECK_WHEN;
	char *colon = format_colon(value, !when), *text = value, *fact = NULL;

	if (s->checks == LESSON_CHECKS) {
		format_wrong(f, "too many: a step has at most %d facts",
		             LESSON_CHECKS);
		return;
	}
	if (colon && !f->translation) {
		*colon = '\0';
		text = format_trim(when ? colon + 3 : value);
		fact = format_trim(when ? value : colon + 3);
	} else if (!f->translation) {
		format_wrong(f,
		             "it is written \"%s %s\", with blanks around "
		             "the colon",
		             check_word(kind),
		             when ? "FACT : TEXT" : "TEXT : FACT");
	}
	s->checks++;
	c->kind = kind;
	c->text = format_keep(f, text);
	c->fact.line = f->line;
	if (fact)
		format_fact(f, &c->fact, "the fact", fact);
}

#define X(NAME, word)                                                          \
	static void key_##NAME(struct format *f, char *value)                  \
	{                                                                      \
		format_check(f, CHECK_##NAME, value);                          \
	}
LESSON_CHECK_KINDS(X)
#undef X

static void
key_solution(struct format *f, char *value)
{
	if (*value)
		format_wrong(f, "solution stands alone, and lines \"> "
		                "COMMAND\" below it");
	if (f->step->has_solution)
		format_wrong(f, "this step has a solution already");
	f->step->has_solution = f->solution = true;
}

static void
key_mistake(struct format *f, char *value)
{
	struct step *s = f->step;

	if (s->mistakes == LESSON_MISTAKES) {
		format_wrong(f, "too many: a step has at most %d mistakes",
		             LESSON_MISTAKES);
		return;
	}
	f->mistake = &s->mistake[s->mistakes++];
	f->mistake->check = -1;
	f->mistake->name = format_keep(f, value);
}

/* Keys below another ****************************************************/

static void
key_truth(struct format *f, char *value)
{
	if (f->question)
		format_fact(f, &f->question->truth, "the truth", value);
	else
		format_wrong(f, "truth stands below a predict");
}

/* "fail TEXT": which check it is, is found when the step is whole. */
static void
key_expect(struct format *f, char *value)
{
	static const char *const words[] = {
		[EXPECT_FAIL] = "fail",   [EXPECT_KEEP] = "keep",
		[EXPECT_GOAL] = "goal",   [EXPECT_WHEN] = "when",
		[EXPECT_ERROR] = "error",
	};
	size_t n = strcspn(value, " \t");
	struct mistake *m = f->mistake;

	if (!m) {
		format_wrong(f, "expect stands below a mistake");
		return;
	}
	if (m->expect != EXPECT_NONE)
		format_wrong(f, "this mistake expects something already");
	for (int i = EXPECT_FAIL; i <= EXPECT_ERROR; i++)
		if (strlen(words[i]) == n && strncmp(words[i], value, n) == 0)
			m->expect = (enum expect_kind)i;
	if (m->expect == EXPECT_NONE)
		format_wrong(f,
		             "a mistake expects fail, keep, goal, when or "
		             "error, not \"%.20s\"",
		             value);
	format_once(f, &m->expected, "what is expected",
	            format_trim(value + n));
}

/* Marks *****************************************************************/

static void
mark_ask(struct format *f, char *value)
{
	if (f->question)
		format_once(f, &f->question->ask, "the question", value);
	else
		format_wrong(f, "\"?\" stands below a predict");
}

/* "1, marked Z -> what is said to who gave this answer" */
static void
format_answer(struct format *f, char *value, bool right)
{
	struct question *q = f->question;
	char *arrow = strstr(value, "->");
	struct answer *a;

	if (!q) {
		format_wrong(f, "an answer stands below a predict");
		return;
	}
	if (q->answers == LESSON_ANSWERS) {
		format_wrong(f, "too many: a question has at most %d answers",
		             LESSON_ANSWERS);
		return;
	}
	if (right && q->right >= 0)
		format_wrong(f,
		             "exactly one answer is the right one, and line "
		             "%d is marked already",
		             q->answer[q->right].text.line);
	else if (right)
		q->right = q->answers;
	a = &q->answer[q->answers++];
	a->right = right;
	if (arrow) {
		*arrow = '\0';
		a->reply = format_keep(f, format_trim(arrow + 2));
	}
	a->text = format_keep(f, format_trim(value));
}

static void
mark_wrong(struct format *f, char *value)
{
	format_answer(f, value, false);
}

static void
mark_right(struct format *f, char *value)
{
	format_answer(f, value, true);
}

static void
mark_type(struct format *f, char *value)
{
	struct step *s = f->step;

	if (f->mistake)
		format_typed(f, f->mistake->type, &f->mistake->types,
		             LESSON_MISTAKE, value);
	else if (f->solution)
		format_typed(f, s->solution, &s->solutions, LESSON_SOLUTION,
		             value);
	else if (!f->translation)
		format_wrong(f, "\"> COMMAND\" stands below solution or "
		                "mistake");
}

/* The rows **************************************************************/

const struct key format_keys[] = {
	// clang-format off
	{ "title",    IN_LESSON, true,  false, key_title },
	{ "needs",    IN_LESSON, false, false, key_needs },
	{ "minutes",  IN_LESSON, false, false, key_minutes },
	{ "start",    IN_LESSON, false, false, key_start },
	{ "more",     ANYWHERE,  false, false, key_more },
	{ "say",      IN_STEP,   true,  false, key_say },
	{ "predict",  IN_STEP,   true,  true, key_predict },
	{ "truth",    BELOW,     false, false, key_truth },
	{ "goal",     IN_STEP,   true,  false, key_GOAL },
	{ "keep",     IN_STEP,   true,  false, key_KEEP },
	{ "fail",     IN_STEP,   true,  false, key_FAIL },
	{ "when",     IN_STEP,   true,  false, key_WHEN },
	{ "hint",     IN_STEP,   true,  false, key_hint },
	{ "solution", IN_STEP,   false, true, key_solution },
	{ "mistake",  IN_STEP,   false, false, key_mistake },
	{ "expect",   BELOW,     false, false, key_expect },
	{ "note",     IN_STEP,   true,  false, key_note },
	{ "caption",  IN_STEP,   true,  false, key_caption },
	{ NULL, ANYWHERE, false, false, NULL },
	// clang-format on
};

const struct mark format_marks[] = {
	{ '?', mark_ask },  { '-', mark_wrong }, { '*', mark_right },
	{ '>', mark_type }, { '\0', NULL },
};
