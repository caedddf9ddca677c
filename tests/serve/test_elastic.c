/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The decision of elastic.c: by a table of looks, and under seeded loads of
 * requests that come and go by chance.
 */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/serve/elastic.h"

/* Looks at a load that stays the same ***********************************/

struct shop {
	struct elastic elastic;
	int64_t now_ns;
	int workers, under_way;
	int grown, shrunk; /* how often */
	int turns;         /* from growing to shrinking or back */
	int last;
};

static struct shop
shop_open(int min, int max, int workers)
{
	return (struct shop){ .elastic = elastic_make(min, max),
		              .now_ns = NS_PER_S,
		              .workers = workers };
}

static void
shop_look(struct shop *s)
{
	struct elastic_look look;
	int by;

	s->now_ns += ELASTIC_LOOK_NS;
	look = (struct elastic_look){ .now_ns = s->now_ns,
		                      .workers = s->workers,
		                      .under_way = s->under_way };
	by = elastic_decide(&s->elastic, &look);
	s->workers += by;
	s->grown += by > 0;
	s->shrunk += by < 0;
	if (by)
		s->turns += s->last && (by > 0) != (s->last > 0);
	s->last = by ? by : s->last;
	ck_assert_int_ge(s->workers, s->elastic.min);
	ck_assert_int_le(s->workers, s->elastic.max);
}

static void
shop_stay(struct shop *s, int under_way, int seconds)
{
	s->under_way = under_way;
	for (int i = 0; i < seconds * 10; i++)
		shop_look(s);
}

// clang-format off
static const struct {
	int min, max, workers, under_way, seconds, become;
} steady[] = {
	{ 1, 8, 1,  0,  60, 1 }, /* nothing to do: the least */
	{ 2, 8, 2,  0,  60, 2 },
	{ 1, 8, 1,  1,  60, 2 }, /* always busy: one to spare */
	{ 1, 8, 4,  1,  60, 2 },
	{ 1, 8, 1,  4,  60, 5 },
	{ 1, 8, 1, 50,  60, 8 }, /* never more than the most */
	{ 1, 8, 8,  0,  60, 1 },
	{ 3, 8, 8,  0,  60, 3 }, /* never fewer than the least */
	{ 1, 8, 5,  4, 300, 5 }, /* who has enough stays as he is */
	{ 1, 8, 8,  5, 300, 8 },
	{ 1, 128, 1, 100, 60, 112 },
	{ 1, 128, 128, 0, 60, 1 },
	{ 4, 4, 4, 50,  60, 4 },
};
// clang-format on

START_TEST(a_steady_load_gets_its_workers)
{
	struct shop s =
	    shop_open(steady[_i].min, steady[_i].max, steady[_i].workers);

	shop_stay(&s, steady[_i].under_way, steady[_i].seconds);
	ck_assert_int_eq(s.workers, steady[_i].become);
	ck_assert_int_eq(s.turns, 0);
}
END_TEST

START_TEST(a_moment_of_load_changes_nothing)
{
	struct shop s = shop_open(1, 8, 1);

	for (int i = 0; i < 100; i++) {
		shop_stay(&s, 0, 1);
		s.under_way = 2;
		shop_look(&s);
		s.under_way = 0;
	}
	ck_assert_int_eq(s.grown, 0);
}
END_TEST

START_TEST(a_queue_grows_it_within_a_second)
{
	struct shop s = shop_open(1, 8, 1);

	shop_stay(&s, 20, 1);
	ck_assert_int_ge(s.workers, 2);
	shop_stay(&s, 20, 4);
	ck_assert_int_eq(s.workers, 8);
}
END_TEST

START_TEST(it_shrinks_only_after_some_seconds_of_quiet)
{
	struct shop s = shop_open(1, 8, 1);

	shop_stay(&s, 20, 10);
	shop_stay(&s, 0, 3);
	ck_assert_int_eq(s.shrunk, 0);
	shop_stay(&s, 0, 20);
	ck_assert_int_eq(s.workers, 1);
}
END_TEST

/* A load that comes as often as patience ends is the worst one. */
START_TEST(to_regret_a_step_makes_it_patient)
{
	struct shop s = shop_open(1, 4, 1);
	int first, last;

	for (int i = 0; i < 20; i++) {
		shop_stay(&s, 4, 4);
		shop_stay(&s, 0, 5);
	}
	first = s.turns;
	for (int i = 0; i < 40; i++) {
		shop_stay(&s, 4, 4);
		shop_stay(&s, 0, 5);
	}
	last = s.turns - first;
	ck_assert_int_le(first, 12);
	ck_assert_int_le(last, 4);
}
END_TEST

START_TEST(too_many_workers_leave_at_once)
{
	struct shop s = shop_open(1, 4, 4);
	struct elastic_look look = { .now_ns = 2 * NS_PER_S, .workers = 9 };

	ck_assert_int_eq(elastic_decide(&s.elastic, &look), -5);
}
END_TEST

/* Loads by chance *******************************************************/

static uint64_t dice;

/* From 0 to 1; xorshift, so that a seed makes the same load everywhere. */
static double
chance(void)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (double)(dice >> 11) / 9007199254740992.0;
}

/*
 * One second: requests come with a mean rate and are served by whoever is
 * free, each for a time of 50 to 350 ms; the others wait.
 */
static void
shop_serve(struct shop *s, double per_second, int64_t busy_ms[], int *waiting)
{
	for (int ms = 0; ms < 1000; ms++) {
		int busy = 0;

		*waiting += chance() < per_second / 1000;
		for (int i = 0; i < s->elastic.max; i++) {
			busy_ms[i] -= busy_ms[i] > 0;
			if (!busy_ms[i] && *waiting && i < s->workers) {
				busy_ms[i] = 50 + (int64_t)(300 * chance());
				--*waiting;
			}
			busy += busy_ms[i] > 0;
		}
		s->under_way = busy + *waiting;
		if (ms % 100 == 99)
			shop_look(s);
	}
}

/* 30 s each: quiet, rising, high, falling, quiet; at 0.2 s a request. */
START_TEST(workers_follow_a_load_that_rises_and_falls)
{
	static const double rates[] = { 0.2, 10, 25, 10, 0.2, 0.2 };
	int at[6], waiting = 0;
	int64_t busy_ms[8] = { 0 };
	struct shop s = shop_open(1, 8, 1);

	dice = 88172645463325252ULL + (uint64_t)_i * 7919;
	for (int phase = 0; phase < 6; phase++) {
		for (int i = 0; i < 30; i++)
			shop_serve(&s, rates[phase], busy_ms, &waiting);
		at[phase] = s.workers;
	}
	ck_assert_int_le(at[0], 2);
	ck_assert_int_ge(at[1], 3);
	ck_assert_int_ge(at[2], 6);
	ck_assert_int_eq(at[5], 1);
	ck_assert_int_eq(waiting, 0);
	ck_assert_int_le(s.turns, 4);
}
END_TEST

/* Ten minutes of the same load: it settles, whatever the chance. */
START_TEST(a_load_by_chance_does_not_make_it_flap)
{
	int64_t busy_ms[8] = { 0 };
	struct shop s = shop_open(1, 8, 1);
	int waiting = 0, turns;

	dice = 2463534242ULL + (uint64_t)_i * 104729;
	for (int i = 0; i < 300; i++)
		shop_serve(&s, 2 + _i, busy_ms, &waiting);
	turns = s.turns;
	for (int i = 0; i < 300; i++)
		shop_serve(&s, 2 + _i, busy_ms, &waiting);
	ck_assert_int_le(turns, 14);
	ck_assert_int_le(s.turns - turns, 10);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("elastic");
	TCase *tc = tcase_create("decisions");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, a_steady_load_gets_its_workers, 0,
	                    sizeof(steady) / sizeof(steady[0]));
	tcase_add_test(tc, a_moment_of_load_changes_nothing);
	tcase_add_test(tc, a_queue_grows_it_within_a_second);
	tcase_add_test(tc, it_shrinks_only_after_some_seconds_of_quiet);
	tcase_add_test(tc, to_regret_a_step_makes_it_patient);
	tcase_add_test(tc, too_many_workers_leave_at_once);
	tcase_add_loop_test(tc, workers_follow_a_load_that_rises_and_falls, 0,
	                    20);
	tcase_add_loop_test(tc, a_load_by_chance_does_not_make_it_flap, 0, 20);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
