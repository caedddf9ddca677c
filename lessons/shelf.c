/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/shelf.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/procfs.h"
#include "core/sys/text.h"
#include "lessons/format.h"
#include "lessons/translate.h"

#define SHELF_PATH    4096
#define SHELF_FOLDERS 3

const char *
shelf_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Folders ***************************************************************/

static void
shelf_home(char path[SHELF_PATH])
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	path[0] = '\0';
	if (data && *data == '/')
		snprintf(path, SHELF_PATH, "%s/forkshop/lessons", data);
	else if (home && *home == '/')
		snprintf(path, SHELF_PATH, "%s/.local/share/forkshop/lessons",
		         home);
}

/* build/debug/forkshop stands two folders below the lessons. */
static void
shelf_source(char path[SHELF_PATH])
{
	struct procfs *proc = procfs_open(NULL, NULL);
	char *slash = NULL;

	path[0] = '\0';
	if (proc &&
	    procfs_link(proc, getpid(), "exe", path, SHELF_PATH - 32) >= 0) {
		for (int up = 0; up < 3; up++)
			if ((slash = strrchr(path, '/')))
				*slash = '\0';
	}
	if (slash)
		strcat(path, "/lessons");
	else
		path[0] = '\0';
	procfs_close(proc);
}

static void
shelf_folder(int i, char path[SHELF_PATH])
{
	if (i == 0)
		shelf_home(path);
	else if (i == 1)
		shelf_source(path);
	else
		snprintf(path, SHELF_PATH, "%s/lessons", DATADIR);
}

/* "08-zombies.lesson", but not "08-zombies.fr.lesson". */
static int
shelf_is_lesson(const struct dirent *d)
{
	const char *dot = strchr(d->d_name, '.');

	return dot && dot != d->d_name && strcmp(dot, ".lesson") == 0;
}

/* All of them ***********************************************************/

static bool
shelf_has(const struct shelf *shelf, const char *id)
{
	for (int i = 0; i < shelf->n; i++)
		if (strcmp(shelf->lesson[i]->id, id) == 0)
			return true;
	return false;
}

static void
shelf_take(struct shelf *shelf, const char *path)
{
	struct lesson *l = format_read(path, &shelf->problems);

	if (!l)
		return;
	if (shelf->n == SHELF_MAX || shelf_has(shelf, l->id)) {
		lesson_free(l);
		return;
	}
	translate_here(l);
	shelf->lesson[shelf->n++] = l;
}

static void
shelf_take_folder(struct shelf *shelf, const char *folder)
{
	struct dirent **list = NULL;
	char path[SHELF_PATH + 300];
	int n =
	    *folder ? scandir(folder, &list, shelf_is_lesson, alphasort) : 0;

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		shelf_take(shelf, path);
		free(list[i]);
	}
	free(list);
}

static int
shelf_order(const void *left, const void *right)
{
	const struct lesson *const *a = left, *const *b = right;

	return strcmp(shelf_base((*a)->path), shelf_base((*b)->path));
}

void
shelf_load(struct shelf *shelf)
{
	char folder[SHELF_PATH];

	*shelf = (struct shelf){ .n = 0 };
	for (int i = 0; i < SHELF_FOLDERS; i++) {
		shelf_folder(i, folder);
		shelf_take_folder(shelf, folder);
	}
	qsort(shelf->lesson, (size_t)shelf->n, sizeof(shelf->lesson[0]),
	      shelf_order);
}

void
shelf_close(struct shelf *shelf)
{
	for (int i = 0; i < shelf->n; i++)
		lesson_free(shelf->lesson[i]);
	problems_free(&shelf->problems);
	shelf->n = 0;
}

/* One of them ***********************************************************/

/* "zombies", "8", "08", "08-zombies" or "08-zombies.lesson". */
static bool
shelf_named(const struct lesson *l, const char *name)
{
	const char *base = shelf_base(l->path);
	size_t n = strlen(name);
	int64_t number;

	if (strcmp(l->id, name) == 0 || strcmp(base, name) == 0)
		return true;
	if (strncmp(base, name, n) == 0 && strcmp(base + n, ".lesson") == 0)
		return true;
	return text_number(name, 0, 9999, &number) && base[0] >= '0' &&
	       base[0] <= '9' && strtol(base, NULL, 10) == number;
}

static struct lesson *
shelf_path(const char *path, struct err *err)
{
	struct problems problems = { .n = 0 };
	struct lesson *l = format_read(path, &problems);

	if (l)
		translate_here(l);
	else
		problems_err(&problems, err);
	problems_free(&problems);
	return l;
}

/* Why there is none of that name. */
static void
shelf_missing(const struct shelf *shelf, const char *name, struct err *err)
{
	const char *near = NULL;
	int least = (int)strlen(name) / 3 + 2;

	for (int i = 0; i < problems_kept(&shelf->problems); i++)
		if (strstr(shelf_base(problems_nth(&shelf->problems, i)->file),
		           name)) {
			problems_err(&shelf->problems, err);
			return;
		}
	for (int i = 0; i < shelf->n; i++) {
		int d = text_distance(name, shelf->lesson[i]->id);

		if (d < least) {
			least = d;
			near = shelf->lesson[i]->id;
		}
	}
	if (near)
		err_set(err,
		        "there is no lesson %.40s: did you mean %s? `lessons` "
		        "lists them",
		        name, near);
	else
		err_set(err, "there is no lesson %.40s: `lessons` lists them",
		        name);
}

/* Take one out of the shelf: it is the caller's. */
static struct lesson *
shelf_give(struct shelf *shelf, int i)
{
	struct lesson *l = shelf->lesson[i];

	shelf->lesson[i] = shelf->lesson[--shelf->n];
	return l;
}

struct lesson *
shelf_open(const char *name, struct err *err)
{
	struct lesson *found = NULL;
	struct shelf shelf;

	if (strchr(name, '/') ||
	    (strstr(name, ".lesson") && access(name, R_OK) == 0))
		return shelf_path(name, err);
	shelf_load(&shelf);
	for (int i = 0; i < shelf.n && !found; i++)
		if (shelf_named(shelf.lesson[i], name))
			found = shelf_give(&shelf, i);
	if (!found)
		shelf_missing(&shelf, name, err);
	shelf_close(&shelf);
	return found;
}

struct lesson *
shelf_next(const struct progress *p, const struct lesson *after)
{
	struct lesson *found = NULL;
	struct shelf shelf;
	int at = -1;

	shelf_load(&shelf);
	for (int i = 0; i < shelf.n && after; i++)
		if (strcmp(shelf.lesson[i]->id, after->id) == 0)
			at = i;
	for (int i = 1; i <= shelf.n && !found; i++) {
		int next = (at + i) % shelf.n;

		if (progress_open_step(p, shelf.lesson[next]) >= 0)
			found = shelf_give(&shelf, next);
	}
	shelf_close(&shelf);
	return found;
}
