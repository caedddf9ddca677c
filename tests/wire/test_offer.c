/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whoever moves an offer second finds it moved.
 */
#include <check.h>
#include <stdlib.h>

#include "core/wire/offer.h"

static struct row row;

static void
setup(void)
{
	row = (struct row){ .used = ROW_USED };
	offer_make(&row, 3, 42);
}

START_TEST(what_is_claimed_is_not_withdrawn)
{
	ck_assert(offer_waits(&row));
	ck_assert(offer_claim(&row, 3, 42));
	ck_assert(!offer_waits(&row));
	ck_assert(!offer_withdraw(&row, 3, 42));
}
END_TEST

START_TEST(what_is_withdrawn_is_not_claimed)
{
	ck_assert(offer_withdraw(&row, 3, 42));
	ck_assert(!offer_waits(&row));
	ck_assert(!offer_claim(&row, 3, 42));
}
END_TEST

START_TEST(it_is_the_workers_only_when_it_has_settled)
{
	ck_assert(!offer_settled(&row, 3, 42));
	ck_assert(offer_claim(&row, 3, 42));
	ck_assert(!offer_settled(&row, 3, 42));
	offer_settle(&row, 3, 42);
	ck_assert(offer_settled(&row, 3, 42));
	ck_assert(!offer_settled(&row, 3, 42));
}
END_TEST

START_TEST(an_old_message_claims_nothing_in_a_new_offers_place)
{
	ck_assert(offer_withdraw(&row, 3, 42));
	offer_make(&row, 3, 43);
	ck_assert(!offer_claim(&row, 3, 42));
	offer_settle(&row, 3, 42);
	ck_assert(!offer_settled(&row, 3, 43));
	ck_assert(offer_claim(&row, 3, 43));
}
END_TEST

START_TEST(the_same_connection_is_claimed_once)
{
	ck_assert(offer_withdraw(&row, 3, 42));
	offer_make(&row, 3, 42);
	ck_assert(offer_claim(&row, 3, 42));
	ck_assert(!offer_claim(&row, 3, 42));
}
END_TEST

START_TEST(a_place_that_does_not_exist_holds_nothing)
{
	ck_assert(!offer_claim(&row, ROW_OFFERS, 42));
	ck_assert(!offer_claim(&row, 255, 42));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("offer");
	TCase *t = tcase_create("moves");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, what_is_claimed_is_not_withdrawn);
	tcase_add_test(t, what_is_withdrawn_is_not_claimed);
	tcase_add_test(t, it_is_the_workers_only_when_it_has_settled);
	tcase_add_test(t, an_old_message_claims_nothing_in_a_new_offers_place);
	tcase_add_test(t, the_same_connection_is_claimed_once);
	tcase_add_test(t, a_place_that_does_not_exist_holds_nothing);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
