/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * term - the terminal: the only includer of curses.
 *
 * Curses compares the new canvas with what is on the screen and writes the
 * difference into a file in memory; from there each frame goes to the terminal
 * in one write, in brackets that tell the terminal to show it at once
 * (synchronized output, mode 2026).  Curses never reads, and the modes of the
 * terminal are set here, not by curses.
 *
 * A terminal that does not read must not stop us: it is written to through a
 * descriptor of our own without blocking, and while it is full frames are
 * dropped; the next one that is drawn brings everything up to date.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include "core/sys/err.h"
#include "tui/canvas.h"
#include "tui/theme.h"

struct term;

/*
 * Take the terminal: raw mode, alternate screen, bracketed paste.  One at a
 * time.  Returns what the caller must give to term_close(); NULL when there
 * is no terminal that can be drawn on, and then nothing has changed.
 */
struct term *term_open(struct err *);

/* Give the terminal back as it was found.  Waits up to a second for it. */
void term_close(struct term *);

/* The modes as they were found (borrowed), for whoever may have to restore
 * them when this process is gone. */
const struct termios *term_saved_termios(const struct term *);

/* What such a one must write: it undoes what term_open() has switched on. */
const char *term_reset_sequence(void);

/* Where keys come from: descriptor 0.  Read it with term_read() only. */
int term_input_fd(const struct term *);

/* Watch this for writability while term_blocked(); then term_flush(). */
int term_output_fd(const struct term *);

/*
 * Read bytes that were typed, after poll(2) said that there are some.  Returns
 * their number, 0 when the terminal is gone.
 */
ssize_t term_read(struct term *, char *buf, size_t size);

/* The size as the kernel has it now; 24 by 80 where it has none. */
void term_size(const struct term *, int *rows, int *cols);

/* Tell curses of another size; everything is drawn anew. */
void term_resize(struct term *, int rows, int cols);

/*
 * Show the canvas, with the cursor at a place of it (cursor_row -1: hidden).
 * Returns false when the frame was dropped because the terminal is full or
 * suspended: draw again when term_flush() or term_resume() has said true.
 */
bool term_draw(struct term *, const struct canvas *, int cursor_row,
               int cursor_col);

/* Is a part of a frame still waiting for the terminal to read? */
bool term_blocked(const struct term *);

/* Write on.  Returns true when nothing waits any more. */
bool term_flush(struct term *);

/* The next frame is drawn whole, whatever is on the screen now. */
void term_repaint(struct term *);

/*
 * Leave the terminal to another program, as it was before term_open(), and
 * take it again.  term_resume() returns -1 when the modes cannot be set.
 */
void term_suspend(struct term *);
int term_resume(struct term *, struct err *);

/* Show roles as this theme says (borrowed, for as long as the terminal). */
void term_theme(struct term *, const struct theme *);

/* The theme that is on.  At first: mono where NO_COLOR or the terminal asks
 * for it (no-color.org), otherwise the first one. */
const struct theme *term_current_theme(const struct term *);

#endif
