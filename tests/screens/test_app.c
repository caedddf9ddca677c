/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The real program on a terminal: what a person types and sees.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/screens/screen.h"

#define PROMPT "^forkshop>$"

enum { STILL_MS = 1200 }; /* a new row fades after a second */

static struct screen *
open_lab(int rows, int cols)
{
	static const char *const argv[] = { "forkshop", "--port", "0", NULL };
	struct screen *s = screen_open(argv, rows, cols);

	screen_wait(s, " :[0-9]+ .* 2 workers");
	screen_wait(s, "^ *[0-9]+ .* 0 +├─ forkshop-server w1$");
	screen_wait(s, "^ *[0-9]+ .* 0 +└─ forkshop-server w2$");
	screen_wait(s, PROMPT);
	return s;
}

static void
quit_lab(struct screen *s)
{
	screen_wait(s, PROMPT); /* what is typed before is a job's */
	screen_type(s, "quit\r");
	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert(screen_sane(s));
	ck_assert_int_eq(screen_close(s), 0);
}

/* The first number in the row in which the expression begins. */
static int
number_of(struct screen *s, const char *regex)
{
	int row = screen_wait(s, regex);
	const char *text = screen_text(s);

	while (row-- > 0)
		text = strchr(text, '\n') + 1;
	return atoi(text);
}

static void
wait_until_still(struct screen *s)
{
	for (int i = 0; i < 20; i++)
		if (screen_idle(s, STILL_MS) == 0)
			return;
	ck_abort_msg("it never rests:\n%s", screen_text(s));
}

static const int sizes[][2] = { { 24, 80 }, { 30, 100 }, { 45, 160 } };

START_TEST(a_newcomer_sees_the_tree_and_three_things_to_type)
{
	struct screen *s = open_lab(sizes[_i][0], sizes[_i][1]);
	int row, col;

	screen_wait(s, "^    get +[a-z]");
	screen_wait(s, "^    fork +[a-z]");
	screen_wait(s, "^    kill w1 +[a-z]");
	ck_assert_int_eq(screen_find(s, "^ +PID .*STAT"), 1);
	screen_cursor(s, &row, &col);
	ck_assert_int_eq(row, sizes[_i][0] - 1);
	ck_assert_int_eq(col, (int)strlen("forkshop> "));
	quit_lab(s);
}
END_TEST

START_TEST(requests_move_the_counters_and_the_arrow)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "get -n 4\r");
	screen_wait(s, " 2 [^ ]* +├─ forkshop-server w1$");
	screen_wait(s, "→ +2 [^ ]* +└─ forkshop-server w2$");
	screen_wait(s, " 4 requests$");
	quit_lab(s);
}
END_TEST

START_TEST(a_get_that_is_held_up_says_by_whom)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "kill -STOP w2\r");
	screen_wait(s, "w2 stopped by STOP");
	screen_type(s, "get -n 4\r");
	screen_wait(s, "^forkshop> .* of 4: w2 is stopped$");
	screen_type(s, "\003");
	screen_wait(s, PROMPT);
	quit_lab(s);
}
END_TEST

START_TEST(a_kill_from_outside_changes_the_row)
{
	struct screen *s = open_lab(24, 80);
	int pid = number_of(s, "─ forkshop-server w1$");

	screen_type(s, "set linger off\r");
	screen_wait(s, PROMPT);
	stage_outside(&s->stage, "kill -STOP %d", pid);
	screen_wait(s, "^ *[0-9]+ T .*forkshop-server w1$");
	stage_outside(&s->stage, "kill -CONT %d; kill -TERM %d", pid, pid);
	screen_wait(s, "^ *[0-9]+ X +killed by TERM.*forkshop-server w1$");
	screen_wait(s, "w1 .*died: killed by TERM");
	quit_lab(s);
}
END_TEST

START_TEST(it_is_drawn_right_in_any_size_while_busy)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "get -n 3000 -c 4\r");
	for (int i = 0; i < 12; i++) {
		screen_resize(s, 12 + i * 3, 40 + i * 11);
		screen_idle(s, 20);
	}
	screen_resize(s, 30, 100);
	screen_wait(s, "3000 requests");
	ck_assert_int_eq(screen_find(s, "^ +PID .*STAT"), 1);
	ck_assert_int_eq(screen_wait(s, PROMPT), 29);
	quit_lab(s);
}
END_TEST

START_TEST(a_small_terminal_is_told_the_size_that_is_needed)
{
	struct screen *s = open_lab(24, 80);

	screen_resize(s, 10, 40);
	screen_wait(s, "This terminal is 40 x 10");
	screen_wait(s, "forkshop needs 72 x 16");
	ck_assert_int_eq(screen_find(s, "forkshop-server"), -1);
	screen_resize(s, 3, 8);
	screen_wait(s, "^ *needs\n *72 x 16$");
	screen_resize(s, 24, 80);
	screen_wait(s, "forkshop-server w2$");
	screen_wait_gone(s, "needs 72 x 16");
	screen_wait(s, PROMPT);
	quit_lab(s);
}
END_TEST

START_TEST(a_paste_of_garbage_does_no_harm)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "\033[200~\001\002\033[31m\033]0;x\007 \xff\xfe é 日"
	               "\033[201~");
	screen_wait(s, "日");
	ck_assert_int_eq(screen_find(s, "^ +PID .*STAT"), 1);
	screen_type(s, "\003");
	screen_wait(s, PROMPT);
	screen_type(s, "\033[200~echo one\necho two\n\033[201~\r");
	screen_wait(s, "^│ one$");
	screen_wait(s, "^│ two$");
	quit_lab(s);
}
END_TEST

START_TEST(escape_sequences_never_reach_the_terminal)
{
	struct screen *s = open_lab(24, 80);
	int row;

	screen_type(s, "printf '\\033[2J\\033]0;me\\007\\033[41mre''d\\n'\r");
	row = screen_wait(s, "^│ red$");
	ck_assert_int_eq(screen_cell(s, row, 2).bg, -1);
	ck_assert_int_eq(screen_find(s, "^ +PID .*STAT"), 1);
	screen_wait(s, PROMPT); /* what is typed before is a job's */
	screen_type(s, "\033[200~get /a\033[2Jb\033[201~\r");
	screen_wait(s, "a path has no blanks, no control characters");
	ck_assert_int_eq(screen_find(s, "^ +PID .*STAT"), 1);
	quit_lab(s);
}
END_TEST

START_TEST(while_nothing_happens_nothing_is_written)
{
	struct screen *s = open_lab(24, 80);

	wait_until_still(s);
	ck_assert_int_eq(screen_idle(s, 2000), 0);
	quit_lab(s);
}
END_TEST

START_TEST(what_is_typed_is_seen_while_requests_flow)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "get -n 20000 -c 8\r");
	screen_wait(s, "[0-9]/s ");
	screen_type(s, "help me");
	screen_wait(s, "^forkshop> help me");
	screen_type(s, "\003");
	screen_wait(s, "^forkshop>( +[0-9].*)?$");
	screen_type(s, "\003");
	screen_wait(s, PROMPT);
	screen_type(s, "quit\r");
	screen_wait_end(s);
	ck_assert(screen_sane(s));
	screen_close(s);
}
END_TEST

START_TEST(a_projector_shows_few_columns)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "set big on\r");
	screen_wait_gone(s, "CPU +THR");
	screen_wait(s, "PID STAT REQUESTS");
	screen_type(s, "set big off\r");
	screen_wait(s, "CPU +THR");
	quit_lab(s);
}
END_TEST

START_TEST(the_log_scrolls_back_and_stays_there)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "seq 100\r");
	screen_wait(s, "^│ 100$");
	screen_type(s, "\033[5~");
	screen_wait_gone(s, "^│ 100$");
	screen_wait(s, "rows? below");
	screen_type(s, "\033[6~");
	screen_wait(s, "^│ 100$");
	screen_wait_gone(s, "rows? below");
	quit_lab(s);
}
END_TEST

/* As when the row of a job comes into the tree. */
START_TEST(a_page_down_ends_at_the_bottom_of_a_log_that_became_smaller)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "seq 100\r");
	screen_wait(s, "^│ 100$");
	screen_type(s, "\033[5~");
	screen_wait_gone(s, "^│ 100$");
	screen_resize(s, 22, 80);
	while (screen_wait(s, PROMPT) != 21)
		screen_idle(s, 20);
	screen_wait(s, "rows? below");
	screen_type(s, "\033[6~");
	screen_wait(s, "^│ 100$");
	screen_wait_gone(s, "rows? below");
	quit_lab(s);
}
END_TEST

START_TEST(a_tree_that_has_no_room_scrolls)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "fork 20\r");
	screen_wait(s, "─ forkshop-server w22$");
	screen_wait(s, "↑ [0-9]+ more rows · Alt-PgUp$");
	ck_assert_int_eq(screen_find(s, "─ forkshop-lab$"), -1);
	screen_type(s, "\033[5;3~\033\033[5~"); /* xterm's, others' */
	screen_wait(s, "─ forkshop-lab$");
	screen_wait(s, "↓ [0-9]+ more rows · Alt-PgDn$");
	screen_type(s, "get -n 3\r");
	screen_wait(s, "─ forkshop-client c1 -n 3$");
	quit_lab(s);
}
END_TEST

START_TEST(lines_are_kept_for_the_next_time)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "echo kept\r");
	screen_wait(s, "^│ kept$");
	ck_assert_ptr_nonnull(strstr(
	    stage_outside(&s->stage, "cat %s/forkshop/history", s->stage.home),
	    "echo kept"));
	quit_lab(s);
}
END_TEST

/* The clients, the puppets and the jobs draw in the user's locale, too. */
START_TEST(a_locale_of_ascii_is_that_of_all_who_draw)
{
	static const char *const argv[] = {
		"/usr/bin/env", "LC_ALL=C", "forkshop", "--port", "0", NULL
	};
	struct screen *s = screen_open(argv, 24, 80);

	screen_wait(s, PROMPT);
	screen_type(s, "get -n 4\r");
	screen_wait(s, "^  w1 +2   50.0%  #+$");
	screen_wait(s, PROMPT);
	screen_type(s, "measure create\r");
	screen_wait(s, "fork.* #+$");
	screen_wait(s, PROMPT);
	screen_type(s, "echo LC_ALL is $LC_ALL\r");
	screen_wait(s, "LC_ALL is C$");
	ck_assert_ptr_null(strstr(screen_text(s), "█"));
	quit_lab(s);
}
END_TEST

START_TEST(control_d_leaves)
{
	struct screen *s = open_lab(24, 80);

	screen_type(s, "\004");
	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert(screen_sane(s));
	ck_assert_int_eq(screen_close(s), 0);
}
END_TEST

START_TEST(a_signal_that_ends_it_leaves_the_terminal_sane)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };
	struct screen *s = open_lab(24, 80);

	kill(s->stage.pid, signals[_i]);
	ck_assert_int_eq(screen_wait_end(s), 128 + signals[_i]);
	ck_assert(screen_sane(s));
	screen_close(s);
}
END_TEST

/*
 * The user's shell leads the session and goes on.  What it prints at once may
 * still go to the screen that the lab is about to leave, so it waits.
 */
START_TEST(a_killed_shell_leaves_the_terminal_sane)
{
	static const char *const argv[] = {
		"sh", "-c", "forkshop --port 0; s=$?; cat; echo status $s; cat",
		NULL
	};
	struct screen *s = screen_open(argv, 24, 80);

	screen_wait(s, "forkshop-server w2$");
	kill(number_of(s, "^ *[0-9]+ .* forkshop --port 0$"), SIGKILL);
	for (int i = 0; i < 300 && !screen_sane(s); i++)
		screen_idle(s, 100);
	ck_assert(screen_sane(s));
	/* First a line: cat(1) may have begun to read while it was raw. */
	screen_type(s, "\r\004");
	screen_wait(s, "status 137");
	screen_type(s, "\004");
	screen_wait_end(s);
	screen_close(s);
}
END_TEST

START_TEST(without_a_terminal_plain_is_recommended)
{
	static const char *const argv[] = {
		"sh", "-c", "forkshop --port 0 </dev/null; echo status $?; cat",
		NULL
	};
	struct screen *s = screen_open(argv, 24, 80);

	screen_wait(s, "--plain");
	screen_wait(s, "^status 2$");
	screen_type(s, "\004");
	screen_wait_end(s);
	screen_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("app");
	TCase *tcase = tcase_create("screen");
	TCase *small = tcase_create("rows on a small screen");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	// clang-format off
	tcase_add_loop_test(tcase, a_newcomer_sees_the_tree_and_three_things_to_type, 0, 3);
	// clang-format on
	tcase_add_test(tcase, requests_move_the_counters_and_the_arrow);
	tcase_add_test(tcase, it_is_drawn_right_in_any_size_while_busy);
	tcase_add_test(tcase, a_small_terminal_is_told_the_size_that_is_needed);
	tcase_add_test(tcase, escape_sequences_never_reach_the_terminal);
	tcase_add_test(tcase, while_nothing_happens_nothing_is_written);
	tcase_add_test(tcase, what_is_typed_is_seen_while_requests_flow);
	tcase_add_test(tcase, a_projector_shows_few_columns);
	tcase_add_test(tcase, the_log_scrolls_back_and_stays_there);
	tcase_add_test(
	    tcase, a_page_down_ends_at_the_bottom_of_a_log_that_became_smaller);
	tcase_add_test(tcase, a_tree_that_has_no_room_scrolls);
	tcase_add_test(tcase, lines_are_kept_for_the_next_time);
	tcase_add_test(tcase, a_locale_of_ascii_is_that_of_all_who_draw);
	tcase_add_test(tcase, control_d_leaves);
	tcase_add_loop_test(
	    tcase, a_signal_that_ends_it_leaves_the_terminal_sane, 0, 4);
	tcase_add_test(tcase, a_killed_shell_leaves_the_terminal_sane);
	tcase_add_test(tcase, without_a_terminal_plain_is_recommended);
	suite_add_tcase(suite, tcase);
	tcase_set_tags(small, "no-tsan"); /* which adds a row to each process */
	tcase_set_timeout(small, 120);
	tcase_add_test(small, a_get_that_is_held_up_says_by_whom);
	tcase_add_test(small, a_kill_from_outside_changes_the_row);
	tcase_add_test(small, a_paste_of_garbage_does_no_harm);
	suite_add_tcase(suite, small);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
