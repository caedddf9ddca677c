/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/typist.h"

#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/glyph.h"

static struct keys *keys;
struct prompt *typist_prompt;
static struct canvas *canvas;
char typist_said[4096];
static char home[] = "/tmp/test_prompt.XXXXXX";

static void
on_line(void *arg, const char *line)
{
	(void)arg;
	strcat(strcat(typist_said, line), "\n");
}

static void
on_eof(void *arg)
{
	(void)arg;
	strcat(typist_said, "EOF\n");
}

static void
on_unkept(void *arg, const char *why)
{
	(void)arg;
	strcat(strcat(typist_said, why), "\n");
}

static void
on_repaint(void *arg)
{
	(void)arg;
	strcat(typist_said, "REPAINT\n");
}

/* Offers three commands at the start, signals behind "kill -". */
static bool
on_complete(void *arg, const char *line, size_t cursor, size_t *start,
            void (*add)(void *, const char *, const char *), void *add_arg)
{
	static const char *const words[][2] = {
		{ "fork", "make another worker" },
		{ "freeze", "stop the clock" },
		{ "get", "fire requests" },
		{ "-TERM", "ends" },
		{ "-TSTP", "stops" },
		{ "w1.t1", "a thread" },
		{ "--port=", NULL },
	};
	size_t len;

	(void)arg;
	if (strncmp(line, "list ", 5) == 0) /* words that end at commas */
		for (*start = cursor;
		     line[*start - 1] != ',' && line[*start - 1] != ' ';)
			--*start;
	len = cursor - *start;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (len > 0 && strncmp(words[i][0], line + *start, len) == 0)
			add(add_arg, words[i][0], words[i][1]);
	return strncmp(line, "get ", 4) != 0;
}

static const struct prompt_hooks hooks = {
	.line = on_line,
	.eof = on_eof,
	.unkept = on_unkept,
	.repaint = on_repaint,
	.complete = on_complete,
};

void
typist_begin(const char *inputrc, const char *lc_all)
{
	struct err err;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(home));
	ck_assert_int_eq(chdir(home), 0);
	f = fopen("inputrc", "w");
	fputs(inputrc, f);
	fclose(f);
	setenv("INPUTRC", "inputrc", 1);
	setenv("LC_ALL", lc_all, 1);
	setlocale(LC_ALL, "");
	glyph_locale();
	setenv("TERM", "xterm-256color", 1);
	keys = keys_open(&err);
	canvas = canvas_open(1, TYPIST_COLS, &err);
	typist_prompt = prompt_open("forkshop", &hooks, &err);
	ck_assert_msg(typist_prompt != NULL, "%s", err.text);
	prompt_resize(typist_prompt, 24, 80);
}

void
typist_setup(void)
{
	typist_begin("", "C.UTF-8");
}

void
typist_end(void)
{
	char command[64];

	prompt_close(typist_prompt);
	keys_close(keys);
	canvas_close(canvas);
	snprintf(command, sizeof(command), "rm -rf %s", home);
	ck_assert_int_eq(system(command), 0);
}

void
typist_type(const char *bytes)
{
	struct token t;

	keys_feed(keys, bytes, strlen(bytes), 0);
	while (keys_next(keys, &t))
		prompt_feed(typist_prompt, &t);
	keys_expire(keys, KEYS_PASTE_NS);
	while (keys_next(keys, &t))
		prompt_feed(typist_prompt, &t);
}

void
typist_paste(const char *text)
{
	char bytes[1024];

	snprintf(bytes, sizeof(bytes), "\033[200~%s\033[201~", text);
	typist_type(bytes);
}

const char *
typist_shown(int cols)
{
	static char text[512];
	int cursor = prompt_draw(typist_prompt, canvas, 0, cols);
	size_t used = 0;

	text[0] = '\0';
	for (int col = 0; col < cols; col++)
		used += sprintf(text + used, "%s%s", col == cursor ? "|" : "",
		                canvas_cell(canvas, 0, col)->text);
	while (used > 0 && text[used - 1] == ' ')
		text[--used] = '\0';
	ck_assert_int_lt(cursor, cols);
	return text;
}

void
typist_expect(const char *wanted)
{
	ck_assert_str_eq(typist_shown(TYPIST_COLS), wanted);
}

void
typist_leave(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", home);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(1);
}
