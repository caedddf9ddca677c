/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/lesson.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/text.h"

static void
lesson_free_lines(struct line *lines, int n)
{
	for (int i = 0; i < n; i++)
		free(lines[i].text);
}

static void
lesson_free_question(struct question *q)
{
	free(q->before.text);
	free(q->ask.text);
	free(q->truth.text);
	for (int i = 0; i < q->answers; i++) {
		free(q->answer[i].text.text);
		free(q->answer[i].reply.text);
	}
}

static void
lesson_free_mistake(struct mistake *m)
{
	free(m->name.text);
	free(m->expected.text);
	lesson_free_lines(m->type, m->types);
}

static void
lesson_free_step(struct step *s)
{
	lesson_free_lines(s->say, s->says);
	lesson_free_lines(s->hint, s->hints);
	lesson_free_lines(s->solution, s->solutions);
	lesson_free_lines(s->note, s->notes);
	for (int i = 0; i < s->questions; i++)
		lesson_free_question(&s->question[i]);
	for (int i = 0; i < s->mistakes; i++)
		lesson_free_mistake(&s->mistake[i]);
	for (int i = 0; i < s->checks; i++) {
		free(s->check[i].text.text);
		free(s->check[i].fact.text);
	}
	free(s->caption.text);
}

void
lesson_free(struct lesson *l)
{
	if (!l)
		return;
	for (int i = 0; i < l->steps; i++)
		lesson_free_step(&l->step[i]);
	lesson_free_lines(l->need, l->needs);
	lesson_free_lines(l->start, l->starts);
	free(l->title.text);
	free(l->more.text);
	free(l->path);
	free(l);
}

const char *
check_word(enum check_kind kind)
{
	static const char *const words[] = {
#define X(NAME, word) word,
		LESSON_CHECK_KINDS(X)
#undef X
	};

	return words[kind];
}

int
step_count(const struct step *s, enum check_kind kind)
{
	int n = 0;

	for (int i = 0; i < s->checks; i++)
		n += s->check[i].kind == kind;
	return n;
}

const struct check *
step_check(const struct step *s, enum check_kind kind, int n)
{
	for (int i = 0; i < s->checks; i++)
		if (s->check[i].kind == kind && n-- == 0)
			return &s->check[i];
	return NULL;
}

int
lesson_step(const struct lesson *l, const char *word)
{
	int64_t n;

	if (text_number(word, 1, l->steps, &n))
		return (int)n - 1;
	for (int i = 0; i < l->steps; i++)
		if (strcmp(l->step[i].id, word) == 0)
			return i;
	return -1;
}

const char *
lesson_more(const struct lesson *l)
{
	return l->more.text ? l->more.text : "";
}
