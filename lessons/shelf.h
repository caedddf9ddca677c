/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shelf - where lessons are found, and in which order they stand.
 *
 * A teacher's own ($XDG_DATA_HOME/forkshop/lessons) come before those of the
 * source tree that the program was built in, or of where it was installed; of
 * two with one name the first is taken.
 */
#ifndef LESSONS_SHELF_H
#define LESSONS_SHELF_H

#include "core/sys/err.h"
#include "lessons/lesson.h"
#include "lessons/problem.h"
#include "lessons/progress.h"

#define SHELF_MAX 200

struct shelf {
	struct lesson *lesson[SHELF_MAX]; /* owned; by file name */
	int n;
	struct problems problems; /* of those that could not be read */
};

/* Read all of them, translated where there is a translation. */
void shelf_load(struct shelf *);
void shelf_close(struct shelf *);

/*
 * One lesson, by its name ("zombies"), its number ("8"), its file's name or a
 * path; in the student's language where there is a translation.  The caller
 * owns it.  NULL and err, with the nearest name.
 */
struct lesson *shelf_open(const char *name, struct err *);

/*
 * The lesson to go on with after this one (NULL: from the beginning): the
 * next one that is not done.  The caller owns it; NULL: all are done.
 */
struct lesson *shelf_next(const struct progress *, const struct lesson *);

/* The part of a path behind the last "/". */
const char *shelf_base(const char *path);

#endif
