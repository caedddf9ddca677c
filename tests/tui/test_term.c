/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_term - canvases on a real pty, read by libvterm as a terminal would.
 *
 * The one who draws is a child on the pty; it is told what to do by single
 * letters through a socket and answers each with a letter.
 */
#include "tui/term.h"

#include <check.h>
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#define LIMIT_MS  30000
#define FRAME_END "\033[?2026l"

static int pty = -1, order = -1;
static pid_t child;
static VTerm *vterm;
static VTermScreen *screen;
static int alternate, cursor_visible;
static VTermPos cursor;
static char *heard;                 /* all that the terminal was sent */
static size_t heard_len, shown_len; /* of these, given to vterm */

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
		poll(&p, 1, LIMIT_MS);
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
	if (!t)
		_exit(2); /* what curses leaves behind is not our leak */
	exit(0);
}

/* -- the terminal ------------------------------------------------------- */

static int
on_property(VTermProp prop, VTermValue *value, void *arg)
{
	(void)arg;
	if (prop == VTERM_PROP_ALTSCREEN)
		alternate = value->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		cursor_visible = value->boolean;
	return 1;
}

static int
on_cursor(VTermPos pos, VTermPos old, int visible, void *arg)
{
	(void)old;
	(void)visible;
	(void)arg;
	cursor = pos;
	return 1;
}

static const VTermScreenCallbacks callbacks = {
	.settermprop = on_property,
	.movecursor = on_cursor,
};

static void
start(const char *term, int rows, int cols)
{
	struct winsize size = { .ws_row = rows, .ws_col = cols };
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	setenv("TERM", term, 1);
	child = forkpty(&pty, NULL, NULL, &size);
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(ends[0]);
		play(ends[1]);
	}
	close(ends[1]);
	order = ends[0];
	vterm = vterm_new(rows, cols);
	vterm_set_utf8(vterm, 1);
	screen = vterm_obtain_screen(vterm);
	vterm_screen_set_callbacks(screen, &callbacks, NULL);
	vterm_screen_enable_altscreen(screen, 1);
	vterm_screen_reset(screen, 1);
}

/* libvterm 0.1 loses a mark that comes apart from its base. */
static void
show(size_t len)
{
	vterm_input_write(vterm, heard + shown_len, len - shown_len);
	shown_len = len;
}

/* Read what the terminal is sent, for up to `ms`.  False: nothing came. */
static bool
hear(int ms)
{
	struct pollfd p = { pty, POLLIN, 0 };
	char buf[65536];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return false;
	n = read(pty, buf, sizeof(buf));
	if (n <= 0)
		return false;
	heard = realloc(heard, heard_len + n + 1);
	memcpy(heard + heard_len, buf, n);
	heard_len += n;
	heard[heard_len] = '\0';
	if (heard_len > 8 && !strcmp(heard + heard_len - 8, FRAME_END))
		show(heard_len);
	return true;
}

static int
count(const char *sequence)
{
	int n = 0;

	for (char *p = heard; p && (p = strstr(p, sequence)); p++)
		n++;
	return n;
}

static void
hear_frames(int n)
{
	while (count(FRAME_END) < n)
		ck_assert_msg(hear(LIMIT_MS), "frame %d of %d never came",
		              count(FRAME_END) + 1, n);
}

/* Give an order and wait until it was obeyed, without reading meanwhile. */
static void
tell_deaf(char letter)
{
	struct pollfd p = { order, POLLIN, 0 };
	char answer = 0;

	ck_assert_int_eq(send(order, &letter, 1, MSG_NOSIGNAL), 1);
	ck_assert_int_eq(poll(&p, 1, LIMIT_MS), 1);
	ck_assert_int_eq(read(order, &answer, 1), 1);
	ck_assert_int_eq(answer, letter);
}

/* The same while the terminal goes on reading. */
static void
tell(char letter)
{
	struct pollfd p[2] = { { order, POLLIN, 0 }, { pty, POLLIN, 0 } };
	char answer = 0;

	ck_assert_int_eq(send(order, &letter, 1, MSG_NOSIGNAL), 1);
	while (poll(p, 2, LIMIT_MS) > 0 && !p[0].revents)
		hear(LIMIT_MS);
	ck_assert_int_eq(read(order, &answer, 1), 1);
	ck_assert_int_eq(answer, letter);
}

static int
finish(void)
{
	int status;
	char letter = 'q';

	(void)!send(order, &letter, 1, MSG_NOSIGNAL);
	while (hear(LIMIT_MS))
		;
	show(heard_len);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	child = 0;
	return WEXITSTATUS(status);
}

static void
teardown(void)
{
	if (child > 0)
		kill(child, SIGKILL);
	if (vterm)
		vterm_free(vterm);
	free(heard);
}

/* What libvterm shows, as canvas_to_text() would write it. */
static void
read_row(int row, int cols, char *to)
{
	int used = 0, end = 0;

	for (int col = 0; col < cols; col++) {
		VTermScreenCell cell;
		VTermPos pos = { .row = row, .col = col };

		vterm_screen_get_cell(screen, pos, &cell);
		if (cell.chars[0] == (uint32_t)-1)
			continue;
		if (cell.chars[0] == 0)
			memcpy(cell.chars, (uint32_t[]){ ' ', 0 }, 8);
		for (int i = 0; i < 6 && cell.chars[i]; i++)
			used += wctomb(to + used, cell.chars[i]);
		if (to[used - 1] != ' ')
			end = used;
	}
	strcpy(to + end, "\n");
}

static void
expect_scribble(unsigned seed, int rows, int cols)
{
	struct canvas *c = canvas_open(rows, cols, NULL);
	char *wanted, *line = malloc(cols * 24 + 2), *p;

	scribble(c, seed);
	p = wanted = canvas_to_text(c);
	for (int row = 0; row < rows; row++) {
		read_row(row, cols, line);
		ck_assert_msg(strncmp(p, line, strlen(line)) == 0,
		              "canvas %u, row %d: shown is %s", seed, row,
		              line);
		p += strlen(line);
	}
	ck_assert_int_eq(cursor.row, rows - 1);
	ck_assert_int_eq(cursor.col, seed % cols);
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
	start(terminals[_i], 24, 80);
	for (int i = 1; i <= 60; i++) {
		tell('d');
		hear_frames(i);
		expect_scribble(i, 24, 80);
	}
	ck_assert_int_eq(finish(), 0);
}
END_TEST

START_TEST(a_frame_without_change_sends_nothing)
{
	start("xterm-256color", 24, 80);
	tell('d');
	hear_frames(1);
	for (int i = 0; i < 10; i++)
		tell('s');
	tell('d');
	hear_frames(2);
	ck_assert_int_eq(finish(), 0);
	/* the second frame, and the end of all */
	ck_assert_int_eq(count("\033[?2026h"), 2);
}
END_TEST

START_TEST(a_terminal_that_does_not_read_stops_nobody)
{
	start("xterm-256color", 24, 80);
	tell_deaf('f');
	tell('w');
	tell('d');
	tell('w');
	while (!(heard && heard_len > 8 &&
	         !strcmp(heard + heard_len - 8, FRAME_END)))
		ck_assert(hear(LIMIT_MS));
	while (hear(200))
		;
	expect_scribble(2001, 24, 80);
	ck_assert_int_lt(count(FRAME_END), 2000);
	ck_assert_int_eq(finish(), 0);
}
END_TEST

static void
resize(int rows, int cols, unsigned seed)
{
	struct winsize size = { .ws_row = rows, .ws_col = cols };

	ioctl(pty, TIOCSWINSZ, &size);
	vterm_set_size(vterm, rows, cols);
	tell('r');
	tell('d');
	hear_frames(seed);
	expect_scribble(seed, rows, cols);
}

START_TEST(a_new_size_draws_everything)
{
	start("xterm-256color", 24, 80);
	tell('d');
	hear_frames(1);
	resize(3, 8, 2);
	resize(50, 200, 3);
	resize(1, 1, 4);
	resize(24, 80, 5);
	ck_assert_int_eq(finish(), 0);
}
END_TEST

START_TEST(closing_restores_the_terminal)
{
	struct termios before, during, after;
	char *reset;

	start("xterm-256color", 24, 80);
	/* forkpty has made it with the usual modes */
	tell('s');
	hear_frames(1);
	ck_assert_int_eq(alternate, 1);
	ck_assert_int_eq(count("\033[?2004h"), 1);
	tcgetattr(pty, &during);
	ck_assert_int_eq(during.c_lflag & (ICANON | ECHO | ISIG), 0);
	tell('z');
	tcgetattr(pty, &before);
	ck_assert_int_eq(before.c_lflag & (ICANON | ECHO | ISIG),
	                 ICANON | ECHO | ISIG);
	tell('g');
	tell('s');
	ck_assert_int_eq(finish(), 0);
	tcgetattr(pty, &after);
	ck_assert_int_eq(after.c_lflag, before.c_lflag);
	ck_assert_int_eq(after.c_iflag, before.c_iflag);
	ck_assert_int_eq(after.c_oflag, before.c_oflag);
	ck_assert_int_eq(alternate, 0);
	ck_assert_int_eq(cursor_visible, 1);
	reset = heard + heard_len - strlen(term_reset_sequence());
	ck_assert_str_eq(reset, term_reset_sequence());
}
END_TEST

START_TEST(after_another_program_all_is_drawn_again)
{
	start("xterm-256color", 24, 80);
	tell('d');
	hear_frames(1);
	tell('z');
	hear_frames(2);
	show(heard_len);
	ck_assert_int_eq(alternate, 0);
	tell('d'); /* dropped: the terminal is not ours */
	vterm_input_write(vterm, "\033[2Jvi was here", 15);
	tell('g');
	tell('s');
	hear_frames(3);
	ck_assert_int_eq(alternate, 1);
	expect_scribble(2, 24, 80);
	ck_assert_int_eq(finish(), 0);
}
END_TEST

START_TEST(no_color_is_honoured)
{
	setenv("NO_COLOR", "1", 1);
	start("xterm-256color", 24, 80);
	tell('d');
	hear_frames(1);
	ck_assert_int_eq(finish(), 0);
	for (int colour = 0; colour < 8; colour++) {
		char sgr[16];

		snprintf(sgr, sizeof(sgr), "[3%dm", colour);
		ck_assert_int_eq(count(sgr), 0);
		snprintf(sgr, sizeof(sgr), "[9%dm", colour);
		ck_assert_int_eq(count(sgr), 0);
	}
	unsetenv("NO_COLOR");
}
END_TEST

/* The sentence of a term_open() that was refused. */
static void
expect_refusal(const char *word)
{
	char text[ERR_TEXT_SIZE] = "";
	struct pollfd p = { order, POLLIN, 0 };

	ck_assert_int_eq(poll(&p, 1, LIMIT_MS), 1);
	ck_assert_int_gt(read(order, text, sizeof(text) - 1), 0);
	ck_assert_msg(strstr(text, word) != NULL, "%s", text);
	ck_assert_msg(strstr(text, "--plain") != NULL, "%s", text);
	ck_assert_int_eq(finish(), 2);
	ck_assert_msg(heard_len == 0, "it was written to: %s", heard);
}

START_TEST(a_dumb_terminal_is_refused)
{
	start("dumb", 24, 80);
	expect_refusal("dumb");
}
END_TEST

START_TEST(an_unknown_terminal_is_refused)
{
	start("plaid-9000", 24, 80);
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
	tcase_add_checked_fixture(tc, NULL, teardown);
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
