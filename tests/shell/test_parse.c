/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a typed line to what is to be done.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/parse.h"

static struct parse p;

static enum parse_kind
kind_of(const char *line)
{
	parse_free(&p);
	parse_line(line, &p);
	return p.kind;
}

/* The line is refused, and the sentence has this in it. */
static void
assert_wrong(const char *line, const char *why)
{
	ck_assert_int_eq(kind_of(line), PARSE_WRONG);
	ck_assert_msg(strstr(p.err.text, why), "%s: said \"%s\", not \"%s\"",
	              line, p.err.text, why);
}

static void
assert_argument(int i, const char *want)
{
	ck_assert_int_gt(p.args.argc, i);
	ck_assert_str_eq(p.args.argv[i], want);
}

static void
forget(void)
{
	parse_free(&p);
}

START_TEST(empty_lines_and_comments_are_nothing)
{
	ck_assert_int_eq(kind_of(""), PARSE_EMPTY);
	ck_assert_int_eq(kind_of(" \t "), PARSE_EMPTY);
	ck_assert_int_eq(kind_of("# fork 3; quit"), PARSE_EMPTY);
	ck_assert_int_eq(kind_of(" ; ;"), PARSE_EMPTY);
}
END_TEST

START_TEST(a_command_is_found_by_its_first_word)
{
	ck_assert_int_eq(kind_of("  fork 3 web"), PARSE_COMMAND);
	ck_assert_str_eq(p.command->name, "fork");
	ck_assert_int_eq(p.args.argc, 2);
	assert_argument(0, "3");
	assert_argument(1, "web");
	ck_assert_str_eq(p.args.line, "fork 3 web");
	ck_assert_str_eq(p.args.rest, "3 web");
}
END_TEST

START_TEST(a_number_may_be_left_out_before_a_name)
{
	ck_assert_int_eq(kind_of("fork web"), PARSE_COMMAND);
	ck_assert_int_eq(p.args.argc, 1);
	assert_argument(0, "web");
}
END_TEST

START_TEST(quotes_keep_a_word_together)
{
	ck_assert_int_eq(kind_of("kill 'a b' \"c;d\" e\\ f \"g'h\""),
	                 PARSE_COMMAND);
	assert_argument(0, "a b");
	assert_argument(1, "c;d");
	assert_argument(2, "e f");
	assert_argument(3, "g'h");
	assert_wrong("fork 'web", "not closed");
}
END_TEST

START_TEST(a_semicolon_ends_our_command_outside_of_quotes)
{
	ck_assert_int_eq(kind_of("fork 2; get 'x;y'"), PARSE_COMMAND);
	ck_assert_str_eq(p.args.line, "fork 2");
	ck_assert_str_eq(p.next, " get 'x;y'");
	ck_assert_int_eq(kind_of("kill 'x;y'"), PARSE_COMMAND);
	ck_assert_str_eq(p.next, "");
}
END_TEST

START_TEST(a_comment_may_stand_behind_a_command)
{
	ck_assert_int_eq(kind_of("fork 2 # two more; quit"), PARSE_COMMAND);
	ck_assert_int_eq(p.args.argc, 1);
	ck_assert_str_eq(p.next, "");
	ck_assert_int_eq(kind_of("get /sleep?ms=1#2"), PARSE_COMMAND);
	assert_argument(0, "/sleep?ms=1#2");
}
END_TEST

START_TEST(options_are_taken_out_in_every_spelling)
{
	static const char *const lines[] = {
		"get -n 9 / --to w1",
		"get -n9 --to=w1 /",
		"get --to w1 / -n 9",
	};

	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(kind_of(lines[i]), PARSE_COMMAND);
		ck_assert_int_eq(args_number(&p.args, "-n", 1), 9);
		ck_assert_str_eq(args_option(&p.args, "--to"), "w1");
		ck_assert_ptr_null(args_option(&p.args, "--keep-alive"));
		ck_assert_int_eq(args_number(&p.args, "-c", 7), 7);
		assert_argument(0, "/");
	}
	ck_assert_int_eq(kind_of("get --keep-alive"), PARSE_COMMAND);
	ck_assert_str_eq(args_option(&p.args, "--keep-alive"), "");
}
END_TEST

START_TEST(a_wrong_option_is_refused_with_the_nearest_one)
{
	assert_wrong("get --keepalive", "did you mean --keep-alive?");
	assert_wrong("get -n", "-n needs a value");
	assert_wrong("get --keep-alive=yes", "takes no value");
	assert_wrong("get -n many", "whole number");
	assert_wrong("fork -z", "fork has no options");
}
END_TEST

START_TEST(values_are_held_against_the_row)
{
	assert_wrong("fork 100000", "from 1 to 128");
	assert_wrong("fork 0", "from 1 to 128");
	assert_wrong("fork 99999999999999999999", "from 1 to 128");
	assert_wrong("fork 1 web two", "one word too many");
	assert_wrong("retire", "retire needs WORKER");
	assert_wrong("set bigg on", "did you mean big?");
	assert_wrong("get --for long", "a time such as");
	assert_wrong("serve --on-parent-death orfan", "did you mean orphan?");
	assert_wrong("tree | less", "for programs");
	assert_wrong("get health", "did you mean /health?");
	assert_wrong("get http://localhost:3000/", "a path is enough");
}
END_TEST

START_TEST(kill_keeps_its_own_forms)
{
	ck_assert_int_eq(kind_of("kill -9 w1 %1"), PARSE_COMMAND);
	ck_assert_int_eq(p.args.argc, 3);
	assert_argument(0, "-9");
	assert_argument(2, "%1");
}
END_TEST

START_TEST(a_program_goes_to_sh_as_it_was_typed)
{
	static const char *const lines[] = {
		"ls -l | grep 'a;b'; echo \"$HOME\"",
		"(echo a; echo b)",
		"{ echo a; }",
		"VAR=3; echo $VAR",
		"for i in 1 2; do echo $i; done",
		"/bin/ls",
		"ls>out",
		"cd /tmp && ls",
		"\\tree",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ck_assert_msg(kind_of(lines[i]) == PARSE_PROGRAM, "%s: kind %d",
		              lines[i], p.kind);
		ck_assert_str_eq(p.line, lines[i]);
		ck_assert(!p.background);
		ck_assert_str_eq(p.next, "");
	}
}
END_TEST

START_TEST(an_ampersand_at_the_end_means_the_background)
{
	ck_assert_int_eq(kind_of("sleep 9 & "), PARSE_PROGRAM);
	ck_assert(p.background);
	ck_assert_str_eq(p.line, "sleep 9");
	ck_assert_int_eq(kind_of("sleep 9 && true"), PARSE_PROGRAM);
	ck_assert(!p.background);
	ck_assert_int_eq(kind_of("echo a\\&"), PARSE_PROGRAM);
	ck_assert(!p.background);
	ck_assert_str_eq(p.line, "echo a\\&");
}
END_TEST

START_TEST(an_exclamation_mark_asks_for_the_terminal)
{
	ck_assert_int_eq(kind_of("! ls -l"), PARSE_TERMINAL);
	ck_assert_str_eq(p.line, "ls -l");
	assert_wrong("!", "which program");
	assert_wrong("!no-such-program", "no command or program");
}
END_TEST

START_TEST(a_word_that_is_neither_gets_the_nearest_command)
{
	assert_wrong("frok", "no command or program frok: did you mean fork?");
	assert_wrong("exit", "did you mean quit?");
	assert_wrong("xyzzyplugh", "`help` lists the commands");
	assert_wrong("./no-such-file", "no command or program ./no-such-file");
}
END_TEST

START_TEST(a_line_has_an_end)
{
	char *line = malloc(PARSE_LINE + 100);

	memset(line, 'a', PARSE_LINE + 99);
	line[PARSE_LINE + 99] = '\0';
	assert_wrong(line, "at most");
	memcpy(line, "kill ", 5);
	for (int i = 5; i < PARSE_LINE - 1; i++)
		line[i] = i % 2 ? 'x' : ' ';
	line[PARSE_LINE - 1] = '\0';
	assert_wrong(line, "at most 256 words");
	free(line);
}
END_TEST

START_TEST(a_wrong_command_does_not_take_the_next_one_along)
{
	assert_wrong("fork x y z; get", "too many");
	ck_assert_str_eq(p.next, " get");
}
END_TEST

START_TEST(a_puppet_is_named_by_the_first_word)
{
	ck_assert_int_eq(kind_of("p7 exit 3; tree"), PARSE_COMMAND);
	ck_assert_ptr_eq(p.command, command_find("p1"));
	ck_assert_str_eq(p.args.line, "p7 exit 3");
	ck_assert_str_eq(p.args.rest, "exit 3");
	ck_assert_str_eq(p.next, " tree");
	ck_assert_int_eq(kind_of("p1.t2 write 1 -n"), PARSE_COMMAND);
	ck_assert_str_eq(p.args.rest, "write 1 -n");
}
END_TEST

START_TEST(a_fact_is_the_rest_of_the_line)
{
	ck_assert_int_eq(kind_of("check workers = 2 and not -1; tree"),
	                 PARSE_COMMAND);
	ck_assert_str_eq(p.args.rest, "workers = 2 and not -1");
	ck_assert_str_eq(p.next, " tree");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parse");
	TCase *tc = tcase_create("lines");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, NULL, forget);
	tcase_add_test(tc, empty_lines_and_comments_are_nothing);
	tcase_add_test(tc, a_command_is_found_by_its_first_word);
	tcase_add_test(tc, a_number_may_be_left_out_before_a_name);
	tcase_add_test(tc, quotes_keep_a_word_together);
	tcase_add_test(tc, a_semicolon_ends_our_command_outside_of_quotes);
	tcase_add_test(tc, a_comment_may_stand_behind_a_command);
	tcase_add_test(tc, options_are_taken_out_in_every_spelling);
	tcase_add_test(tc, a_wrong_option_is_refused_with_the_nearest_one);
	tcase_add_test(tc, values_are_held_against_the_row);
	tcase_add_test(tc, kill_keeps_its_own_forms);
	tcase_add_test(tc, a_program_goes_to_sh_as_it_was_typed);
	tcase_add_test(tc, an_ampersand_at_the_end_means_the_background);
	tcase_add_test(tc, an_exclamation_mark_asks_for_the_terminal);
	tcase_add_test(tc, a_word_that_is_neither_gets_the_nearest_command);
	tcase_add_test(tc, a_line_has_an_end);
	tcase_add_test(tc, a_wrong_command_does_not_take_the_next_one_along);
	tcase_add_test(tc, a_puppet_is_named_by_the_first_word);
	tcase_add_test(tc, a_fact_is_the_rest_of_the_line);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
