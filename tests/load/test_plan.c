/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line of a client: what is understood, what is refused, and
 * with which words.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/load/plan.h"
#include "core/sys/clock.h"

static struct plan plan;
static struct err err;

/* Parse a line of words between single blanks. */
static int
parse(const char *line)
{
	static char words[4096];
	char *argv[64] = { words };
	int argc = 1;

	snprintf(words, sizeof(words), "forkshop-client %s", line);
	for (char *c = words; *c; c++)
		if (*c == ' ') {
			*c = '\0';
			argv[argc++] = c + 1;
		}
	err.text[0] = '\0';
	return plan_parse(&plan, argc, argv, &err);
}

START_TEST(one_request_for_the_root_is_the_default)
{
	ck_assert_int_eq(parse("--port 4500"), 0);
	ck_assert_int_eq(plan.port, 4500);
	ck_assert_str_eq(plan.path, "/");
	ck_assert_str_eq(plan.name, "");
	ck_assert_uint_eq(plan.requests, 1);
	ck_assert_int_eq(plan.at_once, 1);
	ck_assert(!plan.keep_alive);
	ck_assert_int_eq(plan.timeout_ns, 10 * NS_PER_S);
}
END_TEST

START_TEST(all_options_are_understood)
{
	ck_assert_int_eq(parse("c1 --port=4500 /sleep?ms=5 -n 400 -c8 "
	                       "--keep-alive --rate 2.5 --for 2s --retry 3 "
	                       "--to w12.t3 --timeout 500ms --json"),
	                 0);
	ck_assert_str_eq(plan.name, "c1");
	ck_assert_str_eq(plan.path, "/sleep?ms=5");
	ck_assert_uint_eq(plan.requests, 400);
	ck_assert_int_eq(plan.at_once, 8);
	ck_assert(plan.keep_alive);
	ck_assert_double_eq(plan.rate, 2.5);
	ck_assert_int_eq(plan.for_ns, 2 * NS_PER_S);
	ck_assert_int_eq(plan.retries, 3);
	ck_assert_uint_eq(plan.to_id, 12);
	ck_assert_uint_eq(plan.to_thread, 3);
	ck_assert_int_eq(plan.timeout_ns, 500 * NS_PER_MS);
	ck_assert(plan.json);
}
END_TEST

START_TEST(for_a_time_has_no_number_of_requests)
{
	ck_assert_int_eq(parse("--port 4500 --for 1s"), 0);
	ck_assert_uint_eq(plan.requests, 0);
}
END_TEST

START_TEST(a_rate_may_have_many_under_way)
{
	ck_assert_int_eq(parse("--port 4500 --rate 5 --for 1s"), 0);
	ck_assert_int_eq(plan.at_once, 100);
	ck_assert_int_eq(parse("--port 4500 --rate 5 -c 2 --for 1s"), 0);
	ck_assert_int_eq(plan.at_once, 2);
}
END_TEST

START_TEST(help_needs_no_port)
{
	char text[4096];

	ck_assert_int_eq(parse("--help"), 0);
	ck_assert(plan.help);
	plan_usage(text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "--keep-alive"));
}
END_TEST

static const struct {
	const char *line, *word; /* that the sentence must have */
} bad[] = {
	{ "c1", "--port 3000" },
	{ "--port", "needs a value" },
	{ "--port 0", "from 1 to 65535" },
	{ "--port 70000", "from 1 to 65535" },
	{ "--port x", "'x'" },
	{ "--port 4500 -n 0", "from 1 to 1000000" },
	{ "--port 4500 -n 1000001", "from 1 to 1000000" },
	{ "--port 4500 -n -1", "from 1 to 1000000" },
	{ "--port 4500 -c 1001", "from 1 to 1000" },
	{ "--port 4500 --rate 0", "requests per second" },
	{ "--port 4500 --rate 5x", "requests per second" },
	{ "--port 4500 --rate nan", "requests per second" },
	{ "--port 4500 --for ever", "such as 500ms" },
	{ "--port 4500 --for 0", "such as 500ms" },
	{ "--port 4500 --timeout 0s", "such as 500ms" },
	{ "--port 4500 --retry 101", "from 0 to 100" },
	{ "--port 4500 --to web", "such as w1" },
	{ "--port 4500 --to w0", "such as w1" },
	{ "--port 4500 --to w1.t", "such as w1" },
	{ "--port 4500 --to w1.t2x", "such as w1" },
	{ "--port 4500 --keepalive", "--keep-alive" },
	{ "--port 4500 --json=yes", "takes no value" },
	{ "--port 4500 c1 c2", "one word too many" },
	{ "--port 4500 / /", "one word too many" },
	{ "--port 4500 9x", "begins with '/'" },
	{ "--port 4500 /a#b", "no '#'" },
	{ "--port 4500 /\033[2J", "control characters" },
};

START_TEST(bad_words_are_refused_with_a_sentence)
{
	ck_assert_int_eq(parse(bad[_i].line), -1);
	ck_assert_msg(strstr(err.text, bad[_i].word),
	              "'%s' was refused with: %s", bad[_i].line, err.text);
}
END_TEST

START_TEST(an_endless_path_is_refused)
{
	char path[PLAN_PATH_SIZE + 1], *argv[] = { path, path };

	memset(path, '/', sizeof(path));
	path[PLAN_PATH_SIZE] = '\0';
	ck_assert_int_eq(plan_parse(&plan, 2, argv, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "at most"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("plan");
	TCase *tcase = tcase_create("plan");
	SRunner *runner = srunner_create(suite);
	int failures;

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, one_request_for_the_root_is_the_default);
	tcase_add_test(tcase, all_options_are_understood);
	tcase_add_test(tcase, for_a_time_has_no_number_of_requests);
	tcase_add_test(tcase, a_rate_may_have_many_under_way);
	tcase_add_test(tcase, help_needs_no_port);
	tcase_add_loop_test(tcase, bad_words_are_refused_with_a_sentence, 0,
	                    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, an_endless_path_is_refused);
	srunner_run_all(runner, CK_NORMAL);
	failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
