/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compile - a lesson as a script that types itself: its solutions, with its
 * captions and goals as `#!` lines.
 */
#ifndef LESSONS_COMPILE_H
#define LESSONS_COMPILE_H

#include <stdio.h>

#include "lessons/lesson.h"

void compile_write(const struct lesson *, FILE *);

#endif
