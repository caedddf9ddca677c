/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Results as text for people, and as JSON for programs.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/load/json.h"
#include "core/load/table.h"
#include "core/sys/clock.h"

static char text[TABLE_SIZE];
static struct plan plan;
static struct tally *tally;

static void
setup(void)
{
	tally = tally_open();
	plan = (struct plan){ .port = 3000,
		              .requests = 4,
		              .at_once = 1,
		              .timeout_ns = 10 * NS_PER_S };
}

static void
teardown(void)
{
	tally_close(tally);
}

static struct answer
hello(const char *worker, const char *body)
{
	struct answer a = { .status = 200,
		            .pid = 9410,
		            .took_ns = 1200 * NS_PER_US,
		            .body = body,
		            .body_len = strlen(body) };

	snprintf(a.worker, sizeof(a.worker), "%s", worker);
	return a;
}

static void
add(enum tally_reason reason, const char *worker)
{
	struct answer a = hello(worker, "");

	a.reason = reason;
	tally_add(tally, tally->sent++, &a);
	tally->took_ns += NS_PER_MS;
}

START_TEST(times_are_read_by_people)
{
	char buf[TABLE_TIME_SIZE];

	table_time(85 * NS_PER_US, buf);
	ck_assert_str_eq(buf, "85 us");
	table_time(1200 * NS_PER_US, buf);
	ck_assert_str_eq(buf, "1.2 ms");
	table_time(3400 * NS_PER_MS, buf);
	ck_assert_str_eq(buf, "3.40 s");
}
END_TEST

START_TEST(thousands_are_set_apart)
{
	char buf[TABLE_TIME_SIZE];

	table_number(0, buf);
	ck_assert_str_eq(buf, "0");
	table_number(999, buf);
	ck_assert_str_eq(buf, "999");
	table_number(1000, buf);
	ck_assert_str_eq(buf, "1,000");
	table_number(12903456, buf);
	ck_assert_str_eq(buf, "12,903,456");
}
END_TEST

START_TEST(one_answer_is_one_line)
{
	struct answer a = hello("w1", "hello world from w1 (pid 9410)\nmore");

	table_answer(&plan, &a, text, sizeof(text));
	ck_assert_str_eq(text, "200  w1 (pid 9410)  1.2 ms  "
	                       "hello world from w1 (pid 9410)");
}
END_TEST

START_TEST(an_answer_of_a_strange_server_has_no_worker)
{
	struct answer a = hello("", "");

	a.pid = 0;
	table_answer(&plan, &a, text, sizeof(text));
	ck_assert_str_eq(text, "200   1.2 ms");
}
END_TEST

START_TEST(escape_sequences_in_a_body_lose_their_power)
{
	struct answer a = hello("w1", "a\033[2Jb");

	table_answer(&plan, &a, text, sizeof(text));
	ck_assert_ptr_null(strchr(text, '\033'));
	ck_assert_ptr_nonnull(strstr(text, "a?[2Jb"));
}
END_TEST

static const struct {
	enum tally_reason reason;
	const char *words;
} sentences[] = {
	{ TALLY_REFUSED, "refused: nothing listens on port 3000" },
	{ TALLY_EMPTY, "empty reply: the worker died with it" },
	{ TALLY_RESET, "reset: " },
	{ TALLY_CUT, "cut off: " },
	{ TALLY_TIMEOUT, "timed out: no answer after 10.00 s" },
	{ TALLY_GARBAGE, "not HTTP" },
	{ TALLY_NO_PORT, "--keep-alive" },
	{ TALLY_AIM, "there is no w9" },
};

START_TEST(a_failure_is_a_sentence)
{
	struct answer a = { .reason = sentences[_i].reason };

	strcpy(a.why, "there is no w9");
	table_answer(&plan, &a, text, sizeof(text));
	ck_assert_msg(strstr(text, sentences[_i].words), "it was: %s", text);
}
END_TEST

START_TEST(a_table_has_workers_failures_times_and_order)
{
	add(TALLY_ANSWERED, "w2");
	add(TALLY_ANSWERED, "w1");
	add(TALLY_EMPTY, "");
	add(TALLY_ANSWERED, "w2");
	table_tally(&plan, tally, false, text, sizeof(text));
	ck_assert_str_eq(
	    text,
	    "worker      answers   share\n"
	    "w1                1   33.3%  ##########\n"
	    "w2                2   66.7%  ####################\n"
	    "failed            1  empty reply: the worker died with it, or "
	    "hung up\n"
	    "time      p50 1.2 ms   p95 1.2 ms   p99 1.2 ms   max 1.2 ms\n"
	    "total             3  answered, 1 failed, in 4.0 ms: 750 per "
	    "second\n"
	    "gap          4.0 ms  was the longest time without an answer\n"
	    "order: w2 w1 empty w2\n");
}
END_TEST

static void
add_of(const char *server, const char *worker)
{
	struct answer a = hello(worker, "");

	snprintf(a.server, sizeof(a.server), "%s", server);
	tally_add(tally, tally->sent++, &a);
	tally->took_ns += NS_PER_MS;
}

START_TEST(workers_of_one_server_have_no_more_than_their_names)
{
	add_of("web", "w1");
	add_of("web", "w1");
	add(TALLY_EMPTY, "");
	table_tally(&plan, tally, false, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "\nw1                2  100.0%"));
	ck_assert_ptr_nonnull(strstr(text, "order: w1 w1 empty\n"));
}
END_TEST

START_TEST(workers_of_two_servers_are_told_apart)
{
	json_t *o, *workers;
	char *line;

	add_of("website-one", "w10");
	add_of("web", "w10");
	add_of("website-one", "w10");
	table_tally(&plan, tally, false, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(
	    text, "worker            answers   share\n"
	          "web.w10                 1   33.3%  ##########\n"
	          "website-one.w10         2   66.7%  ####################\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "order: website-one.w10 web.w10 website-one.w10\n"));
	line = json_tally(&plan, tally);
	o = json_loads(line, 0, NULL);
	workers = json_object_get(o, "workers");
	ck_assert_int_eq(
	    json_integer_value(json_object_get(workers, "website-one.w10")), 2);
	json_decref(o);
	free(line);
}
END_TEST

START_TEST(what_was_given_up_is_said)
{
	add(TALLY_ANSWERED, "w1");
	tally->sent += 2;
	table_tally(&plan, tally, false, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "1  answered, 2 given up"));
}
END_TEST

START_TEST(requests_side_by_side_have_no_order)
{
	plan.at_once = 2;
	add(TALLY_ANSWERED, "w1");
	table_tally(&plan, tally, false, text, sizeof(text));
	ck_assert_ptr_null(strstr(text, "order"));
}
END_TEST

START_TEST(no_request_at_all_is_a_table_too)
{
	table_tally(&plan, tally, false, text, sizeof(text));
	ck_assert_str_eq(text, "total             0  answered, in 0 us: - per "
	                       "second\n");
}
END_TEST

START_TEST(one_answer_is_json)
{
	struct answer a = hello("w1", "two\nlines\xff");
	char *line = json_answer(&plan, &a);
	json_t *o = json_loads(line, 0, NULL);

	ck_assert_ptr_nonnull(o);
	ck_assert_int_eq(json_integer_value(json_object_get(o, "status")), 200);
	ck_assert_str_eq(json_string_value(json_object_get(o, "worker")), "w1");
	ck_assert_str_eq(json_string_value(json_object_get(o, "body")),
	                 "two?lines?");
	json_decref(o);
	free(line);
}
END_TEST

START_TEST(a_table_is_json)
{
	json_t *o;
	char *line;

	add(TALLY_ANSWERED, "w1");
	add(TALLY_REFUSED, "");
	line = json_tally(&plan, tally);
	o = json_loads(line, 0, NULL);
	ck_assert_ptr_nonnull(o);
	ck_assert_int_eq(json_integer_value(json_object_get(
	                     json_object_get(o, "workers"), "w1")),
	                 1);
	ck_assert_int_eq(json_integer_value(json_object_get(
	                     json_object_get(o, "reasons"), "refused")),
	                 1);
	ck_assert_uint_eq(json_array_size(json_object_get(o, "order")), 2);
	json_decref(o);
	free(line);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("table");
	TCase *tcase = tcase_create("table");
	SRunner *runner = srunner_create(suite);
	int failures;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, times_are_read_by_people);
	tcase_add_test(tcase, thousands_are_set_apart);
	tcase_add_test(tcase, one_answer_is_one_line);
	tcase_add_test(tcase, an_answer_of_a_strange_server_has_no_worker);
	tcase_add_test(tcase, escape_sequences_in_a_body_lose_their_power);
	tcase_add_loop_test(tcase, a_failure_is_a_sentence, 0,
	                    sizeof(sentences) / sizeof(sentences[0]));
	tcase_add_test(tcase, a_table_has_workers_failures_times_and_order);
	tcase_add_test(tcase,
	               workers_of_one_server_have_no_more_than_their_names);
	tcase_add_test(tcase, workers_of_two_servers_are_told_apart);
	tcase_add_test(tcase, what_was_given_up_is_said);
	tcase_add_test(tcase, requests_side_by_side_have_no_order);
	tcase_add_test(tcase, no_request_at_all_is_a_table_too);
	tcase_add_test(tcase, one_answer_is_json);
	tcase_add_test(tcase, a_table_is_json);
	srunner_run_all(runner, CK_NORMAL);
	failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
