/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a program prints, as the lines that a terminal would show.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/lines.h"

static struct lines lines;
static char heard[65536]; /* "one|two|" */

static void
hear(void *arg, const char *line)
{
	size_t len = strlen(heard);

	(void)arg;
	snprintf(heard + len, sizeof(heard) - len, "%s|", line);
}

/* Fed whole and byte by byte, it is the same. */
static void
assert_lines(const char *bytes, const char *want)
{
	memset(&lines, 0, sizeof(lines));
	heard[0] = '\0';
	lines_feed(&lines, bytes, strlen(bytes), hear, NULL);
	lines_end(&lines, hear, NULL);
	ck_assert_str_eq(heard, want);
	heard[0] = '\0';
	for (size_t i = 0; bytes[i]; i++)
		lines_feed(&lines, bytes + i, 1, hear, NULL);
	lines_end(&lines, hear, NULL);
	ck_assert_str_eq(heard, want);
}

START_TEST(lines_end_at_newlines)
{
	assert_lines("one\ntwo\n\nthree", "one|two||three|");
	assert_lines("one\r\ntwo\r\n", "one|two|");
}
END_TEST

START_TEST(escape_sequences_leave_nothing_behind)
{
	assert_lines("\033[1;31mred\033[0m\n", "red|");
	assert_lines("\033]0;a title\007text\n", "text|");
	assert_lines("\033]8;;http://x\033\\link\033]8;;\033\\\n", "link|");
	assert_lines("\033P1;2q#0\033\\done\n", "done|");
	assert_lines("\033(Bplain\033=\033c\n", "plain|");
	assert_lines("\033[?1049h\033[2J\033[Hfull\033[?25l\n", "full|");
	assert_lines("\033[38;5;196;48;2;1;2;3mx\n", "x|");
}
END_TEST

START_TEST(a_progress_bar_ends_as_its_last_state)
{
	assert_lines(" 10%\r 20%\r100%\n", "100%|");
	assert_lines("long text\rshort\033[K\n", "short|");
	assert_lines("abc\b\bX\n", "aXc|");
	assert_lines("abc\033[2K\rd\n", "d|");
	assert_lines("abc\033[1Gx\033[5Gy\n", "xbc y|");
}
END_TEST

START_TEST(characters_of_many_bytes_stay_whole)
{
	assert_lines("é日😀\n", "é日😀|");
	assert_lines("日本\rX\n", "X本|");
	assert_lines("a\xff\xfe"
	             "b\n",
	             "a??b|");
	assert_lines("\xc2\x9b"
	             "31m\n",
	             "??31m|");
}
END_TEST

START_TEST(control_characters_are_not_shown)
{
	assert_lines("a\001\002\007b\177\n", "ab|");
	assert_lines("a\tb\n", "a       b|");
}
END_TEST

START_TEST(a_line_without_end_is_cut)
{
	static char bytes[LINES_CELLS * 3 + 1], want[LINES_CELLS * 3 + 4];

	memset(bytes, 'x', LINES_CELLS * 3);
	memset(want, 'x', LINES_CELLS * 3 + 3);
	want[LINES_CELLS] = want[LINES_CELLS * 2 + 1] = '|';
	want[LINES_CELLS * 3 + 2] = '|';
	assert_lines(bytes, want);
}
END_TEST

START_TEST(a_sequence_without_end_ends_with_its_line)
{
	assert_lines("\033]0;never closed\nnext\n", "|next|");
	assert_lines("\033[1;2\nnext\n", "|next|");
}
END_TEST

START_TEST(numbers_beyond_all_measure_do_no_harm)
{
	assert_lines("\033[99999999999999C\033[999999999999D\033[0GY\n", "Y|");
	assert_lines("a\033[;;;;;;;;Kb\n", "ab|");
}
END_TEST

static bool
draws(const char *bytes)
{
	memset(&lines, 0, sizeof(lines));
	lines_feed(&lines, bytes, strlen(bytes), hear, NULL);
	return lines_draw(&lines);
}

START_TEST(who_draws_on_a_whole_screen_is_known)
{
	ck_assert(draws("\033[?1049h\033[22;0;0t"));
	ck_assert(draws("\033[Hone\n\033[H\033[2;1Htwo"));
	ck_assert(!draws("\033[H\033[2J\033[3J$ ")); /* clear(1) */
	ck_assert(!draws("\033[1;31mred\033[0m\033[K\033[?25l\033[3C"));
}
END_TEST

START_TEST(the_line_that_stands_can_be_asked_for)
{
	char text[LINES_SIZE];

	memset(&lines, 0, sizeof(lines));
	lines_feed(&lines, "name? ", 6, hear, NULL);
	ck_assert_uint_eq(lines_partial(&lines, text), 5);
	ck_assert_str_eq(text, "name?");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lines");
	TCase *tc = tcase_create("terminal");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, lines_end_at_newlines);
	tcase_add_test(tc, escape_sequences_leave_nothing_behind);
	tcase_add_test(tc, a_progress_bar_ends_as_its_last_state);
	tcase_add_test(tc, characters_of_many_bytes_stay_whole);
	tcase_add_test(tc, control_characters_are_not_shown);
	tcase_add_test(tc, a_line_without_end_is_cut);
	tcase_add_test(tc, a_sequence_without_end_ends_with_its_line);
	tcase_add_test(tc, numbers_beyond_all_measure_do_no_harm);
	tcase_add_test(tc, who_draws_on_a_whole_screen_is_known);
	tcase_add_test(tc, the_line_that_stands_can_be_asked_for);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
