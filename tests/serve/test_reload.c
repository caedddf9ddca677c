/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Workers are replaced one after another, and nobody who asks notices.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "tests/cluster.h"

/* Ask for the model that there is: all workers are replaced. */
static uint32_t
reload(struct cluster *c)
{
	struct msg m = msg_make(MSG_SET, NULL);

	snprintf(m.set.name, sizeof(m.set.name), "model");
	snprintf(m.set.value, sizeof(m.set.value), "event");
	cluster_ask(c, &m, -1);
	return m.seq;
}

START_TEST(each_new_worker_listens_before_an_old_one_is_told)
{
	struct cluster *c = cluster_open(3, NULL);

	ck_assert_str_eq(cluster_answer(c, reload(c)), "");
	for (uint32_t i = 1; i <= 3; i++) {
		const struct msg *fresh =
		    cluster_expect(c, MSG_LISTENING, i + 3);
		const struct msg *old = cluster_expect(c, MSG_CHANGED, i);

		ck_assert_int_eq(old->change.change, CHILD_EXITED);
		ck_assert_int_eq(old->change.told, 1);
		ck_assert_int_lt(cluster_place(c, fresh),
		                 cluster_place(c, old));
	}
	ck_assert_int_eq(cluster_count(c, MSG_FORKED, 7), 0);
	ck_assert_str_eq(cluster_order(c, 4), "4 5 6 4");
	cluster_close(c);
}
END_TEST

START_TEST(without_workers_there_is_nothing_to_replace)
{
	struct cluster *c = cluster_open(0, NULL);

	ck_assert_str_eq(cluster_answer(c, reload(c)), "");
	ck_assert_int_eq(cluster_count(c, MSG_FORKED, 1), 0);
	cluster_close(c);
}
END_TEST

START_TEST(a_request_in_service_is_finished_by_its_worker)
{
	struct cluster *c = cluster_open(2, NULL);
	int fd = cluster_connect(c->port);
	struct answer a;
	uint32_t seq;

	cluster_request(fd, "/sleep?ms=700", false);
	ck_assert_str_eq(cluster_order(c, 1), "2");
	seq = reload(c);
	a = cluster_read(fd);
	ck_assert_int_eq(a.status, 200);
	ck_assert_int_eq(a.worker, 1);
	ck_assert_str_eq(cluster_answer(c, seq), "");
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(only_one_replacement_is_under_way)
{
	struct cluster *c = cluster_open(1, NULL);
	uint32_t first;

	cluster_kill(c, 1, SIGSTOP);
	first = reload(c);
	cluster_expect(c, MSG_LISTENING, 2);
	ck_assert_str_eq(cluster_answer(c, reload(c)),
	                 "the workers of web are being replaced already: w1 "
	                 "has not left yet, it is stopped");
	cluster_kill(c, 1, SIGCONT);
	ck_assert_str_eq(cluster_answer(c, first), "");
	ck_assert_str_eq(cluster_order(c, 2), "2 2");
	cluster_close(c);
}
END_TEST

START_TEST(a_stop_during_a_reload_by_signal_is_no_error)
{
	struct cluster *c = cluster_open(1, NULL);

	cluster_kill(c, 1, SIGSTOP);
	cluster_kill(c, 0, SIGHUP);
	cluster_expect(c, MSG_LISTENING, 2);
	cluster_kill(c, 0, SIGQUIT);
	cluster_expect(c, MSG_REAPED, 2);
	cluster_kill(c, 1, SIGCONT);
	cluster_expect(c, MSG_REAPED, 1);
	ck_assert_int_eq(cluster_count(c, MSG_FAILED, 0), 0);
	cluster_close(c);
}
END_TEST

START_TEST(a_full_crew_makes_room_first)
{
	struct cluster *c = cluster_open(128, NULL);
	uint32_t seq = reload(c);

	cluster_expect(c, MSG_REAPED, 1);
	ck_assert_str_eq(cluster_answer(c, seq), "");
	ck_assert_int_eq(cluster_count(c, MSG_LISTENING, 256), 1);
	ck_assert_int_eq(cluster_count(c, MSG_FORKED, 257), 0);
	cluster_close(c);
}
END_TEST

START_TEST(a_model_that_does_not_exist_changes_nothing)
{
	struct cluster *c = cluster_open(1, NULL);
	struct msg m = msg_make(MSG_SET, NULL);

	snprintf(m.set.name, sizeof(m.set.name), "model");
	snprintf(m.set.value, sizeof(m.set.value), "magic");
	cluster_ask(c, &m, -1);
	ck_assert_ptr_nonnull(strstr(cluster_answer(c, m.seq),
	                             "there is no model \"magic\": there are "
	                             "event"));
	ck_assert_str_eq(cluster_order(c, 1), "1");
	cluster_close(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("reload");
	TCase *tc = tcase_create("workers");
	SRunner *r;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, each_new_worker_listens_before_an_old_one_is_told);
	tcase_add_test(tc, without_workers_there_is_nothing_to_replace);
	tcase_add_test(tc, a_request_in_service_is_finished_by_its_worker);
	tcase_add_test(tc, only_one_replacement_is_under_way);
	tcase_add_test(tc, a_stop_during_a_reload_by_signal_is_no_error);
	tcase_add_test(tc, a_full_crew_makes_room_first);
	tcase_add_test(tc, a_model_that_does_not_exist_changes_nothing);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
