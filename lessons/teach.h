/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * teach - what teachers do with lessons, from the command line.
 */
#ifndef LESSONS_TEACH_H
#define LESSONS_TEACH_H

#include <stdbool.h>

/*
 * `forkshop lessons WORD...`: nothing lists them, `new NAME` makes a
 * template, `check [--play] FILE...` proves them, `script NAME` prints one as
 * a script.  Returns the exit status.
 */
int teach_run(int words, char **word, bool play);

/* The same as lines, for --help. */
#define TEACH_USAGE                                                            \
	"       forkshop lessons                 list the lessons\n"           \
	"       forkshop lessons new NAME        write NAME.lesson, to be "    \
	"filled\n"                                                             \
	"       forkshop lessons check [--play] FILE...\n"                     \
	"                                        prove lessons; --play runs "  \
	"them\n"                                                               \
	"       forkshop lessons script NAME     print a lesson as a script\n"

#endif
