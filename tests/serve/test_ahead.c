/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Connections that are offered ahead, while all workers are at it: only one
 * of them is bound to a worker that does not come.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cluster.h"

#define MANY 10

static struct cluster *c;
static int busy[2], waits[MANY];

static bool
both_compute(void *arg)
{
	(void)arg;
	return c->page->row[1].started == 1 && c->page->row[2].started == 1;
}

static bool
all_are_handed_over(void *arg)
{
	static struct report r[256];
	int *handed = arg;
	int n = cluster_reports(c, r, 256);

	for (int i = 0; i < n; i++)
		*handed += r[i].type == REPORT_HANDOFF;
	return *handed == 2 + MANY;
}

/* Both workers compute, and ten connections are on their way to them. */
static void
setup(void)
{
	int handed = 0;

	c = cluster_open(2, NULL);
	for (int i = 0; i < 2; i++) {
		busy[i] = cluster_connect(c->port);
		cluster_request(busy[i], "/cpu?ms=1000", false);
	}
	stage_until(both_compute, NULL, "two requests that compute");
	for (int i = 0; i < MANY; i++) {
		waits[i] = cluster_connect(c->port);
		cluster_request(waits[i], "/", false);
	}
	stage_until(all_are_handed_over, &handed, "a hand-off for each");
}

static void
teardown(void)
{
	for (int i = 0; i < 2; i++)
		close(busy[i]);
	for (int i = 0; i < MANY; i++)
		close(waits[i]);
	cluster_close(c);
}

/* arg: how many are to be answered. */
static bool
answered(void *arg)
{
	int n = 0;

	for (int i = 0; i < MANY; i++)
		n += cluster_readable(waits[i], 0);
	return n >= *(const int *)arg;
}

/* Wait for `n` answers by w2; returns how many were taken back from somebody,
   and the last connection that is silent (-1: none). */
static int
by_w2(int n, int *silent)
{
	int back = 0;

	*silent = -1;
	stage_until(answered, &n, "answers");
	for (int i = 0; i < MANY; i++) {
		struct answer a;

		if (!cluster_readable(waits[i], 0)) {
			*silent = i;
			continue;
		}
		a = cluster_read(waits[i]);
		ck_assert_int_eq(a.status, 200);
		ck_assert_int_eq(a.worker, 2);
		back += strstr(a.why, "taken back from w") != NULL;
	}
	return back;
}

START_TEST(all_but_one_are_taken_back_from_who_is_stopped)
{
	int silent;
	struct answer a;

	cluster_kill(c, 1, SIGSTOP);
	ck_assert_int_ge(by_w2(MANY - 1, &silent), MANY / 2 - 1);
	ck_assert_int_ge(silent, 0);
	cluster_kill(c, 1, SIGCONT);
	a = cluster_read(waits[silent]);
	ck_assert_int_eq(a.worker, 1);
	ck_assert(strncmp(a.why, "next in turn", 12) == 0);
}
END_TEST

START_TEST(all_of_them_survive_a_worker_that_is_killed)
{
	int silent;

	cluster_kill(c, 1, SIGKILL);
	by_w2(MANY, &silent);
	ck_assert_int_eq(silent, -1);
	ck_assert_int_le(cluster_read(busy[0]).status, 0);
	ck_assert_int_eq(cluster_read(busy[1]).status, 200);
}
END_TEST

START_TEST(those_who_are_not_disturbed_share_the_work)
{
	int of[3] = { 0 };

	for (int i = 0; i < MANY; i++) {
		struct answer a = cluster_read(waits[i]);

		ck_assert_int_eq(a.status, 200);
		of[a.worker]++;
	}
	ck_assert_int_ge(of[1], 1);
	ck_assert_int_ge(of[2], 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ahead");
	TCase *t = tcase_create("offers");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, all_but_one_are_taken_back_from_who_is_stopped);
	tcase_add_test(t, all_of_them_survive_a_worker_that_is_killed);
	tcase_add_test(t, those_who_are_not_disturbed_share_the_work);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
