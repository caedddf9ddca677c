/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prompt and line stand on one band of columns.  The prompt stays while it
 * takes less than half of the row; the rest is a window onto the band, which
 * jumps by half of its width, so that the text does not slide at every key.
 */
#include "tui/inputrow.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MARKS_FROM 4 /* a narrower window has no room for "<" and ">" */

struct window {
	struct canvas *canvas;
	int row;
	int fixed; /* columns that stay; the window begins behind them */
	int width; /* of the window */
	int first; /* the column of the band that it begins with */
};

/* Where the window begins, so that the cursor stands in it. */
static int
window_first(int cursor, int end, int width)
{
	int step = width / 2, over = cursor - (width - 2);

	if (end <= width && cursor < width)
		return 0;
	if (width < MARKS_FROM)
		return cursor < width ? 0 : cursor - width + 1;
	return over <= 0 ? 0 : (over + step - 1) / step * step;
}

/* Draw text that begins at this column of the band; returns where it ends. */
static int
draw_band(const struct window *w, int at, enum style style, const char *text,
          size_t len)
{
	struct glyph g;
	size_t n;

	while ((n = glyph_next(&g, text, len)) > 0) {
		int x = at < w->fixed ? at : at - w->first;
		int left = w->fixed + w->width - x;
		bool newline = *text == '\n';

		if (at < w->fixed || x >= w->fixed)
			canvas_text(w->canvas, w->row, x, left > 0 ? left : 0,
			            newline ? ST_DIM : style,
			            newline ? "⏎" : g.text);
		at += g.width;
		text += n;
		len -= n;
	}
	return at;
}

static void
draw_marks(const struct window *w, int end)
{
	if (w->width < MARKS_FROM)
		return;
	if (w->first > 0)
		canvas_text(w->canvas, w->row, w->fixed, 1, ST_DIM, "<");
	if (end - w->fixed - w->first > w->width)
		canvas_text(w->canvas, w->row, w->fixed + w->width - 1, 1,
		            ST_DIM, ">");
}

int
inputrow_draw(const struct inputrow *in, struct canvas *canvas, int row,
              int cols)
{
	size_t prompt_len = strlen(in->prompt);
	int prompt_cols = glyph_columns(in->prompt, prompt_len);
	int cursor = prompt_cols + glyph_columns(in->line, in->point);
	int end = prompt_cols + glyph_columns(in->line, in->len);
	struct window w = { .canvas = canvas, .row = row };

	w.fixed = prompt_cols <= cols / 2 ? prompt_cols : 0;
	w.width = cols - w.fixed;
	w.first = window_first(cursor - w.fixed, end - w.fixed, w.width);
	canvas_fill(canvas, row, 0, cols, ST_NORMAL);
	draw_band(&w, 0, in->prompt_style, in->prompt, prompt_len);
	draw_band(&w, prompt_cols, ST_NORMAL, in->line, in->len);
	draw_marks(&w, end);
	return cursor - w.first;
}

void
inputrow_prompt(char *buf, size_t size, const char *mode, const char *prompt)
{
	size_t n;

	snprintf(buf, size, "%s", mode);
	for (n = strlen(buf); *prompt && n + 1 < size; prompt++) {
		const char *end = *prompt == '\1' ? strchr(prompt, '\2') : NULL;

		if (end)
			prompt = end;
		else
			buf[n++] = *prompt;
	}
	buf[n] = '\0';
}
