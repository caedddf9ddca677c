/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_prompt - a line is typed, searched, completed and drawn.
 */
#include "tests/typist.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

START_TEST(typing_shows_at_the_prompt)
{
	typist_expect("forkshop> |");
	typist_type("get -n 4");
	typist_expect("forkshop> get -n 4|");
	typist_type("\r");
	typist_expect("forkshop> |");
	ck_assert_str_eq(typist_said, "get -n 4\n");
}
END_TEST

START_TEST(an_older_line_is_edited_and_run)
{
	typist_type("one\rtwo\r\020\020x\r");
	ck_assert_str_eq(typist_said, "one\ntwo\nonex\n");
	typist_type("\020\020\020");
	typist_expect("forkshop> one|");
	typist_type("\003new\020\016");
	typist_expect("forkshop> new|");
}
END_TEST

START_TEST(blank_lines_are_not_told)
{
	typist_type("\r  \r \r");
	ck_assert_str_eq(typist_said, "");
}
END_TEST

START_TEST(editing_knows_utf8_and_wide_characters)
{
	typist_type("aé日x");
	typist_expect("forkshop> aé日x|");
	typist_type("\033[D\033[D");
	typist_expect("forkshop> aé|日x");
	typist_type("\177");
	typist_expect("forkshop> a|日x");
	typist_type("\033[C\004");
	typist_expect("forkshop> a日|");
	typist_type("\001ü");
	typist_expect("forkshop> ü|a日");
}
END_TEST

START_TEST(marks_are_edited_with_their_base)
{
	typist_type("e\u0301x\033[D\033[D");
	typist_expect("forkshop> |e\u0301x");
}
END_TEST

START_TEST(words_are_killed_and_yanked)
{
	typist_type("kill -TERM w2\027\027\031");
	typist_expect("forkshop> kill -TERM w2|");
	typist_type("\033b\033d");
	typist_expect("forkshop> kill -TERM |");
	typist_type("\037\037");
	ck_assert_str_ne(typist_shown(TYPIST_COLS), "forkshop> kill -TERM |");
}
END_TEST

START_TEST(a_search_finds_what_is_not_ascii)
{
	typist_type("echo café\recho 日本\rtree\r");
	typist_type("\022é");
	typist_expect("(reverse-i-search)`é': echo caf|é");
	typist_type("\007\022日");
	typist_expect("(reverse-i-search)`日': echo |日本");
	typist_type("\r");
	ck_assert_str_eq(typist_said,
	                 "echo café\necho 日本\ntree\necho 日本\n");
	typist_expect("forkshop> |");
}
END_TEST

START_TEST(a_search_ends_with_an_arrow)
{
	typist_type("tree\rget\r\022tr\033[D");
	typist_expect("forkshop> |tree");
	typist_type("\003\022ge\033[1;5C");
	typist_expect("forkshop> get|");
}
END_TEST

START_TEST(a_search_takes_a_paste)
{
	typist_type("echo café\rtree\r\022");
	typist_paste("café");
	typist_expect("(reverse-i-search)`café': echo |café");
}
END_TEST

START_TEST(tab_completes_the_only_candidate)
{
	typist_type("ge\t");
	typist_expect("forkshop> get |");
	typist_type("--po\t");
	typist_expect("forkshop> get --port=|");
	ck_assert_uint_eq(prompt_candidates(typist_prompt)->n, 0);
}
END_TEST

START_TEST(tab_shows_several_candidates_up_to_the_next_key)
{
	const struct candidates *c;

	typist_type("f\t");
	typist_expect("forkshop> f|");
	c = prompt_candidates(typist_prompt);
	ck_assert_uint_eq(c->n, 2);
	ck_assert_str_eq(c->list[0].word, "fork");
	ck_assert_str_eq(c->list[0].blurb, "make another worker");
	ck_assert_str_eq(c->list[1].word, "freeze");
	typist_type("o");
	ck_assert_uint_eq(prompt_candidates(typist_prompt)->n, 0);
	typist_type("\t");
	typist_expect("forkshop> fork |");
}
END_TEST

START_TEST(tab_completes_what_they_have_in_common)
{
	typist_type("kill -\t");
	ck_assert_uint_eq(prompt_candidates(typist_prompt)->n, 3);
	typist_type("T\t");
	typist_expect("forkshop> kill -T|");
	typist_type("E\tw1.\t");
	typist_expect("forkshop> kill -TERM w1.t1 |");
}
END_TEST

START_TEST(a_hook_may_begin_the_word_elsewhere)
{
	typist_type("list get,fo\t");
	typist_expect("forkshop> list get,fork |");
	typist_type("\003list get,f\t");
	ck_assert_uint_eq(prompt_candidates(typist_prompt)->n, 2);
	ck_assert_str_eq(prompt_candidates(typist_prompt)->list[0].blurb,
	                 "make another worker");
}
END_TEST

START_TEST(tab_falls_back_to_files)
{
	ck_assert_int_eq(mkdir("a folder", 0700), 0);
	typist_type("less inp\t");
	typist_expect("forkshop> less inputrc |");
	typist_type("\003!ls a\t");
	typist_expect("forkshop> !ls \"a folder/|");
}
END_TEST

START_TEST(tab_offers_no_files_where_none_can_stand)
{
	typist_type("get inp\t");
	typist_expect("forkshop> get inp|");
}
END_TEST

START_TEST(hundreds_of_candidates_ask_no_question)
{
	for (int i = 0; i < 300; i++) {
		char name[16];

		snprintf(name, sizeof(name), "file%d", i);
		fclose(fopen(name, "w"));
	}
	typist_type("less fi\t\t");
	typist_expect("forkshop> less file|");
	ck_assert_uint_eq(prompt_candidates(typist_prompt)->n, 300);
	typist_type("299\t");
	typist_expect("forkshop> less file299 |");
}
END_TEST

START_TEST(a_long_line_scrolls_with_the_cursor)
{
	typist_type("0123456789abcdefghij");
	ck_assert_str_eq(typist_shown(31), "forkshop> 0123456789abcdefghij|");
	ck_assert_str_eq(typist_shown(30), "forkshop> <bcdefghij|");
	typist_type("\001");
	ck_assert_str_eq(typist_shown(30), "forkshop> |0123456789abcdefghij");
	ck_assert_str_eq(typist_shown(29), "forkshop> |0123456789abcdefgh>");
}
END_TEST

START_TEST(the_cursor_is_in_the_row_at_any_width)
{
	typist_type("日本語のテスト fork é e\u0301 日本語\033b");
	for (int cols = 1; cols <= TYPIST_COLS; cols++) {
		for (int i = 0; i < 30; i++) {
			ck_assert_ptr_nonnull(strchr(typist_shown(cols), '|'));
			typist_type(i < 25 ? "\002" : "\006");
		}
		prompt_resize(typist_prompt, 3, cols);
	}
}
END_TEST

START_TEST(a_narrow_row_lets_go_of_the_prompt)
{
	typist_type("kill");
	ck_assert_str_eq(typist_shown(8), "< kill|");
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_test(tc, typing_shows_at_the_prompt);
	tcase_add_test(tc, an_older_line_is_edited_and_run);
	tcase_add_test(tc, blank_lines_are_not_told);
	tcase_add_test(tc, editing_knows_utf8_and_wide_characters);
	tcase_add_test(tc, marks_are_edited_with_their_base);
	tcase_add_test(tc, words_are_killed_and_yanked);
	tcase_add_test(tc, a_search_finds_what_is_not_ascii);
	tcase_add_test(tc, a_search_ends_with_an_arrow);
	tcase_add_test(tc, a_search_takes_a_paste);
	tcase_add_test(tc, tab_completes_the_only_candidate);
	tcase_add_test(tc, tab_shows_several_candidates_up_to_the_next_key);
	tcase_add_test(tc, tab_completes_what_they_have_in_common);
	tcase_add_test(tc, a_hook_may_begin_the_word_elsewhere);
	tcase_add_test(tc, tab_falls_back_to_files);
	tcase_add_test(tc, tab_offers_no_files_where_none_can_stand);
	tcase_add_test(tc, hundreds_of_candidates_ask_no_question);
	tcase_add_test(tc, a_long_line_scrolls_with_the_cursor);
	tcase_add_test(tc, the_cursor_is_in_the_row_at_any_width);
	tcase_add_test(tc, a_narrow_row_lets_go_of_the_prompt);
}

int
main(void)
{
	Suite *s = suite_create("prompt");
	TCase *tc = tcase_create("prompt");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, typist_setup, typist_end);
	add_tests(tc);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
