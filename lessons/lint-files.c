/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is asked of a lesson of the course, of its file, and of what stands
 * beside it.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/format.h"
#include "lessons/lint-inside.h"
#include "lessons/shelf.h"
#include "lessons/translate.h"

enum {
	LINT_STEPS_LEAST = 3,
	LINT_STEPS_MOST = 6,
	LINT_MINUTES_LEAST = 5,
	LINT_MINUTES_MOST = 12,
	LINT_FOLDER = 4096
};

/* The course ************************************************************/

static void
lint_course_step(const struct lint *t, const struct step *s)
{
	if (!s->caption.text)
		lint_wrong(t, s->line, "the step %s has no caption", s->id);
	if (s->notes == 0)
		lint_wrong(t, s->line, "the step %s has no note", s->id);
}

/* What is asked of the lessons that come with forkshop. */
static void
lint_course(const struct lint *t)
{
	const struct lesson *l = t->lesson;
	int questions = 0, mistakes = 0;

	for (int i = 0; i < l->steps; i++) {
		questions += l->step[i].questions;
		mistakes += l->step[i].mistakes;
		lint_course_step(t, &l->step[i]);
	}
	if (l->steps < LINT_STEPS_LEAST || l->steps > LINT_STEPS_MOST)
		lint_wrong(t, l->line,
		           "a lesson of the course has %d to %d steps, not %d",
		           LINT_STEPS_LEAST, LINT_STEPS_MOST, l->steps);
	if (l->minutes < LINT_MINUTES_LEAST || l->minutes > LINT_MINUTES_MOST)
		lint_wrong(t, l->minutes_line ? l->minutes_line : l->line,
		           "a lesson of the course takes %d to %d minutes",
		           LINT_MINUTES_LEAST, LINT_MINUTES_MOST);
	if (questions == 0)
		lint_wrong(t, l->line,
		           "a lesson of the course asks for a prediction");
	if (mistakes == 0)
		lint_wrong(t, l->line,
		           "a lesson of the course plays a mistake");
}

/* Beside the file *******************************************************/

static void
lint_folder(const char *path, char folder[LINT_FOLDER])
{
	const char *base = shelf_base(path);

	snprintf(folder, LINT_FOLDER, "%.*s", (int)(base - path), path);
	if (!folder[0])
		snprintf(folder, LINT_FOLDER, "./");
}

static int
lint_is_lesson(const struct dirent *d)
{
	const char *dot = strchr(d->d_name, '.');

	return dot && strcmp(dot, ".lesson") == 0;
}

/* All lessons of a folder; those that cannot be read are others' problem. */
static int
lint_neighbours(const char *path, struct lesson *list[SHELF_MAX])
{
	struct problems ignored = { .n = 0 };
	char folder[LINT_FOLDER], file[LINT_FOLDER + 300];
	struct dirent **names = NULL;
	int n, found = 0;

	lint_folder(path, folder);
	n = scandir(folder, &names, lint_is_lesson, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%s%s", folder, names[i]->d_name);
		if (found < SHELF_MAX &&
		    (list[found] = format_read(file, &ignored)))
			found++;
		free(names[i]);
	}
	free(names);
	problems_free(&ignored);
	return found;
}

static const struct lesson *
lint_find(struct lesson *const *list, int n, const char *id)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i]->id, id) == 0)
			return list[i];
	return NULL;
}

/* Does the lesson need `id`, directly or by others?  `depth` is bounded. */
static bool
lint_needs(struct lesson *const *list, int n, const struct lesson *l,
           const char *id, int depth)
{
	for (int i = 0; depth < n && i < l->needs; i++) {
		const struct lesson *need = lint_find(list, n, l->need[i].text);

		if (strcmp(l->need[i].text, id) == 0 ||
		    (need && lint_needs(list, n, need, id, depth + 1)))
			return true;
	}
	return false;
}

static void
lint_all_needs(const struct lint *t)
{
	struct lesson *list[SHELF_MAX];
	const struct lesson *l = t->lesson;
	int n = lint_neighbours(l->path, list);

	for (int i = 0; i < l->needs; i++) {
		const struct line *need = &l->need[i];
		const struct lesson *other = lint_find(list, n, need->text);

		if (strcmp(need->text, l->id) == 0)
			lint_wrong(t, need->line, "%s cannot need itself",
			           l->id);
		else if (!other)
			lint_wrong(t, need->line,
			           "it needs %s, and there is no such lesson "
			           "beside it",
			           need->text);
		else if (lint_needs(list, n, other, l->id, 0))
			lint_wrong(t, need->line,
			           "it needs %s, which needs %s: a circle",
			           need->text, l->id);
	}
	for (int i = 0; i < n; i++) {
		if (strcmp(list[i]->id, l->id) == 0 &&
		    strcmp(shelf_base(list[i]->path), shelf_base(l->path)))
			lint_wrong(t, l->line,
			           "%s is the lesson %s, too: each has a name "
			           "of its own",
			           shelf_base(list[i]->path), l->id);
		lesson_free(list[i]);
	}
}

/* "08-zombies.lesson" holds the lesson zombies. */
static void
lint_name(const struct lint *t)
{
	const char *base = shelf_base(t->lesson->path);
	char wanted[LESSON_ID + 10];

	base += strspn(base, "0123456789");
	base += *base == '-';
	snprintf(wanted, sizeof(wanted), "%s.lesson", t->lesson->id);
	if (strcmp(base, wanted) != 0)
		lint_wrong(t, t->lesson->line,
		           "the lesson is named %s, and its file is not: "
		           "call it %s",
		           t->lesson->id, wanted);
}

static void
lint_translation(const struct lint *t, const char *path)
{
	struct lesson *other = format_translation(path, t->problems);

	if (!other)
		return;
	translate_check(t->lesson, other, t->problems);
	for (int i = 0; i < other->steps; i++) {
		const struct lint there = { other, t->problems, true };

		lint_step_texts(&there, &other->step[i]);
	}
	lesson_free(other);
}

static void
lint_translations(const struct lint *t)
{
	const char *base = shelf_base(t->lesson->path);
	char folder[LINT_FOLDER], path[LINT_FOLDER + 300];
	size_t n = strcspn(base, ".");
	struct dirent *d;
	DIR *dir;

	lint_folder(t->lesson->path, folder);
	dir = opendir(folder);
	while (dir && (d = readdir(dir))) {
		const char *rest = d->d_name + n;

		if (strncmp(d->d_name, base, n) != 0 || rest[0] != '.' ||
		    strlen(rest) != strlen(".fr.lesson") ||
		    strcmp(rest + 3, ".lesson") != 0)
			continue;
		snprintf(path, sizeof(path), "%s%s", folder, d->d_name);
		lint_translation(t, path);
	}
	if (dir)
		closedir(dir);
}

bool
lint_file(const char *path, struct problems *problems)
{
	struct lesson *l = format_read(path, problems);
	const struct lint t = { l, problems, false };

	if (!l)
		return false;
	lint_lesson(l, problems);
	lint_name(&t);
	lint_all_needs(&t);
	lint_translations(&t);
	if (isdigit((unsigned char)shelf_base(path)[0]))
		lint_course(&t);
	lesson_free(l);
	return true;
}
