/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/film.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAP   4 /* cells that are written again rather than jumped over */
#define RESET "\033[?1049l\033[0m\033[2J" /* a program may have left any */

struct film {
	struct canvas *was;        /* owned: the last frame */
	const struct theme *theme; /* of it */
	int row, col;              /* of its cursor; row -1: hidden */
	bool whole;                /* the next frame shows everything */
};

struct film *
film_open(struct err *err)
{
	struct film *f = calloc(1, sizeof(*f));

	if (f)
		f->was = canvas_open(1, 1, err);
	if (!f || !f->was) {
		free(f);
		err_sys(err, "cannot record the screen");
		return NULL;
	}
	f->whole = true;
	return f;
}

void
film_close(struct film *f)
{
	if (!f)
		return;
	canvas_close(f->was);
	free(f);
}

void
film_whole(struct film *f)
{
	f->whole = true;
}

/* What has changed ******************************************************/

static bool
film_same(const struct film *f, const struct canvas *now, int row, int col)
{
	return !memcmp(canvas_cell(f->was, row, col),
	               canvas_cell(now, row, col), sizeof(struct cell));
}

/* Where a run of changed cells that begins at col ends; small gaps count. */
static int
film_run_end(const struct film *f, const struct canvas *now, int row, int col)
{
	int end = col + 1, same = 0;

	for (; col < now->cols && same <= GAP; col++) {
		same = film_same(f, now, row, col) ? same + 1 : 0;
		if (!same)
			end = col + 1;
	}
	return end;
}

static void
film_run(const struct canvas *now, const struct theme *theme, int row, int col,
         int end, FILE *out)
{
	char sgr[THEME_SGR_SIZE];
	int style = -1;

	fprintf(out, "\033[%d;%dH", row + 1, col + 1);
	for (; col < end; col++) {
		const struct cell *cell = canvas_cell(now, row, col);

		if (cell->style != style)
			fputs(theme_sgr(theme, cell->style, sgr), out);
		style = cell->style;
		fputs(cell->text, out);
	}
}

/* Returns whether anything has changed.  Runs begin with whole characters. */
static bool
film_row(const struct film *f, const struct canvas *now,
         const struct theme *theme, int row, FILE *out)
{
	bool changed = false;

	for (int col = 0; col < now->cols; col++) {
		int from = col, end;

		if (film_same(f, now, row, col))
			continue;
		end = film_run_end(f, now, row, col);
		if (from > 0 && canvas_cell(now, row, from)->width == 0)
			from--;
		film_run(now, theme, row, from, end, out);
		col = end;
		changed = true;
	}
	return changed;
}

static bool
film_cells(const struct film *f, const struct canvas *now,
           const struct theme *theme, FILE *out)
{
	char *all = f->whole ? canvas_to_ansi(now, theme) : NULL;
	bool changed = all != NULL;

	if (all)
		fprintf(out, RESET "%s", all);
	for (int row = 0; row < now->rows && !f->whole; row++)
		changed = film_row(f, now, theme, row, out) || changed;
	if (changed && !f->whole)
		fputs("\033[0m", out);
	free(all);
	return changed;
}

static void
film_cursor(const struct film *f, int row, int col, FILE *out)
{
	if (row < 0) {
		fputs("\033[?25l", out);
		return;
	}
	fprintf(out, "\033[%d;%dH", row + 1, col + 1);
	if (f->whole || f->row < 0)
		fputs("\033[?25h", out);
}

/* Frames ****************************************************************/

/* Have a copy of the last frame that is as large as this one. */
static bool
film_fits(struct film *f, const struct canvas *now, const struct theme *theme)
{
	if (f->theme != theme)
		f->whole = true;
	f->theme = theme;
	if (f->was->rows == now->rows && f->was->cols == now->cols)
		return true;
	f->whole = true;
	return canvas_resize(f->was, now->rows, now->cols, NULL) == 0;
}

char *
film_frame(struct film *f, const struct canvas *now, const struct theme *theme,
           int row, int col)
{
	char *text = NULL;
	size_t size;
	FILE *out;
	bool changed;

	if (!film_fits(f, now, theme) || !(out = open_memstream(&text, &size)))
		return NULL;
	changed = film_cells(f, now, theme, out);
	if (changed || row != f->row || (row >= 0 && col != f->col)) {
		film_cursor(f, row, col, out);
		changed = true;
	}
	fclose(out);
	memcpy(f->was->cells, now->cells,
	       (size_t)now->rows * (size_t)now->cols * sizeof(struct cell));
	f->row = row;
	f->col = col;
	f->whole = !text;
	if (changed && text)
		return text;
	free(text);
	return NULL;
}
