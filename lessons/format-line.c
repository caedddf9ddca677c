/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line, one thing.  Start reading at format_line(); format-key.c has a row
 * for each key and each mark.
 */
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"
#include "lessons/format-inside.h"

/* Sections **************************************************************/

/* Small letters, digits and "-", beginning with a letter. */
static bool
format_id(struct format *f, const char *id, char out[LESSON_ID])
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (n == 0 || id[n] || n >= LESSON_ID || id[0] < 'a') {
		format_wrong(f,
		             "a name has small letters, digits and -, at "
		             "most %d, and begins with a letter: not "
		             "\"%.40s\"",
		             LESSON_ID - 1, id);
		return false;
	}
	strcpy(out, id);
	return true;
}

static void
format_resolve(struct format *f, const struct step *s, struct mistake *m)
{
	static const enum check_kind kinds[] = {
		[EXPECT_FAIL] = CHECK_FAIL,
		[EXPECT_KEEP] = CHECK_KEEP,
		[EXPECT_GOAL] = CHECK_GOAL,
		[EXPECT_WHEN] = CHECK_WHEN,
	};

	if (m->expect == EXPECT_NONE || m->expect == EXPECT_ERROR)
		return;
	for (int i = 0; i < s->checks && m->check < 0; i++) {
		const struct check *c = &s->check[i];

		if (c->kind != kinds[m->expect] || !c->text.text)
			continue;
		if (m->expect == EXPECT_WHEN
		        ? strstr(c->text.text, m->expected.text) != NULL
		        : strcmp(c->text.text, m->expected.text) == 0)
			m->check = i;
	}
	if (m->check < 0)
		format_wrong_at(f, m->expected.line,
		                "this step has no %s \"%.80s\"",
		                check_word(kinds[m->expect]), m->expected.text);
}

void
format_end_step(struct format *f)
{
	for (int i = 0; f->step && i < f->step->mistakes; i++)
		format_resolve(f, f->step, &f->step->mistake[i]);
	f->step = NULL;
	f->question = NULL;
	f->mistake = NULL;
	f->solution = false;
}

static void
format_section(struct format *f, char *text)
{
	struct lesson *l = f->lesson;
	size_t n = strcspn(text, " \t");
	char *id = format_trim(text + n);

	format_end_step(f);
	f->lost = false;
	if (n == 7 && strncmp(text, "@lesson", n) == 0) {
		if (l->id[0])
			format_wrong(f,
			             "a file has one lesson, and it begins "
			             "in line %d",
			             l->line);
		l->line = f->line;
		format_id(f, id, l->id);
	} else if (n == 5 && strncmp(text, "@step", n) == 0) {
		if (l->steps == LESSON_STEPS) {
			format_wrong(f,
			             "too many: a lesson has at most %d "
			             "steps",
			             LESSON_STEPS);
			f->lost = true;
			return;
		}
		f->step = &l->step[l->steps++];
		f->step->line = f->line;
		format_id(f, id, f->step->id);
	} else {
		f->lost = f->was_lost = true;
		format_wrong(f,
		             "there is no section %.*s: sections are "
		             "@lesson and @step",
		             (int)(n < 40 ? n : 40), text);
	}
}

/* Lines *****************************************************************/

static const struct key *
format_key(struct format *f, const char *word)
{
	const char *near = format_keys[0].name;

	for (size_t i = 0; format_keys[i].name; i++) {
		if (strcmp(format_keys[i].name, word) == 0)
			return &format_keys[i];
		if (text_distance(format_keys[i].name, word) <
		    text_distance(near, word))
			near = format_keys[i].name;
	}
	format_wrong(f, "there is no key \"%.40s\": did you mean %s?", word,
	             near);
	return NULL;
}

/* May it stand here?  What it begins, ends what was begun before. */
static bool
format_place(struct format *f, const struct key *key)
{
	if (f->translation && !key->translated) {
		format_wrong(f,
		             "a translation replaces texts only: %s is the "
		             "original's",
		             key->name);
		return false;
	}
	if (key->where == BELOW)
		return true;
	f->question = NULL;
	f->mistake = NULL;
	f->solution = false;
	if (key->where == IN_LESSON && f->step)
		format_wrong(f,
		             "%s stands below @lesson, before the first "
		             "step",
		             key->name);
	else if (key->where == IN_STEP && !f->step)
		format_wrong(f, "%s stands below a @step", key->name);
	else
		return true;
	return false;
}

static void
format_keyed(struct format *f, char *text)
{
	size_t n = strcspn(text, " \t");
	char *value = text + n + (text[n] != '\0');
	const struct key *key;

	text[n] = '\0';
	key = format_key(f, text);
	if (!key || !format_place(f, key))
		return;
	value = format_trim(value);
	if (!*value && !key->bare)
		format_wrong(f, "%s says nothing", key->name);
	else
		key->read(f, value);
}

/* A "#" begins a comment at the start of a line or behind two blanks. */
static void
format_uncomment(char *text)
{
	for (char *at = text; (at = strchr(at, '#')); at++)
		if (at - text >= 2 && (at[-1] == ' ' || at[-1] == '\t') &&
		    (at[-2] == ' ' || at[-2] == '\t')) {
			*at = '\0';
			return;
		}
}

void
format_line(struct format *f, char *text)
{
	format_uncomment(text);
	text = format_trim(text);
	if (!*text || *text == '#')
		return;
	if (*text == '@')
		format_section(f, text);
	if (*text == '@' || f->lost)
		return;
	for (size_t i = 0; format_marks[i].mark; i++)
		if (*text == format_marks[i].mark &&
		    (text[1] == ' ' || text[1] == '\t' || !text[1])) {
			if (!*format_trim(text + 1))
				format_wrong(f, "nothing stands behind \"%c\"",
				             *text);
			else
				format_marks[i].read(f, format_trim(text + 1));
			return;
		}
	format_keyed(f, text);
}
