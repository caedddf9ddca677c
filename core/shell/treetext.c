/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/treetext.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "core/sys/text.h"

/*
 * A column stands on a line when the line is as wide as this says.  Widths
 * hold the largest value there is: pids have seven digits at most.
 */
static const struct {
	const char *heading;
	int width;
	bool right;
	int from_width; /* of the line */
	bool big;       /* is kept on a projector */
} tree_table[TREE_COLUMNS] = {
	// clang-format off
	[TREE_PID]      = { "PID",      7, true,  0,   true },
	[TREE_GENERATION] = { "GEN",    3, true,  0,   true },
	[TREE_PPID]     = { "PPID",     7, true,  160, false },
	[TREE_PGRP]     = { "PGID",     7, true,  160, false },
	[TREE_STAT]     = { "STAT",     4, false, 0,   true },
	[TREE_CPU]      = { "CPU",      3, true,  0,   false },
	[TREE_TIME]     = { "TIME",     8, true,  100, false },
	[TREE_THREADS]  = { "THR",      4, true,  0,   false },
	[TREE_MEMORY]   = { "MEM",      5, true,  0,   false },
	[TREE_OWN]      = { "OWN",      5, true,  160, false },
	[TREE_OPEN]     = { "OPEN",     5, true,  120, false },
	[TREE_REQUESTS] = { "REQUESTS", 8, true,  0,   true },
	[TREE_BAR]      = { "",         6, false, 0,   true },
	[TREE_COMMAND]  = { "COMMAND",  0, false, 0,   true },
	// clang-format on
};

#define TREE_BIG_BAR 20

static int
tree_width(const struct tree_style *style)
{
	return style->width ? style->width : 80;
}

static bool
tree_has(const struct tree_style *style, enum tree_column c)
{
	if (c == TREE_COMMAND || c == TREE_PID)
		return true;
	if (c == TREE_GENERATION)
		return style->generations;
	if (style->structure)
		return false;
	if (c == TREE_BAR && style->lines == TREE_INDENT)
		return false;
	if (style->big)
		return tree_table[c].big;
	return tree_width(style) >= tree_table[c].from_width;
}

/* The bar on a projector takes a third of what the rest leaves. */
static int
tree_column_width(const struct tree_style *style, enum tree_column c)
{
	int third = (tree_width(style) - 24) / 3;

	if (c != TREE_BAR || !style->big)
		return tree_table[c].width;
	return third > TREE_BIG_BAR ? TREE_BIG_BAR : third < 6 ? 6 : third;
}

size_t
tree_places(const struct tree_style *style,
            struct tree_place places[TREE_COLUMNS])
{
	int left = tree_width(style);
	size_t n = 0;

	for (enum tree_column c = 0; c < TREE_COLUMNS; c++) {
		if (!tree_has(style, c))
			continue;
		places[n] = (struct tree_place){
			.column = c,
			.heading = tree_table[c].heading,
			.width = tree_column_width(style, c),
			.right = tree_table[c].right,
		};
		left -= places[n].width + 1;
		n++;
	}
	/* The command has no blank behind it. */
	places[n - 1].width = left + 1 > 8 ? left + 1 : 8;
	return n;
}

/* Text of a given width *************************************************/

/* Bytes of the character at s (clean UTF-8) and the columns it takes. */
static size_t
tree_glyph(const char *s, int *columns)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : 4;
	wchar_t wide = n == 1 ? c : c & (0xff >> (n + 1));

	for (size_t i = 1; i < n; i++)
		wide = wide << 6 | (s[i] & 0x3f);
	/* Outside a UTF-8 locale wcwidth(3) knows ASCII alone. */
	*columns = n == 1 || wcwidth(wide) < 0 ? 1 : wcwidth(wide);
	return n;
}

static int
tree_columns(const char *s)
{
	int columns, sum = 0;

	for (; *s; s += tree_glyph(s, &columns), sum += columns)
		;
	return sum;
}

/* Append text, cut to `width` columns; returns the columns it took. */
static int
tree_put(char line[TREE_LINE], const char *s, int width)
{
	int used = 0;

	while (*s) {
		int columns;
		size_t n = tree_glyph(s, &columns);

		if (used + columns > width)
			break;
		text_add(line, TREE_LINE, "%.*s", (int)n, s);
		used += columns;
		s += n;
	}
	return used;
}

static void
tree_pad(char line[TREE_LINE], int columns)
{
	if (columns > 0)
		text_add(line, TREE_LINE, "%*s", columns, "");
}

static void
tree_put_cell(char line[TREE_LINE], const char *s, const struct tree_place *p)
{
	int left = p->width - tree_columns(s);

	if (p->right)
		tree_pad(line, left);
	tree_put(line, s, p->width);
	if (!p->right)
		tree_pad(line, left);
}

/*
 * A command that does not fit keeps its last word where that is its name:
 * "forksh… w2".
 */
static void
tree_put_named(char line[TREE_LINE], const struct tree_row *row, int width)
{
	const char *command = row->command, *name = strrchr(command, ' ');
	int tail = name ? tree_columns(name + 1) : 0;

	if (tree_columns(command) <= width || !name || tail > width ||
	    !row->proc || strcmp(name + 1, row->proc->name) != 0) {
		tree_put(line, command, width);
		return;
	}
	if (width > tail + 2) {
		tree_put(line, command, width - tail - 2);
		tree_put(line, "… ", 2);
	}
	tree_put(line, name + 1, tail);
}

/* The ending stays in sight; the command in front of it is cut. */
static void
tree_put_command(char line[TREE_LINE], const struct tree_row *row, int width)
{
	int ending = row->ending[0] ? tree_columns(row->ending) + 2 : 0;

	width -= tree_put(line, row->branch, width);
	if (ending > width)
		ending = width;
	tree_put_named(line, row, width - ending);
	if (!ending)
		return;
	tree_put(line, "  ", ending);
	tree_put(line, row->ending, ending - 2);
}

static const char *
tree_trim(char line[TREE_LINE])
{
	size_t n = strlen(line);

	while (n > 0 && line[n - 1] == ' ')
		line[--n] = '\0';
	return line;
}

const char *
tree_bar(const struct tree_style *style, int bar, int width,
         char buf[TREE_LINE])
{
	static const char *const eighths[] = { "",  "▏", "▎", "▍",
		                               "▌", "▋", "▊", "▉" };
	int full;

	buf[0] = '\0';
	if (bar < 0 || style->lines == TREE_INDENT)
		return buf;
	/* Whoever has answered at all has a mark to show for it. */
	full = (bar * width * 8 + 999) / 1000;
	for (int i = 0; i < full / 8; i++)
		text_add(buf, TREE_LINE, style->lines == TREE_BOX ? "█" : "#");
	if (style->lines == TREE_BOX)
		text_add(buf, TREE_LINE, "%s", eighths[full % 8]);
	else if (full % 8 > 3 || (full && full < 8))
		text_add(buf, TREE_LINE, "#");
	return buf;
}

/* Lines *****************************************************************/

const char *
tree_heading(const struct tree_style *style, char buf[TREE_LINE])
{
	struct tree_place places[TREE_COLUMNS];
	size_t n = tree_places(style, places);

	buf[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		tree_put_cell(buf, places[i].heading, &places[i]);
		tree_pad(buf, 1);
	}
	return tree_trim(buf);
}

const char *
tree_line(const struct tree_style *style, const struct tree_row *row,
          char buf[TREE_LINE])
{
	struct tree_place places[TREE_COLUMNS];
	size_t n = tree_places(style, places);
	char bar[TREE_LINE];

	buf[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		const struct tree_place *p = &places[i];

		if (p->column == TREE_COMMAND)
			tree_put_command(buf, row, p->width);
		else if (p->column == TREE_BAR)
			tree_put_cell(
			    buf, tree_bar(style, row->bar, p->width, bar), p);
		else
			tree_put_cell(buf, row->cell[p->column], p);
		if (p->column != TREE_COMMAND)
			tree_pad(buf, 1);
	}
	return tree_trim(buf);
}

#define TREE_BATCH 64

size_t
tree_text(const struct snapshot *s, const struct tree_style *style,
          void (*line)(void *arg, const char *text), void *arg)
{
	struct tree_row rows[TREE_BATCH];
	char buf[TREE_LINE];
	size_t done = 0, all;

	line(arg, tree_heading(style, buf));
	do {
		all = tree_rows(s, style, done, rows, TREE_BATCH);
		for (size_t i = 0; i < TREE_BATCH && done < all; i++, done++)
			line(arg, tree_line(style, &rows[i], buf));
	} while (done < all);
	return all;
}
