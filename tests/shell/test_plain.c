/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the front of lines reads and sums up.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/answers.h"
#include "core/shell/input.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

/* Input *****************************************************************/

START_TEST(lines_come_out_one_by_one)
{
	struct input in = { .text = NULL };

	ck_assert_int_eq(input_text(&in, "fork\n\nget -n 2\r\ntree", NULL), 0);
	ck_assert_str_eq(input_line(&in), "fork");
	ck_assert_str_eq(input_line(&in), "");
	ck_assert_str_eq(input_line(&in), "get -n 2");
	ck_assert_str_eq(input_line(&in), "tree");
	ck_assert_ptr_null(input_line(&in));
	ck_assert_ptr_null(input_line(&in));
	input_close(&in);
}
END_TEST

START_TEST(half_a_line_waits_for_its_end)
{
	struct input in = { .text = NULL };
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "fork\nge", 7), 7);
	ck_assert(input_read(&in, fds[0]));
	ck_assert_str_eq(input_line(&in), "fork");
	ck_assert_ptr_null(input_line(&in));
	ck_assert_int_eq(write(fds[1], "t", 1), 1);
	ck_assert(input_read(&in, fds[0]));
	ck_assert_ptr_null(input_line(&in));
	close(fds[1]);
	ck_assert(!input_read(&in, fds[0]));
	ck_assert(in.eof);
	ck_assert_str_eq(input_line(&in), "get");
	ck_assert_ptr_null(input_line(&in));
	close(fds[0]);
	input_close(&in);
}
END_TEST

START_TEST(what_was_typed_is_remembered)
{
	struct input in = { .text = NULL };
	char *all = calloc(1, 16 * (INPUT_HISTORY + 2)), want[16];

	ck_assert_ptr_nonnull(all);
	for (int i = 0; i < INPUT_HISTORY + 2; i++)
		text_add(all, 16 * (INPUT_HISTORY + 2), "get %d\n \n", i);
	ck_assert_int_eq(input_text(&in, all, NULL), 0);
	while (input_line(&in))
		;
	ck_assert_str_eq(input_history(&in, 0), "get 2");
	snprintf(want, sizeof(want), "get %d", INPUT_HISTORY + 1);
	ck_assert_str_eq(input_history(&in, INPUT_HISTORY - 1), want);
	ck_assert_ptr_null(input_history(&in, INPUT_HISTORY));
	free(all);
	input_close(&in);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named)
{
	struct input in = { .text = NULL };
	struct err err;

	ck_assert_int_eq(input_file(&in, "/nowhere/at-all", &err), -1);
	ck_assert_str_eq(err.text, "cannot read /nowhere/at-all: No such file "
	                           "or directory");
	ck_assert_int_eq(input_file(&in, "/dev/zero", &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "longer than"));
	input_close(&in);
}
END_TEST

/* Answers ***************************************************************/

static char told[8192];

static void
line(void *arg, const char *text)
{
	(void)arg;
	text_add(told, sizeof(told), "%s\n", text);
}

static void
answer(struct answers *a, const char *name, enum event_type type)
{
	struct event e = {
		.type = type, .a = 200, .b = NS_PER_MS, .text = "/"
	};

	snprintf(e.who.name, sizeof(e.who.name), "%s", name);
	answers_add(a, &e);
}

START_TEST(a_few_answers_are_told_singly)
{
	struct answers a = { .waiting = 0 };

	told[0] = '\0';
	answer(&a, "w1", EVENT_ANSWER);
	answer(&a, "w2", EVENT_BROKEN);
	ck_assert(!answers_turn(&a, 100 * NS_PER_S, line, NULL));
	ck_assert_str_eq(told, "w1 answered / with 200 in 1.0 ms\n"
	                       "w2 did not finish its answer to /\n");
	ck_assert(!answers_turn(&a, 100 * NS_PER_S, line, NULL));
	answers_sum(&a, line, NULL);
	ck_assert_ptr_null(strstr(told, "answered 1"));
}
END_TEST

START_TEST(a_burst_is_one_line)
{
	struct answers a = { .waiting = 0 };
	int64_t now_ns = 100 * NS_PER_S;

	told[0] = '\0';
	for (int i = 0; i < 1000; i++) {
		answer(&a, i % 4 ? "w1" : "w2", EVENT_ANSWER);
		if (i % 10 == 0)
			answer(&a, "w3", EVENT_BROKEN);
		if (i == 500)
			ck_assert(answers_turn(&a, now_ns, line, NULL));
	}
	ck_assert(answers_turn(&a, now_ns, line, NULL));
	ck_assert_str_eq(told, "");
	answers_sum(&a, line, NULL);
	ck_assert_str_eq(told, "w2 answered 250, w1 750\n"
	                       "w3 did not finish 100\n");
	/* The burst goes on for a second, then there is a new one. */
	answer(&a, "w1", EVENT_ANSWER);
	ck_assert(answers_turn(&a, now_ns + NS_PER_S / 2, line, NULL));
	answers_sum(&a, line, NULL);
	answer(&a, "w1", EVENT_ANSWER);
	ck_assert(!answers_turn(&a, now_ns + 3 * NS_PER_S, line, NULL));
}
END_TEST

START_TEST(nobody_is_left_out_of_a_sum)
{
	struct answers a = { .waiting = 0 };
	char name[NAME_SIZE];

	told[0] = '\0';
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		answer(&a, name, EVENT_ANSWER);
	}
	answers_sum(&a, line, NULL);
	ck_assert_ptr_nonnull(strstr(told, "w0 answered 1, w1 1"));
	ck_assert_ptr_nonnull(strstr(told, "others 24\n"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("plain");
	TCase *tcase = tcase_create("lines");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, lines_come_out_one_by_one);
	tcase_add_test(tcase, half_a_line_waits_for_its_end);
	tcase_add_test(tcase, what_was_typed_is_remembered);
	tcase_add_test(tcase, a_file_that_is_not_there_is_named);
	tcase_add_test(tcase, a_few_answers_are_told_singly);
	tcase_add_test(tcase, a_burst_is_one_line);
	tcase_add_test(tcase, nobody_is_left_out_of_a_sum);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
