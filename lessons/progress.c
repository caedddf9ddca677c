/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file is small, so it is written as a whole, beside, and then renamed:
 * whatever happens, it is the old one or the new one.
 */
#include "lessons/progress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRESS_MAX  4096 /* steps; the oldest are forgotten */
#define PROGRESS_HEAD "forkshop progress 1"
#define PROGRESS_PATH 4096

struct mark {
	char lesson[LESSON_ID], step[LESSON_ID];
	bool solved;
};

struct progress {
	char path[PROGRESS_PATH]; /* "": it is not kept */
	struct mark mark[PROGRESS_MAX];
	int n;
};

/* The file **************************************************************/

/* XDG Base Directory Specification: a path that is not absolute is ignored. */
static void
progress_find(char path[PROGRESS_PATH])
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	path[0] = '\0';
	if (state && *state == '/')
		snprintf(path, PROGRESS_PATH, "%s/forkshop/progress", state);
	else if (home && *home == '/')
		snprintf(path, PROGRESS_PATH,
		         "%s/.local/state/forkshop/progress", home);
}

static void
progress_make_folders(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

static void
progress_put(struct progress *p, const char *lesson, const char *step,
             bool solved)
{
	struct mark *m;

	if (p->n == PROGRESS_MAX)
		memmove(&p->mark[0], &p->mark[1],
		        (size_t)--p->n * sizeof(p->mark[0]));
	m = &p->mark[p->n++];
	snprintf(m->lesson, LESSON_ID, "%s", lesson);
	snprintf(m->step, LESSON_ID, "%s", step);
	m->solved = solved;
}

/* "zombies make done".  Returns false when it is no such line. */
static bool
progress_read_line(struct progress *p, char *line)
{
	char lesson[LESSON_ID], step[LESSON_ID], how[8], rest;

	if (sscanf(line, "%23[a-z0-9-] %23[a-z0-9-] %7[a-z]%c", lesson, step,
	           how, &rest) != 4 ||
	    rest != '\n' || (strcmp(how, "done") && strcmp(how, "solved")))
		return false;
	progress_put(p, lesson, step, strcmp(how, "solved") == 0);
	return true;
}

static bool
progress_read(struct progress *p, FILE *file)
{
	char line[128];
	bool good = fgets(line, sizeof(line), file) &&
	            strcmp(line, PROGRESS_HEAD "\n") == 0;

	while (good && fgets(line, sizeof(line), file))
		good = progress_read_line(p, line);
	return good && !ferror(file);
}

struct progress *
progress_open(bool keep, struct err *err)
{
	struct progress *p = calloc(1, sizeof(*p));
	char aside[PROGRESS_PATH + 8];
	FILE *file;

	err->text[0] = '\0';
	if (!p || !keep)
		return p;
	progress_find(p->path);
	file = p->path[0] ? fopen(p->path, "re") : NULL;
	if (!file)
		return p;
	if (!progress_read(p, file)) {
		p->n = 0;
		snprintf(aside, sizeof(aside), "%s.broken", p->path);
		rename(p->path, aside);
		err_set(err,
		        "the record of your progress could not be read: it is "
		        "kept as %s, and a new one begins",
		        aside);
	}
	fclose(file);
	return p;
}

void
progress_close(struct progress *p)
{
	free(p);
}

static int
progress_write(const struct progress *p, FILE *file)
{
	fprintf(file, "%s\n", PROGRESS_HEAD);
	for (int i = 0; i < p->n; i++)
		fprintf(file, "%s %s %s\n", p->mark[i].lesson, p->mark[i].step,
		        p->mark[i].solved ? "solved" : "done");
	return fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0
	           ? 0
	           : -1;
}

static int
progress_save(struct progress *p, struct err *err)
{
	char path[PROGRESS_PATH + 8];
	FILE *file;
	int result;

	if (!p->path[0])
		return 0;
	progress_make_folders(p->path);
	snprintf(path, sizeof(path), "%s.new", p->path);
	file = fopen(path, "we");
	result = file ? progress_write(p, file) : -1;
	if (result < 0)
		err_sys(err, "your progress could not be saved in %s", p->path);
	if (file)
		fclose(file);
	if (result == 0 && rename(path, p->path) < 0)
		result = err_sys(err, "your progress could not be saved in %s",
		                 p->path);
	if (result < 0)
		unlink(path);
	return result;
}

/* Marks *****************************************************************/

static int
progress_index(const struct progress *p, const char *lesson, const char *step)
{
	for (int i = 0; i < p->n; i++)
		if (strcmp(p->mark[i].lesson, lesson) == 0 &&
		    strcmp(p->mark[i].step, step) == 0)
			return i;
	return -1;
}

/* What was done before stays done by the student; it is the last one now. */
int
progress_mark(struct progress *p, const char *lesson, const char *step,
              bool solved, struct err *err)
{
	int i = progress_index(p, lesson, step);

	if (i >= 0) {
		solved = solved && p->mark[i].solved;
		memmove(&p->mark[i], &p->mark[i + 1],
		        (size_t)(--p->n - i) * sizeof(p->mark[0]));
	}
	progress_put(p, lesson, step, solved);
	return progress_save(p, err);
}

bool
progress_has(const struct progress *p, const char *lesson, const char *step)
{
	return progress_index(p, lesson, step) >= 0;
}

int
progress_count(const struct progress *p, const struct lesson *l)
{
	int n = 0;

	for (int i = 0; i < l->steps; i++)
		n += progress_has(p, l->id, l->step[i].id);
	return n;
}

int
progress_open_step(const struct progress *p, const struct lesson *l)
{
	for (int i = 0; i < l->steps; i++)
		if (!progress_has(p, l->id, l->step[i].id))
			return i;
	return -1;
}

bool
progress_last(const struct progress *p, const char **lesson, const char **step)
{
	if (p->n == 0)
		return false;
	*lesson = p->mark[p->n - 1].lesson;
	*step = p->mark[p->n - 1].step;
	return true;
}
