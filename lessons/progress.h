/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * progress - which steps of which lessons are done, in a file of the
 * student's: $XDG_STATE_HOME/forkshop/progress, a line for each step.
 */
#ifndef LESSONS_PROGRESS_H
#define LESSONS_PROGRESS_H

#include <stdbool.h>

#include "core/sys/err.h"
#include "lessons/lesson.h"

struct progress;

/*
 * Read it.  A file that cannot be read as such is put aside: err holds a
 * sentence then (else err->text is ""), and nothing is done.  `keep` false:
 * there is no file.  NULL only without memory.
 */
struct progress *progress_open(bool keep, struct err *err);
void progress_close(struct progress *);

/* A step is done, by the student or by `solve`.  -1 and err: not saved. */
int progress_mark(struct progress *, const char *lesson, const char *step,
                  bool solved, struct err *);
bool progress_has(const struct progress *, const char *lesson,
                  const char *step);

/* How many steps of it are done; of them, the ones that are in it now. */
int progress_count(const struct progress *, const struct lesson *);

/* The first step that is not done; -1: all are. */
int progress_open_step(const struct progress *, const struct lesson *);

/* What was done last; false: nothing yet. */
bool progress_last(const struct progress *, const char **lesson,
                   const char **step);

#endif
