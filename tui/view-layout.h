/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-layout - which view stands where.
 *
 *	status   one row
 *	lesson   half of the rows, or the right side of a wide screen
 *	tree     what it needs, up to three fifths
 *	log      the rest, under a rule; at first the greeting below it
 *	caption  above the prompt, when there is one
 *	prompt   at the bottom
 *
 * Rows do not jump: within a command the tree only grows.
 */
#ifndef TUI_VIEW_LAYOUT_H
#define TUI_VIEW_LAYOUT_H

#include "tui/view.h"

enum layout_part {
	LAYOUT_STATUS,
	LAYOUT_TREE,
	LAYOUT_LOG,
	LAYOUT_GREETING,
	LAYOUT_LESSON,
	LAYOUT_CAPTION,
	LAYOUT_PROMPT, /* drawn last: its list of candidates covers others */
	LAYOUT_SMALL,  /* instead of all others */
	LAYOUT_PARTS
};

struct layout {
	int rows, cols;
	int main; /* columns of tree and log */
	struct area area[LAYOUT_PARTS];
};

/*
 * Find the areas for a canvas of this size.  Raises model->tree_floor, and
 * moves what is scrolled back to where there is something to see.
 */
void layout_find(struct layout *, struct model *, int rows, int cols);

/* Draw everything on a canvas of that size. */
void layout_draw(const struct layout *, struct canvas *, const struct model *);

/* Draw the prompt alone: the rest stands there already. */
void layout_draw_prompt(const struct layout *, struct canvas *,
                        const struct model *);

#endif
