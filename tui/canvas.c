/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINTF_SIZE 1024
#define TAB_COLS    8

static const struct cell blank = { .text = " ", .width = 1 };

static int
clamp(int n)
{
	return n < 1 ? 1 : n > CANVAS_MAX ? CANVAS_MAX : n;
}

struct canvas *
canvas_open(int rows, int cols, struct err *err)
{
	struct canvas *c = calloc(1, sizeof(*c));

	if (!c) {
		err_sys(err, "cannot make a canvas");
		return NULL;
	}
	if (canvas_resize(c, rows, cols, err) < 0) {
		free(c);
		return NULL;
	}
	return c;
}

void
canvas_close(struct canvas *c)
{
	if (!c)
		return;
	free(c->cells);
	free(c);
}

int
canvas_resize(struct canvas *c, int rows, int cols, struct err *err)
{
	size_t n = (size_t)clamp(rows) * clamp(cols);
	struct cell *cells = calloc(n, sizeof(*cells));

	if (!cells)
		return err_sys(err, "cannot make a canvas of %d by %d cells",
		               rows, cols);
	free(c->cells);
	c->cells = cells;
	c->rows = clamp(rows);
	c->cols = clamp(cols);
	canvas_clear(c);
	return 0;
}

void
canvas_clear(struct canvas *c)
{
	for (int i = 0; i < c->rows * c->cols; i++)
		c->cells[i] = blank;
}

static struct cell *
cell_at(const struct canvas *c, int row, int col)
{
	if (row < 0 || row >= c->rows || col < 0 || col >= c->cols)
		return NULL;
	return &c->cells[row * c->cols + col];
}

const struct cell *
canvas_cell(const struct canvas *c, int row, int col)
{
	return cell_at(c, row, col);
}

/*
 * Make the cell free to be written: a wide character that it is half of loses
 * the other half as well.
 */
static struct cell *
cell_claim(struct canvas *c, int row, int col)
{
	struct cell *cell = cell_at(c, row, col);

	if (cell->width == 2) {
		cell[1] = blank;
		cell[1].style = cell->style;
	} else if (cell->width == 0) {
		cell[-1] = blank;
		cell[-1].style = cell->style;
	}
	return cell;
}

static void
put(struct canvas *c, int row, int col, enum style style, const struct glyph *g)
{
	struct cell *cell = cell_claim(c, row, col);

	memcpy(cell->text, g->text, sizeof(cell->text));
	cell->width = g->width;
	cell->style = style;
	if (g->width < 2)
		return;
	cell = cell_claim(c, row, col + 1);
	memset(cell, 0, sizeof(*cell));
	cell->style = style;
}

/* How many columns may be used from here, 0 outside of the grid. */
static int
room(const struct canvas *c, int row, int col, int maxcols)
{
	int left = c->cols - col;

	if (!cell_at(c, row, col))
		return 0;
	return maxcols < 0 || maxcols > left ? left : maxcols;
}

int
canvas_bytes(struct canvas *c, int row, int col, int maxcols, enum style style,
             const char *utf8, size_t len)
{
	static const struct glyph space = { .text = " ", .width = 1 };
	int limit = room(c, row, col, maxcols), used = 0;
	struct glyph g;
	size_t n;

	while (used < limit && len > 0) {
		int repeat = 1;

		if (*utf8 == '\t') {
			g = space;
			n = 1;
			repeat = TAB_COLS - used % TAB_COLS;
		} else if ((n = glyph_next(&g, utf8, len)) == 0)
			break;
		utf8 += n;
		len -= n;
		for (; repeat > 0 && used + g.width <= limit; repeat--) {
			put(c, row, col + used, style, &g);
			used += g.width;
		}
		if (repeat > 0)
			break; /* it did not fit */
	}
	return used;
}

int
canvas_text(struct canvas *c, int row, int col, int maxcols, enum style style,
            const char *utf8)
{
	return canvas_bytes(c, row, col, maxcols, style, utf8, strlen(utf8));
}

int
canvas_printf(struct canvas *c, int row, int col, int maxcols, enum style style,
              const char *fmt, ...)
{
	char buf[PRINTF_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	return canvas_text(c, row, col, maxcols, style, buf);
}

void
canvas_fill(struct canvas *c, int row, int col, int maxcols, enum style style)
{
	int limit = room(c, row, col, maxcols);

	for (int i = 0; i < limit; i++) {
		struct cell *cell = cell_claim(c, row, col + i);

		*cell = blank;
		cell->style = style;
	}
}

void
canvas_paint(struct canvas *c, int row, int col, int maxcols, enum style style)
{
	int limit = room(c, row, col, maxcols);

	for (int i = 0; i < limit; i++)
		cell_at(c, row, col + i)->style = style;
}

/* The column behind the last one that is worth writing. */
static int
row_end(const struct canvas *c, int row)
{
	int end = c->cols;

	while (end > 0 &&
	       !memcmp(cell_at(c, row, end - 1), &blank, sizeof(blank.text)))
		end--;
	return end;
}

char *
canvas_to_text(const struct canvas *c)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (int row = 0; row < c->rows; row++) {
		int end = row_end(c, row);

		for (int col = 0; col < end; col++)
			fputs(cell_at(c, row, col)->text, out);
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

static void
row_to_ansi(const struct canvas *c, int row, const struct theme *theme,
            FILE *out)
{
	char sgr[THEME_SGR_SIZE];
	int style = -1;

	for (int col = 0; col < c->cols; col++) {
		const struct cell *cell = cell_at(c, row, col);

		if (cell->style != style)
			fputs(theme_sgr(theme, cell->style, sgr), out);
		style = cell->style;
		fputs(cell->text, out);
	}
}

char *
canvas_to_ansi(const struct canvas *c, const struct theme *theme)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("\033[H", out);
	for (int row = 0; row < c->rows; row++) {
		if (row > 0)
			fputs("\r\n", out);
		row_to_ansi(c, row, theme, out);
	}
	fputs("\033[0m", out);
	fclose(out);
	return text;
}
