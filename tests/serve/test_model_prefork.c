/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * prefork: a connection has a process of its own, among those that wait.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cluster.h"

static struct cluster *
open_prefork(int workers)
{
	const char *args[] = { "--model", "prefork", NULL };

	return cluster_open(workers, args);
}

START_TEST(a_worker_serves_one_and_the_next_waits)
{
	struct cluster *c = open_prefork(1);
	int first = cluster_connect(c->port), second;
	struct answer a;

	cluster_request(first, "/sleep?ms=300", false);
	second = cluster_connect(c->port);
	cluster_request(second, "/", false);
	ck_assert(!cluster_readable(second, 100));
	ck_assert_int_eq(cluster_read(first).status, 200);
	a = cluster_read(second);
	ck_assert_int_eq(a.status, 200);
	ck_assert_str_eq(a.why, "next in turn");
	close(first);
	close(second);
	cluster_close(c);
}
END_TEST

START_TEST(an_idle_kept_alive_connection_makes_room_for_who_waits)
{
	struct cluster *c = open_prefork(1);
	int kept = cluster_connect(c->port), next;

	cluster_request(kept, "/", true);
	ck_assert_int_eq(cluster_read(kept).status, 200);
	cluster_request(kept, "/", true);
	ck_assert_int_eq(cluster_read(kept).status, 200);
	next = cluster_connect(c->port);
	cluster_request(next, "/", false);
	ck_assert_int_eq(cluster_read(next).status, 200);
	ck_assert_int_eq(cluster_read(kept).status, 0);
	close(kept);
	close(next);
	cluster_close(c);
}
END_TEST

START_TEST(who_waits_gets_the_place_after_the_answer_that_is_under_way)
{
	struct cluster *c = open_prefork(1);
	int kept = cluster_connect(c->port), next;
	struct answer a;

	cluster_request(kept, "/sleep?ms=300", true);
	next = cluster_connect(c->port);
	cluster_request(next, "/", false);
	a = cluster_read(kept);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(a.text, "Connection: close"));
	ck_assert_int_eq(cluster_read(next).status, 200);
	close(kept);
	close(next);
	cluster_close(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("prefork");
	TCase *tc = tcase_create("one");
	SRunner *r;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, a_worker_serves_one_and_the_next_waits);
	tcase_add_test(tc,
	               an_idle_kept_alive_connection_makes_room_for_who_waits);
	tcase_add_test(
	    tc, who_waits_gets_the_place_after_the_answer_that_is_under_way);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
