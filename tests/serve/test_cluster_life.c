/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Life of a worker: node-cluster.md N1 to N12, on the real server.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "tests/cluster.h"

static const struct msg *
death_of(struct cluster *c, uint32_t id)
{
	const struct msg *m = cluster_expect(c, MSG_CHANGED, id);

	while (m->change.change != CHILD_EXITED &&
	       m->change.change != CHILD_KILLED)
		m = cluster_expect(c, MSG_CHANGED, id);
	cluster_expect(c, MSG_REAPED, id);
	return m;
}

START_TEST(N1_fork_online_listening_and_exit_each_happen_once)
{
	struct cluster *c = cluster_open(2, NULL);

	cluster_do(c, MSG_RETIRE, 1, 0);
	cluster_kill(c, 2, SIGKILL);
	death_of(c, 2);
	for (uint32_t id = 1; id <= 2; id++) {
		ck_assert_int_eq(cluster_count(c, MSG_FORKED, id), 1);
		ck_assert_int_eq(cluster_count(c, MSG_ONLINE, id), 1);
		ck_assert_int_eq(cluster_count(c, MSG_LISTENING, id), 1);
		ck_assert_int_eq(cluster_count(c, MSG_DISCONNECTED, id), 1);
		ck_assert_int_eq(cluster_count(c, MSG_CHANGED, id), 1);
		ck_assert_int_eq(cluster_count(c, MSG_REAPED, id), 1);
	}
	cluster_close(c);
}
END_TEST

START_TEST(N2_ids_begin_with_1_and_are_never_used_again)
{
	struct cluster *c = cluster_open(3, NULL);

	cluster_kill(c, 2, SIGKILL);
	death_of(c, 2);
	cluster_do(c, MSG_FORK, 0, 1);
	ck_assert_int_eq(cluster_count(c, MSG_FORKED, 4), 1);
	ck_assert_int_eq(cluster_count(c, MSG_FORKED, 2), 1);
	ck_assert_str_eq(cluster_order(c, 4), "1 3 4 1");
	cluster_close(c);
}
END_TEST

START_TEST(N3_listening_tells_the_real_port)
{
	struct cluster *c = cluster_open(0, NULL);
	const struct msg *m;

	ck_assert_int_gt(c->port, 0);
	cluster_do(c, MSG_FORK, 0, 1);
	m = cluster_expect(c, MSG_LISTENING, 0);
	ck_assert_int_eq(m->listening.port, c->port);
	ck_assert_str_eq(m->listening.address, "127.0.0.1");
	m = cluster_expect(c, MSG_LISTENING, 1);
	ck_assert_int_eq(m->listening.port, c->port);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	cluster_close(c);
}
END_TEST

START_TEST(N4_a_killed_worker_exits_with_its_signal)
{
	struct cluster *c = cluster_open(1, NULL);
	const struct msg *m;

	cluster_kill(c, 1, SIGKILL);
	m = death_of(c, 1);
	ck_assert_int_eq(m->change.change, CHILD_KILLED);
	ck_assert_int_eq(m->change.code, SIGKILL);
	ck_assert_int_eq(m->change.raw, SIGKILL);
	cluster_close(c);
}
END_TEST

START_TEST(N4_exit_42_is_told_with_its_code_and_no_signal)
{
	struct cluster *c = cluster_open(2, NULL);
	const struct msg *m;

	ck_assert_int_eq(cluster_get(c, "/exit?code=42").status, 0);
	m = death_of(c, 1);
	ck_assert_int_eq(m->change.change, CHILD_EXITED);
	ck_assert_int_eq(m->change.code, 42);
	ck_assert_int_eq(m->change.raw, 42 << 8);
	ck_assert_int_eq(m->change.told, 0);
	ck_assert_str_eq(cluster_order(c, 2), "2 2");
	cluster_close(c);
}
END_TEST

START_TEST(N4_a_worker_that_leaves_exits_0_without_a_signal)
{
	struct cluster *c = cluster_open(1, NULL);
	const struct msg *m;

	cluster_do(c, MSG_RETIRE, 1, 0);
	m = death_of(c, 1);
	ck_assert_int_eq(m->change.change, CHILD_EXITED);
	ck_assert_int_eq(m->change.code, 0);
	ck_assert_int_eq(m->change.raw, 0);
	cluster_close(c);
}
END_TEST

START_TEST(N5_after_the_reap_the_pid_is_gone_and_so_is_the_worker)
{
	struct cluster *c = cluster_open(2, NULL);
	struct msg m = msg_make(MSG_RETIRE, NULL);

	cluster_kill(c, 1, SIGTERM);
	death_of(c, 1);
	ck_assert_int_eq(kill(c->pids[1], 0), -1);
	ck_assert_int_eq(errno, ESRCH);
	m.target.id = 1;
	cluster_ask(c, &m, -1);
	ck_assert_str_eq(cluster_answer(c, m.seq), "there is no worker w1");
	cluster_close(c);
}
END_TEST

START_TEST(N6_TERM_ends_a_worker_that_is_busy)
{
	struct cluster *c = cluster_open(1, NULL);
	int fd = cluster_connect(c->port);

	cluster_request(fd, "/sleep?ms=60000", false);
	ck_assert_int_eq(cluster_order(c, 1)[0], '1');
	cluster_kill(c, 1, SIGTERM);
	ck_assert_int_eq(death_of(c, 1)->change.code, SIGTERM);
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(N7_only_who_was_told_to_leave_is_marked_so)
{
	struct cluster *c = cluster_open(3, NULL);

	cluster_do(c, MSG_RETIRE, 1, 0);
	ck_assert_int_eq(death_of(c, 1)->change.told, 1);
	cluster_kill(c, 2, SIGTERM);
	ck_assert_int_eq(death_of(c, 2)->change.told, 0);
	cluster_close(c);
}
END_TEST

START_TEST(N8_disconnected_comes_before_exit_whoever_begins)
{
	struct cluster *c = cluster_open(2, NULL);

	cluster_do(c, MSG_RETIRE, 1, 0);
	cluster_kill(c, 2, SIGKILL);
	for (uint32_t id = 1; id <= 2; id++) {
		const struct msg *cut = cluster_expect(c, MSG_DISCONNECTED, id);
		const struct msg *end = death_of(c, id);

		ck_assert_int_lt(cluster_place(c, cut), cluster_place(c, end));
	}
	cluster_close(c);
}
END_TEST

START_TEST(N9_who_is_told_to_leave_finishes_first_and_others_serve)
{
	struct cluster *c = cluster_open(2, NULL);
	int fd = cluster_connect(c->port);
	struct msg m = msg_make(MSG_RETIRE, NULL);
	struct answer a;

	cluster_request(fd, "/sleep?ms=300", true);
	ck_assert_str_eq(cluster_order(c, 1), "2"); /* so w1 has it */
	m.target.id = 1;
	cluster_ask(c, &m, -1);
	ck_assert_str_eq(cluster_order(c, 3), "2 2 2");
	a = cluster_read(fd);
	ck_assert_int_eq(a.status, 200);
	ck_assert_int_eq(a.worker, 1);
	ck_assert_ptr_nonnull(strstr(a.text, "Connection: close"));
	ck_assert_str_eq(cluster_answer(c, m.seq), "");
	ck_assert_int_eq(death_of(c, 1)->change.code, 0);
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(N9_idle_kept_alive_connections_do_not_hold_up_who_leaves)
{
	struct cluster *c = cluster_open(1, NULL);
	int fd = cluster_connect(c->port);

	cluster_request(fd, "/", true);
	ck_assert_int_eq(cluster_read(fd).status, 200);
	cluster_do(c, MSG_RETIRE, 1, 0);
	ck_assert_int_eq(cluster_read(fd).status, 0); /* end of file */
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(N10_many_told_to_leave_at_once_all_exit_0)
{
	struct cluster *c = cluster_open(8, NULL);
	struct msg m[9];

	for (uint32_t id = 1; id <= 8; id++) {
		m[id] = msg_make(MSG_RETIRE, NULL);
		m[id].target.id = id;
		cluster_ask(c, &m[id], -1);
	}
	for (uint32_t id = 1; id <= 8; id++) {
		const struct msg *end = death_of(c, id);

		ck_assert_int_eq(end->change.change, CHILD_EXITED);
		ck_assert_int_eq(end->change.code, 0);
		ck_assert_str_eq(cluster_answer(c, m[id].seq), "");
	}
	cluster_close(c);
}
END_TEST

/* Until it has heard of it; who comes in that very moment is reset. */
static void
until_refused(struct cluster *c)
{
	for (;;) {
		int fd = cluster_connect(c->port);

		if (fd < 0 && errno == ECONNREFUSED)
			return;
		if (fd >= 0)
			close(fd);
		ck_assert(!c->gone);
	}
}

START_TEST(N11_stop_refuses_new_ones_and_answers_those_under_way)
{
	struct cluster *c = cluster_open(2, NULL);
	int fds[4];
	struct msg m = msg_make(MSG_STOP, NULL);

	for (int i = 0; i < 4; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/sleep?ms=300", false);
	}
	cluster_order(c, 1);
	cluster_ask(c, &m, -1);
	until_refused(c);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(cluster_read(fds[i]).status, 200);
		close(fds[i]);
	}
	ck_assert_str_eq(cluster_answer(c, m.seq), "");
	ck_assert_int_eq(death_of(c, 1)->change.told, 1);
	ck_assert_int_eq(death_of(c, 2)->change.told, 1);
	cluster_close(c);
}
END_TEST

START_TEST(N11_a_start_after_a_stop_finds_nothing_left)
{
	int port = 0;

	for (int round = 0; round < stage_rounds(3, 30); round++) {
		char number[16];
		const char *args[] = { "--port", number, NULL };
		struct cluster *c;

		snprintf(number, sizeof(number), "%d", port);
		c = cluster_open(2, args);
		port = c->port;
		ck_assert_str_eq(cluster_order(c, 2), "1 2");
		cluster_do(c, MSG_STOP, 0, 0);
		cluster_close(c);
	}
}
END_TEST

START_TEST(N12_stop_works_without_workers)
{
	struct cluster *c = cluster_open(0, NULL);

	cluster_do(c, MSG_STOP, 0, 0);
	cluster_close(c);
}
END_TEST

START_TEST(N12_stop_works_while_workers_leave_already)
{
	struct cluster *c = cluster_open(2, NULL);
	struct msg m = msg_make(MSG_RETIRE, NULL);

	m.target.id = 1;
	cluster_ask(c, &m, -1);
	cluster_do(c, MSG_STOP, 0, 0);
	ck_assert_str_eq(cluster_answer(c, m.seq), "");
	cluster_close(c);
}
END_TEST

START_TEST(a_worker_that_dies_before_it_listens_is_told_to_who_forked)
{
	struct cluster *c = cluster_open(0, NULL);
	struct msg m = msg_make(MSG_FORK, NULL);

	m.target.value = 1;
	cluster_ask(c, &m, -1);
	cluster_expect(c, MSG_FORKED, 1);
	kill(c->pids[1], SIGKILL);
	if (cluster_answer(c, m.seq)[0])
		ck_assert_int_eq(cluster_count(c, MSG_LISTENING, 1), 0);
	ck_assert_int_eq(death_of(c, 1)->change.code, SIGKILL);
	cluster_close(c);
}
END_TEST

START_TEST(too_many_workers_are_refused_with_the_limit)
{
	struct cluster *c = cluster_open(1, NULL);
	struct msg m = msg_make(MSG_FORK, NULL);

	m.target.value = 100000;
	cluster_ask(c, &m, -1);
	ck_assert_str_eq(cluster_answer(c, m.seq),
	                 "cannot fork 100000: web has 1 workers and may have "
	                 "128");
	cluster_close(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cluster life");
	TCase *t = tcase_create("life");
	SRunner *r;
	int failed;

	tcase_add_test(t, N1_fork_online_listening_and_exit_each_happen_once);
	tcase_add_test(t, N2_ids_begin_with_1_and_are_never_used_again);
	tcase_add_test(t, N3_listening_tells_the_real_port);
	tcase_add_test(t, N4_a_killed_worker_exits_with_its_signal);
	tcase_add_test(t, N4_exit_42_is_told_with_its_code_and_no_signal);
	tcase_add_test(t, N4_a_worker_that_leaves_exits_0_without_a_signal);
	tcase_add_test(t,
	               N5_after_the_reap_the_pid_is_gone_and_so_is_the_worker);
	tcase_add_test(t, N6_TERM_ends_a_worker_that_is_busy);
	tcase_add_test(t, N7_only_who_was_told_to_leave_is_marked_so);
	tcase_add_test(t, N8_disconnected_comes_before_exit_whoever_begins);
	tcase_add_test(t,
	               N9_who_is_told_to_leave_finishes_first_and_others_serve);
	tcase_add_test(
	    t, N9_idle_kept_alive_connections_do_not_hold_up_who_leaves);
	tcase_add_test(t, N10_many_told_to_leave_at_once_all_exit_0);
	tcase_add_test(t,
	               N11_stop_refuses_new_ones_and_answers_those_under_way);
	tcase_add_test(t, N11_a_start_after_a_stop_finds_nothing_left);
	tcase_add_test(t, N12_stop_works_without_workers);
	tcase_add_test(t, N12_stop_works_while_workers_leave_already);
	tcase_add_test(
	    t, a_worker_that_dies_before_it_listens_is_told_to_who_forked);
	tcase_add_test(t, too_many_workers_are_refused_with_the_limit);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
