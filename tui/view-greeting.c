/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-greeting - what a newcomer sees until the first line is typed: what
 * this is, and three things to type.
 */
#include <string.h>

#include "tui/view.h"

/* A blank row stays below: air above the prompt. */
static int
greeting_wanted(const struct model *model, int rows, int cols)
{
	int wanted = model->greetings ? model->greetings + 1 : 0;

	(void)cols;
	return wanted <= rows ? wanted : 0;
}

/* "  fork      make one more worker": what can be typed stands out. */
static void
greeting_draw(struct canvas *canvas, struct area area,
              const struct model *model)
{
	for (int i = 0; i < model->greetings && i < area.rows; i++) {
		const char *line = model->greeting[i];
		const char *gap = *line == ' ' ? strstr(line + 2, "  ") : NULL;

		canvas_text(canvas, area.row + i, area.col + 2, area.cols - 2,
		            ST_NORMAL, line);
		if (gap)
			canvas_paint(canvas, area.row + i, area.col + 2,
			             (int)(gap - line), ST_PROMPT);
	}
}

const struct view_ops view_greeting = {
	.name = "greeting",
	.wanted = greeting_wanted,
	.draw = greeting_draw,
};
