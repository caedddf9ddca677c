/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-log - what was typed, what it came to, and what happened.
 *
 * The newest line stands at the bottom, next to the prompt.  Sentences are
 * wrapped at blanks, what programs print at the edge.
 */
#include "tui/view-log.h"

#include <stdio.h>
#include <string.h>

#include "tui/glyph.h"
#include "tui/view-logbook.h"
#include "tui/view.h"

enum { LOG_MARGIN = 2, LOG_LINE_ROWS = 80 };

/* One line of the book cut into rows. */
struct log_rows {
	int n;
	size_t begin[LOG_LINE_ROWS + 1]; /* the last one is the end */
};

/* The bytes of text that fit into `cols` columns; at least one glyph. */
static size_t
log_fit(const char *text, size_t len, int cols)
{
	struct glyph g;
	size_t used = 0, n;
	int at = 0;

	while ((n = glyph_next(&g, text + used, len - used)) > 0) {
		if (at + g.width > cols && used > 0)
			return used;
		at += g.width;
		used += n;
	}
	return len;
}

/* Back from where it does not fit any more to behind the last blank. */
static size_t
log_break(const char *text, size_t fit)
{
	size_t at = fit;

	while (at > 0 && text[at - 1] != ' ')
		at--;
	return at > fit / 3 ? at : fit;
}

static bool
log_is_verbatim(const struct logline *line)
{
	return line->kind == LINE_OUTPUT || line->kind == LINE_TREE;
}

static void
log_wrap(const struct logline *line, int cols, struct log_rows *rows)
{
	size_t len = strlen(line->text), at = 0;

	rows->n = 0;
	do {
		size_t fit = log_fit(line->text + at, len - at, cols);

		if (at + fit < len && !log_is_verbatim(line))
			fit = log_break(line->text + at, fit);
		rows->begin[rows->n++] = at;
		at += fit;
	} while (at < len && rows->n < LOG_LINE_ROWS);
	rows->begin[rows->n] = at;
}

size_t
view_log_rows(const struct logline *line, int cols)
{
	struct log_rows rows;

	log_wrap(line, cols - LOG_MARGIN, &rows);
	return (size_t)rows.n;
}

size_t
view_log_all_rows(const struct logbook *book, int cols)
{
	size_t sum = 0;

	for (size_t i = 0; i < logbook_size(book); i++)
		sum += view_log_rows(logbook_back(book, i), cols);
	return sum;
}

/* What stands in the margin, so that kinds differ without colours, too. */
static void
log_margin(struct canvas *canvas, int row, int col, const struct model *model,
           const struct logline *line)
{
	static const struct {
		const char *utf8, *ascii;
		enum style style;
	} margins[] = {
		[LINE_COMMAND] = { "›", ">", ST_PROMPT },
		[LINE_RESULT] = { " ", " ", ST_NORMAL },
		[LINE_EVENT] = { "·", ".", ST_DIM },
		[LINE_OUTPUT] = { "│", "|", ST_DIM },
		[LINE_ERROR] = { "✗", "!", ST_ERROR },
		[LINE_GOOD] = { "✓", "+", ST_GOOD },
		[LINE_GUIDE] = { "»", "*", ST_BOLD },
		[LINE_TREE] = { " ", " ", ST_NORMAL },
	};

	canvas_text(canvas, row, col, LOG_MARGIN, margins[line->kind].style,
	            view_glyph(model, margins[line->kind].utf8,
	                       margins[line->kind].ascii));
}

/* Rows of a line upwards from `bottom`, without its last `skip` ones. */
static int
log_line(struct canvas *canvas, struct area area, int bottom, size_t skip,
         const struct model *model, const struct logline *line)
{
	struct log_rows rows;
	int row = bottom;

	log_wrap(line, area.cols - LOG_MARGIN, &rows);
	for (int i = rows.n - 1 - (int)skip; i >= 0 && row >= area.row; i--) {
		canvas_bytes(canvas, row, area.col + LOG_MARGIN,
		             area.cols - LOG_MARGIN, line->style,
		             line->text + rows.begin[i],
		             rows.begin[i + 1] - rows.begin[i]);
		if (i == 0)
			log_margin(canvas, row, area.col, model, line);
		row--;
	}
	return row;
}

/*
 * What the job in the foreground has printed of a line that it has not ended,
 * such as a question.  Returns the row above.
 */
static int
log_open_line(struct canvas *canvas, struct area area,
              const struct model *model)
{
	struct logline line = { .kind = LINE_OUTPUT, .style = ST_NORMAL };
	int bottom = area.row + area.rows - 1;
	char text[PROGRESS_SIZE];

	if (!*model->job || !*model->progress || model->log_back)
		return bottom;
	line.text = strcpy(text, model->progress);
	return log_line(canvas, area, bottom, 0, model, &line);
}

static void
log_lines(struct canvas *canvas, struct area area, const struct model *model)
{
	const struct logline *line;
	size_t skip = model->log_back;
	int row = log_open_line(canvas, area, model);

	for (size_t i = 0; (line = logbook_back(model->book, i)); i++) {
		size_t rows = skip ? view_log_rows(line, area.cols) : 0;

		if (skip >= rows && rows > 0) {
			skip -= rows;
			continue;
		}
		row = log_line(canvas, area, row, skip, model, line);
		skip = 0;
		if (row < area.row)
			return;
	}
}

static int
log_wanted(const struct model *model, int rows, int cols)
{
	size_t all = 1; /* the rule */

	for (size_t i = 0; i < logbook_size(model->book); i++) {
		if (all >= (size_t)rows)
			return rows;
		all += view_log_rows(logbook_back(model->book, i), cols);
	}
	return all < (size_t)rows ? (int)all : rows;
}

static void
log_draw(struct canvas *canvas, struct area area, const struct model *model)
{
	char below[64] = "";

	if (model->log_back)
		snprintf(below, sizeof(below), "%zu row%s below %s PgDn",
		         model->log_back, model->log_back == 1 ? "" : "s",
		         view_glyph(model, "·", "-"));
	view_rule(canvas, area, model, "", below);
	area.row++;
	area.rows--;
	if (area.rows > 0)
		log_lines(canvas, area, model);
}

const struct view_ops view_log = {
	.name = "log",
	.wanted = log_wanted,
	.draw = log_draw,
};
