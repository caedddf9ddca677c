/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * film - what a recording needs of each frame: the bytes that turn the last
 * one into this one on any terminal of ECMA-48 with xterm's palette.
 *
 * It knows no terminal: a recording of TERM=xterm-256color and one of another
 * are the same.
 */
#ifndef TUI_FILM_H
#define TUI_FILM_H

#include <stddef.h>

#include "core/sys/err.h"
#include "tui/canvas.h"
#include "tui/theme.h"

struct film;

/* Returns a film that the caller owns, its first frame a whole one; or NULL. */
struct film *film_open(struct err *);
void film_close(struct film *);

/* The next frame shows everything, whatever stands on the screen. */
void film_whole(struct film *);

/*
 * The bytes for this canvas, with the cursor at a place of it (row -1:
 * hidden).  Returns a string to free(); NULL when nothing has changed, or
 * without memory: then the next frame is a whole one.
 */
char *film_frame(struct film *, const struct canvas *, const struct theme *,
                 int cursor_row, int cursor_col);

#endif
