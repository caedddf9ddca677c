/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who gets the next connection: a row of workers in, one of them out.
 */
#include <check.h>
#include <stdlib.h>

#include "core/serve/policy.h"

struct row {
	const char *says;
	struct candidate c[4];
	int n, next, skipped; /* indices, or -1 */
};

// clang-format off
static const struct row rr[] = {
	{ "nobody is there", { { 0 } }, 0, -1, -1 },
	{ "one is free", { { .id = 1 } }, 1, 0, -1 },
	{ "who became free first is next",
	  { { .id = 1, .turn = 9 }, { .id = 2, .turn = 7 }, { .id = 3, .turn = 8 } },
	  3, 1, -1 },
	{ "of those who came together the smaller id is next",
	  { { .id = 3 }, { .id = 1 }, { .id = 2 } }, 3, 1, -1 },
	{ "who is taking one is passed over, and that is no news",
	  { { .id = 1, .busy = BUSY_TAKING }, { .id = 2, .turn = 1 } }, 2, 1, -1 },
	{ "who is stopped is skipped, and that is said",
	  { { .id = 1, .busy = BUSY_STOPPED }, { .id = 2, .turn = 1 } }, 2, 1, 0 },
	{ "who is late is skipped only when it was its turn",
	  { { .id = 1, .turn = 5, .busy = BUSY_LATE }, { .id = 2, .turn = 1 } },
	  2, 1, -1 },
	{ "all are taking: nobody is next",
	  { { .id = 1, .busy = BUSY_TAKING }, { .id = 2, .busy = BUSY_STOPPED } },
	  2, -1, -1 },
	{ "how many it holds is nothing to rr",
	  { { .id = 1, .open = 900 }, { .id = 2, .turn = 1 } }, 2, 0, -1 },
	{ "who is full is skipped",
	  { { .id = 1, .busy = BUSY_FULL }, { .id = 2 } }, 2, 1, 0 },
	{ "whose channel is full is skipped",
	  { { .id = 1, .busy = BUSY_CHANNEL }, { .id = 2 } }, 2, 1, 0 },
};
// clang-format on

#define RR (int)(sizeof(rr) / sizeof(rr[0]))

START_TEST(rr_takes_the_one_whose_turn_it_is)
{
	const struct policy *p = policy_find("rr");
	int got;

	ck_assert_ptr_nonnull(p);
	got = p->next(rr[_i].c, rr[_i].n, 12345);
	ck_assert_msg(got == rr[_i].next, "%s: %d, wanted %d", rr[_i].says, got,
	              rr[_i].next);
}
END_TEST

START_TEST(who_was_passed_over_is_named)
{
	int got;

	if (rr[_i].next < 0)
		return;
	got = policy_skipped(policy_find("rr"), rr[_i].c, rr[_i].n, 12345);
	ck_assert_msg(got == rr[_i].skipped, "%s: %d, wanted %d", rr[_i].says,
	              got, rr[_i].skipped);
}
END_TEST

// clang-format off
static const struct row least[] = {
	{ "nobody is there", { { 0 } }, 0, -1, -1 },
	{ "who holds the fewest is next",
	  { { .id = 1, .open = 3 }, { .id = 2, .open = 1, .turn = 9 }, { .id = 3, .open = 2 } },
	  3, 1, -1 },
	{ "of those who hold the same, whose turn it is",
	  { { .id = 1, .turn = 2 }, { .id = 2, .turn = 1 } }, 2, 1, -1 },
	{ "who holds the fewest and is stopped is skipped",
	  { { .id = 1, .open = 3 }, { .id = 2, .open = 1, .busy = BUSY_STOPPED } },
	  2, 0, 1 },
	{ "who is stopped and holds more is no news",
	  { { .id = 1, .open = 3 }, { .id = 2, .open = 4, .busy = BUSY_STOPPED } },
	  2, 0, -1 },
	{ "all are taking: nobody is next",
	  { { .id = 1, .busy = BUSY_TAKING }, { .id = 2, .busy = BUSY_FULL } },
	  2, -1, 1 },
};
// clang-format on

#define LEAST (int)(sizeof(least) / sizeof(least[0]))

START_TEST(least_takes_the_one_that_holds_the_fewest)
{
	const struct policy *p = policy_find("least");
	const struct row *row = &least[_i];
	int got = p->next(row->c, row->n, 12345);

	ck_assert_msg(got == row->next, "%s: %d, wanted %d", row->says, got,
	              row->next);
	got = policy_skipped(p, row->c, row->n, 12345);
	ck_assert_msg(got == row->skipped, "%s: %d, wanted %d", row->says, got,
	              row->skipped);
}
END_TEST

/* Splitmix64: many dice, the same in each run. */
static uint64_t
dice_nth(uint64_t i)
{
	uint64_t z = i * 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static const struct candidate four[] = {
	{ .id = 1, .open = 9 },
	{ .id = 2, .busy = BUSY_STOPPED },
	{ .id = 3, .open = 1 },
	{ .id = 4, .open = 5 },
};

static void
roll(const char *policy, const struct candidate *c, int n, int counts[4])
{
	const struct policy *p = policy_find(policy);

	ck_assert_ptr_nonnull(p);
	for (uint64_t i = 1; i <= 3000; i++) {
		int got = p->next(c, n, dice_nth(i));

		ck_assert_int_ge(got, 0);
		ck_assert_int_lt(got, n);
		counts[got]++;
	}
}

START_TEST(random_takes_each_free_one_about_as_often)
{
	int counts[4] = { 0 };

	roll("random", four, 4, counts);
	ck_assert_int_eq(counts[1], 0);
	for (int i = 0; i < 4; i += i ? 1 : 2)
		ck_assert_msg(counts[i] > 900 && counts[i] < 1100, "w%d: %d",
		              i + 1, counts[i]);
}
END_TEST

START_TEST(two_choices_never_takes_the_heaviest_and_mostly_the_lightest)
{
	int counts[4] = { 0 };

	roll("two-choices", four, 4, counts);
	ck_assert_int_eq(counts[0], 0);
	ck_assert_int_eq(counts[1], 0);
	ck_assert_msg(counts[2] > 1900 && counts[2] < 2100, "%d", counts[2]);
}
END_TEST

START_TEST(two_choices_takes_the_only_one_that_is_free)
{
	int counts[4] = { 0 };

	roll("two-choices", four, 2, counts);
	ck_assert_int_eq(counts[0], 3000);
}
END_TEST

START_TEST(chance_finds_nobody_where_nobody_is_free)
{
	ck_assert_int_eq(policy_find("random")->next(four + 1, 1, 7), -1);
	ck_assert_int_eq(policy_find("two-choices")->next(four + 1, 1, 7), -1);
	ck_assert_int_eq(policy_find("random")->next(four, 0, 7), -1);
}
END_TEST

START_TEST(a_policy_says_why)
{
	static const struct candidate two[] = { { .id = 1 }, { .id = 3 } };
	char why[96];

	policy_find("rr")->say(four, 4, 1, why, sizeof(why));
	ck_assert_str_eq(why, "next in turn");
	policy_find("least")->say(four, 4, 1, why, sizeof(why));
	ck_assert_str_eq(why, "fewest in flight");
	policy_find("random")->say(four, 4, 1, why, sizeof(why));
	ck_assert_str_eq(why, "by chance");
	policy_find("two-choices")->say(two, 2, 0, why, sizeof(why));
	ck_assert_str_eq(why, "better of two: w1 and w3");
	policy_find("two-choices")->say(two, 1, 0, why, sizeof(why));
	ck_assert_str_eq(why, "better of two: no other is free");
}
END_TEST

START_TEST(every_policy_has_what_is_shown_of_it)
{
	for (int i = 0; policy_nth(i); i++) {
		const struct policy *p = policy_nth(i);

		ck_assert_ptr_nonnull(p->help);
		ck_assert_ptr_eq(policy_find(p->name), p);
	}
	ck_assert_ptr_null(policy_find("roundest-robin"));
}
END_TEST

START_TEST(every_kind_of_busy_has_words)
{
	for (int i = BUSY_NO; i <= BUSY_CHANNEL; i++)
		ck_assert_ptr_nonnull(policy_busy_text((enum busy)i));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("policy");
	TCase *t = tcase_create("policy");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, rr_takes_the_one_whose_turn_it_is, 0, RR);
	tcase_add_loop_test(t, who_was_passed_over_is_named, 0, RR);
	tcase_add_loop_test(t, least_takes_the_one_that_holds_the_fewest, 0,
	                    LEAST);
	tcase_add_test(t, random_takes_each_free_one_about_as_often);
	tcase_add_test(
	    t, two_choices_never_takes_the_heaviest_and_mostly_the_lightest);
	tcase_add_test(t, two_choices_takes_the_only_one_that_is_free);
	tcase_add_test(t, chance_finds_nobody_where_nobody_is_free);
	tcase_add_test(t, a_policy_says_why);
	tcase_add_test(t, every_policy_has_what_is_shown_of_it);
	tcase_add_test(t, every_kind_of_busy_has_words);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
