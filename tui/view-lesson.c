/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-lesson - the step of a lesson: what it says, its checklist with what is
 * and what is wanted, or the question that is open.
 */
#include <stdio.h>
#include <string.h>

#include "lessons/engine.h"
#include "tui/glyph.h"
#include "tui/view.h"

/* Writes rows from the top on; without a canvas it only counts them. */
struct pen {
	struct canvas *canvas; /* borrowed; NULL: to measure */
	const char *more;      /* stands where a row had no room for its end */
	struct area area;
	int row;
};

/* The bytes of a row of at most `cols` columns, broken at a blank. */
static size_t
pen_row(const char *text, int cols)
{
	size_t used = 0, fits = 0, len = strlen(text), n;
	struct glyph g;
	int at = 0;

	while ((n = glyph_next(&g, text + used, len - used)) > 0) {
		if (text[used] == ' ')
			fits = used;
		if (at + g.width > cols)
			return fits ? fits : used ? used : n;
		at += g.width;
		used += n;
	}
	return len;
}

/* Text in as many rows as it takes; `indent` columns before each. */
static void
pen_write(struct pen *pen, enum style style, int indent, const char *text)
{
	int cols = pen->area.cols - 2 - indent;

	do {
		size_t n = pen_row(text, cols);

		if (pen->canvas && pen->row < pen->area.rows)
			canvas_bytes(pen->canvas, pen->area.row + pen->row,
			             pen->area.col + 1 + indent, cols, style,
			             text, n);
		pen->row++;
		text += n;
		text += strspn(text, " ");
	} while (*text);
}

/* Something before the text that was or will be written in this row. */
static void
pen_mark(struct pen *pen, int row, enum style style, const char *mark)
{
	if (pen->canvas && row < pen->area.rows)
		canvas_text(pen->canvas, pen->area.row + row, pen->area.col + 1,
		            -1, style, mark);
}

/*
 * End a text where it has no room: behind a clause, if one fits, and with the
 * sign that there was more.
 */
static void
lesson_fit(char *text, int cols, const char *more)
{
	size_t used = 0, clause = 0, fits = 0, len = strlen(text), n;
	struct glyph g;
	int at = 0;

	if (view_columns(text) <= cols)
		return;
	cols -= view_columns(more) + 1;
	while ((n = glyph_next(&g, text + used, len - used)) > 0 &&
	       at + g.width <= cols) {
		if (strncmp(text + used, "; ", 2) == 0)
			clause = used;
		at += g.width;
		used += n;
		fits = used;
	}
	text[clause ? clause : fits] = '\0';
	strcat(text, clause ? " " : "");
	strcat(text, more);
}

/* "[ ] p2 is a zombie: state of p2: S, wanted Z" */
static void
lesson_goal(struct pen *pen, const struct panel_goal *g)
{
	char text[PANEL_TEXT + FACT_EXPLAIN + 8];
	int cols = pen->area.cols - 6;

	pen_mark(pen, pen->row, g->done ? ST_GOOD : ST_NORMAL,
	         g->done ? "[x]" : "[ ]");
	if (g->done || !g->is[0])
		snprintf(text, sizeof(text), "%s", g->text);
	else
		snprintf(text, sizeof(text), "%s: %s", g->text, g->is);
	if (pen->canvas && pen->row < pen->area.rows) {
		lesson_fit(text, cols, pen->more);
		canvas_text(pen->canvas, pen->area.row + pen->row,
		            pen->area.col + 5, cols, ST_DIM, text);
		canvas_paint(pen->canvas, pen->area.row + pen->row,
		             pen->area.col + 5, view_columns(g->text),
		             g->done ? ST_GOOD : ST_BOLD);
	}
	pen->row++;
}

static void
lesson_question(struct pen *pen, const struct panel *p)
{
	char text[PANEL_TEXT + 32];

	snprintf(text, sizeof(text), "Before `%s` runs:", p->held);
	pen_write(pen, ST_DIM, 0, text);
	pen_write(pen, ST_BOLD, 0, p->ask);
	for (int i = 0; i < p->answers; i++) {
		snprintf(text, sizeof(text), "%d", i + 1);
		pen_mark(pen, pen->row, ST_PROMPT, text);
		pen_write(pen, ST_NORMAL, 3, p->answer[i]);
	}
	snprintf(text, sizeof(text), "Answer with a number from 1 to %d.",
	         p->answers);
	pen_write(pen, ST_DIM, 0, text);
}

static void
lesson_body(struct pen *pen, const struct panel *p)
{
	if (p->coming)
		pen_write(pen, ST_DIM, 0, "The laboratory is made ready ...");
	if (p->asking) {
		lesson_question(pen, p);
		return;
	}
	for (int i = 0; i < p->says; i++)
		pen_write(pen, ST_NORMAL, 0, p->say[i]);
	for (int i = 0; i < p->goals; i++)
		lesson_goal(pen, &p->goal[i]);
	if (p->notice[0])
		pen_write(pen, ST_ERROR, 0, p->notice);
}

static int
lesson_wanted(const struct model *model, int rows, int cols)
{
	struct pen pen = { .area = { 0, 0, 0, cols }, .row = 1 };

	if (!model->lesson)
		return 0;
	lesson_body(&pen, model->lesson);
	return pen.row < rows ? pen.row : rows;
}

static void
lesson_draw(struct canvas *canvas, struct area area, const struct model *model)
{
	const struct panel *p = model->lesson;
	struct pen pen = {
		.canvas = canvas,
		.more = view_glyph(model, "…", "."),
		.area = area,
		.row = 1,
	};
	char left[PANEL_TEXT + LESSON_ID + 2], right[40];

	snprintf(left, sizeof(left), "%s: %s", p->lesson, p->title);
	snprintf(right, sizeof(right), "step %d of %d", p->step, p->steps);
	view_rule(canvas, area, model, left, right);
	lesson_body(&pen, p);
}

const struct view_ops view_lesson = {
	.name = "lesson",
	.wanted = lesson_wanted,
	.draw = lesson_draw,
};
