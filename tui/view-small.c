/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-small - a terminal on which nothing else fits.
 */
#include <stdio.h>

#include "tui/view.h"

enum { SMALL_COLS = 27 }; /* for whole sentences */

static int
small_wanted(const struct model *model, int rows, int cols)
{
	(void)model, (void)cols;
	return rows;
}

static void
small_draw(struct canvas *canvas, struct area area, const struct model *model)
{
	char is[64], needs[64];
	int row = area.rows / 2 - 1, col;
	bool wide = area.cols >= SMALL_COLS;

	(void)model;
	snprintf(is, sizeof(is), wide ? "This terminal is %d x %d:" : "needs",
	         area.cols, area.rows);
	snprintf(needs, sizeof(needs), "%s%d x %d%s",
	         wide ? "forkshop needs " : "", SCREEN_MIN_COLS,
	         SCREEN_MIN_ROWS, wide ? "." : "");
	row = row > 0 ? row : 0;
	col = (area.cols - view_columns(is)) / 2;
	col = col > 0 ? col : 0;
	canvas_text(canvas, row, col, CANVAS_EDGE, ST_NORMAL, is);
	canvas_text(canvas, row + 1, col, CANVAS_EDGE, ST_BOLD, needs);
}

const struct view_ops view_small = {
	.name = "small",
	.wanted = small_wanted,
	.draw = small_draw,
};
