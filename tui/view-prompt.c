/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-prompt - the line that is typed, and how far a running command is.
 */
#include "tui/view.h"

static int
prompt_wanted(const struct model *model, int rows, int cols)
{
	(void)model, (void)rows, (void)cols;
	return 1;
}

static void
prompt_view_draw(struct canvas *canvas, struct area area,
                 const struct model *model)
{
	canvas_text(canvas, area.row, area.col, area.cols, ST_PROMPT,
	            "forkshop> ");
	(void)model;
}

const struct view_ops view_prompt = {
	.name = "prompt",
	.wanted = prompt_wanted,
	.draw = prompt_view_draw,
};
