/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counting: workers, reasons, times exact and estimated.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/load/tally.h"
#include "core/sys/clock.h"

static struct tally *tally;

static void
setup(void)
{
	tally = tally_open();
	ck_assert_ptr_nonnull(tally);
}

static void
teardown(void)
{
	tally_close(tally);
}

static void
answered(uint64_t nth, const char *worker, int status, int64_t took_ns)
{
	struct answer a = { .status = status, .took_ns = took_ns };

	snprintf(a.worker, sizeof(a.worker), "%s", worker);
	tally_add(tally, nth, &a);
}

static void
failed(uint64_t nth, enum tally_reason reason, const char *why)
{
	struct answer a = { .reason = reason };

	snprintf(a.why, sizeof(a.why), "%s", why);
	tally_add(tally, nth, &a);
}

/* Answers at 10, 15 and 40 ms of a run of 60 ms, and of one of 100 ms. */
START_TEST(the_gap_is_the_longest_time_without_an_answer)
{
	tally_answered_at(tally, 10 * NS_PER_MS);
	tally_answered_at(tally, 15 * NS_PER_MS);
	tally_answered_at(tally, 40 * NS_PER_MS);
	tally->took_ns = 60 * NS_PER_MS;
	ck_assert_int_eq(tally_gap(tally), 25 * NS_PER_MS);
	tally->took_ns = 100 * NS_PER_MS;
	ck_assert_int_eq(tally_gap(tally), 60 * NS_PER_MS);
}
END_TEST

START_TEST(answers_are_counted_per_worker)
{
	answered(0, "w1", 200, 1);
	answered(1, "w2", 200, 1);
	answered(2, "w1", 200, 1);
	ck_assert_int_eq(tally->nworkers, 2);
	ck_assert_str_eq(tally->workers[0].name, "w1");
	ck_assert_uint_eq(tally->workers[0].answers, 2);
	ck_assert_uint_eq(tally->workers[1].answers, 1);
	ck_assert_uint_eq(tally->answered, 3);
}
END_TEST

START_TEST(workers_are_sorted_by_number)
{
	answered(0, "w10", 200, 1);
	answered(1, "w2", 200, 1);
	answered(2, "w1", 200, 1);
	tally_sort(tally);
	ck_assert_str_eq(tally->workers[0].name, "w1");
	ck_assert_str_eq(tally->workers[1].name, "w2");
	ck_assert_str_eq(tally->workers[2].name, "w10");
}
END_TEST

START_TEST(a_nameless_answer_counts_too)
{
	answered(0, "", 200, 1);
	ck_assert_str_eq(tally->workers[0].name, "-");
}
END_TEST

START_TEST(more_names_than_workers_can_be_stay_in_bounds)
{
	char name[NAME_SIZE];

	for (int i = 0; i < TALLY_WORKERS + 10; i++) {
		snprintf(name, sizeof(name), "x%d", i);
		answered((uint64_t)i, name, 200, 1);
	}
	ck_assert_int_eq(tally->nworkers, TALLY_WORKERS);
	ck_assert_uint_eq(tally->workers[TALLY_WORKERS - 1].answers, 11);
}
END_TEST

START_TEST(failures_are_counted_by_reason_and_keep_the_first_sentence)
{
	failed(0, TALLY_REFUSED, "");
	failed(1, TALLY_OTHER, "first");
	failed(2, TALLY_OTHER, "second");
	ck_assert_uint_eq(tally->failed, 3);
	ck_assert_uint_eq(tally->answered, 0);
	ck_assert_uint_eq(tally->reasons[TALLY_REFUSED], 1);
	ck_assert_uint_eq(tally->reasons[TALLY_OTHER], 2);
	ck_assert_str_eq(tally->why, "first");
}
END_TEST

START_TEST(only_answers_of_500_and_more_are_server_errors)
{
	answered(0, "w1", 404, 1);
	answered(1, "w1", 500, 1);
	answered(2, "w1", 503, 1);
	ck_assert_uint_eq(tally->server_errors, 2);
	ck_assert_int_eq(tally->nstatuses, 3);
}
END_TEST

START_TEST(the_order_is_that_of_sending)
{
	answered(1, "w2", 200, 1);
	failed(2, TALLY_EMPTY, "");
	answered(0, "w1", 200, 1);
	answered(TALLY_ORDER, "w9", 200, 1);
	ck_assert_str_eq(tally->order[0], "w1");
	ck_assert_str_eq(tally->order[1], "w2");
	ck_assert_str_eq(tally->order[2], "empty");
	ck_assert_str_eq(tally->order[3], "");
}
END_TEST

START_TEST(no_answer_has_no_percentile)
{
	ck_assert_int_eq(tally_percentile(tally, 50), 0);
}
END_TEST

START_TEST(one_answer_is_every_percentile)
{
	answered(0, "w1", 200, 77);
	ck_assert_int_eq(tally_percentile(tally, 1), 77);
	ck_assert_int_eq(tally_percentile(tally, 50), 77);
	ck_assert_int_eq(tally_percentile(tally, 99), 77);
}
END_TEST

/* 1 to 100 in an order of no meaning: 37 has no factor in common with 101. */
START_TEST(percentiles_of_few_are_exact)
{
	for (int i = 1; i <= 100; i++)
		answered((uint64_t)i, "w1", 200, i * 37 % 101);
	ck_assert_int_eq(tally_percentile(tally, 50), 50);
	ck_assert_int_eq(tally_percentile(tally, 95), 95);
	ck_assert_int_eq(tally_percentile(tally, 99), 99);
	ck_assert_int_eq(tally_percentile(tally, 99.5), 100);
	ck_assert_int_eq(tally_percentile(tally, 100), 100);
	ck_assert_int_eq(tally->max_ns, 100);
}
END_TEST

START_TEST(percentiles_follow_answers_that_come_later)
{
	answered(0, "w1", 200, 10);
	ck_assert_int_eq(tally_percentile(tally, 50), 10);
	answered(1, "w1", 200, 5);
	ck_assert_int_eq(tally_percentile(tally, 50), 5);
}
END_TEST

START_TEST(percentiles_of_many_are_within_a_64th)
{
	int64_t n = 4 * TALLY_EXACT;

	for (int64_t i = 1; i <= n; i++)
		answered((uint64_t)i, "w1", 200, i * 1000);
	for (int percent = 1; percent <= 100; percent++) {
		int64_t truth = n * percent / 100 * 1000;
		int64_t said = tally_percentile(tally, percent);

		ck_assert_int_ge(said, truth - truth / 64);
		ck_assert_int_le(said, truth + truth / 64 + 1000);
	}
	ck_assert_int_eq(tally_percentile(tally, 100), n * 1000);
}
END_TEST

START_TEST(extreme_times_have_a_bucket)
{
	for (int i = 0; i <= TALLY_EXACT; i++)
		answered((uint64_t)i, "w1", 200, i % 2 ? INT64_MAX : 0);
	ck_assert_int_eq(tally_percentile(tally, 10), 0);
	ck_assert_int_eq(tally_percentile(tally, 99), INT64_MAX);
}
END_TEST

START_TEST(every_reason_has_a_word)
{
	for (int r = 0; r < TALLY_REASONS; r++)
		ck_assert_ptr_nonnull(tally_reason_name((enum tally_reason)r));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tally");
	TCase *tcase = tcase_create("tally");
	SRunner *runner = srunner_create(suite);
	int failures;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_gap_is_the_longest_time_without_an_answer);
	tcase_add_test(tcase, answers_are_counted_per_worker);
	tcase_add_test(tcase, workers_are_sorted_by_number);
	tcase_add_test(tcase, a_nameless_answer_counts_too);
	tcase_add_test(tcase, more_names_than_workers_can_be_stay_in_bounds);
	tcase_add_test(
	    tcase, failures_are_counted_by_reason_and_keep_the_first_sentence);
	tcase_add_test(tcase, only_answers_of_500_and_more_are_server_errors);
	tcase_add_test(tcase, the_order_is_that_of_sending);
	tcase_add_test(tcase, no_answer_has_no_percentile);
	tcase_add_test(tcase, one_answer_is_every_percentile);
	tcase_add_test(tcase, percentiles_of_few_are_exact);
	tcase_add_test(tcase, percentiles_follow_answers_that_come_later);
	tcase_add_test(tcase, percentiles_of_many_are_within_a_64th);
	tcase_add_test(tcase, extreme_times_have_a_bucket);
	tcase_add_test(tcase, every_reason_has_a_word);
	srunner_run_all(runner, CK_NORMAL);
	failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
