/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_term - canvases on a real pty, read by libvterm as a terminal would.
 *
 * The one who draws is a child on the pty; it is told what to do by single
 * letters through a socket and answers each with a letter.
 */
#include "tests/glass.h"

#include <check.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tui/term.h"

/* -- the child ---------------------------------------------------------- */

/*
 * A canvas that depends on the seed alone.  libvterm 0.1 loses the mark of
 * the last column, so nothing stands there.
 */
static void
scribble(struct canvas *c, unsigned seed)
{
	static const char *const words[] = { "fork",    "  ", "é",  "日本",
		                             "e\u0301", "├─", "█▌", "w1",
		                             "-",       "x" };

	canvas_clear(c);
	for (int i = 0; i < c->rows * c->cols / 8; i++) {
		int row = rand_r(&seed) % c->rows;
		int col = rand_r(&seed) % c->cols;

		canvas_text(c, row, col, c->cols - 1 - col,
		            rand_r(&seed) % ST_COUNT,
		            words[rand_r(&seed) % 10]);
	}
}

static void
draw(struct term *t, unsigned seed)
{
	int rows, cols;
	struct canvas *c;

	term_size(t, &rows, &cols);
	c = canvas_open(rows, cols, NULL);
	scribble(c, seed);
	term_draw(t, c, rows - 1, seed % cols);
	canvas_close(c);
}

static void
wait_until_taken(struct term *t)
{
	struct pollfd p = { term_output_fd(t), POLLOUT, 0 };

	while (!term_flush(t))
		poll(&p, 1, GLASS_LIMIT_MS);
}

static void
obey(struct term *t, char letter, unsigned *seed)
{
	struct err err;
	int rows, cols;

	switch (letter) {
	case 'd': /* draw the next one */
		draw(t, ++*seed);
		wait_until_taken(t);
		break;
	case 's': /* the same again */
		draw(t, *seed);
		wait_until_taken(t);
		break;
	case 'f': /* flood */
		for (int i = 0; i < 2000; i++)
			draw(t, ++*seed);
		break;
	case 'w':
		wait_until_taken(t);
		break;
	case 'r':
		term_size(t, &rows, &cols);
		term_resize(t, rows, cols);
		break;
	case 'z':
		term_suspend(t);
		break;
	case 'g':
		if (term_resume(t, &err) < 0)
			_exit(3);
		break;
	}
}

static void
play(int orders)
{
	struct err err = { 0 };
	struct term *t;
	unsigned seed = 0;
	char letter;

	setlocale(LC_ALL, "C.UTF-8");
	t = term_open(&err);
	while (t && read(orders, &letter, 1) == 1 && letter != 'q') {
		obey(t, letter, &seed);
		if (write(orders, &letter, 1) != 1)
			break;
	}
	if (!t)
		dprintf(orders, "%s", err.text);
	term_close(t);
	exit(t ? 0 : 2);
}

static void
expect_scribble(unsigned seed, int rows, int cols)
{
	struct canvas *c = canvas_open(rows, cols, NULL);
	char *wanted, *line = malloc(cols * 24 + 2), *p;

	scribble(c, seed);
	p = wanted = canvas_to_text(c);
	for (int row = 0; row < rows; row++) {
		glass_row(row, cols, line);
		ck_assert_msg(strncmp(p, line, strlen(line)) == 0,
		              "canvas %u, row %d: shown is %s", seed, row,
		              line);
		p += strlen(line);
	}
	ck_assert_int_eq(glass.cursor.row, rows - 1);
	ck_assert_int_eq(glass.cursor.col, seed % cols);
	free(line);
	free(wanted);
	canvas_close(c);
}

/* -- truths ------------------------------------------------------------- */

static const char *const terminals[] = { "xterm-256color",  "xterm",
	                                 "screen-256color", "linux",
	                                 "vt220",           "tmux-256color" };

START_TEST(what_is_drawn_is_what_is_shown)
{
	glass_open(terminals[_i], 24, 80, play);
	for (int i = 1; i <= 60; i++) {
		glass_tell('d');
		glass_frames(i);
		expect_scribble(i, 24, 80);
	}
	ck_assert_int_eq(glass_finish(), 0);
}
END_TEST

START_TEST(a_frame_without_change_sends_nothing)
{
	glass_open("xterm-256color", 24, 80, play);
	glass_tell('d');
	glass_frames(1);
	for (int i = 0; i < 10; i++)
		glass_tell('s');
	glass_tell('d');
	glass_frames(2);
	ck_assert_int_eq(glass_finish(), 0);
	/* the second frame, and the end of all */
	ck_assert_int_eq(glass_count("\033[?2026h"), 2);
}
END_TEST

START_TEST(a_terminal_that_does_not_read_stops_nobody)
{
	glass_open("xterm-256color", 24, 80, play);
	glass_tell_deaf('f');
	glass_tell('w');
	glass_tell('d');
	glass_tell('w');
	while (!(glass.heard && glass.heard_len > 8 &&
	         !strcmp(glass.heard + glass.heard_len - 8, GLASS_FRAME_END)))
		ck_assert(glass_hear(GLASS_LIMIT_MS));
	while (glass_hear(200))
		;
	expect_scribble(2001, 24, 80);
	ck_assert_int_lt(glass_count(GLASS_FRAME_END), 2000);
	ck_assert_int_eq(glass_finish(), 0);
}
END_TEST

static void
resize(int rows, int cols, unsigned seed)
{
	struct winsize size = { .ws_row = rows, .ws_col = cols };

	ioctl(glass.pty, TIOCSWINSZ, &size);
	vterm_set_size(glass.vterm, rows, cols);
	glass_tell('r');
	glass_tell('d');
	glass_frames(seed);
	expect_scribble(seed, rows, cols);
}

START_TEST(a_new_size_draws_everything)
{
	glass_open("xterm-256color", 24, 80, play);
	glass_tell('d');
	glass_frames(1);
	resize(3, 8, 2);
	resize(50, 200, 3);
	resize(1, 1, 4);
	resize(24, 80, 5);
	ck_assert_int_eq(glass_finish(), 0);
}
END_TEST

START_TEST(closing_restores_the_terminal)
{
	struct termios before, during, after;
	char *reset;

	glass_open("xterm-256color", 24, 80, play);
	/* forkpty has made it with the usual modes */
	glass_tell('s');
	glass_frames(1);
	ck_assert_int_eq(glass.alternate, 1);
	ck_assert_int_eq(glass_count("\033[?2004h"), 1);
	tcgetattr(glass.pty, &during);
	ck_assert_int_eq(during.c_lflag & (ICANON | ECHO | ISIG), 0);
	glass_tell('z');
	tcgetattr(glass.pty, &before);
	ck_assert_int_eq(before.c_lflag & (ICANON | ECHO | ISIG),
	                 ICANON | ECHO | ISIG);
	glass_tell('g');
	glass_tell('s');
	ck_assert_int_eq(glass_finish(), 0);
	tcgetattr(glass.pty, &after);
	ck_assert_int_eq(after.c_lflag, before.c_lflag);
	ck_assert_int_eq(after.c_iflag, before.c_iflag);
	ck_assert_int_eq(after.c_oflag, before.c_oflag);
	ck_assert_int_eq(glass.alternate, 0);
	ck_assert_int_eq(glass.cursor_visible, 1);
	reset = glass.heard + glass.heard_len - strlen(term_reset_sequence());
	ck_assert_str_eq(reset, term_reset_sequence());
}
END_TEST

START_TEST(after_another_program_all_is_drawn_again)
{
	glass_open("xterm-256color", 24, 80, play);
	glass_tell('d');
	glass_frames(1);
	glass_tell('z');
	glass_frames(2);
	glass_show(glass.heard_len);
	ck_assert_int_eq(glass.alternate, 0);
	glass_tell('d'); /* dropped: the terminal is not ours */
	vterm_input_write(glass.vterm, "\033[2Jvi was here", 15);
	glass_tell('g');
	glass_tell('s');
	glass_frames(3);
	ck_assert_int_eq(glass.alternate, 1);
	expect_scribble(2, 24, 80);
	ck_assert_int_eq(glass_finish(), 0);
}
END_TEST

START_TEST(no_color_is_honoured)
{
	setenv("NO_COLOR", "1", 1);
	glass_open("xterm-256color", 24, 80, play);
	glass_tell('d');
	glass_frames(1);
	ck_assert_int_eq(glass_finish(), 0);
	for (int colour = 0; colour < 8; colour++) {
		char sgr[16];

		snprintf(sgr, sizeof(sgr), "[3%dm", colour);
		ck_assert_int_eq(glass_count(sgr), 0);
		snprintf(sgr, sizeof(sgr), "[9%dm", colour);
		ck_assert_int_eq(glass_count(sgr), 0);
	}
	unsetenv("NO_COLOR");
}
END_TEST

/* The sentence of a term_open() that was refused. */
static void
expect_refusal(const char *word)
{
	char text[ERR_TEXT_SIZE] = "";
	struct pollfd p = { glass.order, POLLIN, 0 };

	ck_assert_int_eq(poll(&p, 1, GLASS_LIMIT_MS), 1);
	ck_assert_int_gt(read(glass.order, text, sizeof(text) - 1), 0);
	ck_assert_msg(strstr(text, word) != NULL, "%s", text);
	ck_assert_msg(strstr(text, "--plain") != NULL, "%s", text);
	ck_assert_int_eq(glass_finish(), 2);
	ck_assert_msg(glass.heard_len == 0, "it was written to: %s",
	              glass.heard);
}

START_TEST(a_dumb_terminal_is_refused)
{
	glass_open("dumb", 24, 80, play);
	expect_refusal("dumb");
}
END_TEST

START_TEST(an_unknown_terminal_is_refused)
{
	glass_open("plaid-9000", 24, 80, play);
	expect_refusal("plaid-9000");
}
END_TEST

START_TEST(without_a_terminal_it_is_refused)
{
	struct err err;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	ck_assert_ptr_null(term_open(&err));
	ck_assert_msg(strstr(err.text, "--plain") != NULL, "%s", err.text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("term");
	TCase *tc = tcase_create("term");
	SRunner *runner = srunner_create(s);
	int failed;

	setlocale(LC_ALL, "C.UTF-8");
	unsetenv("NO_COLOR");
	tcase_add_checked_fixture(tc, NULL, glass_close);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, what_is_drawn_is_what_is_shown, 0, 6);
	tcase_add_test(tc, a_frame_without_change_sends_nothing);
	tcase_add_test(tc, a_terminal_that_does_not_read_stops_nobody);
	tcase_add_test(tc, a_new_size_draws_everything);
	tcase_add_test(tc, closing_restores_the_terminal);
	tcase_add_test(tc, after_another_program_all_is_drawn_again);
	tcase_add_test(tc, no_color_is_honoured);
	tcase_add_test(tc, a_dumb_terminal_is_refused);
	tcase_add_test(tc, an_unknown_terminal_is_refused);
	tcase_add_test(tc, without_a_terminal_it_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
