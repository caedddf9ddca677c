/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The past: a bounded ring of snapshots and a cursor; and a timeline that
 * ends where it stands.
 */
#include <check.h>
#include <stdlib.h>

#include "core/sys/clock.h"
#include "core/watch/past.h"
#include "core/watch/timeline.h"

static struct past *past;

/* Keep a snapshot of that second with so many events behind it. */
static void
keep(int second, uint64_t events)
{
	struct snapshot *s = snapshot_make(1);
	struct proc row = proc_none();

	s->t_ns = second * NS_PER_S;
	s->events = events;
	snapshot_add(s, -1, &row);
	past_keep(past, s);
	snapshot_drop(s);
}

static int
second_of(const struct snapshot *s)
{
	return s ? (int)(s->t_ns / NS_PER_S) : -1;
}

static void
setup(void)
{
	past = past_open(10, 1 << 20);
}

static void
teardown(void)
{
	past_close(past);
}

START_TEST(without_a_past_it_stays_live)
{
	ck_assert_ptr_null(past_rewind(past, 5 * NS_PER_S));
	ck_assert_ptr_null(past_back(past));
	ck_assert_ptr_null(past_forward(past));
	ck_assert_ptr_null(past_shown(past));
}
END_TEST

START_TEST(it_shows_what_was_true_at_that_time)
{
	for (int i = 1; i <= 5; i++)
		keep(10 * i, (uint64_t)i);
	ck_assert_int_eq(second_of(past_rewind(past, 39 * NS_PER_S)), 30);
	ck_assert_int_eq(second_of(past_rewind(past, 40 * NS_PER_S)), 40);
	ck_assert_int_eq(second_of(past_rewind(past, 3 * NS_PER_S)), 10);
	ck_assert_int_eq(second_of(past_shown(past)), 10);
	past_live(past);
	ck_assert_ptr_null(past_shown(past));
}
END_TEST

START_TEST(it_goes_from_event_to_event)
{
	keep(1, 1);
	keep(2, 1); /* only figures have changed */
	keep(3, 4);
	keep(4, 4);
	ck_assert_int_eq(second_of(past_back(past)), 2);
	ck_assert_int_eq(second_of(past_back(past)), 1);
	ck_assert_int_eq(second_of(past_back(past)), 1);
	ck_assert_int_eq(second_of(past_forward(past)), 3);
	ck_assert_ptr_null(past_forward(past));
	ck_assert_int_eq(second_of(past_back(past)), 2);
}
END_TEST

START_TEST(the_oldest_are_forgotten_but_not_what_is_shown)
{
	for (int i = 1; i <= 10; i++)
		keep(i, (uint64_t)i);
	past_rewind(past, 2 * NS_PER_S);
	for (int i = 11; i <= 40; i++)
		keep(i, (uint64_t)i);
	ck_assert_uint_eq(past_count(past), 10);
	ck_assert_int_eq(second_of(past_shown(past)), 2);
	ck_assert_int_eq(second_of(past_forward(past)), 31);
	ck_assert_int_eq(second_of(past_rewind(past, 0)), 31);
}
END_TEST

START_TEST(bytes_are_bounded_too)
{
	past_close(past);
	past = past_open(1000,
	                 3 * (sizeof(struct snapshot) + sizeof(struct proc)));
	for (int i = 1; i <= 40; i++)
		keep(i, (uint64_t)i);
	ck_assert_uint_eq(past_count(past), 3);
	keep(40, 99); /* no newer */
	ck_assert_uint_eq(past_count(past), 3);
	past_clear(past);
	ck_assert_uint_eq(past_count(past), 0);
}
END_TEST

START_TEST(a_timeline_ends_where_it_is_cut)
{
	struct timeline *t = timeline_open(8), *cut;
	struct event e = { .type = EVENT_NOTE };

	for (int i = 1; i <= 12; i++) {
		e.t_ns = i == 9 ? 1 : i; /* late: it belongs to the front */
		timeline_add(t, &e);
	}
	cut = timeline_until(t, 10);
	ck_assert_uint_eq(timeline_last(cut), 10);
	ck_assert_uint_eq(timeline_count(cut), 6);
	ck_assert_uint_eq(timeline_at(cut, 0)->n, 9);
	ck_assert_ptr_nonnull(timeline_nth(cut, 10));
	ck_assert_ptr_null(timeline_nth(cut, 11));
	ck_assert_ptr_null(timeline_newer(cut, 10));
	timeline_close(cut);
	cut = timeline_until(t, 99);
	ck_assert_uint_eq(timeline_last(cut), 12);
	timeline_close(cut);
	timeline_close(t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("past");
	TCase *tc = tcase_create("past");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, without_a_past_it_stays_live);
	tcase_add_test(tc, it_shows_what_was_true_at_that_time);
	tcase_add_test(tc, it_goes_from_event_to_event);
	tcase_add_test(tc, the_oldest_are_forgotten_but_not_what_is_shown);
	tcase_add_test(tc, bytes_are_bounded_too);
	tcase_add_test(tc, a_timeline_ends_where_it_is_cut);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
