/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * theme - what a cell is for, and how that looks.
 *
 * Views speak of roles and never of colours.  A theme is one table that gives
 * each role its paint; the terminal and the casts read the same table.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stddef.h>
#include <stdint.h>

enum style {
	ST_NORMAL,
	ST_DIM,      /* what may be overlooked: lines of the tree, hints */
	ST_BOLD,     /* emphasis in running text */
	ST_TITLE,    /* headings of columns and of views */
	ST_RUNNING,  /* states of processes, proc(5) */
	ST_SLEEPING, /* includes uninterruptible sleep */
	ST_STOPPED,
	ST_ZOMBIE,
	ST_DEAD, /* a row that lingers */
	ST_NEW,  /* a row that was born a moment ago */
	ST_THREAD,
	ST_BAR,   /* the filled part of a counter's bar */
	ST_ARROW, /* points at the row that answered last */
	ST_ERROR,
	ST_GOOD,
	ST_PROMPT, /* what stands before the typed line */
	ST_SEARCH, /* the same while readline asks for something */
	ST_STATUS, /* the status line */
	ST_PAST,   /* the same while it is not the present that is shown */
	ST_COUNT,
};

#define PAINT_BOLD      1
#define PAINT_DIM       2
#define PAINT_UNDERLINE 4
#define PAINT_REVERSE   8
#define PAINT_DEFAULT   (-1) /* the colour the terminal has by itself */

struct paint {
	int8_t fg, bg; /* PAINT_DEFAULT, or 0 to 15 as in ECMA-48 and xterm */
	uint8_t attrs; /* PAINT_BOLD and so on */
};

struct theme {
	const char *name;
	const char *blurb; /* for help and completion */
	struct paint paints[ST_COUNT];
};

/* The i-th theme, the default one first; NULL past the end. */
const struct theme *theme_nth(int i);

/* The theme of that name, or NULL. */
const struct theme *theme_named(const char *name);

#define THEME_SGR_SIZE 32

/*
 * The sequence that switches a terminal from any style to this one (SGR,
 * ECMA-48 8.3.117).  Returns buf.
 */
const char *theme_sgr(const struct theme *, enum style,
                      char buf[THEME_SGR_SIZE]);

#endif
