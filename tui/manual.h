/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * manual - the man pages, from what the program says of itself: forkshop(1)
 * from --help, the rows of the commands and those of scripts,
 * forkshop-lesson(5) from the page about the format of a lesson.
 */
#ifndef TUI_MANUAL_H
#define TUI_MANUAL_H

#include <stdio.h>

/* Write forkshop(1) as man(7); `help` is what --help prints. */
void manual_program(FILE *, const char *help);

/* Write forkshop-lesson(5). */
void manual_lesson(FILE *);

#endif
