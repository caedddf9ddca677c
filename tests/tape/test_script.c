/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scripts as text: what a line becomes, and the sentence about each that is
 * wrong.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/tape/script.h"

static struct script *
parse(const char *text)
{
	struct err err = { 0 };
	struct script *s = script_parse("demo", text, strlen(text), &err);

	ck_assert_msg(s, "%s", err.text);
	return s;
}

START_TEST(commands_stand_as_they_are_typed)
{
	struct script *s = parse("fork 2; tree\n\n  p1 print 'a # b'  \r\n"
	                         "# nothing\n#nothing\nget");

	ck_assert_int_eq(s->n, 3);
	ck_assert_str_eq(s->line[0].text, "fork 2; tree");
	ck_assert_str_eq(s->line[1].text, "p1 print 'a # b'");
	ck_assert_int_eq(s->line[1].number, 3);
	ck_assert_str_eq(s->line[2].text, "get");
	ck_assert_int_eq(s->line[2].number, 6);
	ck_assert_int_eq(s->line[2].act, SCRIPT_COMMAND);
	script_free(s);
}
END_TEST

START_TEST(each_word_behind_the_mark_is_read)
{
	struct script *s = parse("#! until count(workers) = 3 within 2s\n"
	                         "#!expect alive(w1)\n"
	                         "#! mark \"Two of \\\"them\\\"\"\n"
	                         "#! caption Zwei Prozesse, ein Socket \u00e9\n"
	                         "#!  beat\n"
	                         "#! type 0.1s\n"
	                         "#! step zombie make\n"
	                         "#! caption \"\"\n"
	                         "#! until alive(w1)\n");

	ck_assert_int_eq(s->n, 9);
	ck_assert_int_eq(s->line[0].act, SCRIPT_UNTIL);
	ck_assert_int_eq(s->line[0].ns / NS_PER_S, 2);
	ck_assert_str_eq(s->line[0].text, "count(workers) = 3 within 2s");
	ck_assert_int_eq(s->line[1].act, SCRIPT_EXPECT);
	ck_assert_str_eq(s->line[2].text, "Two of \"them\"");
	ck_assert_str_eq(s->line[3].text, "Zwei Prozesse, ein Socket \u00e9");
	ck_assert_int_eq(s->line[4].act, SCRIPT_BEAT);
	ck_assert_int_eq(s->line[5].ns, NS_PER_S / 10);
	ck_assert_str_eq(s->line[6].text, "zombie");
	ck_assert_str_eq(s->line[6].step, "make");
	ck_assert_str_eq(s->line[7].text, "");
	ck_assert_int_eq(s->line[8].ns, 30 * NS_PER_S);
	script_free(s);
}
END_TEST

START_TEST(a_first_line_may_name_an_interpreter)
{
	struct script *s = parse("#!/usr/bin/env -S forkshop run\nfork");

	ck_assert_int_eq(s->n, 1);
	script_free(s);
}
END_TEST

static const struct {
	const char *text, *sentence;
} wrongs[] = {
	{ "fork\n#! foo",
	  "demo:2: there is no `#! foo`: there are until, "
	  "expect, mark, caption, beat, key, type, step; a comment "
	  "begins with `# `" },
	{ "#!", "demo:1: a word is missing behind `#!`: until, expect, mark, "
	        "caption, beat, key, type, step" },
	{ "\n\n#! expect", "demo:3: column 1: " },
	{ "#! until count(wrkers) = 1", "demo:1: column 7: expected workers" },
	{ "#! mark", "demo:1: the text is missing: `#! mark \"chapter\"`" },
	{ "#! caption \"a\" b", "demo:1: one text in quotes, and nothing "
	                        "behind it: `#! caption \"text\"`" },
	{ "#! caption \"a", "demo:1: " },
	{ "#! beat 2", "demo:1: nothing stands behind `#! beat`" },
	{ "#! key", "demo:1: the keys are ^C (a caret and a letter), ^Z, ^\\ "
	            "and ^D, not \"\"" },
	{ "#! key ^X", "demo:1: the keys are ^C (a caret and a letter)" },
	{ "#! type", "demo:1: the time of a key is 40ms or 0.1s, at most 10s, "
	             "not \"\"" },
	{ "#! type 1h", "demo:1: the time of a key is 40ms" },
	{ "#! type 11s", "demo:1: the time of a key is 40ms" },
	{ "#! step zombie", "demo:1: a lesson and one of its steps: `#! step "
	                    "LESSON STEP`" },
	{ "#! step a b c", "demo:1: a lesson and one of its steps" },
	{ "fork\n#!/bin/sh", "demo:2: there is no `#! /bin/sh`" },
	{ "a\xff", "demo:1: byte 2 is no text: a script is UTF-8 without "
	           "control characters" },
	{ "fork\n\x1b[2J", "demo:2: byte 1 is no text" },
	{ "get\x04", "demo:1: byte 4 is no text" },
};

START_TEST(a_wrong_line_is_named_with_its_number)
{
	struct err err = { 0 };
	struct script *s = script_parse("demo", wrongs[_i].text,
	                                strlen(wrongs[_i].text), &err);

	ck_assert_ptr_null(s);
	ck_assert_msg(strncmp(err.text, wrongs[_i].sentence,
	                      strlen(wrongs[_i].sentence)) == 0,
	              "%s\nwanted: %s", err.text, wrongs[_i].sentence);
}
END_TEST

START_TEST(a_nul_is_no_text)
{
	struct err err = { 0 };

	ck_assert_ptr_null(script_parse("demo", "fork\0", 5, &err));
	ck_assert_str_eq(err.text, "demo:1: byte 5 is no text: a script is "
	                           "UTF-8 without control characters");
}
END_TEST

START_TEST(what_is_too_much_is_refused)
{
	enum { MANY = 12000 };
	struct err err = { 0 };
	char *text = malloc(MANY + 1);

	memset(text, 'a', MANY);
	ck_assert_ptr_null(script_parse("demo", text, MANY, &err));
	ck_assert_str_eq(err.text, "demo:1: a line has at most 7999 bytes");
	text = realloc(text, 2 * MANY + 1);
	for (int i = 0; i < MANY; i++)
		memcpy(text + 2 * i, "a\n", 2);
	ck_assert_ptr_null(script_parse("demo", text, 2 * MANY, &err));
	ck_assert_str_eq(err.text, "demo:10001: a script has at most 10000 "
	                           "lines that do something");
	free(text);
}
END_TEST

START_TEST(every_word_has_usage_and_blurb)
{
	const char *word, *usage, *blurb;
	int n = 0;

	for (; (word = script_word(n, &usage, &blurb)); n++) {
		ck_assert_msg(!strncmp(usage, word, strlen(word)), "%s", usage);
		ck_assert_int_gt((int)strlen(blurb), 0);
	}
	ck_assert_int_eq(n, 8);
	ck_assert_ptr_null(script_word(-1, &usage, &blurb));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("script");
	TCase *tc = tcase_create("script");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, commands_stand_as_they_are_typed);
	tcase_add_test(tc, each_word_behind_the_mark_is_read);
	tcase_add_test(tc, a_first_line_may_name_an_interpreter);
	tcase_add_loop_test(tc, a_wrong_line_is_named_with_its_number, 0,
	                    sizeof(wrongs) / sizeof(wrongs[0]));
	tcase_add_test(tc, a_nul_is_no_text);
	tcase_add_test(tc, what_is_too_much_is_refused);
	tcase_add_test(tc, every_word_has_usage_and_blurb);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
