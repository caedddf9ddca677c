/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screens/reel.h"

#include <check.h>
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#define REEL_TEXT 65536
#define REEL_LOG  500 /* lines */

static void
reel_header(struct reel *r, const char *line)
{
	json_t *o = json_loads(line, 0, NULL);

	ck_assert_msg(o, "no JSON: %s", line);
	ck_assert_int_eq(json_integer_value(json_object_get(o, "version")), 2);
	r->cols = (int)json_integer_value(json_object_get(o, "width"));
	r->rows = (int)json_integer_value(json_object_get(o, "height"));
	ck_assert_int_gt(json_integer_value(json_object_get(o, "timestamp")),
	                 1600000000);
	ck_assert(json_is_object(json_object_get(o, "env")));
	json_decref(o);
}

static void
reel_add(struct reel *r, const char *line)
{
	json_t *a = json_loads(line, 0, NULL);
	struct reel_event *e = &r->event[r->n++];

	ck_assert_msg(json_array_size(a) == 3, "no event: %s", line);
	ck_assert_int_lt(r->n, REEL_EVENTS);
	e->t_s = json_number_value(json_array_get(a, 0));
	e->type = json_string_value(json_array_get(a, 1))[0];
	e->data = strdup(json_string_value(json_array_get(a, 2)));
	ck_assert_msg(r->n < 2 || e->t_s >= e[-1].t_s, "back in time: %s",
	              line);
	json_decref(a);
}

struct reel *
reel_open(const char *path)
{
	struct reel *r = calloc(1, sizeof(*r));
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	ck_assert_msg(file, "there is no %s", path);
	r->text = malloc(REEL_TEXT);
	while ((len = getline(&line, &size, file)) > 0) {
		ck_assert_msg(line[len - 1] == '\n', "half a line: %s", line);
		if (r->rows)
			reel_add(r, line);
		else
			reel_header(r, line);
	}
	free(line);
	fclose(file);
	ck_assert_int_gt(r->rows, 0);
	return r;
}

void
reel_close(struct reel *r)
{
	for (int i = 0; i < r->n; i++)
		free(r->event[i].data);
	free(r->text);
	free(r);
}

int
reel_find(const struct reel *r, char type, const char *data)
{
	for (int i = 0; i < r->n; i++)
		if (r->event[i].type == type &&
		    strcmp(r->event[i].data, data) == 0)
			return i;
	return -1;
}

static void
reel_read(struct reel *r, VTermScreen *screen)
{
	size_t len = 0;

	for (int row = 0; row < r->rows; row++) {
		VTermRect rect = { row, row + 1, 0, r->cols };
		size_t n = vterm_screen_get_text(screen, r->text + len,
		                                 REEL_TEXT - len - 2, rect);

		while (n > 0 && r->text[len + n - 1] == ' ')
			n--;
		len += n;
		r->text[len++] = '\n';
	}
	r->text[len] = '\0';
}

const char *
reel_text(struct reel *r, int n, bool from_marker)
{
	VTerm *vterm = vterm_new(r->rows, r->cols);
	VTermScreen *screen = vterm_obtain_screen(vterm);
	int first = 0;

	vterm_set_utf8(vterm, 1);
	vterm_screen_enable_altscreen(screen, 1);
	vterm_screen_reset(screen, 1);
	for (int i = 0; i < n && from_marker; i++)
		if (r->event[i].type == 'm')
			first = i;
	for (int i = first; i < n; i++)
		if (r->event[i].type == 'o')
			vterm_input_write(vterm, r->event[i].data,
			                  strlen(r->event[i].data));
	reel_read(r, screen);
	vterm_free(vterm);
	return r->text;
}

/* Figures become "#", K is M, states of processes that run or sleep "S". */
static char *
reel_plain(const char *text)
{
	char *out = calloc(1, strlen(text) + 1), *o = out;

	for (const char *t = text; *t; t++) {
		if (isdigit((unsigned char)*t) ||
		    (*t == '.' && isdigit((unsigned char)t[1]))) {
			if (o == out || o[-1] != '#')
				*o++ = '#';
		} else if (*t == ' ') {
			if (o == out || o[-1] != ' ')
				*o++ = ' ';
		} else if (*t == 'R' && o > out + 1 && o[-1] == ' ' &&
		           o[-2] == '#') {
			*o++ = 'S';
		} else if (*t != 'K' || o == out || o[-1] != '#') {
			*o++ = *t;
		} else {
			*o++ = 'M';
		}
	}
	return out;
}

/* The next marker behind event i; r->n when there is none. */
static int
reel_chapter(const struct reel *r, int i)
{
	while (++i < r->n && r->event[i].type != 'm')
		;
	return i;
}

static void
reel_assert_same_screen(struct reel *a, int na, struct reel *b, int nb)
{
	char *one = reel_plain(reel_text(a, na, false));
	char *two = reel_plain(reel_text(b, nb, false));

	ck_assert_str_eq(one, two);
	free(one);
	free(two);
}

/* Who jumps there sees what who watched from the start sees. */
static void
reel_assert_whole(struct reel *r, int marker)
{
	char *watched;

	ck_assert_int_lt(marker + 1, r->n);
	ck_assert_int_eq(r->event[marker + 1].type, 'o');
	watched = strdup(reel_text(r, marker + 2, false));
	ck_assert_str_eq(reel_text(r, marker + 2, true), watched);
	free(watched);
}

/* The same markers, and the same screen at each; returns how many. */
static int
reel_assert_chapters(struct reel *a, struct reel *b,
                     void (*screens)(struct reel *, int, struct reel *, int))
{
	int i = reel_chapter(a, -1), k = reel_chapter(b, -1), chapters = 0;

	for (; i < a->n && k < b->n; chapters++) {
		ck_assert_str_eq(a->event[i].data, b->event[k].data);
		reel_assert_whole(a, i);
		reel_assert_whole(b, k);
		if (screens)
			screens(a, i + 2, b, k + 2);
		i = reel_chapter(a, i);
		k = reel_chapter(b, k);
	}
	ck_assert_int_eq(i - a->n, k - b->n);
	return chapters;
}

int
reel_assert_same(struct reel *a, struct reel *b)
{
	int chapters = reel_assert_chapters(a, b, reel_assert_same_screen);

	reel_assert_same_screen(a, a->n, b, b->n);
	return chapters;
}

/* The log ***************************************************************/

/* Add the rows of a screen that are of the log, each once, in order. */
static int
reel_add_log(char *screen, char **log, int n)
{
	static const char *const begin[] = { "\u203a ", "\u00b7 ", "\u2502 " };
	char *state = NULL;

	for (char *row = strtok_r(screen, "\n", &state); row;
	     row = strtok_r(NULL, "\n", &state)) {
		bool is = false;
		int i = 0;

		for (size_t k = 0; k < 3; k++)
			is =
			    is || strncmp(row, begin[k], strlen(begin[k])) == 0;
		while (is && i < n && strcmp(log[i], row) < 0)
			i++;
		if (!is || (i < n && strcmp(log[i], row) == 0))
			continue;
		ck_assert_int_lt(n, REEL_LOG);
		memmove(&log[i + 1], &log[i], (size_t)(n++ - i) * sizeof(*log));
		log[i] = strdup(row);
	}
	return n;
}

/* All that the log has ever shown, as one text; to be freed. */
static char *
reel_log(struct reel *r)
{
	char *log[REEL_LOG], *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int n = 0;

	for (int i = 0; i < r->n; i++) {
		char *screen;

		if (r->event[i].type != 'o')
			continue;
		screen = reel_plain(reel_text(r, i + 1, false));
		n = reel_add_log(screen, log, n);
		free(screen);
	}
	for (int i = 0; i < n; i++) {
		fprintf(out, "%s\n", log[i]);
		free(log[i]);
	}
	fclose(out);
	return text;
}

int
reel_assert_same_log(struct reel *a, struct reel *b)
{
	char *one = reel_log(a), *two = reel_log(b);

	ck_assert_str_eq(one, two);
	free(one);
	free(two);
	return reel_assert_chapters(a, b, NULL);
}
