/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lint - what can be said of a lesson without playing it.
 */
#ifndef LESSONS_LINT_H
#define LESSONS_LINT_H

#include "lessons/lesson.h"
#include "lessons/problem.h"

/*
 * Read the file, and whatever stands beside it: the lessons that it needs,
 * its translations.  A file whose name begins with a number is a lesson of
 * the course, of which more is asked.  Returns whether it could be read.
 */
bool lint_file(const char *path, struct problems *);

/* Of a lesson that was read. */
void lint_lesson(const struct lesson *, struct problems *);

/* Rows of 76 columns that a text fills when it is broken at blanks. */
int lint_rows(const char *text, int cols);

#endif
