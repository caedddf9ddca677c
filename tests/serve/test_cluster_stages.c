/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Aimed requests, and hand-off, serving and reply as stages that can be
 * slowed, frozen and stepped; and that nothing wakes anybody while nothing
 * happens.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/procfs.h"
#include "tests/cluster.h"

/* Aim *********************************************************************/

/* A client's line to the master: our end of it. */
static int
open_line(struct cluster *c)
{
	struct msg m = msg_make(MSG_AIM_LINE, NULL);
	int ends[2];

	ck_assert_int_eq(wire_pair(ends, NULL), 0);
	cluster_ask(c, &m, ends[1]);
	close(ends[1]);
	return ends[0];
}

static struct msg
ask_line(int line, uint16_t port, uint32_t id, uint32_t thread)
{
	struct msg m = msg_make(MSG_AIM, NULL);
	int fds[WIRE_FDS], nfds;

	m.handoff.port = port;
	m.handoff.id = id;
	m.handoff.thread = thread;
	ck_assert_int_eq(wire_try_send(line, &m, NULL, 0), 0);
	ck_assert(cluster_readable(line, stage_limit_ms()));
	ck_assert_int_eq(wire_try_recv(line, &m, fds, &nfds), 1);
	return m;
}

/* A socket with a source port of its own. */
static int
bind_any(uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, len), 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	*port = ntohs(at.sin_port);
	return fd;
}

static void
connect_to(int fd, int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_port = htons((uint16_t)port),
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
}

static int
aim_at(int line, uint32_t id)
{
	uint16_t port;
	int fd = bind_any(&port);
	struct msg m = ask_line(line, port, id, 0);

	ck_assert_int_eq(m.type, MSG_AIMED);
	connect_to(fd, m.listening.private_port);
	cluster_request(fd, "/", false);
	return fd;
}

START_TEST(an_aimed_request_goes_to_its_worker_past_the_turn)
{
	static const char *const policies[] = { "rr", "shared", "reuseport" };
	const char *args[] = { "--policy", policies[_i], NULL };
	struct cluster *c = cluster_open(3, args);
	int line = open_line(c);

	for (int i = 0; i < 4; i++) {
		int fd = aim_at(line, 2);
		struct answer a = cluster_read(fd);

		ck_assert_int_eq(a.worker, 2);
		ck_assert_str_eq(a.why, "aimed at w2");
		close(fd);
	}
	if (_i == 0)
		ck_assert_str_eq(cluster_order(c, 3), "1 2 3");
	close(line);
	cluster_close(c);
}
END_TEST

START_TEST(an_aimed_request_waits_for_a_stopped_worker)
{
	struct cluster *c = cluster_open(2, NULL);
	int line = open_line(c), first, second;

	cluster_kill(c, 1, SIGSTOP);
	first = aim_at(line, 1);
	second = aim_at(line, 1);
	ck_assert_str_eq(cluster_order(c, 2), "2 2");
	cluster_kill(c, 1, SIGCONT);
	ck_assert_int_eq(cluster_read(first).worker, 1);
	ck_assert_int_eq(cluster_read(second).worker, 1);
	close(first);
	close(second);
	close(line);
	cluster_close(c);
}
END_TEST

START_TEST(who_aims_at_a_dead_worker_is_told_so)
{
	struct cluster *c = cluster_open(2, NULL);
	int line = open_line(c);

	cluster_kill(c, 1, SIGKILL);
	cluster_expect(c, MSG_REAPED, 1);
	ck_assert_str_eq(ask_line(line, 1, 1, 0).text.text,
	                 "there is no worker w1");
	ck_assert_str_eq(ask_line(line, 1, 9, 0).text.text,
	                 "there is no worker w9");
	ck_assert_str_eq(ask_line(line, 1, 2, 3).text.text,
	                 "w2 has no thread t3: `thread 1 w2` starts one");
	close(line);
	cluster_close(c);
}
END_TEST

START_TEST(a_stranger_at_the_private_port_is_shown_out)
{
	struct cluster *c = cluster_open(1, NULL);
	int fd = cluster_connect(c->private_port);

	cluster_request(fd, "/", false);
	ck_assert_int_le(cluster_read(fd).status, 0);
	close(fd);
	cluster_close(c);
}
END_TEST

/* Stages ******************************************************************/

START_TEST(slow_waits_before_each_of_three_stages)
{
	struct cluster *c = cluster_open(1, NULL);
	long began_ms;

	c->page->slow_ms = 100;
	began_ms = stage_now_ms();
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	ck_assert_int_ge(stage_now_ms() - began_ms, 300);
	cluster_close(c);
}
END_TEST

START_TEST(slow_requests_wait_beside_each_other)
{
	struct cluster *c = cluster_open(1, NULL);
	long began_ms = stage_now_ms();
	int fds[20];

	c->page->slow_ms = 200;
	for (int i = 0; i < 20; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/", false);
	}
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(cluster_read(fds[i]).status, 200);
		close(fds[i]);
	}
	ck_assert_int_lt(stage_now_ms() - began_ms, 20 * 3 * 200);
	cluster_close(c);
}
END_TEST

static bool
three_steps_taken(void *page)
{
	return ((struct page *)page)->stepped == 3;
}

START_TEST(frozen_stages_go_on_step_by_step)
{
	struct cluster *c = cluster_open(1, NULL);
	int fd;

	c->page->frozen = 1;
	fd = cluster_connect(c->port);
	cluster_request(fd, "/", false);
	for (int i = 1; i <= 3; i++) {
		ck_assert(!cluster_readable(fd, 30));
		ck_assert_uint_eq(c->page->stepped, (uint32_t)i - 1);
		c->page->steps++;
		cluster_set(c, NULL, "steps", "1");
	}
	stage_until(three_steps_taken, c->page, "three steps");
	ck_assert_int_eq(cluster_read(fd).status, 200);
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(a_thaw_lets_all_go_on_without_polling)
{
	struct cluster *c = cluster_open(2, NULL);
	int fds[6];

	c->page->frozen = 1;
	for (int i = 0; i < 6; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/", false);
	}
	c->page->frozen = 0;
	cluster_set(c, NULL, "frozen", "off");
	for (int i = 0; i < 6; i++) {
		ck_assert_int_eq(cluster_read(fds[i]).status, 200);
		close(fds[i]);
	}
	cluster_close(c);
}
END_TEST

START_TEST(a_sleeping_request_does_not_keep_others_waiting)
{
	struct cluster *c = cluster_open(1, NULL);
	int fd = cluster_connect(c->port);
	long began_ms = stage_now_ms();

	cluster_request(fd, "/sleep?ms=400", false);
	ck_assert_str_eq(cluster_order(c, 5), "1 1 1 1 1");
	ck_assert(!cluster_readable(fd, 0));
	ck_assert_int_eq(cluster_read(fd).status, 200);
	ck_assert_int_ge(stage_now_ms() - began_ms, 400);
	close(fd);
	cluster_close(c);
}
END_TEST

/* Rest ********************************************************************/

static uint64_t
switches(struct procfs *proc, struct cluster *c, int workers)
{
	struct proc_status st;
	uint64_t sum = 0;

	for (int id = 0; id <= workers; id++) {
		ck_assert_int_eq(procfs_status(proc, c->pids[id], 0, &st), 0);
		sum += st.voluntary_switches;
	}
	return sum;
}

static bool
master_dozes(void *cluster)
{
	return ((struct cluster *)cluster)->page->master_dozes;
}

/* An elastic server has no tick either: a request wakes its master once. */
START_TEST(an_elastic_server_dozes_while_nothing_happens)
{
	struct cluster *c = cluster_open(2, NULL);
	struct procfs *proc = procfs_open(NULL, NULL);
	uint64_t before, after;

	cluster_do(c, MSG_SCALE, 2, 8);
	for (int i = 0; i < 2; i++) {
		cluster_order(c, 4);
		ck_assert(!master_dozes(c));
		stage_until(master_dozes, c, "the master dozes");
		usleep(300000); /* what is under way may end */
		before = switches(proc, c, 2);
		usleep(1000 * (useconds_t)stage_rounds(1500, 10000));
		after = switches(proc, c, 2);
		ck_assert_uint_eq(after, before);
	}
	procfs_close(proc);
	cluster_close(c);
}
END_TEST

START_TEST(nothing_wakes_while_nothing_happens)
{
	struct cluster *c = cluster_open(2, NULL);
	struct procfs *proc = procfs_open(NULL, NULL);
	uint64_t before, after;

	cluster_order(c, 4);
	cluster_until_quiet(c);
	usleep(300000); /* what is under way may end */
	before = switches(proc, c, 2);
	usleep(1000 * (useconds_t)stage_rounds(1500, 10000));
	after = switches(proc, c, 2);
	ck_assert_uint_eq(after, before);
	procfs_close(proc);
	cluster_close(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cluster stages");
	TCase *t = tcase_create("stages");
	SRunner *r;
	int failed;

	tcase_add_loop_test(
	    t, an_aimed_request_goes_to_its_worker_past_the_turn, 0, 3);
	tcase_add_test(t, an_aimed_request_waits_for_a_stopped_worker);
	tcase_add_test(t, who_aims_at_a_dead_worker_is_told_so);
	tcase_add_test(t, a_stranger_at_the_private_port_is_shown_out);
	tcase_add_test(t, slow_waits_before_each_of_three_stages);
	tcase_add_test(t, slow_requests_wait_beside_each_other);
	tcase_add_test(t, frozen_stages_go_on_step_by_step);
	tcase_add_test(t, a_thaw_lets_all_go_on_without_polling);
	tcase_add_test(t, a_sleeping_request_does_not_keep_others_waiting);
	tcase_add_test(t, nothing_wakes_while_nothing_happens);
	tcase_add_test(t, an_elastic_server_dozes_while_nothing_happens);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
