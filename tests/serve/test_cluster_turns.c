/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who gets which connection: node-cluster.md N16 to N27, with real
 * connections to the real server.
 *
 * N18's policy `shared` comes with that policy; what holds of `rr` is here.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/cluster.h"

START_TEST(N16_three_workers_nine_connections_1_2_3)
{
	struct cluster *c = cluster_open(3, NULL);

	ck_assert_str_eq(cluster_order(c, 9), "1 2 3 1 2 3 1 2 3");
	cluster_close(c);
}
END_TEST

START_TEST(N17_four_requests_on_one_connection_go_to_one_worker)
{
	struct cluster *c = cluster_open(2, NULL);
	int fd = cluster_connect(c->port);
	struct answer a;

	for (int i = 0; i < 4; i++) {
		cluster_request(fd, "/", true);
		a = cluster_read(fd);
		ck_assert_int_eq(a.worker, 1);
		ck_assert_str_eq(a.why,
		                 i ? "kept-alive: same connection as before"
		                   : "next in turn");
	}
	ck_assert_int_eq(cluster_get(c, "/").worker, 2);
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(N18_only_the_master_holds_the_listening_socket)
{
	struct cluster *c = cluster_open(2, NULL);
	const char *holders =
	    stage_outside(&c->stage, "ss -ltnpH 'sport = :%d'", c->port);
	char want[64];

	snprintf(want, sizeof(want), "pid=%d", (int)c->pids[0]);
	ck_assert_msg(strstr(holders, want) != NULL, "%s", holders);
	for (int id = 1; id <= 2; id++) {
		snprintf(want, sizeof(want), "pid=%d", (int)c->pids[id]);
		ck_assert_msg(strstr(holders, want) == NULL, "%s", holders);
	}
	cluster_close(c);
}
END_TEST

START_TEST(N19_a_stopped_worker_hangs_exactly_one_connection)
{
	struct cluster *c = cluster_open(3, NULL);
	struct answer a;
	int hangs;

	cluster_kill(c, 1, SIGSTOP);
	hangs = cluster_connect(c->port);
	cluster_request(hangs, "/", false);
	ck_assert_str_eq(cluster_order(c, 6), "2 3 2 3 2 3");
	a = cluster_get(c, "/");
	ck_assert_str_eq(a.why, "next in turn; w1 skipped: has not taken the "
	                        "last one (stopped)");
	ck_assert(!cluster_readable(hangs, 0));
	cluster_kill(c, 1, SIGCONT);
	a = cluster_read(hangs);
	ck_assert_int_eq(a.status, 200);
	ck_assert_int_eq(a.worker, 1);
	close(hangs);
	cluster_close(c);
}
END_TEST

START_TEST(N20_all_stopped_connects_succeed_and_are_answered_later)
{
	struct cluster *c = cluster_open(2, NULL);
	int fds[40];

	cluster_kill(c, 1, SIGSTOP);
	cluster_kill(c, 2, SIGSTOP);
	for (int i = 0; i < 40; i++) {
		fds[i] = cluster_connect(c->port);
		ck_assert_int_ge(fds[i], 0);
		cluster_request(fds[i], "/", false);
	}
	cluster_kill(c, 1, SIGCONT);
	cluster_kill(c, 2, SIGCONT);
	for (int i = 0; i < 40; i++) {
		ck_assert_int_eq(cluster_read(fds[i]).status, 200);
		close(fds[i]);
	}
	cluster_close(c);
}
END_TEST

START_TEST(N21_a_refused_hand_off_goes_to_the_next_worker)
{
	struct cluster *c = cluster_open(2, NULL);
	struct report reports[256];
	int n, refused = 0;

	cluster_set(c, "w1", "connections", "0");
	ck_assert_str_eq(cluster_order(c, 4), "2 2 2 2");
	n = cluster_reports(c, reports, 256);
	for (int i = 0; i < n; i++)
		refused +=
		    reports[i].type == REPORT_REFUSED && reports[i].id == 1;
	ck_assert_int_eq(refused, 1);
	cluster_set(c, "w1", "connections", "9");
	while (cluster_get(c, "/").worker != 1) /* it says "room again" */
		continue;
	cluster_close(c);
}
END_TEST

/* Ten connections are held open; each asks once, so we know who has it. */
START_TEST(N22_limits_of_0_1_and_9_connections_give_exactly_0_1_9)
{
	struct cluster *c = cluster_open(3, NULL);
	int fds[10], counts[4] = { 0 };

	cluster_set(c, "w1", "connections", "0");
	cluster_set(c, "w2", "connections", "1");
	cluster_set(c, "w3", "connections", "9");
	for (int i = 0; i < 10; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/", true);
		counts[cluster_read(fds[i]).worker]++;
	}
	ck_assert_int_eq(counts[1], 0);
	ck_assert_int_eq(counts[2], 1);
	ck_assert_int_eq(counts[3], 9);
	for (int i = 0; i < 10; i++)
		close(fds[i]);
	cluster_close(c);
}
END_TEST

START_TEST(N22_what_is_over_the_limit_waits_until_there_is_room)
{
	const char *args[] = { "--connections", "1", NULL };
	struct cluster *c = cluster_open(1, args);
	int held = cluster_connect(c->port), waits;

	cluster_request(held, "/", true);
	ck_assert_int_eq(cluster_read(held).status, 200);
	waits = cluster_connect(c->port);
	cluster_request(waits, "/", false);
	ck_assert(!cluster_readable(waits, 50));
	close(held);
	ck_assert_int_eq(cluster_read(waits).status, 200);
	close(waits);
	cluster_close(c);
}
END_TEST

/* The master may open no more: it rests, and goes on when it may again. */
START_TEST(N23_a_failed_accept_is_skipped_and_nothing_crashes)
{
	struct cluster *c = cluster_open(1, NULL);
	struct rlimit was, none = { 3, 20000 };
	int fd;

	ck_assert_int_eq(prlimit(c->pids[0], RLIMIT_NOFILE, NULL, &was), 0);
	none.rlim_max = was.rlim_max;
	ck_assert_int_eq(prlimit(c->pids[0], RLIMIT_NOFILE, &none, NULL), 0);
	fd = cluster_connect(c->port);
	cluster_request(fd, "/", false);
	ck_assert(!cluster_readable(fd, 100));
	ck_assert_int_eq(prlimit(c->pids[0], RLIMIT_NOFILE, &was, NULL), 0);
	ck_assert_int_eq(cluster_read(fd).status, 200);
	close(fd);
	cluster_close(c);
}
END_TEST

static bool
has_started_one(void *row)
{
	return ((struct row *)row)->started == 1;
}

START_TEST(N24_a_kill_in_mid_request_costs_only_its_own_clients)
{
	struct cluster *c = cluster_open(3, NULL);
	int fds[3];

	for (int i = 0; i < 3; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/sleep?ms=500", false);
		stage_until(has_started_one, &c->page->row[i + 1],
		            "a request in each worker");
	}
	cluster_kill(c, 2, SIGKILL);
	ck_assert_int_le(cluster_read(fds[1]).status, 0);
	ck_assert_str_eq(cluster_order(c, 4), "1 3 1 3");
	ck_assert_int_eq(cluster_read(fds[0]).status, 200);
	ck_assert_int_eq(cluster_read(fds[2]).status, 200);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	cluster_close(c);
}
END_TEST

START_TEST(N24_what_a_killed_worker_had_not_taken_goes_to_the_next)
{
	struct cluster *c = cluster_open(2, NULL);
	struct answer a;
	int fd;

	cluster_kill(c, 1, SIGSTOP);
	fd = cluster_connect(c->port);
	cluster_request(fd, "/", false);
	ck_assert_str_eq(cluster_order(c, 2), "2 2");
	cluster_kill(c, 1, SIGKILL);
	a = cluster_read(fd);
	ck_assert_int_eq(a.status, 200);
	ck_assert_int_eq(a.worker, 2);
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(N25_TERM_is_immediate_and_retire_is_graceful)
{
	struct cluster *c = cluster_open(2, NULL);
	int killed = cluster_connect(c->port), retired;
	struct msg m = msg_make(MSG_RETIRE, NULL);

	cluster_request(killed, "/sleep?ms=60000", false);
	stage_until(has_started_one, &c->page->row[1], "the request in w1");
	ck_assert_int_eq(cluster_get(c, "/").worker, 2);
	cluster_kill(c, 1, SIGTERM);
	ck_assert_int_le(cluster_read(killed).status, 0);
	retired = cluster_connect(c->port);
	cluster_request(retired, "/sleep?ms=200", false);
	ck_assert_int_eq(cluster_get(c, "/").worker, 2);
	m.target.id = 2;
	cluster_ask(c, &m, -1);
	ck_assert_int_eq(cluster_read(retired).status, 200);
	ck_assert_str_eq(cluster_answer(c, m.seq), "");
	close(killed);
	close(retired);
	cluster_close(c);
}
END_TEST

START_TEST(N26_refused_before_the_first_worker_and_after_the_last)
{
	struct cluster *c = cluster_open(0, NULL);

	for (int round = 0; round < 3; round++) {
		ck_assert_int_eq(cluster_connect(c->port), -1);
		ck_assert_int_eq(errno, ECONNREFUSED);
		cluster_do(c, MSG_FORK, 0, 1);
		ck_assert_int_eq(cluster_get(c, "/").worker, round + 1);
		cluster_kill(c, (uint32_t)round + 1, SIGKILL);
		cluster_expect(c, MSG_REAPED, (uint32_t)round + 1);
	}
	ck_assert_int_eq(cluster_connect(c->port), -1);
	ck_assert_int_eq(errno, ECONNREFUSED);
	cluster_close(c);
}
END_TEST

/* One of them is in the hand of w1, and two wait behind it. */
START_TEST(N26_what_was_accepted_waits_for_the_next_worker)
{
	struct cluster *c = cluster_open(1, NULL);
	struct report r[16];
	int fds[3], n = 0;

	cluster_kill(c, 1, SIGSTOP);
	for (int i = 0; i < 3; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/", false);
	}
	while (n < 4) /* three accepted, one handed over */
		n += cluster_reports(c, r + n, 16 - n);
	if (_i == 0) {
		cluster_kill(c, 1, SIGKILL);
		cluster_expect(c, MSG_REAPED, 1);
	} else {
		struct msg m = msg_make(MSG_RETIRE, NULL);

		m.target.id = 1;
		cluster_ask(c, &m, -1);
		cluster_kill(c, 1, SIGCONT);
		ck_assert_str_eq(cluster_answer(c, m.seq), "");
		ck_assert_int_eq(cluster_read(fds[0]).worker, 1);
	}
	ck_assert_int_eq(cluster_connect(c->port), -1);
	ck_assert_int_eq(errno, ECONNREFUSED);
	cluster_do(c, MSG_FORK, 0, 1);
	for (int i = _i; i < 3; i++)
		ck_assert_int_eq(cluster_read(fds[i]).worker, 2);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	cluster_close(c);
}
END_TEST

START_TEST(N26_the_port_stays_ours_while_nobody_listens)
{
	struct cluster *c = cluster_open(0, NULL);
	char number[16];
	const char *args[] = { "--port", number, "--workers", "1", NULL };
	struct cluster *other;

	cluster_do(c, MSG_FORK, 0, 1);
	snprintf(number, sizeof(number), "%d", c->port);
	other = cluster_start(args, NULL);
	ck_assert_ptr_nonnull(strstr(
	    cluster_expect(other, MSG_FAILED, 0)->text.text, "is in use by"));
	ck_assert_int_eq(stage_wait(&other->stage), 1);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	cluster_close(c);
	cluster_bury(other);
}
END_TEST

START_TEST(N27_the_policy_is_chosen_at_the_start_and_shown)
{
	const char *args[] = { "--policy", "rr", NULL };
	struct cluster *c = cluster_open(0, args);

	ck_assert_ptr_nonnull(
	    strstr(cluster_expect(c, MSG_SAY, 0)->text.text, "policy rr: "));
	cluster_close(c);
}
END_TEST

START_TEST(the_counters_say_who_served_what)
{
	struct cluster *c = cluster_open(2, NULL);
	struct page_totals t;

	cluster_order(c, 10);
	cluster_until_quiet(c);
	ck_assert_uint_eq(c->page->row[1].done, 5);
	ck_assert_uint_eq(c->page->row[2].done, 5);
	ck_assert_int_eq(c->page->row[1].pid, c->pids[1]);
	cluster_kill(c, 1, SIGKILL);
	cluster_expect(c, MSG_REAPED, 1);
	t = page_totals(c->page);
	ck_assert_uint_eq(t.done, 10);
	ck_assert_uint_eq(t.accepted, 10);
	ck_assert_uint_eq(t.failed, 0);
	cluster_close(c);
}
END_TEST

static int
report_earlier(const void *a, const void *b)
{
	int64_t x = ((const struct report *)a)->t_ns;
	int64_t y = ((const struct report *)b)->t_ns;

	return (x > y) - (x < y);
}

START_TEST(reports_tell_the_way_of_a_connection_in_order)
{
	static const int way[] = { REPORT_ACCEPTED, REPORT_HANDOFF,
		                   REPORT_REQUEST, REPORT_ANSWER,
		                   REPORT_CLOSED };
	struct cluster *c = cluster_open(1, NULL);
	struct report r[64];
	int n = 0;

	cluster_get(c, "/health");
	while (n < 5) /* CLOSED comes a little later than the answer */
		n += cluster_reports(c, r + n, 64 - n);
	ck_assert_int_eq(n, 5);
	qsort(r, 5, sizeof(r[0]), report_earlier);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(r[i].type, way[i]);
		ck_assert_uint_eq(r[i].connection, 1);
	}
	ck_assert_str_eq(r[1].text, "next in turn");
	ck_assert_str_eq(r[2].text, "/health");
	ck_assert_int_eq(r[3].status, 200);
	cluster_close(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cluster turns");
	TCase *t = tcase_create("turns");
	SRunner *r;
	int failed;

	tcase_add_test(t, N16_three_workers_nine_connections_1_2_3);
	tcase_add_test(t, N17_four_requests_on_one_connection_go_to_one_worker);
	tcase_add_test(t, N18_only_the_master_holds_the_listening_socket);
	tcase_add_test(t, N19_a_stopped_worker_hangs_exactly_one_connection);
	tcase_add_test(t,
	               N20_all_stopped_connects_succeed_and_are_answered_later);
	tcase_add_test(t, N21_a_refused_hand_off_goes_to_the_next_worker);
	tcase_add_test(t,
	               N22_limits_of_0_1_and_9_connections_give_exactly_0_1_9);
	tcase_add_test(t, N22_what_is_over_the_limit_waits_until_there_is_room);
	tcase_add_test(t, N23_a_failed_accept_is_skipped_and_nothing_crashes);
	tcase_add_test(t, N24_a_kill_in_mid_request_costs_only_its_own_clients);
	tcase_add_test(t,
	               N24_what_a_killed_worker_had_not_taken_goes_to_the_next);
	tcase_add_test(t, N25_TERM_is_immediate_and_retire_is_graceful);
	tcase_add_test(t,
	               N26_refused_before_the_first_worker_and_after_the_last);
	tcase_add_loop_test(t, N26_what_was_accepted_waits_for_the_next_worker,
	                    0, 2);
	tcase_add_test(t, N26_the_port_stays_ours_while_nobody_listens);
	tcase_add_test(t, N27_the_policy_is_chosen_at_the_start_and_shown);
	tcase_add_test(t, the_counters_say_who_served_what);
	tcase_add_test(t, reports_tell_the_way_of_a_connection_in_order);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
