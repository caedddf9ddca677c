/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * input - lines of commands, as they come from a pipe, a file or an argument,
 * and which ones there were.
 */
#ifndef CORE_SHELL_INPUT_H
#define CORE_SHELL_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/sys/err.h"

#define INPUT_SIZE    (1 << 20) /* bytes that may wait */
#define INPUT_HISTORY 500       /* lines; older ones are forgotten */

/* All zero is a fresh one. */
struct input {
	char *text; /* owned */
	size_t len, taken;
	bool eof;                     /* no more will come */
	char *history[INPUT_HISTORY]; /* owned; a ring */
	size_t lines;                 /* that were taken so far */
};

/* All of a text, or of a file.  No more will come. */
int input_text(struct input *, const char *text, struct err *);
int input_file(struct input *, const char *path, struct err *);

/*
 * One read(2) from a descriptor that is ready.  Returns false when there will
 * be no more.
 */
bool input_read(struct input *, int fd);

/*
 * Take the next line, without its newline; at the end of the input the last
 * line needs none.  NULL when there is no whole line yet.  Borrowed until the
 * next call.
 */
const char *input_line(struct input *);

/* The i-th line that is remembered, 0 the oldest, or NULL. */
const char *input_history(const struct input *, size_t i);

void input_close(struct input *);

#endif
