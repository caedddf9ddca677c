/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Death of the master (node-cluster.md N13 to N15), and of the shell; and
 * what a worker in an endless loop makes of it, and of TERM (N6).
 *
 * That the lab ends what survives is the lab's own test and the stories'.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "tests/cluster.h"

static struct cluster *
open_mode(int workers, const char *mode)
{
	const char *args[] = { "--on-parent-death", mode, NULL };

	return cluster_open(workers, args);
}

/* Gone, or a zombie that this test has adopted. */
static bool
worker_ended(void *pid)
{
	siginfo_t info = { .si_pid = 0 };
	pid_t worker = *(pid_t *)pid;

	return kill(worker, 0) < 0 ||
	       (waitid(P_PID, (id_t)worker, &info,
	               WEXITED | WNOHANG | WNOWAIT) == 0 &&
	        info.si_pid == worker);
}

static void
kill_master(struct cluster *c, int sig)
{
	cluster_kill(c, 0, sig);
	ck_assert_int_eq(stage_wait(&c->stage), 128 + sig);
}

START_TEST(N13_the_master_exits_and_every_worker_disappears)
{
	struct cluster *c = open_mode(4, "channel");

	cluster_do(c, MSG_STOP, 0, 0);
	for (int id = 1; id <= 4; id++)
		ck_assert(worker_ended(&c->pids[id]));
	cluster_close(c);
}
END_TEST

START_TEST(N13_the_shell_goes_and_master_and_workers_disappear)
{
	struct cluster *c = open_mode(4, "channel");
	pid_t pids[5];

	memcpy(pids, c->pids, sizeof(pids));
	cluster_close(c);
	for (int id = 1; id <= 4; id++)
		ck_assert(worker_ended(&pids[id]));
}
END_TEST

START_TEST(N14_the_master_is_killed_and_idle_workers_leave)
{
	static const int sigs[] = { SIGKILL, SIGTERM, SIGINT };
	struct cluster *c = open_mode(4, "channel");

	kill_master(c, sigs[_i]);
	for (int id = 1; id <= 4; id++)
		stage_until(worker_ended, &c->pids[id], "the worker's end");
	cluster_bury(c);
}
END_TEST

START_TEST(N14_they_leave_at_once_also_with_open_connections)
{
	struct cluster *c = open_mode(1, "channel");
	int fd = cluster_connect(c->port);

	cluster_request(fd, "/", true);
	ck_assert_int_eq(cluster_read(fd).status, 200);
	cluster_request(fd, "/sleep?ms=60000", true);
	kill_master(c, SIGKILL);
	stage_until(worker_ended, &c->pids[1], "the worker's end");
	ck_assert_int_le(cluster_read(fd).status, 0);
	close(fd);
	cluster_bury(c);
}
END_TEST

START_TEST(N15_channel_a_stopped_worker_survives_until_CONT)
{
	struct cluster *c = open_mode(2, "channel");

	cluster_kill(c, 1, SIGSTOP);
	kill_master(c, SIGKILL);
	stage_until(worker_ended, &c->pids[2], "the end of w2");
	ck_assert(!worker_ended(&c->pids[1]));
	kill(c->pids[1], SIGCONT);
	stage_until(worker_ended, &c->pids[1], "the end of w1");
	cluster_bury(c);
}
END_TEST

START_TEST(N15_kill_nothing_survives_not_even_who_is_stopped)
{
	struct cluster *c = open_mode(2, "kill");

	cluster_kill(c, 1, SIGSTOP);
	kill_master(c, SIGKILL);
	stage_until(worker_ended, &c->pids[1], "the end of w1");
	stage_until(worker_ended, &c->pids[2], "the end of w2");
	cluster_bury(c);
}
END_TEST

START_TEST(N15_orphan_nobody_dies_and_what_is_open_is_served)
{
	struct cluster *c = open_mode(2, "orphan");
	int fd = cluster_connect(c->port);

	cluster_request(fd, "/", true);
	ck_assert_int_eq(cluster_read(fd).worker, 1);
	kill_master(c, SIGKILL);
	cluster_request(fd, "/", true);
	ck_assert_int_eq(cluster_read(fd).worker, 1);
	ck_assert_int_eq(cluster_connect(c->port), -1);
	ck_assert_int_eq(errno, ECONNREFUSED);
	for (int id = 1; id <= 2; id++) {
		ck_assert(!worker_ended(&c->pids[id]));
		kill(c->pids[id], SIGKILL);
	}
	close(fd);
	cluster_bury(c);
}
END_TEST

/* Workers that compute ****************************************************/

static bool
worker_computes(void *cluster)
{
	return page_totals(((struct cluster *)cluster)->page).started > 0;
}

/* w1 computes for as long as a page may, and does nothing else. */
static int
make_busy(struct cluster *c)
{
	int fd = cluster_connect(c->port);

	cluster_request(fd, "/cpu?ms=10000", false);
	stage_until(worker_computes, c, "w1 computes");
	return fd;
}

static const char *const modes[] = { "channel", "kill", "orphan" };

START_TEST(N6_TERM_ends_a_worker_in_an_endless_loop_in_every_mode)
{
	struct cluster *c = open_mode(2, modes[_i]);
	int fd = make_busy(c);
	const struct msg *m;

	cluster_kill(c, 1, SIGTERM);
	m = cluster_expect(c, MSG_CHANGED, 1);
	ck_assert_int_eq(m->change.change, CHILD_KILLED);
	ck_assert_int_eq(m->change.code, SIGTERM);
	ck_assert_int_le(cluster_read(fd).status, 0);
	ck_assert_str_eq(cluster_order(c, 2), "2 2");
	cluster_kill(c, 2, SIGKILL); /* or it stays, as an orphan */
	cluster_expect(c, MSG_REAPED, 2);
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(N15_channel_a_busy_worker_survives_until_it_looks_up)
{
	struct cluster *c = open_mode(2, "channel");
	int fd = make_busy(c);

	kill_master(c, SIGKILL);
	stage_until(worker_ended, &c->pids[2], "the end of w2");
	ck_assert(!worker_ended(&c->pids[1]));
	stage_until(worker_ended, &c->pids[1], "the end of w1");
	close(fd);
	cluster_bury(c);
}
END_TEST

START_TEST(N15_kill_ends_a_busy_worker_in_its_loop)
{
	struct cluster *c = open_mode(1, "kill");
	int fd = make_busy(c);

	kill_master(c, SIGKILL);
	stage_until(worker_ended, &c->pids[1], "the end of w1");
	ck_assert_int_le(cluster_read(fd).status, 0);
	close(fd);
	cluster_bury(c);
}
END_TEST

START_TEST(N15_orphan_a_busy_worker_goes_on_and_answers)
{
	struct cluster *c = open_mode(1, "orphan");
	int fd = make_busy(c);

	kill_master(c, SIGKILL);
	ck_assert_int_eq(cluster_read(fd).status, 200);
	ck_assert(!worker_ended(&c->pids[1]));
	kill(c->pids[1], SIGKILL);
	close(fd);
	cluster_bury(c);
}
END_TEST

START_TEST(the_counters_of_a_killed_server_are_readable)
{
	struct cluster *c = open_mode(1, "kill");
	struct page_totals t;

	cluster_order(c, 3);
	cluster_until_quiet(c);
	kill_master(c, SIGKILL);
	stage_until(worker_ended, &c->pids[1], "the worker's end");
	t = page_totals(c->page);
	ck_assert_uint_eq(t.done, 3);
	cluster_bury(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cluster death");
	TCase *t = tcase_create("death");
	SRunner *r;
	int failed;

	tcase_add_test(t, N13_the_master_exits_and_every_worker_disappears);
	tcase_add_test(t, N13_the_shell_goes_and_master_and_workers_disappear);
	tcase_add_loop_test(t, N14_the_master_is_killed_and_idle_workers_leave,
	                    0, 3);
	tcase_add_test(t, N14_they_leave_at_once_also_with_open_connections);
	tcase_add_test(t, N15_channel_a_stopped_worker_survives_until_CONT);
	tcase_add_test(t, N15_kill_nothing_survives_not_even_who_is_stopped);
	tcase_add_test(t, N15_orphan_nobody_dies_and_what_is_open_is_served);
	tcase_add_loop_test(
	    t, N6_TERM_ends_a_worker_in_an_endless_loop_in_every_mode, 0, 3);
	tcase_add_test(t, N15_channel_a_busy_worker_survives_until_it_looks_up);
	tcase_add_test(t, N15_kill_ends_a_busy_worker_in_its_loop);
	tcase_add_test(t, N15_orphan_a_busy_worker_goes_on_and_answers);
	tcase_add_test(t, the_counters_of_a_killed_server_are_readable);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
