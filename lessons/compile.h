/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compile - a lesson as a script that types itself: its solutions, with its
 * steps and captions as `#!` lines, and the right answer to whatever is asked.
 */
#ifndef LESSONS_COMPILE_H
#define LESSONS_COMPILE_H

#include <stdio.h>

#include "lessons/lesson.h"

/* Steps are named as those of `name`: of the shelf's lesson, or a path. */
void compile_write(const struct lesson *, const char *name, FILE *);

#endif
