/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_prompt_states - pastes, Ctrl-C, history and strange keys, in every
 * state that readline can be in.
 */
#include "tests/typist.h"

#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

START_TEST(a_paste_does_not_run)
{
	typist_paste("fork\rget -n 4\n");
	ck_assert_str_eq(typist_said, "");
	typist_expect("forkshop> fork⏎get -n 4⏎|");
	typist_type("\r");
	ck_assert_str_eq(typist_said, "fork\nget -n 4\n");
	typist_type("\020\020");
	typist_expect("forkshop> fork|");
}
END_TEST

START_TEST(a_paste_is_one_step_of_undo)
{
	typist_type("a");
	typist_paste("bcd日");
	typist_expect("forkshop> abcd日|");
	typist_type("\037");
	typist_expect("forkshop> a|");
}
END_TEST

START_TEST(a_paste_of_escape_sequences_is_text)
{
	typist_paste("\033[2J\t\001");
	typist_expect("forkshop> ␛[2J␉␁|");
}
END_TEST

START_TEST(a_paste_ends_a_half_typed_command)
{
	typist_type("ab\0333"); /* an argument of three */
	typist_paste("xy");
	typist_type("z");
	typist_expect("forkshop> abxyz|");
	typist_type("\003\030"); /* Ctrl-X waits for a second key */
	typist_paste("xy");
	typist_type("z");
	typist_expect("forkshop> xyz|");
	typist_type("\003\026"); /* Ctrl-V for any */
	typist_paste("xy");
	typist_type("\001z");
	typist_expect("forkshop> z|xy");
}
END_TEST

START_TEST(ctrl_c_empties_the_line_in_every_state)
{
	static const char *const states[] = { "",     "abc",   "abc\022x",
		                              "\030", "\0335", "\033",
		                              "\026", "f\t",   "\020\020" };

	typist_type("one\rtwo\r");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		typist_type(states[i]);
		typist_type("\003");
		typist_expect("forkshop> |");
		typist_type("x\001y");
		typist_expect("forkshop> y|x");
		typist_type("\003\020");
		typist_expect("forkshop> two|");
		typist_type("\003");
	}
	ck_assert_str_eq(typist_said, "one\ntwo\n");
}
END_TEST

START_TEST(ctrl_d_on_an_empty_line_is_the_end)
{
	typist_type("a\001\004");
	ck_assert_str_eq(typist_said, "");
	typist_type("\004");
	ck_assert_str_eq(typist_said, "EOF\n");
	typist_type("still\r");
	ck_assert_str_eq(typist_said, "EOF\nstill\n");
}
END_TEST

START_TEST(ctrl_l_asks_for_a_repaint)
{
	typist_type("ab\014c");
	ck_assert_str_eq(typist_said, "REPAINT\n");
	typist_expect("forkshop> abc|");
}
END_TEST

START_TEST(a_literal_character_may_be_anything)
{
	typist_type("\026\002\026é\026日\026\t");
	typist_expect("forkshop> ␂é日␉|");
}
END_TEST

START_TEST(keys_that_are_bound_to_nothing_leave_no_tail)
{
	static const char *const strange[] = {
		"\033[15~",  "\033[99~",     "\033[1;9Z",  "\033[5~",
		"\033OP",    "\033[I",       "\033\033[D", "\033[<0;1;1M",
		"\033[M  !", "\033[27;5;9~", "\033Oz",     "\033é",
	};

	typist_type("ab");
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		typist_type(strange[i]);
	typist_type("\022");
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		typist_type(strange[i]);
	typist_type("\007");
	ck_assert_str_eq(prompt_line(typist_prompt), "ab");
}
END_TEST

START_TEST(history_is_walked_and_has_no_repeats)
{
	typist_type("one\rtwo\rtwo\rthree\r");
	ck_assert_str_eq(prompt_history(typist_prompt, 0), "one");
	ck_assert_str_eq(prompt_history(typist_prompt, 1), "two");
	ck_assert_str_eq(prompt_history(typist_prompt, 2), "three");
	ck_assert_ptr_null(prompt_history(typist_prompt, 3));
	typist_type("\033[A\033[A\033[A\033[B");
	typist_expect("forkshop> two|");
	typist_type("\r\020");
	typist_expect("forkshop> two|");
}
END_TEST

/* The whole file, which must be small. */
static const char *
file_text(const char *path)
{
	static char text[65536];
	FILE *f = fopen(path, "r");

	text[f ? fread(text, 1, sizeof(text) - 1, f) : 0] = '\0';
	if (f)
		fclose(f);
	return text;
}

START_TEST(history_is_kept_in_a_file_at_once)
{
	struct err err;
	struct stat st;

	ck_assert_int_eq(prompt_history_open(typist_prompt, "history", &err),
	                 0);
	typist_type("one\rtwo\rtwo\r");
	ck_assert_str_eq(file_text("history"), "one\ntwo\n");
	ck_assert_int_eq(stat("history", &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
}
END_TEST

START_TEST(history_is_loaded_and_a_long_one_is_cut)
{
	struct err err;
	FILE *f = fopen("history", "w");

	for (int i = 0; i < 3000; i++)
		fprintf(f, "line %d\n", i);
	fclose(f);
	ck_assert_int_eq(prompt_history_open(typist_prompt, "history", &err),
	                 0);
	ck_assert_str_eq(prompt_history(typist_prompt, 0), "line 2000");
	ck_assert_str_eq(prompt_history(typist_prompt, 999), "line 2999");
	ck_assert_int_eq(strncmp(file_text("history"), "line 2000\n", 10), 0);
	typist_type("new\r\020\020");
	typist_expect("forkshop> line 2999|");
	ck_assert_str_eq(prompt_history(typist_prompt, 0), "line 2001");
	ck_assert_str_eq(prompt_history(typist_prompt, 999), "new");
}
END_TEST

START_TEST(what_is_no_history_is_refused)
{
	struct err err;

	ck_assert_int_eq(prompt_history_open(typist_prompt, "/dev/zero", &err),
	                 -1);
	ck_assert_msg(strstr(err.text, "/dev/zero") != NULL, "%s", err.text);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(prompt_history_open(typist_prompt, "folder", &err),
	                 -1);
	typist_type("one\rtwo\r");
	ck_assert_str_eq(typist_said, "folder is not a history of ours: move "
	                              "it away\none\ntwo\n");
}
END_TEST

START_TEST(a_history_that_cannot_be_written_is_told_once)
{
	struct err err;

	ck_assert_int_eq(
	    prompt_history_open(typist_prompt, "none/history", &err), 0);
	typist_type("one\rtwo\r");
	ck_assert_str_eq(typist_said,
	                 "cannot write the history none/history: No such file "
	                 "or directory\none\ntwo\n");
	typist_type("\020\020");
	typist_expect("forkshop> one|");
}
END_TEST

START_TEST(the_prompt_changes_but_not_during_a_search)
{
	typist_type("tree\r\022t");
	prompt_set(typist_prompt, "lesson> ");
	typist_expect("(reverse-i-search)`t': |tree");
	typist_type("\007");
	typist_expect("lesson> |");
}
END_TEST

START_TEST(only_a_change_marks_it_as_changed)
{
	typist_shown(TYPIST_COLS);
	ck_assert(!prompt_changed(typist_prompt));
	prompt_set(typist_prompt, "forkshop> ");
	ck_assert(!prompt_changed(typist_prompt));
	typist_type("a");
	ck_assert(prompt_changed(typist_prompt));
}
END_TEST

START_TEST(vi_mode_shows_which_one)
{
	typist_begin("set editing-mode vi\n", "C.UTF-8");
	typist_type("abc");
	typist_expect("(ins) forkshop> abc|");
	typist_type("\033");
	typist_expect("(cmd) forkshop> ab|c");
	typist_type("0x");
	typist_expect("(cmd) forkshop> |bc");
	typist_type("A\033[D\033[99~é");
	typist_expect("(ins) forkshop> bé|c");
	typist_type("\033");
	typist_type("\003");
	typist_expect("(ins) forkshop> |");
	typist_type("one\r\033k");
	typist_expect("(cmd) forkshop> |one");
}
END_TEST

/* As terminals send them, whether the prompt is of emacs or of vi. */
START_TEST(home_and_end_reach_the_ends_of_the_line)
{
	static const char *const keys[][2] = {
		{ "\033[H", "\033[F" },
		{ "\033OH", "\033OF" },
		{ "\033[1~", "\033[4~" },
		{ "\033[7~", "\033[8~" },
	};

	typist_begin(_i ? "set editing-mode vi\n" : "", "C.UTF-8");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		typist_type("bc");
		typist_type(keys[i][0]);
		typist_type("a");
		typist_type(keys[i][1]);
		typist_type("d\r");
	}
	ck_assert_str_eq(typist_said, "abcd\nabcd\nabcd\nabcd\n");
}
END_TEST

START_TEST(home_is_what_inputrc_says)
{
	typist_begin("set editing-mode vi\nset keymap vi-insert\n"
	             "\"\\e[1~\": \"x\"\n",
	             "C.UTF-8");
	typist_type("bc\033[1~d\r");
	ck_assert_str_eq(typist_said, "bcxd\n");
}
END_TEST

START_TEST(inputrc_is_honoured_but_not_where_it_would_block)
{
	typist_begin("set blink-matching-paren on\n"
	             "set bell-style audible\n"
	             "set enable-bracketed-paste on\n"
	             "set show-all-if-ambiguous off\n"
	             "$if forkshop\n\"\\C-xt\": \"tree\\n\"\n$endif\n"
	             "$if bash\n\"\\C-xb\": \"bash\"\n$endif\n"
	             "\"\\C-x2\": \"one\\ntwo\\n\"\n",
	             "C.UTF-8");
	typist_type("\030t\030b(a)\003f\t");
	ck_assert_str_eq(typist_said, "tree\n");
	ck_assert_uint_eq(prompt_candidates(typist_prompt)->n, 2);
	typist_type("\003\0302");
	ck_assert_str_eq(typist_said, "tree\none\ntwo\n");
}
END_TEST

START_TEST(a_locale_without_utf8_is_replaced)
{
	typist_begin("", "C");
	typist_type("é\ré日\177");
	typist_expect("forkshop> é|");
	ck_assert_str_eq(setlocale(LC_CTYPE, NULL), "C.UTF-8");
	ck_assert_str_eq(getenv("LC_ALL"), "C"); /* of what is started */
}
END_TEST

static void
mash_keys(void)
{
	static const char *const pieces[] = {
		"\022",   "\023",  "\033",   "\0335", "\030",  "\026",  "\t",
		"é",      "日",    "\177",   "\027",  "\031",  "\037",  "\033y",
		"\007",   "\r",    "\033[A", "\020",  "(",     "\033.", "\035x",
		"a",      " ",     "\033p",  "\033n", "\001",  "\013",  "\024",
		"\033\t", "\033?", "\033*",  "\030(", "\030)", "\030e", "d",
		"f",      "w",     "c",      "r",     "/",     "?",     "n",
		"i",      "R",     "@",      "m",     "`",     "3",     "\"",
		"y",      "p",     "u",      ".",     "~",     "%",     "#",
		"=",
	};

	srand(7);
	for (int i = 0; i < 2000; i++) {
		typist_type(
		    pieces[rand() % (sizeof(pieces) / sizeof(pieces[0]))]);
		if (rand() % 20 == 0)
			typist_paste("p\nq日");
		if (rand() % 50 == 0)
			typist_type("\003");
		typist_shown(1 + rand() % TYPIST_COLS);
		typist_said[0] = '\0';
	}
	typist_type("\003\003ok\r");
	ck_assert_str_eq(typist_said, "ok\n");
	typist_leave();
}

START_TEST(any_keys_leave_a_prompt_that_works)
{
	mash_keys();
}
END_TEST

START_TEST(any_keys_leave_a_prompt_of_vi_that_works)
{
	typist_begin("set editing-mode vi\n", "C.UTF-8");
	mash_keys();
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_test(tc, a_paste_does_not_run);
	tcase_add_test(tc, a_paste_is_one_step_of_undo);
	tcase_add_test(tc, a_paste_of_escape_sequences_is_text);
	tcase_add_test(tc, a_paste_ends_a_half_typed_command);
	tcase_add_test(tc, ctrl_c_empties_the_line_in_every_state);
	tcase_add_test(tc, ctrl_d_on_an_empty_line_is_the_end);
	tcase_add_test(tc, ctrl_l_asks_for_a_repaint);
	tcase_add_test(tc, a_literal_character_may_be_anything);
	tcase_add_test(tc, keys_that_are_bound_to_nothing_leave_no_tail);
	tcase_add_test(tc, history_is_walked_and_has_no_repeats);
	tcase_add_test(tc, history_is_kept_in_a_file_at_once);
	tcase_add_test(tc, history_is_loaded_and_a_long_one_is_cut);
	tcase_add_test(tc, what_is_no_history_is_refused);
	tcase_add_test(tc, a_history_that_cannot_be_written_is_told_once);
	tcase_add_test(tc, the_prompt_changes_but_not_during_a_search);
	tcase_add_test(tc, only_a_change_marks_it_as_changed);
	tcase_add_exit_test(tc, any_keys_leave_a_prompt_that_works, 0);
}

/* readline reads .inputrc once: these begin by themselves. */
static void
add_beginnings(TCase *tc)
{
	tcase_add_test(tc, vi_mode_shows_which_one);
	tcase_add_loop_test(tc, home_and_end_reach_the_ends_of_the_line, 0, 2);
	tcase_add_test(tc, home_is_what_inputrc_says);
	tcase_add_test(tc, inputrc_is_honoured_but_not_where_it_would_block);
	tcase_add_test(tc, a_locale_without_utf8_is_replaced);
	tcase_add_exit_test(tc, any_keys_leave_a_prompt_of_vi_that_works, 0);
}

int
main(void)
{
	Suite *s = suite_create("prompt_states");
	TCase *tc = tcase_create("prompt_states");
	TCase *beginnings = tcase_create("beginnings");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, typist_setup, typist_end);
	add_tests(tc);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(beginnings, NULL, typist_end);
	add_beginnings(beginnings);
	suite_add_tcase(s, beginnings);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
