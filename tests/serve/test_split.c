/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How each policy splits 400 connections, one after the other, over four
 * workers, printed beside M22's figures for what the kernel decides.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cluster.h"

#define CONNECTIONS 400
#define WORKERS     4

struct split {
	const char *policy, *why; /* why: how X-Why begins */
	int least, most;          /* that a worker may get */
	const char *figures;      /* of M22 */
};

/*
 * Whoever accepts first may get all.  By chance and by the hash: the standard
 * deviation is 8.7, so six of them either way.
 */
static const struct split splits[] = {
	{ "rr", "next in turn", 100, 100, "" },
	{ "least", "fewest in flight", 60, 140, "" },
	{ "random", "by chance", 48, 152, "" },
	{ "two-choices", "better of two: ", 48, 152, "" },
	{ "shared", "kernel's choice (shared): w", 0, CONNECTIONS,
	  "  (M22, epoll: 93/96/13/198)" },
	{ "reuseport", "kernel's choice (reuseport): by", 48, 152,
	  "  (M22, SO_REUSEPORT: 106/94/110/90)" },
};

#define SPLITS (int)(sizeof(splits) / sizeof(splits[0]))

static void
take(struct cluster *c, const char *why, int counts[WORKERS + 1])
{
	for (int i = 0; i < CONNECTIONS; i++) {
		struct answer a = cluster_get(c, "/");

		ck_assert_int_eq(a.status, 200);
		ck_assert_int_ge(a.worker, 1);
		ck_assert_int_le(a.worker, WORKERS);
		ck_assert_msg(strncmp(a.why, why, strlen(why)) == 0,
		              "X-Why: %s", a.why);
		counts[a.worker]++;
	}
}

/* What the answers say is what the counters say. */
static void
counted(struct cluster *c, const int counts[WORKERS + 1])
{
	cluster_until_quiet(c);
	for (int i = 1; i <= WORKERS; i++) {
		ck_assert_int_eq((int)c->page->row[i].done, counts[i]);
		ck_assert_int_eq((int)c->page->row[i].accepted, counts[i]);
	}
	ck_assert_uint_eq(page_totals(c->page).done, CONNECTIONS);
}

START_TEST(four_hundred_connections_over_four_workers)
{
	const struct split *s = &splits[_i];
	const char *args[] = { "--policy", s->policy, NULL };
	struct cluster *c = cluster_open(WORKERS, args);
	int n[WORKERS + 1] = { 0 };

	take(c, s->why, n);
	counted(c, n);
	printf("%-11s %d/%d/%d/%d%s\n", s->policy, n[1], n[2], n[3], n[4],
	       s->figures);
	for (int i = 1; i <= WORKERS; i++)
		ck_assert_msg(n[i] >= s->least && n[i] <= s->most,
		              "%s: %d/%d/%d/%d", s->policy, n[1], n[2], n[3],
		              n[4]);
	cluster_close(c);
}
END_TEST

START_TEST(a_running_server_changes_its_policy)
{
	struct cluster *c = cluster_open(2, NULL);
	struct answer a;
	const char *why;

	for (int i = SPLITS - 1; i >= 0; i--) {
		cluster_set(c, "", "policy", splits[i].policy);
		why = splits[i].why;
		a = cluster_get(c, "/");
		ck_assert_msg(strncmp(a.why, why, strlen(why)) == 0,
		              "X-Why: %s, wanted %s", a.why, why);
	}
	cluster_close(c);
}
END_TEST

START_TEST(a_policy_that_is_not_there_changes_nothing)
{
	struct cluster *c = cluster_open(1, NULL);
	struct msg m = msg_make(MSG_SET, NULL);

	snprintf(m.set.name, sizeof(m.set.name), "policy");
	snprintf(m.set.value, sizeof(m.set.value), "roundest-robin");
	cluster_ask(c, &m, -1);
	ck_assert_str_eq(cluster_answer(c, m.seq),
	                 "there is no policy \"roundest-robin\": there are rr "
	                 "least random two-choices shared reuseport");
	ck_assert_str_eq(cluster_get(c, "/").why, "next in turn");
	cluster_close(c);
}
END_TEST

/* Three connections are kept alive in w1; `least` gives the next ones to w2. */
START_TEST(least_spares_who_has_much_to_do)
{
	const char *args[] = { "--policy", "least", NULL };
	struct cluster *c = cluster_open(1, args);
	int fds[3];

	for (int i = 0; i < 3; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/", true);
		ck_assert_int_eq(cluster_read(fds[i]).worker, 1);
	}
	cluster_do(c, MSG_FORK, 0, 1);
	cluster_expect(c, MSG_LISTENING, 2);
	ck_assert_str_eq(cluster_order(c, 6), "2 2 2 2 2 2");
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	cluster_close(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("split");
	TCase *t = tcase_create("split");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, four_hundred_connections_over_four_workers, 0,
	                    SPLITS);
	tcase_add_test(t, a_running_server_changes_its_policy);
	tcase_add_test(t, a_policy_that_is_not_there_changes_nothing);
	tcase_add_test(t, least_spares_who_has_much_to_do);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
