/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view - a part of the screen: what it draws and how tall it wants to be.
 *
 * One view, one pair of files, ending in its view_ops row.  A view draws the
 * model and asks nobody else: no kernel, no session, no clock.
 */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/watch/snapshot.h"
#include "tui/canvas.h"

struct logbook;
struct panel;
struct prompt;

/* A rectangle of the canvas; rows 0 is a view that has no place now. */
struct area {
	int row, col, rows, cols;
};

/* The screen that everything fits on; smaller ones get view-small. */
enum { SCREEN_MIN_ROWS = 16, SCREEN_MIN_COLS = 72 };

enum {
	GREETING_ROWS = 8,
	GREETING_SIZE = 128,
	PROGRESS_SIZE = 512,
	CAPTION_SIZE = 512
};

/* Where the cursor of the terminal stands; row -1: hidden. */
struct cursor {
	int row, col;
};

/* What there is to be drawn.  Written by the app, read by the views. */
struct model {
	const struct snapshot
	    *snap;             /* owned reference; NULL before the first */
	struct logbook *book;  /* owned by the app */
	struct prompt *prompt; /* owned by the app; NULL: none */
	struct cursor *cursor; /* owned by the app; written by view-prompt */
	int64_t now_ns;        /* of this frame; of snap, where that is past */
	bool past;             /* snap is not the present ... */
	int64_t past_ago_ns;   /* ... but was so long before it was left */
	bool utf8;             /* the terminal can show more than ASCII */
	bool big;              /* `set big on`: for a projector */
	char greeting[GREETING_ROWS][GREETING_SIZE]; /* until a line is typed */
	int greetings;                               /* lines of it */
	double rate;                  /* requests per second, 0 at rest */
	char progress[PROGRESS_SIZE]; /* of the command that runs, or "" */
	char caption[CAPTION_SIZE];   /* a line for the room, or "" */
	bool beats;                   /* a script waits for a key */
	char job[NAME_SIZE];  /* in the foreground: progress is its last line */
	int tree_floor;       /* rows of the tree, at the least */
	bool tree_tight;      /* it had no room: it is drawn with fewer rows */
	bool tree_held;       /* somebody scrolls it: it follows nothing */
	size_t tree_top;      /* first row of the tree that is seen */
	int64_t tree_seen_ns; /* of the last change that tree_top followed */
	const struct panel *lesson; /* borrowed; NULL: none is open */
	size_t log_back;            /* rows that the log is scrolled back */
};

struct view_ops {
	const char *name;

	/* How many of `rows` rows of `cols` columns it would fill. */
	int (*wanted)(const struct model *, int rows, int cols);

	void (*draw)(struct canvas *, struct area, const struct model *);
};

extern const struct view_ops view_lesson, view_caption, view_status, view_tree,
    view_log, view_prompt, view_greeting, view_small;

/* One of two texts: for terminals of UTF-8 and for those of ASCII. */
static inline const char *
view_glyph(const struct model *model, const char *utf8, const char *ascii)
{
	return model->utf8 ? utf8 : ascii;
}

/* The columns that clean text takes. */
int view_columns(const char *text);

/* Draw text so that it ends at the right edge.  Returns its column. */
int view_right(struct canvas *, struct area, enum style, const char *text);

/*
 * Draw a rule over the first row of the area, with a word at its left and one
 * at its right; "" for none.
 */
void view_rule(struct canvas *, struct area, const struct model *,
               const char *left, const char *right);

#endif
