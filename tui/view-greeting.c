/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-greeting - what a newcomer sees until the first line is typed: what
 * this is, and three things to type.
 */
#include <stdio.h>

#include "tui/view.h"

static const struct {
	const char *type, *what;
} greeting[] = {
	{ NULL,
	  "A real web server: its processes stand above, and they live." },
	{ "fork", "a third worker, a copy of the server" },
	{ "get -n 8", "eight requests: look who answers" },
	{ "kill -9 w1", "end a worker: look what is left of it" },
	{ NULL, "Tab completes, help lists everything, quit leaves nothing." },
};

enum { GREETING_ROWS = sizeof(greeting) / sizeof(greeting[0]) };

static int
greeting_wanted(const struct model *model, int rows, int cols)
{
	(void)cols;
	return model->greets && rows >= GREETING_ROWS + 1 ? GREETING_ROWS + 1
	                                                  : 0;
}

/* The last row stays blank: air above the prompt. */
static void
greeting_draw(struct canvas *canvas, struct area area,
              const struct model *model)
{
	(void)model;
	for (int i = 0; i < GREETING_ROWS && i < area.rows; i++) {
		int row = area.row + i, col = area.col + 2;

		if (greeting[i].type) {
			canvas_text(canvas, row, col + 2, 12, ST_PROMPT,
			            greeting[i].type);
			col += 16;
		}
		canvas_text(canvas, row, col, area.cols - 4,
		            greeting[i].type ? ST_NORMAL : ST_DIM,
		            greeting[i].what);
	}
}

const struct view_ops view_greeting = {
	.name = "greeting",
	.wanted = greeting_wanted,
	.draw = greeting_draw,
};
