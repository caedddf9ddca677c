/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What goes wrong: node-cluster.md N28 to N31, and bad input on the port.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cluster.h"

/* Start a server that must fail; returns its sentence. */
static const char *
failure(int port)
{
	static char text[MSG_TEXT];
	char number[16];
	const char *args[] = { "--port", number, NULL };
	struct cluster *c;

	snprintf(number, sizeof(number), "%d", port);
	c = cluster_start(args, NULL);
	snprintf(text, sizeof(text), "%s",
	         cluster_expect(c, MSG_FAILED, 0)->text.text);
	ck_assert_int_eq(stage_wait(&c->stage), 1);
	cluster_bury(c);
	return text;
}

static int
listen_somewhere(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	*port = ntohs(at.sin_port);
	return fd;
}

START_TEST(N28_a_port_in_use_is_reported_with_pid_name_and_user)
{
	int port, fd = listen_somewhere(&port);
	char want[128], name[17] = "";
	const char *got = failure(port);

	prctl(PR_GET_NAME, name, 0, 0, 0);
	snprintf(want, sizeof(want), "port %d is in use by %d %s (user ", port,
	         (int)getpid(), name);
	ck_assert_msg(strstr(got, want) != NULL, "\"%s\", wanted \"%s\"", got,
	              want);
	close(fd);
}
END_TEST

START_TEST(N28_without_diagnosis_the_port_is_reported_all_the_same)
{
	int port, fd = listen_somewhere(&port);
	char whom[64];

	snprintf(whom, sizeof(whom), "port %d is in use by %d ", port,
	         (int)getpid());
	setenv("FORKSHOP_WITHOUT", "diag", 1);
	ck_assert_ptr_nonnull(strstr(failure(port), whom));
	close(fd);
}
END_TEST

START_TEST(N28_the_next_start_works_once_the_port_is_free)
{
	int port, fd = listen_somewhere(&port);
	char number[16];
	const char *args[] = { "--port", number, NULL };
	struct cluster *c;

	failure(port);
	close(fd);
	snprintf(number, sizeof(number), "%d", port);
	c = cluster_open(1, args);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	cluster_close(c);
}
END_TEST

/*
 * As nobody, in a process of its own; not under valgrind, whose log of it
 * nobody could write.
 */
START_TEST(N29_a_privileged_port_is_reported_and_nothing_runs)
{
	const char *preload = getenv("LD_PRELOAD");
	int status;
	pid_t pid;

	if (preload && strstr(preload, "vgpreload"))
		return;
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) || setuid(65534)))
			_exit(2);
		_exit(strstr(failure(81), "port 81 is reserved for root") ? 0
		                                                          : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(N30_unknown_messages_are_ignored)
{
	struct cluster *c = cluster_open(1, NULL);
	struct msg m = msg_make(MSG_NONE, NULL);

	m.type = 4711;
	ck_assert_int_eq(wire_send(c->wire, &m, NULL, 0, NULL), 0);
	ck_assert_int_eq(send(wire_fd(c->wire), "x", 1, 0), 1);
	m = msg_make(MSG_PROGRESS, NULL); /* not for a master */
	ck_assert_int_eq(wire_send(c->wire, &m, NULL, 0, NULL), 0);
	cluster_do(c, MSG_FORK, 0, 1);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	cluster_close(c);
}
END_TEST

START_TEST(N31_a_backlog_can_be_set)
{
	const char *args[] = { "--backlog", "77", NULL };
	struct cluster *c = cluster_open(1, args);
	const char *line =
	    stage_outside(&c->stage, "ss -ltnH 'sport = :%d'", c->port);

	ck_assert_msg(strstr(line, " 77 ") != NULL, "%s", line);
	cluster_close(c);
}
END_TEST

START_TEST(N31_the_environment_reaches_the_worker)
{
	const char *args[] = { "--port", "0", "--workers", "1", NULL };
	const char *env[] = { "CHALK=white", NULL };
	struct cluster *c = cluster_start(args, env);
	const char *text;

	cluster_expect(c, MSG_LISTENING, 1);
	text = stage_outside(&c->stage, "tr '\\0' '\\n' </proc/%d/environ",
	                     (int)c->pids[1]);
	ck_assert_msg(strstr(text, "CHALK=white") != NULL, "%s", text);
	cluster_close(c);
}
END_TEST

/* Bad input ***************************************************************/

/* Send `text`, read the answer: 4xx or nothing; the others are served. */
static void
answered_4xx(const char *text)
{
	struct cluster *c = cluster_open(2, NULL);
	int fd = cluster_connect(c->port);
	struct answer a;
	struct page_totals t;

	cluster_write(fd, text);
	a = cluster_read(fd);
	ck_assert_msg(a.status <= 0 || a.status / 100 == 4, "status %d",
	              a.status);
	close(fd);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	cluster_until_quiet(c);
	t = page_totals(c->page);
	ck_assert_uint_eq(t.started, 2);
	ck_assert_uint_eq(t.accepted, 3);
	cluster_close(c);
}

START_TEST(garbage_is_refused_and_not_counted)
{
	answered_4xx("\x01\x02 this is no HTTP at all\r\n\r\n");
}
END_TEST

START_TEST(a_request_line_without_sense_is_refused_and_not_counted)
{
	answered_4xx("GET\r\nHost\r\n\r\n\r\n");
}
END_TEST

START_TEST(huge_headers_are_refused_and_not_counted)
{
	char *text = malloc(200000);

	strcpy(text, "GET / HTTP/1.1\r\nHost: x\r\nX-Big: ");
	memset(text + strlen(text), 'x', 100000);
	strcpy(text + 100000, "\r\n\r\n");
	answered_4xx(text);
	free(text);
}
END_TEST

START_TEST(a_path_that_never_ends_is_refused_and_not_counted)
{
	char *text = malloc(100000);

	strcpy(text, "GET /");
	memset(text + 5, 'a', 60000);
	strcpy(text + 60000, " HTTP/1.1\r\nHost: x\r\n\r\n");
	answered_4xx(text);
	free(text);
}
END_TEST

/* It sends `text` and then nothing more: dropped after the time limit. */
static void
dropped_in_time(const char *text)
{
	const char *args[] = { "--timeout", "1", NULL };
	struct cluster *c = cluster_open(1, args);
	int fd = cluster_connect(c->port);

	cluster_write(fd, text);
	ck_assert_str_eq(cluster_order(c, 3), "1 1 1");
	ck_assert_int_le(cluster_read(fd).status, 499);
	close(fd);
	cluster_until_quiet(c);
	ck_assert_uint_eq(page_totals(c->page).started, 3);
	cluster_close(c);
}

START_TEST(half_a_request_is_dropped_after_the_time_limit)
{
	dropped_in_time("GET / HTTP/1.1\r\nHo");
}
END_TEST

START_TEST(a_silent_connection_is_dropped_after_the_time_limit)
{
	dropped_in_time("");
}
END_TEST

START_TEST(a_client_that_leaves_in_mid_request_leaves_true_counters)
{
	struct cluster *c = cluster_open(1, NULL);
	struct linger hard = { 1, 0 };
	int fd = cluster_connect(c->port);
	struct page_totals t;

	cluster_request(fd, "/sleep?ms=200", false);
	ck_assert_str_eq(cluster_order(c, 1), "1");
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
	cluster_until_quiet(c);
	t = page_totals(c->page);
	ck_assert_uint_eq(t.started, 2);
	ck_assert_uint_eq(t.done, 2);
	ck_assert_uint_eq(t.failed, 1);
	cluster_close(c);
}
END_TEST

START_TEST(only_GET_and_HEAD_are_served)
{
	struct cluster *c = cluster_open(1, NULL);
	int fd = cluster_connect(c->port);
	struct answer a;

	cluster_write(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
	                  "\r\nhello");
	a = cluster_read(fd);
	ck_assert_int_eq(a.status, 405);
	ck_assert_ptr_nonnull(strstr(a.text, "Allow: GET, HEAD"));
	close(fd);
	fd = cluster_connect(c->port);
	cluster_write(fd, "HEAD / HTTP/1.1\r\nHost: x\r\n"
	                  "Connection: close\r\n\r\n");
	while (cluster_readable(fd, 30000) && recv(fd, a.text, 10, 0) > 0)
		ck_assert_ptr_null(strstr(a.text, "hello"));
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(an_unknown_page_lists_those_that_there_are)
{
	struct cluster *c = cluster_open(1, NULL);
	struct answer a = cluster_get(c, "/%1b[31mred");

	ck_assert_int_eq(a.status, 404);
	ck_assert_ptr_eq(strstr(answer_body(&a),
	                        "there is no page /?[31mred here; there are / "
	                        "/health /whoami /sleep?ms=N "),
	                 answer_body(&a));
	cluster_close(c);
}
END_TEST

START_TEST(sleep_wants_a_number_of_milliseconds)
{
	static const char *const bad[] = { "/sleep",
		                           "/sleep?ms=", "/sleep?ms=-1",
		                           "/sleep?ms=60001", "/sleep?ms=1e3" };
	struct cluster *c = cluster_open(1, NULL);

	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(cluster_get(c, bad[i]).status, 400);
	ck_assert_int_eq(cluster_get(c, "/sleep?ms=1").status, 200);
	cluster_close(c);
}
END_TEST

START_TEST(unknown_options_name_the_nearest)
{
	static const struct {
		const char *args, *want;
	} rows[] = {
		{ "", "the server wants a name" },
		{ "web --prot 1", "did you mean port?" },
		{ "web --port x", "port is a number from 0 to 65535" },
		{ "web --port", "--port wants a value" },
		{ "web --policy x", "there is no policy \"x\"" },
		{ "web --model x", "there is no model \"x\"" },
		{ "web --on-parent-death x", "channel, kill or orphan" },
		{ "web web2", "one name" },
	};
	struct stage stage;

	stage_open(&stage);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = stage_outside(
		    &stage, "%s %s; echo status $?",
		    stage_program("forkshop-server"), rows[i].args);

		ck_assert_msg(strstr(got, rows[i].want) != NULL, "%s", got);
		ck_assert_msg(strstr(got, "status 2") != NULL, "%s", got);
	}
	stage_close(&stage);
}
END_TEST

static TCase *
errors_case(void)
{
	TCase *t = tcase_create("errors");

	tcase_add_test(t, N28_a_port_in_use_is_reported_with_pid_name_and_user);
	tcase_add_test(t,
	               N28_without_diagnosis_the_port_is_reported_all_the_same);
	tcase_add_test(t, N28_the_next_start_works_once_the_port_is_free);
	tcase_add_test(t, N29_a_privileged_port_is_reported_and_nothing_runs);
	tcase_add_test(t, N30_unknown_messages_are_ignored);
	tcase_add_test(t, N31_a_backlog_can_be_set);
	tcase_add_test(t, N31_the_environment_reaches_the_worker);
	tcase_add_test(t, unknown_options_name_the_nearest);
	return t;
}

static TCase *
input_case(void)
{
	TCase *t = tcase_create("bad input");

	tcase_add_test(t, garbage_is_refused_and_not_counted);
	tcase_add_test(t,
	               a_request_line_without_sense_is_refused_and_not_counted);
	tcase_add_test(t, huge_headers_are_refused_and_not_counted);
	tcase_add_test(t, a_path_that_never_ends_is_refused_and_not_counted);
	tcase_add_test(t, half_a_request_is_dropped_after_the_time_limit);
	tcase_add_test(t, a_silent_connection_is_dropped_after_the_time_limit);
	tcase_add_test(
	    t, a_client_that_leaves_in_mid_request_leaves_true_counters);
	tcase_add_test(t, only_GET_and_HEAD_are_served);
	tcase_add_test(t, an_unknown_page_lists_those_that_there_are);
	tcase_add_test(t, sleep_wants_a_number_of_milliseconds);
	return t;
}

int
main(void)
{
	Suite *s = suite_create("cluster errors");
	SRunner *r;
	int failed;

	suite_add_tcase(s, errors_case());
	suite_add_tcase(s, input_case());
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
