/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of a worker's life, without any process.
 */
#include <check.h>
#include <stdlib.h>

#include "core/serve/life.h"

#define END FACT_COUNT

struct way {
	const char *says;
	enum fact facts[12];
	enum life ends;
};

// clang-format off
static const struct way ways[] = {
	{ "a worker is born, serves, and is told to leave",
	  { FACT_FORKED, FACT_ONLINE, FACT_LISTENING, FACT_TOLD, FACT_LEAVING,
	    FACT_DISCONNECTED, FACT_EXITED, END }, LIFE_DEAD },
	{ "it is killed: its channel and its end, in this order",
	  { FACT_FORKED, FACT_ONLINE, FACT_LISTENING, FACT_DISCONNECTED,
	    FACT_EXITED, END }, LIFE_DEAD },
	{ "it is killed: its end is heard of first",
	  { FACT_FORKED, FACT_ONLINE, FACT_LISTENING, FACT_EXITED,
	    FACT_DISCONNECTED, END }, LIFE_DEAD },
	{ "it dies before it was heard of",
	  { FACT_FORKED, FACT_EXITED, END }, LIFE_DEAD },
	{ "it is told to leave before it listens",
	  { FACT_FORKED, FACT_TOLD, FACT_ONLINE, FACT_LISTENING, FACT_LEAVING,
	    FACT_DISCONNECTED, FACT_EXITED, END }, LIFE_DEAD },
	{ "it leaves on its own",
	  { FACT_FORKED, FACT_ONLINE, FACT_LISTENING, FACT_LEAVING,
	    FACT_DISCONNECTED, FACT_EXITED, END }, LIFE_DEAD },
	{ "it is told twice",
	  { FACT_FORKED, FACT_ONLINE, FACT_LISTENING, FACT_TOLD, FACT_TOLD,
	    FACT_DISCONNECTED, FACT_EXITED, END }, LIFE_DEAD },
};
// clang-format on

#define WAYS (int)(sizeof(ways) / sizeof(ways[0]))

/* Walk one way; count how often each action was asked for. */
static enum life
walk(const struct way *way, int counts[16], int places[16])
{
	enum life life = LIFE_NONE;

	for (int i = 0; way->facts[i] != END; i++) {
		unsigned act = life_step(&life, way->facts[i]);

		for (int bit = 0; bit < 16; bit++)
			if (act & 1U << bit) {
				counts[bit]++;
				places[bit] = i * 16 + bit;
			}
	}
	return life;
}

static int
bit_of(enum life_action act)
{
	return __builtin_ctz(act);
}

START_TEST(every_way_ends_as_it_should)
{
	int counts[16] = { 0 }, places[16] = { 0 };

	ck_assert_msg(walk(&ways[_i], counts, places) == ways[_i].ends, "%s",
	              ways[_i].says);
}
END_TEST

START_TEST(no_event_is_reported_twice)
{
	int counts[16] = { 0 }, places[16] = { 0 };

	walk(&ways[_i], counts, places);
	for (int bit = 0; bit < 16; bit++)
		ck_assert_msg(counts[bit] <= 1, "%s: action %d came %d times",
		              ways[_i].says, bit, counts[bit]);
	ck_assert_int_eq(counts[bit_of(ACT_SAY_FORKED)], 1);
	ck_assert_int_eq(counts[bit_of(ACT_SAY_DISCONNECTED)], 1);
	ck_assert_int_eq(counts[bit_of(ACT_SAY_EXITED)], 1);
	ck_assert_int_eq(counts[bit_of(ACT_CLOSE)], 1);
}
END_TEST

START_TEST(disconnected_comes_before_exited)
{
	int counts[16] = { 0 }, places[16] = { 0 };

	walk(&ways[_i], counts, places);
	ck_assert_int_lt(places[bit_of(ACT_SAY_DISCONNECTED)],
	                 places[bit_of(ACT_SAY_EXITED)]);
}
END_TEST

START_TEST(who_joined_parts)
{
	int counts[16] = { 0 }, places[16] = { 0 };

	walk(&ways[_i], counts, places);
	ck_assert_int_le(counts[bit_of(ACT_JOIN)], counts[bit_of(ACT_PART)]);
}
END_TEST

START_TEST(a_dead_worker_hears_nothing_but_its_reap)
{
	for (int fact = 0; fact < FACT_COUNT; fact++) {
		enum life life = LIFE_DEAD;
		unsigned act = life_step(&life, (enum fact)fact);

		ck_assert_uint_eq(act, fact == FACT_REAPED ? ACT_FREE : 0);
		ck_assert_int_eq(life,
		                 fact == FACT_REAPED ? LIFE_NONE : LIFE_DEAD);
	}
}
END_TEST

START_TEST(every_state_has_a_name)
{
	for (int i = 0; i < LIFE_COUNT; i++)
		ck_assert_ptr_nonnull(life_name((enum life)i));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("life");
	TCase *t = tcase_create("life");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, every_way_ends_as_it_should, 0, WAYS);
	tcase_add_loop_test(t, no_event_is_reported_twice, 0, WAYS);
	tcase_add_loop_test(t, disconnected_comes_before_exited, 0, WAYS);
	tcase_add_loop_test(t, who_joined_parts, 0, WAYS);
	tcase_add_test(t, a_dead_worker_hears_nothing_but_its_reap);
	tcase_add_test(t, every_state_has_a_name);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
