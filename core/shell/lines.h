/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lines - what a program prints, as the lines that a terminal would show.
 *
 * Escape sequences are taken out whole (ECMA-48: CSI, OSC, DCS and the short
 * ones); carriage return, backspace and "erase to the end" do to the line
 * what they do on a terminal, so a progress bar ends as its last state.
 */
#ifndef CORE_SHELL_LINES_H
#define CORE_SHELL_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES_CELLS 1000                  /* a longer line is cut in two */
#define LINES_SIZE  (LINES_CELLS * 4 + 1) /* bytes of one line, with NUL */

struct lines {
	uint32_t cell[LINES_CELLS]; /* characters of the line so far */
	int len, cursor;
	int state;          /* enum lines_state, private to lines.c */
	int number;         /* of a CSI sequence, the first one */
	int moves;          /* of the cursor to anywhere on the screen */
	uint32_t character; /* a UTF-8 character that is not whole yet */
	int missing;        /* bytes that it wants still */
};

/*
 * Take `len` bytes and call fn with each line that they end: clean UTF-8
 * without a newline.  All zero is a fresh struct lines.
 */
void lines_feed(struct lines *, const char *bytes, size_t len,
                void (*fn)(void *arg, const char *line), void *arg);

/*
 * Is it no text, but a program that draws on a whole screen?  It goes from
 * place to place, or has asked for a screen of its own (ctlseqs of xterm).
 */
bool lines_draw(const struct lines *);

/* The line that has not ended yet, into buf.  Returns its length. */
size_t lines_partial(const struct lines *, char buf[LINES_SIZE]);

/* Give out the line that has not ended, if there is one, and start afresh. */
void lines_end(struct lines *, void (*fn)(void *arg, const char *line),
               void *arg);

#endif
