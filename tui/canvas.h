/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * canvas - the grid of cells that views draw into.
 *
 * It knows nothing of a terminal: term.c puts it on the screen, tests read it
 * as text, casts as ANSI.  Whatever is drawn is clipped to the grid, never
 * leaves half of a wide character and never holds a control character.
 */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include <stddef.h>
#include <stdint.h>

#include "core/sys/err.h"
#include "tui/glyph.h"
#include "tui/theme.h"

#define CANVAS_MAX  2000 /* rows or columns; more are cut off */
#define CANVAS_EDGE (-1) /* as maxcols: up to the right edge */

/*
 * Invariant: a cell of width 2 is followed by one of width 0 and "", and no
 * other cell has width 0.  Unused bytes are zero, so cells may be compared
 * by memcmp.
 */
struct cell {
	char text[GLYPH_TEXT_SIZE]; /* " " when blank */
	uint8_t width;
	uint8_t style; /* enum style */
};

struct canvas {
	int rows, cols;     /* at least 1 each */
	struct cell *cells; /* owned: rows * cols, row by row */
};

/* Returns a blank canvas that the caller owns, or NULL. */
struct canvas *canvas_open(int rows, int cols, struct err *);
void canvas_close(struct canvas *);

/*
 * Another size; the canvas is blank afterwards.  Returns 0; on failure -1, and
 * nothing has changed.
 */
int canvas_resize(struct canvas *, int rows, int cols, struct err *);

/* Blank everything, in ST_NORMAL. */
void canvas_clear(struct canvas *);

/* The cell at a place of the grid (borrowed), or NULL outside. */
const struct cell *canvas_cell(const struct canvas *, int row, int col);

/*
 * Draw text in one row from (row, col), at most maxcols columns of it; a tab
 * goes to the next multiple of eight from where the text began.  Returns the
 * columns used: 0 when the place is outside.
 */
int canvas_text(struct canvas *, int row, int col, int maxcols, enum style,
                const char *utf8);

/* The same for `len` bytes that need no NUL behind them. */
int canvas_bytes(struct canvas *, int row, int col, int maxcols, enum style,
                 const char *utf8, size_t len);

/* The same for up to 1023 bytes of formatted text, as printf(3). */
int canvas_printf(struct canvas *, int row, int col, int maxcols, enum style,
                  const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Blank a part of a row in this style: the ground of a status line. */
void canvas_fill(struct canvas *, int row, int col, int maxcols, enum style);

/* Give a part of a row another style and leave the text. */
void canvas_paint(struct canvas *, int row, int col, int maxcols, enum style);

/*
 * The canvas as text: one line for each row, without blanks at the ends.
 * Returns a string to free(), or NULL without memory.
 */
char *canvas_to_text(const struct canvas *);

/*
 * The canvas as what a terminal must be sent to show it, from the top left
 * on: for casts.  Returns a string to free(), or NULL without memory.
 */
char *canvas_to_ansi(const struct canvas *, const struct theme *);

#endif
