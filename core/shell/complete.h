/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * complete - what can stand where the cursor is, from the commands' rows, the
 * processes that live, and the words of signals, calls and facts.
 */
#ifndef CORE_SHELL_COMPLETE_H
#define CORE_SHELL_COMPLETE_H

#include <stddef.h>

#include "core/watch/snapshot.h"

/*
 * The word at the cursor begins at *word_start.  `add` is called with each
 * candidate that goes on as it does, and a few words about it.  None at all:
 * it may be the name of a file.
 */
void complete_line(const struct snapshot *, const char *line, size_t cursor,
                   size_t *word_start,
                   void (*add)(void *arg, const char *word, const char *blurb),
                   void *arg);

#endif
