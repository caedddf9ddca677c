/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A balancer before servers that the test plays itself.
 */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/text.h"
#include "tests/balanced.h"

#define BIG (8 * 1024 * 1024)

/* Bytes *******************************************************************/

START_TEST(bytes_go_both_ways_untouched)
{
	int port, listener = balanced_server(&port), client, server;
	struct cluster *c = balanced_open(NULL, "a=%d", port);

	client = cluster_connect(c->port);
	balanced_say(client, "no HTTP at all \001\002");
	server = balanced_accept(listener);
	balanced_hear(server, "no HTTP at all \001\002");
	balanced_say(server, "so be it");
	balanced_hear(client, "so be it");
	close(server);
	ck_assert_int_eq(balanced_hear_end(client), 0);
	close(client);
	close(listener);
	cluster_close(c);
}
END_TEST

START_TEST(each_side_may_close_its_half)
{
	int port, listener = balanced_server(&port), client, server;
	struct cluster *c = balanced_open(NULL, "a=%d", port);

	client = cluster_connect(c->port);
	balanced_say(client, "question");
	shutdown(client, SHUT_WR);
	server = balanced_accept(listener);
	balanced_hear(server, "question");
	ck_assert_int_eq(balanced_hear_end(server), 0);
	balanced_say(server, "late answer");
	close(server);
	balanced_hear(client, "late answer");
	ck_assert_int_eq(balanced_hear_end(client), 0);
	close(client);
	close(listener);
	cluster_close(c);
}
END_TEST

START_TEST(a_server_may_speak_first)
{
	int port, listener = balanced_server(&port), client, server;
	struct cluster *c = balanced_open(NULL, "a=%d", port);

	client = cluster_connect(c->port);
	server = balanced_accept(listener);
	balanced_say(server, "220 welcome");
	balanced_hear(client, "220 welcome");
	close(client);
	ck_assert_int_eq(balanced_hear_end(server), 0);
	close(server);
	close(listener);
	cluster_close(c);
}
END_TEST

START_TEST(a_reset_stays_a_reset)
{
	int port, listener = balanced_server(&port), client, server;
	struct linger now = { 1, 0 };
	struct cluster *c = balanced_open(NULL, "a=%d", port);

	client = cluster_connect(c->port);
	balanced_say(client, "question");
	server = balanced_accept(listener);
	balanced_hear(server, "question");
	setsockopt(server, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(server);
	ck_assert_int_eq(balanced_hear_end(client), ECONNRESET);
	close(client);
	close(listener);
	cluster_close(c);
}
END_TEST

/* Read all up to the end of file; each byte is its place. */
static size_t
read_all(int fd)
{
	static unsigned char bytes[65536];
	size_t all = 0;

	for (;;) {
		ssize_t n;

		ck_assert(cluster_readable(fd, stage_limit_ms()));
		n = recv(fd, bytes, sizeof(bytes), 0);
		ck_assert_int_ge(n, 0);
		if (n == 0)
			return all;
		for (ssize_t i = 0; i < n; i++, all++)
			if (bytes[i] != (all * 7) % 251)
				ck_abort_msg("byte %zu is another", all);
	}
}

/* In a child, so that nobody waits for itself. */
static pid_t
send_all(int fd)
{
	static unsigned char bytes[BIG];
	pid_t pid = fork();
	size_t sent = 0;

	if (pid != 0)
		return pid;
	for (size_t i = 0; i < BIG; i++)
		bytes[i] = (unsigned char)((i * 7) % 251);
	while (sent < BIG) {
		ssize_t n = send(fd, bytes + sent, BIG - sent, MSG_NOSIGNAL);

		if (n < 0)
			_exit(1);
		sent += (size_t)n;
	}
	shutdown(fd, SHUT_WR);
	_exit(0);
}

START_TEST(megabytes_arrive_whole_and_are_not_kept)
{
	int port, listener = balanced_server(&port), client, server;
	struct cluster *c = balanced_open(NULL, "a=%d", port);
	int64_t before;
	pid_t sender;

	client = cluster_connect(c->port);
	balanced_say(client, "all of it");
	server = balanced_accept(listener);
	balanced_hear(server, "all of it");
	before = balanced_resident_kb(c);
	sender = send_all(server);
	close(server);
	cluster_readable(client, stage_limit_ms());
	ck_assert_int_le(balanced_resident_kb(c) - before, 2048);
	ck_assert_uint_eq(read_all(client), BIG);
	ck_assert_int_le(balanced_resident_kb(c) - before, 2048);
	stage_outside(&c->stage, "true %d", (int)sender);
	close(client);
	close(listener);
	cluster_close(c);
}
END_TEST

/* Servers that are bad ****************************************************/

START_TEST(who_refuses_is_left_out_and_another_one_tried)
{
	int port, listener = balanced_server(&port), client, server;
	struct cluster *c =
	    balanced_open(NULL, "dead=%d,good=%d", balanced_dead_port(), port);

	client = cluster_connect(c->port);
	balanced_say(client, "anybody?");
	server = balanced_accept(listener);
	balanced_hear(server, "anybody?");
	ck_assert_uint_eq(balanced_backend(c, "dead")->state, BACKEND_DOWN);
	ck_assert_uint_eq(balanced_backend(c, "dead")->given, 0);
	ck_assert_uint_eq(balanced_backend(c, "good")->given, 1);
	ck_assert_ptr_nonnull(strstr(cluster_expect(c, MSG_SAY, 0)->text.text,
	                             "dead is down: connection refused"));
	close(client);
	close(server);
	close(listener);
	cluster_close(c);
}
END_TEST

/* The balancer connects first; then its server hangs up. */
START_TEST(who_hangs_up_before_anything_was_sent_costs_nothing)
{
	int port[2], client, server;
	int bad = balanced_server(&port[0]), good = balanced_server(&port[1]);
	struct cluster *c =
	    balanced_open(NULL, "bad=%d,good=%d", port[0], port[1]);

	client = cluster_connect(c->port);
	server = balanced_accept(bad);
	close(server);
	server = balanced_accept(good);
	balanced_say(client, "still here");
	balanced_hear(server, "still here");
	close(client);
	close(server);
	close(bad);
	close(good);
	cluster_close(c);
}
END_TEST

START_TEST(what_was_sent_to_one_server_goes_to_no_other)
{
	int port[2], client, server;
	int bad = balanced_server(&port[0]), good = balanced_server(&port[1]);
	struct cluster *c =
	    balanced_open(NULL, "bad=%d,good=%d", port[0], port[1]);

	client = cluster_connect(c->port);
	balanced_say(client, "pay once");
	server = balanced_accept(bad);
	balanced_hear(server, "pay once");
	close(server);
	balanced_hear_end(client);
	ck_assert_uint_eq(balanced_backend(c, "good")->given, 0);
	close(client);
	close(bad);
	close(good);
	cluster_close(c);
}
END_TEST

static bool
has_refused(void *arg)
{
	return balanced_backend(arg, "a")->refused > 0;
}

/* Its port is its own all the time, but at first it does not listen. */
START_TEST(who_is_refused_by_all_waits_for_one_that_comes_back)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);
	int client, server;
	struct cluster *c;

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	getsockname(listener, (struct sockaddr *)&at, &len);
	c = balanced_open(NULL, "a=%d", ntohs(at.sin_port));
	client = cluster_connect(c->port);
	balanced_say(client, "anybody?");
	stage_until(has_refused, c, "a to refuse");
	ck_assert_int_eq(listen(listener, 64), 0);
	server = balanced_accept(listener);
	balanced_hear(server, "anybody?");
	ck_assert_uint_eq(c->page->row[0].failed, 0);
	ck_assert_uint_eq(balanced_backend(c, "a")->given, 1);
	close(client);
	close(server);
	close(listener);
	cluster_close(c);
}
END_TEST

START_TEST(without_a_living_server_the_client_hears_so)
{
	struct cluster *c = balanced_open(
	    NULL, "a=%d,b=%d", balanced_dead_port(), balanced_dead_port());
	int client = cluster_connect(c->port);

	balanced_hear_end(client);
	close(client);
	ck_assert_uint_eq(c->page->row[0].failed, 1);
	cluster_close(c);
}
END_TEST

static bool
is_silent_no_more(void *arg)
{
	struct pollfd p = { .fd = *(int *)arg, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* It accepts and never answers: the others are served meanwhile. */
START_TEST(a_silent_server_is_given_up_after_the_time_out)
{
	int port[2], held, client, other, server;
	int silent = balanced_server(&port[0]),
	    good = balanced_server(&port[1]);
	struct cluster *c =
	    balanced_open("--timeout=1", "silent=%d,good=%d", port[0], port[1]);

	client = cluster_connect(c->port);
	balanced_say(client, "hello?");
	held = balanced_accept(silent);
	other = cluster_connect(c->port);
	balanced_say(other, "and me?");
	server = balanced_accept(good);
	balanced_hear(server, "and me?");
	balanced_say(server, "yes");
	balanced_hear(other, "yes");
	stage_until(is_silent_no_more, &client, "a time-out");
	balanced_hear_end(client);
	close(client);
	close(other);
	close(held);
	close(server);
	close(silent);
	close(good);
	cluster_close(c);
}
END_TEST

/* Answer one check, as this server does. */
static void
answer_check(int listener, const char *answer)
{
	char head[512];
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	ck_assert(cluster_readable(fd, stage_limit_ms()));
	ck_assert_int_gt(recv(fd, head, sizeof(head), 0), 20);
	ck_assert_int_eq(memcmp(head, "GET /health HTTP/1.1", 20), 0);
	send(fd, answer, strlen(answer), MSG_NOSIGNAL);
	close(fd);
}

START_TEST(who_is_not_healthy_is_down_after_three_checks)
{
	static const char *const answers[] = { "rubbish, no HTTP",
		                               "HTTP/1.1 503 Busy\r\n\r\n", "",
		                               "HTTP/1.1 200 OK\r\n\r\n" };
	int port[4], down = 0;
	struct pollfd p[4];
	struct cluster *c;
	char log[2048] = "";

	for (int i = 0; i < 4; i++)
		p[i] = (struct pollfd){ balanced_server(&port[i]), POLLIN, 0 };
	c = balanced_open("--check=/health", "a=%d,b=%d,c=%d,good=%d", port[0],
	                  port[1], port[2], port[3]);
	while (down < 3) {
		ck_assert_int_ge(poll(p, 4, stage_limit_ms()), 1);
		for (int i = 0; i < 4; i++)
			if (p[i].revents)
				answer_check(p[i].fd, answers[i]);
		for (; down < cluster_count(c, MSG_SAY, 0); down++)
			text_add(log, sizeof(log), "%s\n",
			         cluster_expect(c, MSG_SAY, 0)->text.text);
	}
	ck_assert_ptr_nonnull(
	    strstr(log, "a is down: what it answered is not"));
	ck_assert_ptr_nonnull(
	    strstr(log, "b is down: it answered with HTTP 503"));
	ck_assert_ptr_nonnull(strstr(log, "c is down: it closed without an"));
	ck_assert_uint_ge(balanced_backend(c, "a")->missed, 3);
	ck_assert_uint_eq(balanced_backend(c, "good")->missed, 0);
	ck_assert_uint_eq(balanced_backend(c, "good")->state, BACKEND_UP);
	for (int i = 0; i < 4; i++)
		close(p[i].fd);
	cluster_close(c);
}
END_TEST

static bool
is_down(void *arg)
{
	return balanced_backend(arg, "odd")->state == BACKEND_DOWN;
}

START_TEST(who_never_answers_its_checks_is_down)
{
	int port, listener = balanced_server(&port);
	struct cluster *c = balanced_open("--check=/health", "odd=%d", port);

	stage_until(is_down, c, "odd to be down");
	ck_assert_ptr_nonnull(strstr(cluster_expect(c, MSG_SAY, 0)->text.text,
	                             "no answer to its health check"));
	close(listener);
	cluster_close(c);
}
END_TEST

/* Clients that are bad ****************************************************/

/* It asks for megabytes and does not read them: its server has to wait. */
START_TEST(a_client_that_stops_reading_fills_no_memory)
{
	int port, listener = balanced_server(&port), client, server;
	struct cluster *c = balanced_open("--timeout=2", "a=%d", port);
	int64_t before = balanced_resident_kb(c);
	char bytes[65536] = { 0 };
	size_t taken = 0;

	client = cluster_connect(c->port);
	balanced_say(client, "all");
	server = balanced_accept(listener);
	balanced_hear(server, "all");
	for (;;) {
		struct pollfd p = { .fd = server, .events = POLLOUT };
		ssize_t n;

		ck_assert_int_eq(poll(&p, 1, stage_limit_ms()), 1);
		n = send(server, bytes, sizeof(bytes),
		         MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			break; /* the balancer gave it up */
		taken += n > 0 ? (size_t)n : 0;
		ck_assert_uint_lt(taken, 64 << 20);
	}
	ck_assert_int_le(balanced_resident_kb(c) - before, 1024);
	close(client);
	close(server);
	close(listener);
	cluster_close(c);
}
END_TEST

START_TEST(who_connects_and_leaves_harms_nobody)
{
	int port, listener = balanced_server(&port), client;
	struct linger now = { 1, 0 };
	struct cluster *c = balanced_open(NULL, "a=%d", port);

	for (int i = 0; i < 20; i++) {
		int server;

		client = cluster_connect(c->port);
		if (i % 2)
			setsockopt(client, SOL_SOCKET, SO_LINGER, &now,
			           sizeof(now));
		close(client);
		server = balanced_accept(listener);
		balanced_hear_end(server);
		close(server);
	}
	ck_assert_uint_eq(balanced_backend(c, "a")->state, BACKEND_UP);
	close(listener);
	cluster_close(c);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("balancer");
	TCase *tc = tcase_create("bytes");

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, bytes_go_both_ways_untouched);
	tcase_add_test(tc, each_side_may_close_its_half);
	tcase_add_test(tc, a_server_may_speak_first);
	tcase_add_test(tc, a_reset_stays_a_reset);
	tcase_add_test(tc, megabytes_arrive_whole_and_are_not_kept);
	suite_add_tcase(s, tc);
	tc = tcase_create("bad servers");
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, who_refuses_is_left_out_and_another_one_tried);
	tcase_add_test(tc, who_hangs_up_before_anything_was_sent_costs_nothing);
	tcase_add_test(tc, what_was_sent_to_one_server_goes_to_no_other);
	tcase_add_test(tc, who_is_refused_by_all_waits_for_one_that_comes_back);
	tcase_add_test(tc, without_a_living_server_the_client_hears_so);
	tcase_add_test(tc, a_silent_server_is_given_up_after_the_time_out);
	tcase_add_test(tc, who_is_not_healthy_is_down_after_three_checks);
	tcase_add_test(tc, who_never_answers_its_checks_is_down);
	suite_add_tcase(s, tc);
	tc = tcase_create("bad clients");
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, a_client_that_stops_reading_fills_no_memory);
	tcase_add_test(tc, who_connects_and_leaves_harms_nobody);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	SRunner *runner;
	int failed;

	signal(SIGPIPE, SIG_IGN);
	runner = srunner_create(suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
