/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * typist - types at a prompt that has no terminal, and reads what is shown.
 *
 * Bytes go through the tokenizer as in the program, the prompt is drawn into
 * a canvas of one row.  There is one prompt in a process, and one typist.
 */
#ifndef TESTS_TYPIST_H
#define TESTS_TYPIST_H

#include "tui/prompt.h"

#define TYPIST_COLS 40

extern struct prompt *typist_prompt;
extern char typist_said[4096]; /* what the hooks were told, one line each */

/*
 * Open a prompt in a folder of its own, with this text as .inputrc and LC_ALL
 * as given.  Offered for completion are "fork", "freeze", "get", "-TERM",
 * "-TSTP", "w1.t1" and "--port="; behind "list " words end at commas.
 */
void typist_begin(const char *inputrc, const char *lc_all);

/* For fixtures: typist_begin() with nothing special, and the end. */
void typist_setup(void);
void typist_end(void);

/*
 * End as another program.  What readline was in the midst of when it was
 * interrupted is not freed by it; that is no leak of ours.
 */
void typist_leave(void) __attribute__((noreturn));

/* Type bytes, wait until a lone ESC is one, see them run. */
void typist_type(const char *bytes);
void typist_paste(const char *text);

/*
 * The row as it is drawn into so many columns, "|" where the cursor stands,
 * without blanks at the end (borrowed, up to the next call).
 */
const char *typist_shown(int cols);

/* Fail unless this is shown in TYPIST_COLS columns. */
void typist_expect(const char *wanted);

#endif
