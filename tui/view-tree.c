/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-tree - the live tree of processes, a row each.
 *
 * What stands in a cell is said by treetext.c; here it gets its place and its
 * colour.  A process that has ended keeps its row for a while, and the cells
 * that mean nothing any more say why it ended.
 */
#include "tui/view-tree.h"

#include <stdio.h>
#include <string.h>

#include "core/shell/treetext.h"
#include "core/sys/clock.h"

enum { TREE_BATCH = 64, TREE_HEADING = 1, TREE_STROKE = 3 };

static struct tree_style
tree_style(const struct model *model, int cols)
{
	return (struct tree_style){
		.width = cols,
		.lines = model->utf8 ? TREE_BOX : TREE_ASCII,
		.big = model->big,
		.tight = model->tree_tight,
	};
}

static size_t
tree_total(const struct model *model, int cols)
{
	struct tree_style style = tree_style(model, cols);

	return model->snap ? tree_rows(model->snap, &style, 0, NULL, 0) : 0;
}

/* Air between the rows, when there is room for it on the projector. */
static int
tree_pitch(const struct model *model, size_t total, int rows)
{
	return model->big && (int)total * 2 <= rows ? 2 : 1;
}

/* Colours ***************************************************************/

static const struct {
	enum style state;   /* of STAT */
	enum style command; /* of the command */
	enum style cells;   /* of the figures */
} tree_colours[] = {
	[TREE_IS_PLAIN] = { ST_NORMAL, ST_NORMAL, ST_NORMAL },
	[TREE_IS_NEW] = { ST_NEW, ST_NEW, ST_NEW },
	[TREE_IS_RUNNING] = { ST_RUNNING, ST_NORMAL, ST_NORMAL },
	[TREE_IS_SLEEPING] = { ST_SLEEPING, ST_NORMAL, ST_NORMAL },
	[TREE_IS_STOPPED] = { ST_STOPPED, ST_STOPPED, ST_NORMAL },
	[TREE_IS_ZOMBIE] = { ST_ZOMBIE, ST_ZOMBIE, ST_DIM },
	[TREE_IS_DEAD] = { ST_DEAD, ST_DEAD, ST_DIM },
	[TREE_IS_THREAD] = { ST_THREAD, ST_THREAD, ST_DIM },
	[TREE_IS_MORE] = { ST_DIM, ST_DIM, ST_DIM },
};

static bool
tree_is_young(const struct model *model, const struct proc *p)
{
	return p && p->born_ns && model->now_ns - p->born_ns < NS_PER_S;
}

/* A snapshot says what was new when it was made, which may be long ago. */
static enum tree_hint
tree_hint(const struct model *model, const struct tree_row *row)
{
	if (row->hint != TREE_IS_NEW || tree_is_young(model, row->proc))
		return row->hint;
	if (row->proc->tid)
		return TREE_IS_THREAD;
	return row->proc->state == 'R' ? TREE_IS_RUNNING : TREE_IS_SLEEPING;
}

int64_t
view_tree_fades(const struct model *model)
{
	int64_t first = -1;

	for (int i = 0; model->snap && i < model->snap->nprocs; i++) {
		const struct proc *p = &model->snap->proc[i];
		int64_t fades = p->born_ns + NS_PER_S;

		if (!p->dead && tree_is_young(model, p) &&
		    (first < 0 || fades < first))
			first = fades;
	}
	return first;
}

/* A row ****************************************************************/

/* Where a row is painted, and what of it has been painted. */
struct tree_pen {
	struct canvas *canvas;
	const struct model *model;
	struct tree_style style;
	struct tree_place place[TREE_COLUMNS];
	size_t places;
	int row, col, cols;
};

static void
tree_cell(const struct tree_pen *pen, int col, const struct tree_place *place,
          enum style style, const char *text)
{
	int left = place->width - view_columns(text);

	canvas_text(pen->canvas, pen->row,
	            col + (place->right && left > 0 ? left : 0), place->width,
	            style, text);
}

/* treetext.c marks what does not count by a dash that ASCII has not. */
static const char *
tree_dash(const struct model *model, const char *text)
{
	return strcmp(text, "–") == 0 ? view_glyph(model, text, "-") : text;
}

static void
tree_bar_cell(const struct tree_pen *pen, int col,
              const struct tree_place *place, const struct tree_row *row)
{
	char bar[TREE_LINE];

	tree_bar(&pen->style, row->bar, place->width, bar);
	canvas_text(pen->canvas, pen->row, col, place->width,
	            row->hint == TREE_IS_DEAD ? ST_DIM : ST_BAR, bar);
}

/* A command that has no room, up to its name: "forksh… ". */
static int
tree_cut(const struct tree_pen *pen, int col, int room, enum style style,
         const struct tree_row *row, size_t len)
{
	int used = 0;

	if (room > 2)
		used = canvas_bytes(pen->canvas, pen->row, col, room - 2, style,
		                    row->command, len);
	return used + canvas_text(pen->canvas, pen->row, col + used,
	                          room - used, style,
	                          view_glyph(pen->model, "… ", ". "));
}

/* The command, its last word bold where that is the name: "… w1". */
static int
tree_name(const struct tree_pen *pen, int col, int room, enum style style,
          const struct tree_row *row)
{
	const char *name = row->proc ? row->proc->name : "";
	size_t len = strlen(row->command), tail = strlen(name);
	int used;

	if (!tail || len <= tail ||
	    strcmp(row->command + len - tail, name) != 0)
		tail = 0;
	if (row->hint == TREE_IS_MORE && !pen->model->utf8)
		return canvas_printf(pen->canvas, pen->row, col, room, style,
		                     "...%s", row->command + strlen("…"));
	if (tail && view_columns(row->command) > room && room > (int)tail)
		used = tree_cut(pen, col, room - (int)tail, style, row,
		                len - tail);
	else
		used = canvas_bytes(pen->canvas, pen->row, col, room, style,
		                    row->command, len - tail);
	if (tail)
		used +=
		    canvas_text(pen->canvas, pen->row, col + used, room - used,
		                style == ST_NORMAL ? ST_BOLD : style, name);
	return used;
}

static void
tree_command(const struct tree_pen *pen, int col, int room,
             const struct tree_row *row, enum style style, const char *ending)
{
	int tail = *ending ? view_columns(ending) + 2 : 0;
	int used =
	    canvas_text(pen->canvas, pen->row, col, room, ST_DIM, row->branch);

	col += used;
	room -= used;
	if (tail > room)
		tail = 0;
	used = tree_name(pen, col, room - tail, style, row);
	if (tail)
		canvas_text(pen->canvas, pen->row, col + used + 2, tail, style,
		            ending);
}

/*
 * Why it ended, in place of the figures between STAT and REQUESTS, which it
 * has no more.  Returns whether that was possible.
 */
static bool
tree_reason(const struct tree_pen *pen, const struct tree_row *row,
            enum style style)
{
	int col = pen->col, begin = -1, end = -1;
	const char *comma = strstr(row->ending, ", ");
	const char *reason = comma ? comma + 2 : row->ending;

	for (size_t i = 0; i < pen->places; i++) {
		enum tree_column column = pen->place[i].column;

		if (column > TREE_STAT && column < TREE_OPEN && begin < 0)
			begin = col;
		col += pen->place[i].width + 1;
		if (column > TREE_STAT && column < TREE_OPEN)
			end = col - 1;
	}
	if (!*reason || view_columns(reason) > end - begin)
		return false;
	canvas_fill(pen->canvas, pen->row, begin, end - begin, ST_NORMAL);
	canvas_text(pen->canvas, pen->row, begin, end - begin, style, reason);
	return true;
}

/* What is left to say behind the command when the reason stands before it. */
static const char *
tree_rest(const struct tree_row *row, bool reasoned)
{
	if (!reasoned)
		return row->ending;
	return row->hint == TREE_IS_ZOMBIE ? "<defunct>" : "";
}

static void
tree_figures(const struct tree_pen *pen, const struct tree_row *row,
             enum tree_hint hint)
{
	int col = pen->col;

	for (size_t i = 0; i + 1 < pen->places; i++) {
		const struct tree_place *place = &pen->place[i];
		enum style style = tree_colours[hint].cells;

		if (place->column == TREE_STAT)
			style = tree_colours[hint].state;
		if (row->proc && place->column == TREE_BAR)
			tree_bar_cell(pen, col, place, row);
		else if (row->proc)
			tree_cell(
			    pen, col, place, style,
			    tree_dash(pen->model, row->cell[place->column]));
		if (row->arrow && place->column == TREE_REQUESTS)
			canvas_text(pen->canvas, pen->row, col, 1, ST_ARROW,
			            view_glyph(pen->model, "→", ">"));
		col += place->width + 1;
	}
}

static void
tree_row(const struct tree_pen *pen, const struct tree_row *row)
{
	enum tree_hint hint = tree_hint(pen->model, row);
	enum style style = tree_colours[hint].command;
	int room = pen->place[pen->places - 1].width;
	bool reasoned;

	tree_figures(pen, row, hint);
	reasoned = row->proc && row->proc->dead && tree_reason(pen, row, style);
	tree_command(pen, pen->col + pen->cols - room, room, row, style,
	             tree_rest(row, reasoned));
}

/* The tree **************************************************************/

static void
tree_headings(const struct tree_pen *pen)
{
	int col = pen->col;

	for (size_t i = 0; i < pen->places; i++) {
		tree_cell(pen, col, &pen->place[i], ST_TITLE,
		          pen->place[i].heading);
		col += pen->place[i].width + 1;
	}
}

/* A row of the area that stands for those that have no place in it. */
static void
tree_more(const struct tree_pen *pen, bool above, size_t rows)
{
	const struct model *model = pen->model;
	int room = pen->place[pen->places - 1].width;
	const char *arrow =
	    above ? view_glyph(model, "↑", "^") : view_glyph(model, "↓", "v");

	canvas_fill(pen->canvas, pen->row, pen->col, pen->cols, ST_NORMAL);
	canvas_printf(pen->canvas, pen->row, pen->col + pen->cols - room, room,
	              ST_DIM, "%s %zu more row%s %s Alt-%s", arrow, rows,
	              rows == 1 ? "" : "s", view_glyph(model, "·", "-"),
	              above ? "PgUp" : "PgDn");
}

/* The lines of the tree go on through the air above a row. */
static void
tree_air(const struct tree_pen *pen, const struct tree_row *row)
{
	int room = pen->place[pen->places - 1].width;
	int col = pen->col + pen->cols - room;
	int used;

	if (pen->style.lines != TREE_BOX)
		return;
	used = canvas_text(pen->canvas, pen->row - 1, col, room, ST_DIM,
	                   row->branch);
	if (used < TREE_STROKE)
		return;
	canvas_fill(pen->canvas, pen->row - 1, col + used - TREE_STROKE,
	            TREE_STROKE, ST_DIM);
	canvas_text(pen->canvas, pen->row - 1, col + used - TREE_STROKE, 1,
	            ST_DIM, "│");
}

static void
tree_body(struct tree_pen *pen, int rows)
{
	const struct model *model = pen->model;
	struct tree_row batch[TREE_BATCH];
	size_t total = tree_total(model, pen->cols), at = model->tree_top;
	int pitch = tree_pitch(model, total, rows);
	int end = pen->row + rows, first = pen->row;

	while (at < total && pen->row < end) {
		size_t got = total - at < TREE_BATCH ? total - at : TREE_BATCH;

		tree_rows(model->snap, &pen->style, at, batch, TREE_BATCH);
		for (size_t i = 0; i < got && pen->row < end; i++, at++) {
			tree_row(pen, &batch[i]);
			if (pitch > 1 && at > 0)
				tree_air(pen, &batch[i]);
			pen->row += pitch;
		}
	}
	pen->row = first;
	if (model->tree_top > 0)
		tree_more(pen, true, model->tree_top + 1);
	pen->row = end - 1;
	if (at < total)
		tree_more(pen, false, total - at + 1);
}

static int
tree_wanted(const struct model *model, int rows, int cols)
{
	size_t total = tree_total(model, cols);
	int wanted = (int)total * tree_pitch(model, total, rows - TREE_HEADING);

	return wanted + TREE_HEADING < rows ? wanted + TREE_HEADING : rows;
}

static void
tree_draw(struct canvas *canvas, struct area area, const struct model *model)
{
	struct tree_pen pen = {
		.canvas = canvas,
		.model = model,
		.style = tree_style(model, area.cols),
		.row = area.row,
		.col = area.col,
		.cols = area.cols,
	};

	pen.places = tree_places(&pen.style, pen.place);
	tree_headings(&pen);
	pen.row += TREE_HEADING;
	if (model->snap && area.rows > TREE_HEADING)
		tree_body(&pen, area.rows - TREE_HEADING);
}

const struct view_ops view_tree = {
	.name = "tree",
	.wanted = tree_wanted,
	.draw = tree_draw,
};

/* Scrolling *************************************************************/

void
view_tree_anew(struct model *model)
{
	model->tree_floor = 0;
	model->tree_tight = model->tree_held = false;
}

void
view_tree_scroll(struct model *model, int by, int rows, int cols)
{
	size_t total = tree_total(model, cols), seen = rows - TREE_HEADING;
	size_t last = total > seen ? total - seen : 0;

	if (by < 0 && model->tree_top < (size_t)-by)
		model->tree_top = 0;
	else
		model->tree_top += by;
	if (model->tree_top > last)
		model->tree_top = last;
}

/* Made for one request: to follow each of them would make rows jump. */
static bool
tree_is_fleeting(const struct snapshot *snap, const struct proc *p)
{
	if (p->kind != KIND_THREAD)
		return p->kind == KIND_CHILD;
	for (int i = 0; i < snap->nservers; i++)
		if (strcmp(snap->server[i].name, p->server) == 0)
			return strcmp(snap->server[i].model, "thread") == 0;
	return false;
}

/* When a process was born or ended last, the figures aside. */
static int64_t
tree_changed(const struct snapshot *snap, const struct tree_row *row)
{
	if (!row->proc || tree_is_fleeting(snap, row->proc))
		return 0;
	return row->proc->ended_ns > row->proc->born_ns ? row->proc->ended_ns
	                                                : row->proc->born_ns;
}

/* The row that changed after *seen_ns, which becomes its time; or -1. */
static long
tree_newest(const struct model *model, int cols, int64_t *seen_ns)
{
	struct tree_style style = tree_style(model, cols);
	struct tree_row batch[TREE_BATCH];
	size_t total = tree_total(model, cols);
	long newest = -1;

	for (size_t at = 0; at < total; at++) {
		int64_t changed;

		if (at % TREE_BATCH == 0)
			tree_rows(model->snap, &style, at, batch, TREE_BATCH);
		changed = tree_changed(model->snap, &batch[at % TREE_BATCH]);
		if (changed > *seen_ns) {
			*seen_ns = changed;
			newest = (long)at;
		}
	}
	return newest;
}

void
view_tree_follow(struct model *model, int rows, int cols)
{
	long newest, seen = rows - TREE_HEADING, top;

	if ((long)tree_total(model, cols) > seen)
		model->tree_tight = true;
	view_tree_scroll(model, 0, rows, cols);
	if (model->tree_held || (long)tree_total(model, cols) <= seen)
		return;
	newest = tree_newest(model, cols, &model->tree_seen_ns);
	if (newest < 0)
		return;
	/* The first and the last row may be signs that there are more. */
	top = (long)model->tree_top;
	if (newest <= top)
		top = newest - 1;
	else if (newest > top + seen - 2)
		top = newest - seen + 2;
	model->tree_top = top > 0 ? (size_t)top : 0;
	view_tree_scroll(model, 0, rows, cols);
}
