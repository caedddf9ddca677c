/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/teach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/lint.h"
#include "lessons/play.h"
#include "lessons/compile.h"
#include "lessons/shelf.h"
#include "lessons/template.h"
#include "lessons/translate.h"

#define TEACH_PATH 4096

enum { TEACH_GOOD = 0, TEACH_BAD = 1, TEACH_MISUSED = 2 };

static int
teach_fail(const struct err *err)
{
	fprintf(stderr, "forkshop: %s\n", err->text);
	return TEACH_BAD;
}

/* lessons ***************************************************************/

static void
teach_row(const struct lesson *l, const struct progress *p)
{
	printf("%-12s %2d min  %d of %d  %s\n", l->id, l->minutes,
	       progress_count(p, l), l->steps,
	       l->title.text ? l->title.text : "");
}

static void
teach_problems(struct problems *problems)
{
	problems_sort(problems);
	for (int i = 0; i < problems_kept(problems); i++) {
		const struct problem *p = problems_nth(problems, i);

		if (p->line)
			fprintf(stderr, "%s:%d: %s\n", p->file, p->line,
			        p->text);
		else
			fprintf(stderr, "%s: %s\n", p->file, p->text);
	}
}

static int
teach_list(void)
{
	struct err err;
	struct progress *p = progress_open(true, &err);
	struct shelf shelf;
	int status;

	if (!p)
		return TEACH_BAD;
	if (err.text[0])
		teach_fail(&err);
	shelf_load(&shelf);
	for (int i = 0; i < shelf.n; i++)
		teach_row(shelf.lesson[i], p);
	teach_problems(&shelf.problems);
	status = shelf.problems.n ? TEACH_BAD : TEACH_GOOD;
	shelf_close(&shelf);
	progress_close(p);
	return status;
}

/* lessons check *********************************************************/

/* A translation is checked with its original, which alone can be played. */
static int
teach_check_one(const char *path, bool play)
{
	struct problems found = { .n = 0 };
	char original[TEACH_PATH];
	int n;

	if (translate_original(path, original, sizeof(original)))
		path = original;
	if (lint_file(path, &found) && play)
		play_file(path, NULL, PLAY_PORT, PLAY_LIMIT_NS, &found);
	teach_problems(&found);
	n = found.n;
	if (n == 0)
		printf("%s: good%s\n", path, play ? ", and played" : "");
	problems_free(&found);
	return n;
}

static int
teach_check(int n, char **path, bool play)
{
	int bad = 0;

	for (int i = 0; i < n; i++)
		bad += teach_check_one(path[i], play);
	return bad ? TEACH_BAD : TEACH_GOOD;
}

/* lessons new, lessons script *******************************************/

static int
teach_new(const char *name)
{
	char path[256];
	struct err err;

	if (template_write(name, path, sizeof(path), &err) < 0)
		return teach_fail(&err);
	printf("%s: fill in what is marked TODO, then: forkshop lessons check "
	       "--play %s\n",
	       path, path);
	return TEACH_GOOD;
}

/* Does the shelf know this lesson by its name, or only this file? */
static bool
teach_on_shelf(const struct lesson *l, const char *path)
{
	struct lesson *same = shelf_open(l->id, NULL);
	char *other = same ? realpath(same->path, NULL) : NULL;
	bool on = other && strcmp(other, path) == 0;

	lesson_free(same);
	free(other);
	return on;
}

static int
teach_script(const char *name)
{
	struct err err;
	struct lesson *l = shelf_open(name, &err);
	char *path;

	if (!l)
		return teach_fail(&err);
	path = realpath(l->path, NULL);
	compile_write(l, path && !teach_on_shelf(l, path) ? path : l->id,
	              stdout);
	lesson_free(l);
	free(path);
	return TEACH_GOOD;
}

/* All of them ***********************************************************/

int
teach_run(int n, char **word, bool play)
{
	if (n == 0)
		return teach_list();
	if (strcmp(word[0], "check") == 0 && n > 1)
		return teach_check(n - 1, word + 1, play);
	if (strcmp(word[0], "new") == 0 && n == 2)
		return teach_new(word[1]);
	if (strcmp(word[0], "script") == 0 && n == 2)
		return teach_script(word[1]);
	fprintf(stderr, "forkshop: it is written so:\n" TEACH_USAGE);
	return TEACH_MISUSED;
}
