/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A translation is read as a lesson without facts.  What belongs together is
 * found by the step's name, and within a step by order: the second goal is
 * the second goal's.
 */
#include "lessons/translate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lessons/format.h"

#define TRANSLATE_PATH     4096
#define TRANSLATE_ORIGINAL "en" /* that lessons are written in */

/* Replacing *************************************************************/

static void
translate_line(struct line *to, struct line *from)
{
	if (!from->text)
		return;
	free(to->text);
	to->text = from->text;
	from->text = NULL;
}

/* Only as a whole: half a paragraph in another language helps nobody. */
static void
translate_lines(struct line *to, int n, struct line *from, int from_n)
{
	for (int i = 0; n == from_n && i < n; i++)
		translate_line(&to[i], &from[i]);
}

static void
translate_question(struct question *to, struct question *from)
{
	if (to->answers != from->answers || to->right != from->right)
		return;
	translate_line(&to->ask, &from->ask);
	for (int i = 0; i < to->answers; i++) {
		translate_line(&to->answer[i].text, &from->answer[i].text);
		translate_line(&to->answer[i].reply, &from->answer[i].reply);
	}
}

static void
translate_checks(struct step *to, struct step *from, enum check_kind kind)
{
	int n = step_count(to, kind);

	for (int i = 0; n == step_count(from, kind) && i < n; i++)
		translate_line((struct line *)&step_check(to, kind, i)->text,
		               (struct line *)&step_check(from, kind, i)->text);
}

static void
translate_step(struct step *to, struct step *from)
{
	translate_lines(to->say, to->says, from->say, from->says);
	translate_lines(to->hint, to->hints, from->hint, from->hints);
	translate_lines(to->note, to->notes, from->note, from->notes);
	translate_line(&to->caption, &from->caption);
	for (int i = 0; i < to->questions && i < from->questions; i++)
		translate_question(&to->question[i], &from->question[i]);
	for (int kind = 0; kind < CHECK_KINDS; kind++)
		translate_checks(to, from, (enum check_kind)kind);
}

void
translate_over(struct lesson *to, struct lesson *from)
{
	translate_line(&to->title, &from->title);
	for (int i = 0; i < from->steps; i++) {
		int at = lesson_step(to, from->step[i].id);

		if (at >= 0)
			translate_step(&to->step[at], &from->step[i]);
	}
}

/* Files *****************************************************************/

void
translate_path(const char *path, const char *language, char *buf, size_t size)
{
	size_t n = strlen(path), end = strlen(".lesson");

	snprintf(buf, size, "%.*s.%s.lesson", (int)(n > end ? n - end : n),
	         path, language);
}

/* "fr" of "fr_FR.UTF-8", or false: it names none. */
static bool
translate_word(const char *value, char language[3])
{
	if (value[0] < 'a' || value[0] > 'z' || value[1] < 'a' ||
	    value[1] > 'z' || (value[2] && !strchr("_.@:", value[2])))
		return false;
	snprintf(language, 3, "%s", value);
	return true;
}

/*
 * As gettext(3) has it: locale(7) says which language, the first of these that
 * is set; where that is not "C", LANGUAGE says which are liked better, in
 * order.
 */
static const char *
translate_languages(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value = NULL, *list = getenv("LANGUAGE");
	char language[3];

	for (int i = 0; i < 3 && (!value || !*value); i++)
		value = getenv(names[i]);
	if (!value || !translate_word(value, language))
		return "";
	return list && *list ? list : value;
}

/* The file of the first language that there is; false: the original is it. */
static bool
translate_find(const char *lesson, char path[TRANSLATE_PATH])
{
	const char *list = translate_languages();
	char language[3];

	for (; *list; list += strcspn(list, ":"), list += *list == ':') {
		if (!translate_word(list, language))
			continue;
		if (strcmp(language, TRANSLATE_ORIGINAL) == 0)
			return false;
		translate_path(lesson, language, path, TRANSLATE_PATH);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

bool
translate_original(const char *path, char *buf, size_t size)
{
	size_t n = strlen(path), end = strlen(".fr.lesson");

	if (n <= end || path[n - end] != '.' ||
	    strcmp(path + n - strlen(".lesson"), ".lesson") != 0)
		return false;
	snprintf(buf, size, "%.*s.lesson", (int)(n - end), path);
	return access(buf, R_OK) == 0;
}

void
translate_here(struct lesson *l)
{
	struct problems problems = { .n = 0 };
	char path[TRANSLATE_PATH];
	struct lesson *other;

	if (!translate_find(l->path, path))
		return;
	other = format_translation(path, &problems);
	if (other)
		translate_over(l, other);
	lesson_free(other);
	problems_free(&problems);
}

/* Checking **************************************************************/

struct comparison {
	const char *path;
	struct problems *problems;
	int line; /* of the step, in the translation */
};

static void
translate_count(const struct comparison *c, const char *what, int n, int wanted)
{
	if (n != wanted)
		problem_add(c->problems, c->path, c->line,
		            "%s: %d in the original, %d here", what, wanted, n);
}

static void
translate_check_question(const struct comparison *c, const struct question *a,
                         const struct question *b)
{
	struct comparison here = *c;

	here.line = b->before.line;
	translate_count(&here, "answers", b->answers, a->answers);
	if (a->answers == b->answers && a->right != b->right)
		problem_add(c->problems, c->path, here.line,
		            "in the original answer %d is the right one, here "
		            "answer %d",
		            a->right + 1, b->right + 1);
	for (int i = 0; i < a->answers && i < b->answers; i++)
		if (!a->answer[i].reply.text != !b->answer[i].reply.text)
			problem_add(
			    c->problems, c->path, b->answer[i].text.line,
			    "%s answer has a reply (->), this one %s",
			    a->answer[i].reply.text ? "the original's"
			                            : "no original",
			    a->answer[i].reply.text ? "has none" : "has one");
}

static void
translate_check_step(const struct comparison *c, const struct step *a,
                     const struct step *b)
{
	translate_count(c, "say", b->says, a->says);
	translate_count(c, "hints", b->hints, a->hints);
	translate_count(c, "notes", b->notes, a->notes);
	translate_count(c, "captions", b->caption.text != NULL,
	                a->caption.text != NULL);
	for (int kind = 0; kind < CHECK_KINDS; kind++)
		translate_count(c, check_word((enum check_kind)kind),
		                step_count(b, (enum check_kind)kind),
		                step_count(a, (enum check_kind)kind));
	translate_count(c, "questions", b->questions, a->questions);
	for (int i = 0; i < a->questions && i < b->questions; i++)
		translate_check_question(c, &a->question[i], &b->question[i]);
}

void
translate_check(const struct lesson *a, const struct lesson *b,
                struct problems *problems)
{
	struct comparison c = { .path = b->path, .problems = problems };

	if (strcmp(a->id, b->id) != 0)
		problem_add(problems, b->path, b->line,
		            "this translates %s, and its file that of %s",
		            b->id, a->id);
	if (!b->title.text)
		problem_add(problems, b->path, b->line,
		            "the title is not translated");
	for (int i = 0; i < a->steps; i++) {
		int at = lesson_step(b, a->step[i].id);

		c.line = at < 0 ? 0 : b->step[at].line;
		if (at < 0)
			problem_add(problems, b->path, 0,
			            "the step %s is not translated",
			            a->step[i].id);
		else
			translate_check_step(&c, &a->step[i], &b->step[at]);
	}
	for (int i = 0; i < b->steps; i++)
		if (lesson_step(a, b->step[i].id) < 0)
			problem_add(problems, b->path, b->step[i].line,
			            "the original has no step %s",
			            b->step[i].id);
}
