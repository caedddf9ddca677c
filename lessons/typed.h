/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * typed - which lines a lesson may type by itself.
 *
 * A lesson may come from anywhere, so it runs nothing but forkshop's own
 * commands, and of other programs only a few that harm nobody.
 */
#ifndef LESSONS_TYPED_H
#define LESSONS_TYPED_H

#include <stdbool.h>

#include "core/sys/err.h"

/*
 * May a lesson type this line?  Returns 0, or -1 with err: what is wrong with
 * it, or why not.
 */
int typed_allowed(const char *line, struct err *);

/* Files that puppets of lessons may make begin so, and are taken away. */
#define TYPED_FILES "/tmp/forkshop-"

#endif
