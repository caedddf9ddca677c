/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages that do harm are for the user who runs the server; with and without
 * the kernel's diagnosis of sockets.
 */
#include <check.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/cluster.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct cluster *c;

static void
open_two(void)
{
	c = cluster_open(2, NULL);
}

static void
open_two_without(void)
{
	setenv("FORKSHOP_WITHOUT", "diag", 1);
	open_two();
}

static void
close_it(void)
{
	cluster_close(c);
}

static const char *const harmful[] = { "/crash", "/exit",   "/leak?mb=1",
	                               "/spy",   "/unsafe", "/overflow" };

/* A client that has hung up its half is not there to be asked about. */
START_TEST(harm_is_refused_when_it_cannot_be_told_who_asks)
{
	for (size_t i = 0; i < N(harmful); i++) {
		int fd = cluster_connect(c->port), together = 1;
		char answer[1024];
		ssize_t n;

		setsockopt(fd, IPPROTO_TCP, TCP_CORK, &together,
		           sizeof(together));
		dprintf(fd, "GET %s HTTP/1.0\r\n\r\n", harmful[i]);
		shutdown(fd, SHUT_WR);
		n = recv(fd, answer, sizeof(answer) - 1, MSG_WAITALL);
		answer[n > 0 ? n : 0] = '\0';
		close(fd);
		ck_assert_msg(strstr(answer, " 403 ") &&
		                  strstr(answer, "does harm: it cannot be "
		                                 "told who asks: the other "
		                                 "end"),
		              "%s: %s", harmful[i], answer);
	}
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
}
END_TEST

START_TEST(harm_is_refused_to_another_user)
{
	if (getuid() != 0)
		return; /* nobody but root can be another user */
	for (size_t i = 0; i < N(harmful); i++) {
		const char *out = stage_outside(
		    &c->stage,
		    "runuser -u nobody -- curl -s -w '%%{http_code}' "
		    "'http://127.0.0.1:%d%s'",
		    c->port, harmful[i]);

		ck_assert_msg(strstr(out, "does harm: it is for uid 0, who "
		                          "runs this server") &&
		                  strstr(out, "403"),
		              "%s: %s", harmful[i], out);
	}
	ck_assert_int_eq(cluster_count(c, MSG_CHANGED, 1), 0);
	ck_assert_int_eq(cluster_count(c, MSG_CHANGED, 2), 0);
}
END_TEST

START_TEST(the_user_who_runs_the_server_may)
{
	ck_assert_int_le(cluster_get(c, "/exit?code=7").status, 0);
	ck_assert_int_eq(cluster_expect(c, MSG_CHANGED, 1)->change.code, 7);
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_test(tc, harm_is_refused_to_another_user);
	tcase_add_test(tc, harm_is_refused_when_it_cannot_be_told_who_asks);
	tcase_add_test(tc, the_user_who_runs_the_server_may);
}

int
main(void)
{
	Suite *s = suite_create("guard");
	TCase *with = tcase_create("diagnosis"),
	      *without = tcase_create("without diagnosis");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(with, open_two, close_it);
	add_tests(with);
	suite_add_tcase(s, with);
	tcase_add_checked_fixture(without, open_two_without, close_it);
	add_tests(without);
	suite_add_tcase(s, without);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
