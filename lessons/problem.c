/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/text.h"

int
problems_kept(const struct problems *p)
{
	return p->n < PROBLEMS_MAX ? p->n : PROBLEMS_MAX;
}

const struct problem *
problems_nth(const struct problems *p, int i)
{
	return i < problems_kept(p) ? &p->list[i] : NULL;
}

void
problem_add(struct problems *p, const char *file, int line, const char *fmt,
            ...)
{
	char text[2 * ERR_TEXT_SIZE];
	struct problem *new;
	va_list ap;

	if (!p->list)
		p->list = calloc(PROBLEMS_MAX, sizeof(*p->list));
	if (!p->list || p->n++ >= PROBLEMS_MAX)
		return;
	new = &p->list[p->n - 1];
	new->file = strdup(file);
	new->line = line;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_clean(new->text, sizeof(new->text), text, strlen(text));
}

static int
problem_order(const void *left, const void *right)
{
	const struct problem *a = left, *b = right;
	int files = strcmp(a->file ? a->file : "", b->file ? b->file : "");

	if (files)
		return files;
	if (a->line != b->line)
		return a->line - b->line;
	return strcmp(a->text, b->text);
}

void
problems_sort(struct problems *p)
{
	if (p->list)
		qsort(p->list, (size_t)problems_kept(p), sizeof(*p->list),
		      problem_order);
}

int
problems_err(const struct problems *p, struct err *err)
{
	const struct problem *first = problems_nth(p, 0);

	if (!first)
		return err_set(err, "no memory for a lesson");
	if (!first->line)
		return err_set(err, "%s: %.400s", first->file, first->text);
	return err_set(err, "%s:%d: %.400s", first->file, first->line,
	               first->text);
}

void
problems_free(struct problems *p)
{
	for (int i = 0; p->list && i < problems_kept(p); i++)
		free(p->list[i].file);
	free(p->list);
	*p = (struct problems){ .list = NULL };
}
