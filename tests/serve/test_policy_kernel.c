/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies under which the workers accept and the kernel chooses: shared
 * (Node's SCHED_NONE) and reuseport.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/cluster.h"

static const char *const policies[] = { "shared", "reuseport" };

static struct cluster *
open_policy(const char *policy, int workers, const char *mode)
{
	const char *args[] = { "--policy", policy, "--on-parent-death", mode,
		               NULL };

	return cluster_open(workers, args);
}

/* "holds" of ss(8) for one process, as pid=N in the line of the port. */
static bool
holds(struct cluster *c, pid_t pid)
{
	char want[32];

	snprintf(want, sizeof(want), "pid=%d,", (int)pid);
	return strstr(
	           stage_outside(&c->stage, "ss -ltnpH 'sport = :%d'", c->port),
	           want) != NULL;
}

static int
sockets(struct cluster *c)
{
	return atoi(stage_outside(&c->stage, "ss -ltnH 'sport = :%d' | wc -l",
	                          c->port));
}

struct holding {
	struct cluster *c;
	uint32_t id;
	bool wanted;
};

static bool
holds_as_wanted(void *arg)
{
	struct holding *h = arg;

	return holds(h->c, h->c->pids[h->id]) == h->wanted;
}

static void
until_holds(struct cluster *c, uint32_t id, bool wanted)
{
	struct holding h = { c, id, wanted };

	stage_until(holds_as_wanted, &h,
	            wanted ? "a worker with a listening socket"
	                   : "a worker without a listening socket");
}

/* Making room ***********************************************************/

START_TEST(an_idle_kept_alive_connection_makes_room_for_who_waits)
{
	const char *model = _i / 2 ? "pool" : "prefork";
	const char *args[] = { "--policy", policies[_i % 2], "--model",
		               model,      "--threads",      "1",
		               NULL };
	struct cluster *c;
	int kept;

	if (!(_i / 2))
		args[4] = NULL;
	c = cluster_open(1, args);
	until_holds(c, 1, true);
	kept = cluster_connect(c->port);
	cluster_request(kept, "/", true);
	ck_assert_int_eq(cluster_read(kept).status, 200);
	cluster_request(kept, "/", true);
	ck_assert_int_eq(cluster_read(kept).status, 200);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	ck_assert_int_eq(cluster_read(kept).status, 0);
	close(kept);
	cluster_close(c);
}
END_TEST

/* Who holds what *********************************************************/

START_TEST(N18_shared_the_master_and_every_worker_hold_one_socket)
{
	struct cluster *c = open_policy("shared", 2, "channel");

	for (uint32_t id = 0; id <= 2; id++)
		until_holds(c, id, true);
	ck_assert_int_eq(sockets(c), 1);
	cluster_close(c);
}
END_TEST

START_TEST(reuseport_a_socket_for_each_worker_and_the_master_holds_all)
{
	struct cluster *c = open_policy("reuseport", 3, "channel");

	for (uint32_t id = 0; id <= 3; id++)
		until_holds(c, id, true);
	ck_assert_int_eq(sockets(c), 3);
	cluster_close(c);
}
END_TEST

START_TEST(after_a_change_to_rr_only_the_master_holds_the_socket)
{
	struct cluster *c = open_policy(policies[_i], 2, "channel");

	for (uint32_t id = 0; id <= 2; id++)
		until_holds(c, id, true);
	cluster_set(c, "", "policy", "rr");
	ck_assert_str_eq(cluster_get(c, "/").why, "next in turn");
	until_holds(c, 1, false);
	until_holds(c, 2, false);
	ck_assert(holds(c, c->pids[0]));
	ck_assert_int_eq(sockets(c), 1);
	cluster_close(c);
}
END_TEST

START_TEST(a_stranger_still_gets_address_in_use)
{
	struct cluster *c = open_policy(policies[_i], 2, "channel");
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_port = htons((uint16_t)c->port),
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	char number[16];
	const char *args[] = { "--port", number, "--workers", "1", NULL };
	struct cluster *other;

	until_holds(c, 2, true);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	close(fd);
	snprintf(number, sizeof(number), "%d", c->port);
	other = cluster_start(args, NULL);
	ck_assert_ptr_nonnull(strstr(
	    cluster_expect(other, MSG_FAILED, 0)->text.text, "is in use by"));
	ck_assert_int_eq(stage_wait(&other->stage), 1);
	cluster_close(c);
	cluster_bury(other);
}
END_TEST

/* Serving ****************************************************************/

START_TEST(requests_are_counted_and_told_as_under_rr)
{
	struct cluster *c = open_policy(policies[_i], 2, "channel");
	struct report r[64];
	int fd = cluster_connect(c->port), n = 0, accepted = 0;
	struct answer first, second;

	cluster_request(fd, "/", true);
	first = cluster_read(fd);
	ck_assert_ptr_nonnull(strstr(first.why, policies[_i]));
	cluster_request(fd, "/health", false);
	second = cluster_read(fd);
	close(fd);
	ck_assert_int_eq(second.worker, first.worker);
	ck_assert_str_eq(second.why, "kept-alive: same connection as before");
	while (n < 6) /* accepted, two requests and answers, closed */
		n += cluster_reports(c, r + n, 64 - n);
	ck_assert_int_eq(n, 6);
	for (int i = 0; i < n; i++) {
		ck_assert_uint_eq(r[i].connection, 1);
		ck_assert_int_eq((int)r[i].id, first.worker);
		if (r[i].type != REPORT_ACCEPTED)
			continue;
		accepted++;
		ck_assert_str_eq(r[i].text, first.why);
	}
	ck_assert_int_eq(accepted, 1);
	ck_assert_uint_eq(page_totals(c->page).accepted, 1);
	ck_assert_uint_eq(page_totals(c->page).done, 2);
	cluster_close(c);
}
END_TEST

START_TEST(the_uid_of_who_connects_is_asked_for)
{
	const char *args[] = { "--policy", policies[_i], "--ask-uid", NULL };
	struct cluster *c = cluster_open(2, args);
	struct report r[16];
	int n = 0;

	cluster_get(c, "/");
	while (n < 4)
		n += cluster_reports(c, r + n, 16 - n);
	for (int i = 0; i < n; i++)
		ck_assert_uint_eq(r[i].uid, getuid());
	cluster_close(c);
}
END_TEST

/* The limit: what is over it waits in the kernel, not in the worker. */
START_TEST(a_full_worker_accepts_no_more_until_there_is_room)
{
	const char *args[] = { "--policy", policies[_i], "--connections", "1",
		               NULL };
	struct cluster *c = cluster_open(1, args);
	int fds[3];

	for (int i = 0; i < 3; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/sleep?ms=100", false);
	}
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(cluster_read(fds[i]).status, 200);
		close(fds[i]);
	}
	ck_assert_uint_eq(page_totals(c->page).accepted, 3);
	cluster_close(c);
}
END_TEST

/* Death, and leaving *****************************************************/

START_TEST(shared_a_stopped_or_killed_worker_costs_nothing)
{
	struct cluster *c = open_policy("shared", 3, "channel");

	for (uint32_t id = 1; id <= 3; id++)
		until_holds(c, id, true);
	cluster_kill(c, 1, SIGSTOP);
	for (int i = 0; i < 20; i++)
		ck_assert_int_ne(cluster_get(c, "/").worker, 1);
	cluster_kill(c, 1, SIGKILL);
	cluster_expect(c, MSG_REAPED, 1);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(cluster_get(c, "/").status, 200);
	cluster_close(c);
}
END_TEST

/* Is somebody's connection queued in the kernel?  Recv-Q of ss(8). */
static bool
queued(struct cluster *c)
{
	return strstr(stage_outside(&c->stage,
	                            "ss -ltnH 'sport = :%d' | "
	                            "awk '$2 > 0 { print \"queued\" }'",
	                            c->port),
	              "queued") != NULL;
}

/* Connections until one waits at a worker that does not accept. */
static int
connect_to_waiting(struct cluster *c)
{
	for (int i = 0; i < 200; i++) {
		int fd = cluster_connect(c->port);

		cluster_request(fd, "/", false);
		while (!cluster_readable(fd, 200))
			if (queued(c) && !cluster_readable(fd, 200))
				return fd;
		close(fd);
	}
	ck_abort_msg("nobody waits");
}

START_TEST(reuseport_what_waits_for_a_dead_worker_is_served_by_the_next)
{
	struct cluster *c = open_policy("reuseport", 2, "channel");
	struct answer a;
	int fd;

	until_holds(c, 1, true);
	until_holds(c, 2, true);
	cluster_kill(c, 2, SIGSTOP);
	fd = connect_to_waiting(c);
	cluster_kill(c, 2, SIGKILL);
	cluster_expect(c, MSG_REAPED, 2);
	ck_assert(!cluster_readable(fd, 100));
	ck_assert_int_eq(sockets(c), 2);
	cluster_do(c, MSG_FORK, 0, 1);
	a = cluster_read(fd);
	ck_assert_int_eq(a.status, 200);
	ck_assert_int_eq(a.worker, 3);
	ck_assert_int_eq(sockets(c), 2);
	close(fd);
	cluster_close(c);
}
END_TEST

/* w1 has the public socket, w2 one of its own: each of them leaves once. */
START_TEST(reuseport_what_waits_for_who_leaves_goes_to_others)
{
	struct cluster *c = open_policy("reuseport", 2, "channel");
	uint32_t leaves = (uint32_t)_i + 1;
	struct msg m = msg_make(MSG_RETIRE, NULL);
	struct answer a;
	int fd;

	until_holds(c, 1, true);
	until_holds(c, 2, true);
	cluster_kill(c, leaves, SIGSTOP);
	fd = connect_to_waiting(c);
	m.target.id = leaves;
	cluster_ask(c, &m, -1);
	a = cluster_read(fd);
	ck_assert_int_eq(a.status, 200);
	ck_assert_int_eq(a.worker, 3 - (int)leaves);
	ck_assert_int_eq(sockets(c), 1);
	cluster_kill(c, leaves, SIGCONT);
	ck_assert_str_eq(cluster_answer(c, m.seq), "");
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(cluster_get(c, "/").worker, 3 - (int)leaves);
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(after_the_last_worker_connections_are_refused)
{
	struct cluster *c = open_policy(policies[_i], 0, "channel");

	for (uint32_t id = 1; id <= 4; id += 2) {
		cluster_do(c, MSG_FORK, 0, 2);
		ck_assert_int_eq(cluster_get(c, "/").status, 200);
		cluster_kill(c, id, SIGKILL);
		cluster_expect(c, MSG_REAPED, id);
		cluster_do(c, MSG_RETIRE, id + 1, 0);
		ck_assert_int_eq(cluster_connect(c->port), -1);
		ck_assert_int_eq(errno, ECONNREFUSED);
	}
	cluster_close(c);
}
END_TEST

START_TEST(stop_answers_what_is_under_way)
{
	struct cluster *c = open_policy(policies[_i], 2, "channel");
	struct msg m = msg_make(MSG_STOP, NULL);
	int fds[8];

	for (int i = 0; i < 8; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/sleep?ms=200", false);
	}
	cluster_ask(c, &m, -1);
	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(cluster_read(fds[i]).status, 200);
		close(fds[i]);
	}
	ck_assert_str_eq(cluster_answer(c, m.seq), "");
	cluster_close(c);
}
END_TEST

/* M25, and L6: nobody has to die with the master. */
START_TEST(orphans_go_on_serving_and_keep_the_port)
{
	struct cluster *c = open_policy(policies[_i], 2, "orphan");
	char number[16];
	const char *args[] = { "--port", number, "--workers", "1", NULL };
	struct cluster *other;

	until_holds(c, 1, true);
	until_holds(c, 2, true);
	cluster_kill(c, 0, SIGKILL);
	ck_assert_int_eq(stage_wait(&c->stage), 128 + SIGKILL);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(cluster_get(c, "/").status, 200);
	snprintf(number, sizeof(number), "%d", c->port);
	other = cluster_start(args, NULL);
	ck_assert_ptr_nonnull(
	    strstr(cluster_expect(other, MSG_FAILED, 0)->text.text,
	           "forkshop-server"));
	ck_assert_int_eq(stage_wait(&other->stage), 1);
	kill(c->pids[1], SIGKILL);
	kill(c->pids[2], SIGKILL);
	cluster_bury(c);
	cluster_bury(other);
}
END_TEST

START_TEST(in_mode_channel_nobody_keeps_the_port)
{
	struct cluster *c = open_policy(policies[_i], 2, "channel");

	until_holds(c, 1, true);
	until_holds(c, 2, true);
	cluster_kill(c, 0, SIGKILL);
	ck_assert_int_eq(stage_wait(&c->stage), 128 + SIGKILL);
	cluster_bury(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("policies of the kernel");
	TCase *t = tcase_create("kernel");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 0);
	tcase_add_test(t,
	               N18_shared_the_master_and_every_worker_hold_one_socket);
	tcase_add_test(
	    t, reuseport_a_socket_for_each_worker_and_the_master_holds_all);
	tcase_add_loop_test(
	    t, after_a_change_to_rr_only_the_master_holds_the_socket, 0, 2);
	tcase_add_loop_test(t, a_stranger_still_gets_address_in_use, 0, 2);
	tcase_add_loop_test(t, requests_are_counted_and_told_as_under_rr, 0, 2);
	tcase_add_loop_test(t, the_uid_of_who_connects_is_asked_for, 0, 2);
	tcase_add_loop_test(
	    t, a_full_worker_accepts_no_more_until_there_is_room, 0, 2);
	tcase_add_test(t, shared_a_stopped_or_killed_worker_costs_nothing);
	tcase_add_test(
	    t, reuseport_what_waits_for_a_dead_worker_is_served_by_the_next);
	tcase_add_loop_test(
	    t, reuseport_what_waits_for_who_leaves_goes_to_others, 0, 2);
	tcase_add_loop_test(t, after_the_last_worker_connections_are_refused, 0,
	                    2);
	tcase_add_loop_test(
	    t, an_idle_kept_alive_connection_makes_room_for_who_waits, 0, 4);
	tcase_add_loop_test(t, stop_answers_what_is_under_way, 0, 2);
	tcase_add_loop_test(t, orphans_go_on_serving_and_keep_the_port, 0, 2);
	tcase_add_loop_test(t, in_mode_channel_nobody_keeps_the_port, 0, 2);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
