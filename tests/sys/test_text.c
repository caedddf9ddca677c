/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"

static const char *
clean(const char *src)
{
	static char dst[64];
	size_t len = text_clean(dst, sizeof(dst), src, strlen(src));

	ck_assert_uint_eq(len, strlen(dst));
	return dst;
}

START_TEST(printable_text_stays)
{
	ck_assert_str_eq(clean("w1 (pid 9410)"), "w1 (pid 9410)");
	ck_assert_str_eq(clean("größe 日本 🙂"), "größe 日本 🙂");
	ck_assert_str_eq(clean(""), "");
}
END_TEST

START_TEST(escape_sequences_lose_their_power)
{
	ck_assert_str_eq(clean("\033[31mred\033[m"), "?[31mred?[m");
	ck_assert_str_eq(clean("\033]0;title\007"), "?]0;title?");
	ck_assert_str_eq(clean("a\tb\nc\r\177"), "a b?c??");
	ck_assert_str_eq(clean("\xc2\x9b"
	                       "2J"),
	                 "??2J");
}
END_TEST

START_TEST(what_is_not_utf8_becomes_question_marks)
{
	ck_assert_str_eq(clean("\xff\xfe"), "??");
	ck_assert_str_eq(clean("\xc0\xaf"), "??");           /* overlong */
	ck_assert_str_eq(clean("\xed\xa0\x80"), "???");      /* surrogate */
	ck_assert_str_eq(clean("\xf4\x90\x80\x80"), "????"); /* too high */
	ck_assert_str_eq(clean("\xe6\x97"), "??");           /* cut off */
	ck_assert_str_eq(clean("\u202e"), "???"); /* turns the line */
}
END_TEST

START_TEST(a_character_is_never_cut)
{
	char dst[6];

	ck_assert_uint_eq(text_clean(dst, sizeof(dst), "日本", 6), 3);
	ck_assert_str_eq(dst, "日");
	ck_assert_uint_eq(text_clean(dst, 1, "abc", 3), 0);
	ck_assert_str_eq(dst, "");
}
END_TEST

START_TEST(distance_counts_edits)
{
	static const struct {
		const char *a, *b;
		int edits;
	} rows[] = {
		{ "fork", "fork", 0 },  { "fork", "FORK", 0 },
		{ "frok", "fork", 1 },  { "for", "fork", 1 },
		{ "forks", "fork", 1 }, { "fark", "fork", 1 },
		{ "", "fork", 4 },      { "retire", "tree", 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(text_distance(rows[i].a, rows[i].b),
		                 rows[i].edits);
		ck_assert_int_eq(text_distance(rows[i].b, rows[i].a),
		                 rows[i].edits);
	}
}
END_TEST

START_TEST(only_whole_numbers_in_range_are_numbers)
{
	static const char *const bad[] = {
		"",   "-",   "x",   "1x",  " 1",  "1 ",
		"+1", "101", "-11", "0x1", "1.5", "99999999999999999999"
	};
	int64_t n = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!text_number(bad[i], -10, 100, &n), "%s", bad[i]);
	ck_assert_int_eq(n, 42);
	ck_assert(text_number("100", -10, 100, &n));
	ck_assert_int_eq(n, 100);
	ck_assert(text_number("-10", -10, 100, &n));
	ck_assert_int_eq(n, -10);
}
END_TEST

START_TEST(durations_are_read_as_people_write_them)
{
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = {
		{ "500ms", 500 * NS_PER_MS }, { "2s", 2 * NS_PER_S },
		{ "1m", 60 * NS_PER_S },      { "0.5", NS_PER_S / 2 },
		{ ".5s", NS_PER_S / 2 },      { "10us", 10 * NS_PER_US },
		{ "24h", 86400 * NS_PER_S },  { "0", 0 },
	};
	static const char *const bad[] = { "",    "s",   "-1",  "1x", "25h",
		                           "1 s", "nan", "inf", "0x5" };
	int64_t ns = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!text_duration(bad[i], &ns), "%s", bad[i]);
	ck_assert_int_eq(ns, 42);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert(text_duration(rows[i].text, &ns));
		ck_assert_int_eq(ns, rows[i].ns);
	}
}
END_TEST

START_TEST(adding_stops_at_the_end_of_the_room)
{
	char buf[8] = "";

	ck_assert_uint_eq(text_add(buf, sizeof(buf), "%d", 123), 3);
	ck_assert_uint_eq(text_add(buf, sizeof(buf), "-%s", "abcdef"), 7);
	ck_assert_uint_eq(text_add(buf, sizeof(buf), "x"), 7);
	ck_assert_str_eq(buf, "123-abc");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("text");
	TCase *tc = tcase_create("text");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, printable_text_stays);
	tcase_add_test(tc, escape_sequences_lose_their_power);
	tcase_add_test(tc, what_is_not_utf8_becomes_question_marks);
	tcase_add_test(tc, a_character_is_never_cut);
	tcase_add_test(tc, distance_counts_edits);
	tcase_add_test(tc, only_whole_numbers_in_range_are_numbers);
	tcase_add_test(tc, durations_are_read_as_people_write_them);
	tcase_add_test(tc, adding_stops_at_the_end_of_the_room);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
