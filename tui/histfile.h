/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * histfile - the file of lines that were typed, one for each line.
 */
#ifndef TUI_HISTFILE_H
#define TUI_HISTFILE_H

#include "core/sys/err.h"

#define HISTFILE_LINES 1000 /* the latest ones; a longer file is cut on load */
#define HISTFILE_BYTES (4 << 20) /* a larger file is not ours */

/*
 * Call add(line) for each of the latest lines, oldest first.  A file that does
 * not exist has none.  Returns -1 when it cannot be read or is no history;
 * nothing was added then.
 */
int histfile_load(const char *path, void (*add)(const char *line),
                  struct err *);

/* Write one line behind the others, in one write(2).  -1: it was not. */
int histfile_append(const char *path, const char *line, struct err *);

#endif
