/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The harness itself, tried on sh(1).
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/screens/screen.h"

static struct screen *
open_sh(const char *script)
{
	return screen_open((const char *const[]){ "sh", "-c", script, NULL },
	                   24, 80);
}

START_TEST(what_is_typed_stands_on_the_screen)
{
	struct screen *s = open_sh("echo hello; exec cat");
	int row, col;

	ck_assert_int_eq(screen_wait(s, "^hello$"), 0);
	screen_type(s, "w1 é 日\r");
	ck_assert_int_eq(screen_wait(s, "^w1 é 日\nw1 é 日$"), 1);
	screen_cursor(s, &row, &col);
	ck_assert_int_eq(row, 3);
	ck_assert_int_eq(col, 0);
	screen_type(s, "\x04");
	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert_int_eq(screen_close(s), 0);
}
END_TEST

START_TEST(keys_are_signals)
{
	struct screen *s = open_sh("trap 'echo caught; exit 3' INT;"
	                           "echo ready; while :; do sleep 0.01; done");

	screen_wait(s, "ready");
	screen_type(s, "\x03");
	screen_wait(s, "caught");
	ck_assert_int_eq(screen_wait_end(s), 3);
	ck_assert_int_eq(screen_close(s), 3);
}
END_TEST

START_TEST(a_cell_has_attributes)
{
	struct screen *s = open_sh(
	    "printf 'a\\033[1;31mb\\033[0;7;4mc\\033[0;44m日d\\n'; read x");

	screen_wait(s, "d");
	ck_assert_str_eq(screen_cell(s, 0, 0).text, "a");
	ck_assert(!screen_cell(s, 0, 0).bold);
	ck_assert_int_eq(screen_cell(s, 0, 0).fg, -1);
	ck_assert(screen_cell(s, 0, 1).bold);
	ck_assert_int_eq(screen_cell(s, 0, 1).fg, 1);
	ck_assert(screen_cell(s, 0, 2).reverse);
	ck_assert(screen_cell(s, 0, 2).underline);
	ck_assert_str_eq(screen_cell(s, 0, 3).text, "日");
	ck_assert_int_eq(screen_cell(s, 0, 3).width, 2);
	ck_assert_int_eq(screen_cell(s, 0, 3).bg, 4);
	ck_assert_str_eq(screen_cell(s, 0, 5).text, "d");
	screen_close(s);
}
END_TEST

START_TEST(another_size_is_told_to_the_program)
{
	struct screen *s = open_sh("trap 'stty size' WINCH; echo ready;"
	                           "while :; do sleep 0.01; done");

	screen_wait(s, "ready");
	screen_resize(s, 45, 160);
	screen_wait(s, "45 160");
	screen_close(s);
}
END_TEST

START_TEST(a_terminal_left_raw_is_not_sane)
{
	struct screen *s =
	    open_sh("stty raw; echo on; read x; stty sane;"
	            "echo off; read x;"
	            "printf '\\033[?1049h\\033[?25lalt'; read x;"
	            "printf '\\033[?1049l\\033[?25hmain'; read x;"
	            "printf '\\033[?1000hmouse'; read x");

	screen_wait(s, "on");
	ck_assert(!screen_sane(s));
	screen_type(s, "\n");
	screen_wait(s, "off");
	ck_assert(screen_sane(s));
	screen_type(s, "\r");
	screen_wait(s, "alt");
	screen_wait_gone(s, "off");
	ck_assert(!screen_sane(s));
	screen_type(s, "\r");
	screen_wait(s, "main");
	ck_assert(screen_sane(s));
	screen_type(s, "\r");
	screen_wait(s, "mouse");
	ck_assert(!screen_sane(s));
	screen_close(s);
}
END_TEST

START_TEST(a_silent_program_sends_no_bytes)
{
	struct screen *s = open_sh("echo ready; read x; echo more; read x");

	screen_wait(s, "ready");
	ck_assert_int_eq(screen_idle(s, 50), 0);
	ck_assert_int_eq(screen_find(s, "more"), -1);
	screen_type(s, "\r");
	screen_wait(s, "more");
	screen_close(s);
}
END_TEST

START_TEST(closing_hangs_up)
{
	struct screen *s = open_sh("echo ready; exec sleep 1000");

	screen_wait(s, "ready");
	ck_assert_int_eq(screen_close(s), 128 + SIGHUP);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("screen");
	TCase *tcase = tcase_create("harness");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, what_is_typed_stands_on_the_screen);
	tcase_add_test(tcase, keys_are_signals);
	tcase_add_test(tcase, a_cell_has_attributes);
	tcase_add_test(tcase, another_size_is_told_to_the_program);
	tcase_add_test(tcase, a_terminal_left_raw_is_not_sane);
	tcase_add_test(tcase, a_silent_program_sends_no_bytes);
	tcase_add_test(tcase, closing_hangs_up);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
