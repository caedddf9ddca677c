/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view-layout.h"

#include <string.h>

#include "tui/view-log.h"
#include "tui/view-tree.h"

enum { LAYOUT_WIDE = 140, LAYOUT_SIDE = 58 };

static const struct view_ops *const layout_views[LAYOUT_PARTS] = {
	[LAYOUT_STATUS] = &view_status,     [LAYOUT_TREE] = &view_tree,
	[LAYOUT_LOG] = &view_log,           [LAYOUT_PROMPT] = &view_prompt,
	[LAYOUT_GREETING] = &view_greeting, [LAYOUT_SMALL] = &view_small,
	[LAYOUT_CAPTION] = &view_caption,   [LAYOUT_LESSON] = &view_lesson,
};

static int
layout_wanted(const struct model *model, enum layout_part part, int rows,
              int cols)
{
	return layout_views[part]->wanted(model, rows, cols);
}

/* Take rows for a part from the bottom of what is left. */
static void
layout_from_bottom(struct layout *l, enum layout_part part, int *bottom,
                   int rows)
{
	*bottom -= rows;
	l->area[part] = (struct area){ *bottom, 0, rows, l->main };
}

/* The rows of the tree, of `left` rows for tree, log and greeting. */
static int
layout_tree(struct model *model, int left, int cols)
{
	int most = left * 3 / 5, rows;

	rows = layout_wanted(model, LAYOUT_TREE, most, cols);
	if (rows < model->tree_floor)
		rows = model->tree_floor < most ? model->tree_floor : most;
	model->tree_floor = rows;
	view_tree_follow(model, rows, cols);
	return rows;
}

/* The log is not scrolled further back than it goes. */
static void
layout_log(const struct layout *l, struct model *model)
{
	size_t all = view_log_all_rows(model->book, l->main);
	size_t seen = l->area[LAYOUT_LOG].rows - 1;
	size_t most = all > seen ? all - seen : 0;

	if (model->log_back > most)
		model->log_back = most;
}

/* Candidates cover the log for a moment; nothing moves. */
static void
layout_prompt(struct layout *l, const struct model *model)
{
	int rows = layout_wanted(model, LAYOUT_PROMPT, l->rows, l->cols);

	l->area[LAYOUT_PROMPT] =
	    (struct area){ l->rows - rows, 0, rows, l->cols };
}

/*
 * The lesson stands above the tree, in half of the rows at most; beside tree
 * and log where the screen is wide.
 */
static int
layout_lesson(struct layout *l, const struct model *model, int top, int bottom)
{
	int rows;

	if (!model->lesson)
		return 0;
	if (l->cols >= LAYOUT_WIDE) {
		l->main = l->cols - LAYOUT_SIDE - 1;
		l->area[LAYOUT_LESSON] =
		    (struct area){ top, l->main + 1, bottom - top,
			           LAYOUT_SIDE };
		return 0;
	}
	rows = layout_wanted(model, LAYOUT_LESSON, (bottom - top) / 2, l->cols);
	l->area[LAYOUT_LESSON] = (struct area){ top, 0, rows, l->cols };
	return rows;
}

void
layout_find(struct layout *l, struct model *model, int rows, int cols)
{
	int bottom = rows, top = 1, greeting;

	*l = (struct layout){ .rows = rows, .cols = cols, .main = cols };
	if (rows < SCREEN_MIN_ROWS || cols < SCREEN_MIN_COLS) {
		l->area[LAYOUT_SMALL] = (struct area){ 0, 0, rows, cols };
		return;
	}
	l->area[LAYOUT_STATUS] = (struct area){ 0, 0, top, cols };
	layout_prompt(l, model);
	bottom--;
	layout_from_bottom(l, LAYOUT_CAPTION, &bottom,
	                   layout_wanted(model, LAYOUT_CAPTION, rows, cols));
	top += layout_lesson(l, model, top, bottom);
	cols = l->main;
	l->area[LAYOUT_TREE] =
	    (struct area){ top, 0, layout_tree(model, bottom - top, cols),
		           cols };
	top += l->area[LAYOUT_TREE].rows;
	greeting = model->lesson ? 0
	                         : layout_wanted(model, LAYOUT_GREETING,
	                                         bottom - top - 1, cols);
	layout_from_bottom(l, LAYOUT_GREETING, &bottom, greeting);
	layout_from_bottom(l, LAYOUT_LOG, &bottom, bottom - top);
	if (model->log_back)
		layout_log(l, model);
}

void
layout_draw(const struct layout *l, struct canvas *canvas,
            const struct model *model)
{
	canvas_clear(canvas);
	for (int i = 0; i < LAYOUT_PARTS; i++)
		if (l->area[i].rows > 0)
			layout_views[i]->draw(canvas, l->area[i], model);
}

void
layout_draw_prompt(const struct layout *l, struct canvas *canvas,
                   const struct model *model)
{
	if (l->area[LAYOUT_PROMPT].rows > 0)
		view_prompt.draw(canvas, l->area[LAYOUT_PROMPT], model);
}
