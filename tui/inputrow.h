/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inputrow - a line that is being typed, in one row of a canvas.
 *
 * Pure.  Where the line is longer than the row, a part of it is shown with
 * the cursor in it and "<" or ">" where it goes on.
 */
#ifndef TUI_INPUTROW_H
#define TUI_INPUTROW_H

#include <stddef.h>

#include "tui/canvas.h"

struct inputrow {
	const char *prompt; /* stands before the line */
	enum style prompt_style;
	const char *line;
	size_t len;   /* bytes of line */
	size_t point; /* the cursor stands on this byte; len: behind it */
};

/*
 * Draw it into `cols` columns from the left edge.  A new line shows as U+23CE.
 * Returns the column of the cursor, which is within the columns.
 */
int inputrow_draw(const struct inputrow *, struct canvas *, int row, int cols);

/*
 * Put `mode` and what of a prompt of readline is to be seen together: what
 * stands between \001 and \002 is not (rl_expand_prompt in readline(3)).
 */
void inputrow_prompt(char *buf, size_t size, const char *mode,
                     const char *prompt);

#endif
