/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view.h"

#include <string.h>

#include "tui/glyph.h"

int
view_columns(const char *text)
{
	return glyph_columns(text, strlen(text));
}

int
view_right(struct canvas *canvas, struct area area, enum style style,
           const char *text)
{
	int col = area.col + area.cols - view_columns(text);

	if (col < area.col)
		col = area.col;
	canvas_text(canvas, area.row, col, area.col + area.cols - col, style,
	            text);
	return col;
}

void
view_rule(struct canvas *canvas, struct area area, const struct model *model,
          const char *left, const char *right)
{
	const char *stroke = view_glyph(model, "─", "-");
	int end = area.col + area.cols;
	int room = area.cols - view_columns(right) - 4;

	for (int col = area.col; col < end; col++)
		canvas_text(canvas, area.row, col, 1, ST_DIM, stroke);
	if (*left && room > 0)
		canvas_printf(canvas, area.row, area.col + 2, room, ST_DIM,
		              " %s ", left);
	if (*right && room > 0)
		canvas_printf(canvas, area.row, end - view_columns(right) - 4,
		              -1, ST_DIM, " %s ", right);
}
