/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screens/reel.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#define REEL_TEXT 65536

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
