/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What of a laboratory is compared when a lesson is played: who there is, and
 * not what is gone in a moment.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/play-state.h"

enum { LAB, WEB, W1, P1, P2, J1, ROWS };

static struct snapshot *snap;

static void
row(int i, enum kind kind, const char *name, int parent, char state)
{
	struct proc *p = &snap->proc[i];

	p->kind = kind;
	p->parent = parent;
	p->state = state;
	p->dead = state == 'Z';
	strcpy(p->name, name);
}

static void
setup(void)
{
	snap = calloc(1, sizeof(*snap) + ROWS * sizeof(snap->proc[0]));
	ck_assert_ptr_nonnull(snap);
	snap->nprocs = ROWS;
	row(LAB, KIND_LAB, "lab", -1, 'S');
	row(WEB, KIND_MASTER, "web", LAB, 'S');
	row(W1, KIND_WORKER, "w1", WEB, 'R');
	row(P1, KIND_PUPPET, "p1", LAB, 'T');
	row(P2, KIND_PUPPET, "p2", P1, 'Z');
	row(J1, KIND_JOB, "j1", LAB, 'S');
}

static void
teardown(void)
{
	free(snap);
}

static void
is(const char *want)
{
	char *text = play_state(snap);

	ck_assert_str_eq(text, want);
	free(text);
}

START_TEST(a_zombie_counts_where_its_parent_does_not_ask)
{
	is("j1 S of lab, p1 T of lab, p2 Z of p1, w1 S of web, web S of lab");
}
END_TEST

START_TEST(a_zombie_of_the_lab_or_of_a_master_is_gone_in_a_moment)
{
	row(J1, KIND_JOB, "j1", LAB, 'Z');
	row(W1, KIND_WORKER, "w1", WEB, 'Z');
	is("p1 T of lab, p2 Z of p1, web S of lab");
}
END_TEST

START_TEST(a_zombie_whose_end_is_not_told_yet_is_gone_in_a_moment)
{
	row(J1, KIND_JOB, "j1", LAB, 'Z');
	snap->proc[J1].dead = false;
	is("p1 T of lab, p2 Z of p1, w1 S of web, web S of lab");
}
END_TEST

START_TEST(a_zombie_of_who_has_ended_is_gone_in_a_moment)
{
	row(P1, KIND_PUPPET, "p1", LAB, 'Z');
	is("j1 S of lab, w1 S of web, web S of lab");
}
END_TEST

START_TEST(a_thread_of_a_worker_without_a_name_is_not_settled)
{
	ck_assert(play_state_named(snap));
	row(J1, KIND_THREAD, "", W1, 'S');
	snap->proc[J1].tid = 12;
	ck_assert(!play_state_named(snap));
	row(J1, KIND_THREAD, "", P1, 'S');
	ck_assert(play_state_named(snap));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("play_state");
	TCase *tc = tcase_create("play_state");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_zombie_counts_where_its_parent_does_not_ask);
	tcase_add_test(tc,
	               a_zombie_of_the_lab_or_of_a_master_is_gone_in_a_moment);
	tcase_add_test(tc,
	               a_zombie_whose_end_is_not_told_yet_is_gone_in_a_moment);
	tcase_add_test(tc, a_zombie_of_who_has_ended_is_gone_in_a_moment);
	tcase_add_test(tc, a_thread_of_a_worker_without_a_name_is_not_settled);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
