/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fork: a process for each connection, as many as may be and no more, and
 * what becomes of them when their worker dies.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/serve/settings.h"
#include "tests/cluster.h"

#define FLOOD 500

static struct cluster *
open_fork(int workers, const char *death)
{
	const char *args[] = { "--model", "fork", "--on-parent-death", death,
		               NULL };

	return cluster_open(workers, args);
}

static int
children_of(struct cluster *c, uint32_t id)
{
	return atoi(stage_outside(&c->stage, "ps -o pid= --ppid %d | wc -l",
	                          (int)c->pids[id]));
}

static bool
is_serving(void *page)
{
	struct page_totals t = page_totals(page);

	return t.started > t.done;
}

/* A connection whose request is in service for a while. */
static int
in_service(struct cluster *c, const char *path)
{
	int fd = cluster_connect(c->port);

	cluster_request(fd, path, false);
	stage_until(is_serving, c->page, "request in service");
	return fd;
}

START_TEST(a_flood_is_answered_by_no_more_children_than_may_be)
{
	struct cluster *c = open_fork(2, "channel");
	struct rlimit high;
	int fds[FLOOD], most = 0;

	getrlimit(RLIMIT_NOFILE, &high);
	high.rlim_cur = high.rlim_max;
	setrlimit(RLIMIT_NOFILE, &high);
	for (int i = 0; i < FLOOD; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/sleep?ms=50", false);
	}
	for (int i = 0; i < FLOOD; i++) {
		if (i % 25 == 0) {
			int n = children_of(c, 1);

			most = n > most ? n : most;
		}
		ck_assert_int_eq(cluster_read(fds[i]).status, 200);
		close(fds[i]);
	}
	ck_assert_int_gt(most, 1);
	ck_assert_int_le(most, SETTINGS_CHILDREN);
	cluster_until_quiet(c);
	ck_assert_uint_eq(page_totals(c->page).done, FLOOD);
	ck_assert_uint_eq(page_totals(c->page).accepted, FLOOD);
	ck_assert_int_eq(children_of(c, 1) + children_of(c, 2), 0);
	cluster_close(c);
}
END_TEST

START_TEST(a_kept_alive_connection_keeps_its_process)
{
	struct cluster *c = open_fork(1, "channel");
	int fd = cluster_connect(c->port), pid = 0;

	for (int i = 0; i < 5; i++) {
		struct answer a;

		cluster_request(fd, "/", true);
		a = cluster_read(fd);
		ck_assert_int_eq(a.status, 200);
		ck_assert(!pid || a.pid == pid);
		ck_assert_int_ne(a.pid, c->pids[1]);
		pid = a.pid;
	}
	ck_assert_int_eq(children_of(c, 1), 1);
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(each_process_has_its_own_counter)
{
	struct cluster *c = open_fork(1, "channel");

	for (int i = 0; i < 4; i++) {
		struct answer a = cluster_get(c, "/count?n=1000");

		ck_assert_msg(
		    strncmp(answer_body(&a), "counter is 1000 at ", 19) == 0,
		    "%s", answer_body(&a));
	}
	cluster_close(c);
}
END_TEST

/* Death *******************************************************************/

START_TEST(in_mode_channel_a_child_leaves_when_its_worker_is_killed)
{
	struct cluster *c = open_fork(2, "channel");
	int fd = in_service(c, "/sleep?ms=20000");

	cluster_kill(c, 1, SIGKILL);
	cluster_expect(c, MSG_REAPED, 1);
	ck_assert_int_le(cluster_read(fd).status, 0);
	close(fd);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	cluster_close(c);
}
END_TEST

START_TEST(in_mode_kill_the_kernel_ends_the_child)
{
	struct cluster *c = open_fork(2, "kill");
	int fd = in_service(c, "/cpu?ms=9000");

	cluster_kill(c, 1, SIGKILL);
	cluster_expect(c, MSG_REAPED, 1);
	ck_assert_int_le(cluster_read(fd).status, 0);
	close(fd);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	cluster_close(c);
}
END_TEST

static bool
has_no_row_of_w1(void *arg)
{
	const struct page *page = arg;

	for (uint32_t i = 1; i < page->high; i++)
		if (page->row[i].used && page->row[i].id == 1)
			return false;
	return true;
}

START_TEST(in_mode_orphan_a_child_goes_on_and_its_row_is_folded_later)
{
	struct cluster *c = open_fork(2, "orphan");
	int fd = in_service(c, "/sleep?ms=600");
	struct answer a;

	cluster_kill(c, 1, SIGKILL);
	cluster_expect(c, MSG_REAPED, 1);
	a = cluster_read(fd);
	ck_assert_int_eq(a.status, 200);
	ck_assert_int_eq(a.worker, 1);
	close(fd);
	stage_until(has_no_row_of_w1, c->page, "fold of its row");
	ck_assert_uint_eq(page_totals(c->page).done, 1);
	cluster_kill(c, 2, SIGKILL); /* an orphan would go on */
	cluster_expect(c, MSG_REAPED, 2);
	cluster_close(c);
}
END_TEST

static bool
holds_nothing(void *page)
{
	return ((struct page *)page)->row[1].held == 0;
}

START_TEST(a_killed_child_is_no_loss_but_of_its_request)
{
	struct cluster *c = open_fork(1, "channel");
	int fd = in_service(c, "/sleep?ms=20000");
	int pid = atoi(
	    stage_outside(&c->stage, "ps -o pid= --ppid %d", (int)c->pids[1]));

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_le(cluster_read(fd).status, 0);
	close(fd);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	ck_assert_uint_eq(page_totals(c->page).started, 2);
	stage_until(holds_nothing, c->page, "reap of both children");
	cluster_close(c);
}
END_TEST

START_TEST(retire_waits_for_the_children)
{
	struct cluster *c = open_fork(2, "channel");
	int fd = in_service(c, "/sleep?ms=500");

	cluster_do(c, MSG_RETIRE, 1, 0);
	ck_assert_int_eq(cluster_read(fd).status, 200);
	close(fd);
	ck_assert_int_eq(cluster_get(c, "/").worker, 2);
	cluster_close(c);
}
END_TEST

START_TEST(time_goes_slow_and_stands_still_for_children_too)
{
	struct cluster *c = open_fork(1, "channel");
	int fd;

	atomic_store(&c->page->frozen, 1);
	cluster_set(c, NULL, "frozen", "1");
	fd = cluster_connect(c->port);
	cluster_request(fd, "/", false);
	atomic_store(&c->page->steps, 1); /* the hand-over */
	cluster_set(c, NULL, "steps", "1");
	stage_until(is_serving, c->page, "request at its stage");
	ck_assert(!cluster_readable(fd, 100));
	atomic_store(&c->page->frozen, 0);
	cluster_set(c, NULL, "frozen", "0");
	ck_assert_int_eq(cluster_read(fd).status, 200);
	close(fd);
	cluster_close(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fork");
	TCase *tc = tcase_create("children");
	SRunner *r;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, a_flood_is_answered_by_no_more_children_than_may_be);
	tcase_add_test(tc, a_kept_alive_connection_keeps_its_process);
	tcase_add_test(tc, each_process_has_its_own_counter);
	tcase_add_test(
	    tc, in_mode_channel_a_child_leaves_when_its_worker_is_killed);
	tcase_add_test(tc, in_mode_kill_the_kernel_ends_the_child);
	tcase_add_test(
	    tc, in_mode_orphan_a_child_goes_on_and_its_row_is_folded_later);
	tcase_add_test(tc, a_killed_child_is_no_loss_but_of_its_request);
	tcase_add_test(tc, retire_waits_for_the_children);
	tcase_add_test(tc, time_goes_slow_and_stands_still_for_children_too);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
