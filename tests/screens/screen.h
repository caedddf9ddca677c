/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * screen - a test that looks at a program as a person does: it types into a
 * terminal of a given size and reads what stands there.
 *
 * The terminal is libvterm behind a pty.  The program leads a session on it.
 * Helpers fail the running Check test and show the screen.
 */
#ifndef TESTS_SCREENS_SCREEN_H
#define TESTS_SCREENS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <vterm.h>

#include "tests/stage.h"

#define SCREEN_ROWS 200
#define SCREEN_COLS 400

/* One place of the screen. */
struct screen_cell {
	char
	    text[32]; /* UTF-8, with combining characters; "" right of a wide */
	int width;    /* columns: 1 or 2 */
	bool bold;
	bool reverse;
	bool underline;
	bool blink;
	int fg; /* of the palette: 0 to 255; -1: default; -2: direct RGB */
	int bg;
};

struct screen {
	struct stage stage;
	int pty;  /* owned: the master */
	int line; /* owned: the terminal itself, so that it stays */
	int rows;
	int cols;
	VTerm *vterm;      /* owned */
	VTermScreen *grid; /* borrowed from vterm */
	long bytes;        /* received so far */
	bool alternate;    /* the alternate screen is on */
	bool cursor;       /* the cursor is shown */
	bool mouse;        /* the mouse is reported */
	char *text;        /* owned: of screen_text */
};

/*
 * Start a program on a terminal of rows x cols: argv[0] is looked for by
 * stage_program; TERM is xterm-256color.
 */
struct screen *screen_open(const char *const argv[], int rows, int cols);

/* Type: bytes as a keyboard sends them, "\r" for Enter, "\x03" for ^C. */
void screen_type(struct screen *, const char *text);

/*
 * Wait until the extended regular expression (regex(7)) matches in the text
 * of the screen; ^ and $ are the ends of a row.  Returns the row, from 0, of
 * the start of the first match.
 */
int screen_wait(struct screen *, const char *regex);

/* Wait until it does not match any more. */
void screen_wait_gone(struct screen *, const char *regex);

/* Does it match now?  Returns the row or -1.  Takes what has come. */
int screen_find(struct screen *, const char *regex);

/* Take what comes for `ms` milliseconds.  Returns how many bytes came. */
long screen_idle(struct screen *, int ms);

/*
 * All rows, blanks at their ends cut, each ended by a newline.  Borrowed
 * until the next call.
 */
const char *screen_text(struct screen *);

/* Another size: the terminal's foreground group gets WINCH. */
void screen_resize(struct screen *, int rows, int cols);

/* The place in row and column, from 0. */
struct screen_cell screen_cell(struct screen *, int row, int col);

/* Where the cursor is. */
void screen_cursor(struct screen *, int *row, int *col);

/*
 * The terminal is as a shell wants it: lines and echo on, signals on, the
 * cursor shown, no alternate screen, no mouse reports.
 */
bool screen_sane(struct screen *);

/* Wait for the program's end by itself.  See stage_wait. */
int screen_wait_end(struct screen *);

/*
 * Hang up when the program runs, wait for its end, prove that nothing is
 * left, and free the screen.  Returns the exit status.
 */
int screen_close(struct screen *);

#endif
