/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Facts over time: a timeline made by hand is told step by step, and the
 * verdict is looked at after each.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "tests/verdict.h"

#define MS(n) ((n)*NS_PER_MS)

static uint64_t
happens(enum event_type type, const char *who, const char *other, int64_t a)
{
	verdict_lab.now_ns += MS(1);
	return tableau_event(&verdict_lab, type, who, other, a, 0);
}

static void
types(const char *name, const char *rest)
{
	struct event e = { .type = EVENT_TYPED,
		           .t_ns = verdict_lab.now_ns += MS(1) };

	snprintf(e.other.name, sizeof(e.other.name), "%s", name);
	snprintf(e.text, sizeof(e.text), "%s", rest);
	timeline_add(verdict_lab.timeline, &e);
}

START_TEST(an_event_is_remembered)
{
	struct fact *fact = verdict_begin("exited(p2)");

	verdict_expect(fact, FACT_FALSE, "p2 has not ended yet");
	ck_assert(!fact_settled(fact));
	happens(EVENT_EXITED, "p1", NULL, 0);
	happens(EVENT_STOPPED, "p2", NULL, SIGSTOP);
	verdict_expect(fact, FACT_FALSE, NULL);
	happens(EVENT_EXITED, "p2", NULL, 7);
	happens(EVENT_REAPED, "p2", "p1", 0);
	verdict_expect(fact, FACT_TRUE, "p2 has ended");
	ck_assert(fact_settled(fact));
	fact_free(fact);
}
END_TEST

START_TEST(what_was_before_the_start_does_not_count)
{
	struct fact *fact;

	happens(EVENT_EXITED, "p2", NULL, 7);
	fact = verdict_begin("exited(p2)");
	verdict_expect(fact, FACT_FALSE, NULL);
	fact_start(fact, 0, verdict_lab.now_ns);
	verdict_expect(fact, FACT_TRUE, NULL);
	fact_start(fact, timeline_last(verdict_lab.timeline),
	           verdict_lab.now_ns);
	verdict_expect(fact, FACT_FALSE, NULL);
	fact_free(fact);
}
END_TEST

/* What an event is of: a name, a set, another one, a number. */
START_TEST(an_event_is_of_whom_it_says)
{
	static const struct {
		const char *fact;
		enum verdict verdict;
	} rows[] = {
		{ "exited(w1)", FACT_TRUE },
		{ "exited(w2)", FACT_FALSE },
		{ "exited(web.w1)", FACT_TRUE },
		{ "exited(web2.w1)", FACT_FALSE },
		{ "exited(workers)", FACT_TRUE },
		{ "exited(puppets)", FACT_FALSE },
		{ "adopted(w1, lab)", FACT_TRUE },
		{ "adopted(w1, shell)", FACT_FALSE },
		{ "adopted(workers, lab)", FACT_TRUE },
		{ "reaped(w1)", FACT_TRUE },
		{ "reaped(w1, web)", FACT_TRUE },
		{ "reaped(w1, lab)", FACT_FALSE },
		{ "reaped(w2, shell)", FACT_FALSE },
		{ "signal(TERM, w1)", FACT_TRUE },
		{ "signal(KILL, w1)", FACT_FALSE },
		{ "signal(0, w2)", FACT_TRUE },
		{ "signal(SIGTERM, workers)", FACT_TRUE },
		{ "refused(3000)", FACT_TRUE },
		{ "refused(3001)", FACT_FALSE },
		{ "request(w1)", FACT_TRUE },
		{ "forked(w3)", FACT_TRUE },
		{ "called(fork, p1)", FACT_TRUE },
		{ "called(fork, puppets)", FACT_TRUE },
		{ "called(wait, p1)", FACT_FALSE },
		{ "called(fork, p2)", FACT_FALSE },
		{ "typed(ps)", FACT_TRUE },
		{ "typed(tree)", FACT_FALSE },
		{ "typed(ps, af)", FACT_TRUE },
		{ "typed(ps, a)", FACT_FALSE },
		{ "typed(ps, ps)", FACT_FALSE },
		{ "typed(tree, af)", FACT_FALSE },
	};

	happens(EVENT_FORKED, "w3", "web", 0);
	happens(EVENT_REQUEST, "w1", NULL, 0);
	happens(EVENT_SIGNAL, "w1", NULL, SIGTERM);
	happens(EVENT_SIGNAL, "w2", NULL, 0);
	happens(EVENT_EXITED, "w1", NULL, 0);
	happens(EVENT_ADOPTED, "w1", "lab", 0);
	happens(EVENT_REAPED, "w1", "web", 0);
	happens(EVENT_REAPED, "w2", NULL, 0);
	happens(EVENT_REFUSED, NULL, NULL, 3000);
	happens(EVENT_CALLED, "p1", "fork", 9412);
	types("ps", " -e af; tree");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fact *fact = verdict_begin(rows[i].fact);

		fact_start(fact, 0, verdict_lab.now_ns);
		verdict_expect(fact, rows[i].verdict, NULL);
		fact_free(fact);
	}
}
END_TEST

START_TEST(ever_is_a_latch_and_a_level_is_not)
{
	struct fact *level = verdict_begin("count(zombies) = 1");
	struct fact *latch = verdict_begin("ever count(zombies) = 1");
	struct proc *p2 = tableau_find(&verdict_lab, "p2");

	verdict_expect(level, FACT_FALSE, "zombies: 0, wanted 1");
	verdict_expect(latch, FACT_FALSE, "zombies: 0, wanted 1");
	tableau_end(p2, false, 7, false);
	verdict_expect(level, FACT_TRUE, NULL);
	verdict_expect(latch, FACT_TRUE, "zombies: 1");
	p2->reaped = true;
	p2->state = 'X';
	verdict_expect(level, FACT_FALSE, "zombies: 0, wanted 1");
	verdict_expect(latch, FACT_TRUE, "it has been so: count(zombies) = 1");
	ck_assert(!fact_settled(level));
	ck_assert(fact_settled(latch));
	fact_free(level);
	fact_free(latch);
}
END_TEST

START_TEST(never_is_lost_for_good)
{
	struct fact *fact = verdict_begin("never state(w1) = T");
	struct proc *w1 = tableau_find(&verdict_lab, "w1");

	verdict_expect(fact, FACT_TRUE, "state of w1: S, wanted T");
	ck_assert(!fact_settled(fact));
	w1->state = 'T';
	verdict_expect(fact, FACT_FALSE, "state of w1: T");
	w1->state = 'S';
	verdict_expect(fact, FACT_FALSE, "it has been so: state(w1) = T");
	ck_assert(fact_settled(fact));
	fact_free(fact);
}
END_TEST

START_TEST(then_wants_the_order)
{
	struct fact *fact = verdict_begin("exited(p2) then signal(KILL, p2)");

	happens(EVENT_SIGNAL, "p2", NULL, SIGKILL);
	verdict_expect(fact, FACT_FALSE, "first: p2 has not ended yet");
	happens(EVENT_EXITED, "p2", NULL, 7);
	verdict_expect(fact, FACT_FALSE, "then: KILL was not sent to p2 yet");
	happens(EVENT_SIGNAL, "p2", NULL, SIGKILL);
	verdict_expect(fact, FACT_TRUE, "then: KILL was sent to p2");
	ck_assert(fact_settled(fact));
	fact_free(fact);
}
END_TEST

/* Both came between two looks: the order of the timeline decides. */
START_TEST(then_wants_the_order_of_what_came_together)
{
	struct fact *right = verdict_begin("exited(p2) then reaped(p2)");
	struct fact *wrong = verdict_begin("reaped(p2) then exited(p2)");
	struct fact *three = verdict_begin(
	    "ever (signal(TERM, p2) then exited(p2) then reaped(p2))");

	happens(EVENT_SIGNAL, "p2", NULL, SIGTERM);
	happens(EVENT_EXITED, "p2", NULL, 7);
	happens(EVENT_REAPED, "p2", "p1", 0);
	verdict_expect(right, FACT_TRUE, NULL);
	verdict_expect(wrong, FACT_FALSE, NULL);
	verdict_expect(three, FACT_TRUE, NULL);
	fact_free(right);
	fact_free(wrong);
	fact_free(three);
}
END_TEST

/* The report of an earlier event comes in late. */
START_TEST(then_goes_by_time_and_not_by_arrival)
{
	struct fact *fact = verdict_begin("request(w1) then request(w2)");
	struct fact *back = verdict_begin("request(w2) then request(w1)");

	verdict_lab.now_ns += MS(50);
	tableau_event(&verdict_lab, EVENT_REQUEST, "w2", NULL, 0, 0);
	verdict_lab.now_ns -= MS(20);
	tableau_event(&verdict_lab, EVENT_REQUEST, "w1", NULL, 0, 0);
	verdict_lab.now_ns += MS(30);
	verdict_expect(fact, FACT_TRUE, NULL);
	verdict_expect(back, FACT_FALSE, NULL);
	fact_free(fact);
	fact_free(back);
}
END_TEST

START_TEST(then_counts_from_the_first_of_two_that_may_be)
{
	struct fact *either =
	    verdict_begin("(request(w2) or request(w1)) then request(p1)");
	struct fact *both =
	    verdict_begin("(request(w2) and request(w1)) then request(p1)");

	happens(EVENT_REQUEST, "w1", NULL, 0);
	happens(EVENT_REQUEST, "p1", NULL, 0);
	happens(EVENT_REQUEST, "w2", NULL, 0);
	verdict_expect(either, FACT_TRUE, NULL);
	verdict_expect(both, FACT_FALSE, NULL);
	happens(EVENT_REQUEST, "p1", NULL, 0);
	verdict_expect(both, FACT_TRUE, NULL);
	fact_free(either);
	fact_free(both);
}
END_TEST

START_TEST(then_takes_levels_too)
{
	struct fact *fact =
	    verdict_begin("count(workers) = 3 then count(workers) = 2 "
	                  "then count(workers) = 2");
	struct proc *w3;

	verdict_expect(fact, FACT_FALSE, "first: workers: 2, wanted 3");
	w3 = tableau_worker(&verdict_lab, "web", "w3", 0);
	happens(EVENT_FORKED, "w3", "web", 0);
	verdict_expect(fact, FACT_FALSE, "then: workers: 3, wanted 2");
	tableau_end(w3, true, SIGTERM, true);
	verdict_expect(fact, FACT_TRUE, "then: workers: 2");
	ck_assert(!fact_settled(fact));
	fact_free(fact);
}
END_TEST

START_TEST(for_wants_no_break)
{
	struct fact *fact = verdict_begin("state(w1) = T for 500ms");
	struct proc *w1 = tableau_find(&verdict_lab, "w1");

	verdict_expect(fact, FACT_FALSE, "state of w1: S, wanted T");
	ck_assert_int_eq(fact_next_deadline_ns(fact), -1);
	w1->state = 'T';
	verdict_expect(fact, FACT_FALSE, "state of w1: T, for 0 s of 500 ms");
	ck_assert_int_eq(fact_next_deadline_ns(fact),
	                 verdict_lab.now_ns + MS(500));
	verdict_lab.now_ns += MS(400);
	verdict_expect(fact, FACT_FALSE,
	               "state of w1: T, for 400 ms of 500 ms");
	w1->state = 'S';
	verdict_expect(fact, FACT_FALSE, NULL);
	w1->state = 'T';
	verdict_lab.now_ns += MS(200);
	verdict_expect(fact, FACT_FALSE, "state of w1: T, for 0 s of 500 ms");
	verdict_lab.now_ns = fact_next_deadline_ns(fact);
	verdict_expect(fact, FACT_TRUE, "state of w1: T");
	ck_assert_int_eq(fact_next_deadline_ns(fact), -1);
	w1->state = 'S';
	verdict_expect(fact, FACT_FALSE, NULL);
	fact_free(fact);
}
END_TEST

START_TEST(within_is_over_when_it_is_over)
{
	struct fact *fact = verdict_begin("count(workers) = 3 within 2s");

	verdict_lab.now_ns += MS(500);
	verdict_expect(fact, FACT_FALSE, "workers: 2, wanted 3, 1500 ms left");
	ck_assert_int_eq(fact_next_deadline_ns(fact),
	                 verdict_lab.now_ns + MS(1500) + 1);
	ck_assert(!fact_settled(fact));
	verdict_lab.now_ns = fact_next_deadline_ns(fact);
	verdict_expect(fact, FACT_FALSE,
	               "not within 2 s: workers: 2, wanted 3");
	ck_assert(fact_settled(fact));
	ck_assert_int_eq(fact_next_deadline_ns(fact), -1);
	tableau_worker(&verdict_lab, "web", "w3", 0);
	verdict_expect(fact, FACT_FALSE, "not within 2 s: workers: 3");
	fact_free(fact);
}
END_TEST

START_TEST(within_holds_when_it_held_in_time)
{
	struct fact *level = verdict_begin("count(workers) = 3 within 2s");
	struct fact *event = verdict_begin("exited(w3) within 2s");
	struct proc *w3;

	w3 = tableau_worker(&verdict_lab, "web", "w3", 0);
	verdict_lab.now_ns += MS(1500);
	verdict_expect(level, FACT_TRUE, "workers: 3");
	ck_assert(fact_settled(level));
	tableau_end(w3, true, SIGTERM, true);
	happens(EVENT_EXITED, "w3", NULL, -1);
	verdict_lab.now_ns += MS(9000);
	verdict_expect(level, FACT_TRUE,
	               "it has been so: count(workers) = 3 within 2s");
	verdict_expect(event, FACT_TRUE,
	               NULL); /* looked late, but it was in time */
	fact_free(level);
	fact_free(event);
}
END_TEST

START_TEST(within_counts_from_what_went_before)
{
	struct fact *fact =
	    verdict_begin("exited(p2) then (reaped(p2) within 1s)");

	verdict_lab.now_ns += MS(5000);
	happens(EVENT_EXITED, "p2", NULL, 7);
	verdict_lab.now_ns += MS(300);
	verdict_expect(fact, FACT_FALSE,
	               "then: p2 was not reaped yet, 700 ms left");
	happens(EVENT_REAPED, "p2", "p1", 0);
	verdict_expect(fact, FACT_TRUE, NULL);
	fact_free(fact);
}
END_TEST

START_TEST(what_was_forgotten_is_not_known)
{
	struct fact *fact = verdict_begin("exited(w1)");
	struct fact *never = verdict_begin("never exited(w1)");

	for (int i = 0; i < 40; i++)
		happens(EVENT_REQUEST, "w2", NULL, 0);
	verdict_expect(
	    fact, FACT_UNKNOWN,
	    "some events were lost, exited(w1) may have been among them");
	verdict_expect(never, FACT_UNKNOWN, NULL);
	happens(EVENT_EXITED, "w1", NULL, 0);
	verdict_expect(fact, FACT_TRUE, NULL);
	verdict_expect(never, FACT_FALSE, NULL);
	fact_free(fact);
	fact_free(never);
}
END_TEST

START_TEST(a_full_ring_loses_nothing_for_who_has_looked)
{
	struct fact *fact = verdict_begin("exited(w1)");

	for (int i = 0; i < 40; i++) {
		happens(EVENT_REQUEST, "w2", NULL, 0);
		verdict_expect(fact, FACT_FALSE, NULL);
	}
	fact_free(fact);
}
END_TEST

START_TEST(lost_reports_concern_requests_only)
{
	struct fact *request = verdict_begin("never request(w1)");
	struct fact *exited = verdict_begin("never exited(w1)");

	happens(EVENT_LOST, NULL, NULL, 12);
	verdict_expect(request, FACT_UNKNOWN, NULL);
	verdict_expect(exited, FACT_TRUE, NULL);
	fact_free(request);
	fact_free(exited);
}
END_TEST

/* The facts of the lesson "A zombie is a receipt". */
START_TEST(the_lesson_of_the_zombie_can_be_told)
{
	struct fact *made = verdict_begin("ever parent(p2) = p1");
	struct fact *zombie = verdict_begin("state(p2) = Z for 500ms");
	struct fact *keep = verdict_begin("alive(p1)");
	struct fact *fail = verdict_begin("ever reaped(p2)");
	struct fact *when =
	    verdict_begin("ever (exited(p2) then signal(KILL, p2))");
	struct proc *p2 = tableau_find(&verdict_lab, "p2");

	verdict_expect(made, FACT_TRUE, NULL);
	tableau_end(p2, false, 7, false);
	happens(EVENT_EXITED, "p2", NULL, 7);
	verdict_expect(zombie, FACT_FALSE, "state of p2: Z, for 0 s of 500 ms");
	verdict_expect(when, FACT_FALSE, NULL);
	verdict_lab.now_ns += MS(500);
	verdict_expect(zombie, FACT_TRUE, NULL);
	happens(EVENT_SIGNAL, "p2", NULL, SIGKILL);
	verdict_expect(when, FACT_TRUE, NULL);
	verdict_expect(keep, FACT_TRUE, NULL);
	verdict_expect(fail, FACT_FALSE, NULL);
	happens(EVENT_REAPED, "p2", "p1", 0);
	verdict_expect(fail, FACT_TRUE, NULL);
	fact_free(made);
	fact_free(zombie);
	fact_free(keep);
	fact_free(fail);
	fact_free(when);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fact time");
	TCase *c = tcase_create("time");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, verdict_draw, verdict_wipe);
	tcase_add_test(c, an_event_is_remembered);
	tcase_add_test(c, what_was_before_the_start_does_not_count);
	tcase_add_test(c, an_event_is_of_whom_it_says);
	tcase_add_test(c, ever_is_a_latch_and_a_level_is_not);
	tcase_add_test(c, never_is_lost_for_good);
	tcase_add_test(c, then_wants_the_order);
	tcase_add_test(c, then_wants_the_order_of_what_came_together);
	tcase_add_test(c, then_goes_by_time_and_not_by_arrival);
	tcase_add_test(c, then_counts_from_the_first_of_two_that_may_be);
	tcase_add_test(c, then_takes_levels_too);
	tcase_add_test(c, for_wants_no_break);
	tcase_add_test(c, within_is_over_when_it_is_over);
	tcase_add_test(c, within_holds_when_it_held_in_time);
	tcase_add_test(c, within_counts_from_what_went_before);
	tcase_add_test(c, what_was_forgotten_is_not_known);
	tcase_add_test(c, a_full_ring_loses_nothing_for_who_has_looked);
	tcase_add_test(c, lost_reports_concern_requests_only);
	tcase_add_test(c, the_lesson_of_the_zombie_can_be_told);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
