/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-prompt - the line that is typed, how far a running command is, and,
 * above the line, how it could go on.
 */
#include <stdio.h>
#include <string.h>

#include "tui/candidates.h"
#include "tui/prompt.h"
#include "tui/view.h"

enum { LIST_ROWS = 10, LIST_GAP = 2 };

/* Candidates in a grid, or one on each row beside what it is. */
struct list {
	const struct candidate *candidate; /* borrowed */
	size_t n;
	int width;   /* of the widest word */
	int columns; /* of the grid */
	int rows;    /* that it would need */
	bool blurbs; /* one on each row */
};

static struct list
list_make(const struct model *model, int cols)
{
	const struct candidates *all =
	    model->prompt ? prompt_candidates(model->prompt) : NULL;
	struct list list = { .columns = 1 };

	if (!all)
		return list;
	list.candidate = all->list;
	list.n = all->n;
	for (size_t i = 0; i < list.n; i++) {
		int width = view_columns(list.candidate[i].word);

		list.width = width > list.width ? width : list.width;
		list.blurbs = list.blurbs || list.candidate[i].blurb[0];
	}
	list.blurbs = list.blurbs && list.n <= LIST_ROWS;
	if (!list.blurbs && list.width + LIST_GAP < cols)
		list.columns = cols / (list.width + LIST_GAP);
	list.rows = (int)((list.n + list.columns - 1) / list.columns);
	return list;
}

static int
prompt_wanted(const struct model *model, int rows, int cols)
{
	struct list list = list_make(model, cols - LIST_GAP);
	int most = rows / 2 < LIST_ROWS ? rows / 2 : LIST_ROWS;

	if (list.n == 0)
		return 1;
	return 2 + (list.rows < most ? list.rows : most);
}

/* Words go down the columns, as those of ls(1). */
static void
list_draw(struct canvas *canvas, struct area area, const struct list *list)
{
	int col = area.col + LIST_GAP;

	for (size_t i = 0; i < list->n; i++) {
		int row = area.row + (int)i % list->rows;

		if ((int)i % list->rows >= area.rows)
			continue;
		col = area.col + LIST_GAP +
		      (int)i / list->rows * (list->width + LIST_GAP);
		canvas_text(canvas, row, col, list->width, ST_BOLD,
		            list->candidate[i].word);
		if (list->blurbs)
			canvas_text(canvas, row, col + list->width + LIST_GAP,
			            CANVAS_EDGE, ST_NORMAL,
			            list->candidate[i].blurb);
	}
}

/* Returns the row of the prompt, which is the last one. */
static int
prompt_list(struct canvas *canvas, struct area area, const struct model *model)
{
	struct list list = list_make(model, area.cols - LIST_GAP);
	struct area inner = { area.row + 1, area.col, area.rows - 2,
		              area.cols };
	char hidden[32] = "";

	for (int row = 0; row < area.rows; row++)
		canvas_fill(canvas, area.row + row, area.col, area.cols,
		            ST_NORMAL);
	if (list.n == 0 || area.rows < 3)
		return area.row + area.rows - 1;
	if (list.rows > inner.rows)
		snprintf(hidden, sizeof(hidden), "%zu in all", list.n);
	view_rule(canvas, area, model, "", hidden);
	list_draw(canvas, inner, &list);
	return area.row + area.rows - 1;
}

static void
prompt_view_draw(struct canvas *canvas, struct area area,
                 const struct model *model)
{
	int row = prompt_list(canvas, area, model);
	struct area last = { row, area.col, 1, area.cols - 1 };
	int progress = view_columns(model->progress);
	int cols = area.cols;

	if (*model->progress && !*model->job && progress < area.cols / 2) {
		view_right(canvas, last, ST_DIM, model->progress);
		cols -= progress + 3;
	}
	if (!model->prompt)
		return;
	model->cursor->row = row;
	model->cursor->col = prompt_draw(model->prompt, canvas, row, cols);
}

const struct view_ops view_prompt = {
	.name = "prompt",
	.wanted = prompt_wanted,
	.draw = prompt_view_draw,
};
