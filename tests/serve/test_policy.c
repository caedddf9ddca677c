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
	got = policy_skipped(rr[_i].c, rr[_i].n, rr[_i].next);
	ck_assert_msg(got == rr[_i].skipped, "%s: %d, wanted %d", rr[_i].says,
	              got, rr[_i].skipped);
}
END_TEST

START_TEST(every_policy_has_what_is_shown_of_it)
{
	for (int i = 0; policy_nth(i); i++) {
		const struct policy *p = policy_nth(i);

		ck_assert_ptr_nonnull(p->help);
		ck_assert_ptr_nonnull(p->why);
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
	tcase_add_test(t, every_policy_has_what_is_shown_of_it);
	tcase_add_test(t, every_kind_of_busy_has_words);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
