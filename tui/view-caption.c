/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-caption - a line of text for the room, above the prompt, as subtitles
 * are; and that a script waits for a key.
 */
#include <string.h>

#include "tui/view.h"

enum { CAPTION_ROWS = 3, CAPTION_MARGIN = 2 };

static const char beat[] = "press a key to go on";

/* Bytes of the text that fit into `cols`; it is broken at a blank. */
static size_t
caption_cut(const char *text, int cols)
{
	size_t cut = strlen(text), blank;

	while (cut > 1 && glyph_columns(text, cut) > cols)
		while (--cut > 1 && (text[cut] & 0xc0) == 0x80)
			;
	for (blank = cut; text[blank] && text[blank] != ' ' && blank > 0;)
		blank--;
	return blank ? blank : cut;
}

static int
caption_wanted(const struct model *model, int rows, int cols)
{
	const char *text = model->caption;
	int n = 0;

	(void)rows;
	while (*text && n < CAPTION_ROWS) {
		text += caption_cut(text, cols - 2 * CAPTION_MARGIN);
		text += strspn(text, " ");
		n++;
	}
	return model->beats && n == 0 ? 1 : n;
}

static void
caption_draw(struct canvas *canvas, struct area area, const struct model *model)
{
	const char *text = model->caption;
	struct area last = { area.row + area.rows - 1, area.col, 1,
		             area.cols - 1 };

	for (int i = 0; i < area.rows; i++) {
		int cols = area.cols - 2 * CAPTION_MARGIN;
		size_t cut = *text ? caption_cut(text, cols) : 0;

		canvas_fill(canvas, area.row + i, area.col, area.cols,
		            ST_STATUS);
		canvas_bytes(canvas, area.row + i, area.col + CAPTION_MARGIN,
		             cols, ST_STATUS, text, cut);
		text += cut;
		text += strspn(text, " ");
	}
	if (model->beats)
		view_right(canvas, last, ST_STATUS, beat);
}

const struct view_ops view_caption = {
	.name = "caption",
	.wanted = caption_wanted,
	.draw = caption_draw,
};
