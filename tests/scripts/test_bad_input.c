/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever is typed or sent, the answer is a sentence to act on, and the lab
 * goes on.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/cast.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof((rows)[0])))

/* A connection to it on which `bytes` were sent. */
static int
speak(int port, const char *bytes, size_t size)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)port);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	if (size > 0)
		send(fd, bytes, size, MSG_NOSIGNAL);
	return fd;
}

/* The first number of the status line; 0 when it was dropped instead. */
static int
answer_of(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[1024];
	int status = 0;
	ssize_t n;

	ck_assert_msg(poll(&p, 1, stage_limit_ms()) == 1,
	              "neither answered nor dropped");
	n = recv(fd, text, sizeof(text) - 1, 0);
	if (n > 0) {
		text[n] = '\0';
		sscanf(text, "HTTP/1.%*d %d", &status);
	}
	return status;
}

/* Lines typed ***********************************************************/

static const struct {
	const char *line, *answer;
} lines[] = {
	// clang-format off
	{ "frok",                 "no command or program frok: .*fork" },
	{ "get --keep-alife",     "no option --keep-alife: .*--keep-alive" },
	{ "serve x --wrokers 1",  "no option --wrokers: .*--workers" },
	{ "get --to w9",          "no process w9 in the lab: .*w1" },
	{ "kill w9",              "no process w9 in the lab: .*w1" },
	{ "kill -TREM w1",        "no signal TREM: .*TERM" },
	{ "kill -99 w1",          "signal 99|no signal" },
	{ "kill",                 "kill needs a target" },
	{ "kill 1",               "1 is not a process of the lab" },
	{ "kill -KILL -1",        "not a process of the lab|no process" },
	{ "kill 0",               "not a process of the lab|no process" },
	{ "kill %7",              "there is no job" },
	{ "shutdown wbe",         "no server wbe: did you mean web" },
	{ "serve web",            "there is a server web already" },
	{ "serve WEB",            "small letters" },
	{ "serve x --port 70000", "0 to 65535, not \"70000\"" },
	{ "serve x --policy rrr --port 0", "--policy is one of rr, least, " },
	{ "serve x --on-parent-death chanel", "did you mean channel" },
	{ "serve x --threads 100000 --port 0", "1 to 64, or cores, not \"1000" },
	{ "model evnt",           "did you mean event" },
	{ "policy leest",         "did you mean least" },
	{ "peek nix",             "nobody has a variable nix" },
	{ "thread 100000 w1",     "1 to 64, not \"100000\"" },
	{ "fork 100000",          "1 to 128, not \"100000\"" },
	{ "fork 0",               "1 to 128, not \"0\"" },
	{ "get -n 0",             "not \"0\"" },
	{ "get -n x",             "not \"x\"" },
	{ "get -n 99999999999999999999", "not \"9999" },
	{ "cd /nonexistent",      "cannot go to /nonexistent: No such file" },
	{ "wait w9",              "w9" },
	{ "sh -c 'unclosed",      "j1 exited 2" },
	{ "!vi",                  "no terminal to give" },
	// clang-format on
};

START_TEST(a_wrong_line_is_answered_by_a_sentence_and_the_lab_goes_on)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "%s", lines[_i].line);
	story_expect(c.s, lines[_i].answer);
	cast_assert_answers(&c, "w1");
	cast_assert_answers(&c, "w2");
	ck_assert_int_gt(story_close(c.s), 0);
}
END_TEST

START_TEST(what_stands_behind_a_wrong_command_runs)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "frok a 'b;c'; echo so it does");
	story_expect(c.s, "no command or program frok: .*fork");
	story_expect(c.s, "^so it does$");
	ck_assert_int_eq(story_close(c.s), 2);
}
END_TEST

START_TEST(more_workers_than_the_limit_are_refused_with_the_limit)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "fork 127");
	story_expect(c.s, "128");
	story_send(c.s, "get -n 2");
	story_expect(c.s, "2  answered");
	ck_assert_int_eq(story_close(c.s), 1);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_no_harm)
{
	static const char bad[] =
	    "a\0b\n\377\376\300\200\n\033[2J\033]0;x\007\n";
	struct cast c = cast_open(NULL);
	static char y[200001];

	memset(y, 'y', sizeof(y) - 1);
	ck_assert_int_gt(write(c.s->to, bad, sizeof(bad) - 1), 0);
	for (size_t at = 0, n; at < sizeof(y) - 1; at += n) {
		n = (size_t)write(c.s->to, y + at, sizeof(y) - 1 - at);
		ck_assert_int_gt((int)n, 0);
	}
	story_send(c.s, "\necho after");
	story_expect(c.s, "a line has at most [0-9]+ bytes");
	story_expect(c.s, "^after$");
	ck_assert_ptr_null(memchr(c.s->text, '\033', c.s->len));
	ck_assert_int_gt(story_close(c.s), 0);
}
END_TEST

START_TEST(escape_sequences_in_a_path_stay_out_of_the_terminal)
{
	static const char red[] = "GET /\033[31mred\007 HTTP/1.0\r\n\r\n";
	struct cast c = cast_open(NULL);

	int fd = speak(c.port, red, strlen(red));

	answer_of(fd);
	close(fd);
	story_send(c.s, "get '/\033[31mred'\nget /%%1b%%5b31mred\necho after");
	story_expect(c.s, "^after$");
	ck_assert_ptr_null(memchr(c.s->text, '\033', c.s->len));
	ck_assert_ptr_null(memchr(c.s->text, '\007', c.s->len));
	story_close(c.s);
}
END_TEST

/* The program's own arguments *******************************************/

static const struct {
	const char *args[4], *answer;
	int status;
} starts[] = {
	{ { NULL }, "no terminal here: .*--plain", 2 },
	{ { "--workers", "x" }, "--workers takes .*, not \"x\"", 2 },
	{ { "--workers", "100000" }, "from 0 to 128", 2 },
	{ { "--port", "99999" }, "--port takes .*, not \"99999\"", 2 },
	{ { "--prot", "1" }, "--prot", 2 },
	{ { "-c" }, "requires an argument", 2 },
	{ { "frok" }, "no mode \"frok\"", 2 },
	{ { "run" }, "takes one file", 2 },
	{ { "run", "/nonexistent" }, "cannot read /nonexistent: No such", 1 },
	{ { "run", "/etc" }, "cannot read /etc: Is a directory", 1 },
	{ { "--empty", "-c", "" }, "", 0 },
};

START_TEST(a_wrong_start_says_what_is_right)
{
	const char *argv[6] = { "forkshop" };
	struct story *s;

	memcpy(argv + 1, starts[_i].args, sizeof(starts[_i].args));
	s = story_start(argv);
	if (starts[_i].answer[0])
		story_expect(s, starts[_i].answer);
	ck_assert_int_eq(story_close(s), starts[_i].status);
}
END_TEST

/* On the port ***********************************************************/

static int
listen_on(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, size), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&a, &size);
	*port = ntohs(a.sin_port);
	return fd;
}

START_TEST(a_port_in_use_is_told_by_whom_and_the_shell_stays)
{
	char port[16], want[128];
	const char *const argv[] = { "--port", port, NULL };
	int number, fd = listen_on(&number);
	struct story *s;

	snprintf(port, sizeof(port), "%d", number);
	s = story_open(argv);
	snprintf(want, sizeof(want), "port %d is in use by %d .*: .*--port",
	         number, (int)getpid());
	story_expect(s, want);
	story_send(s, "get");
	story_expect(s, "no server|has ended|serve");
	story_send(s, "serve web --port 0");
	story_expect(s, "worker w[0-9]+ .* listening on");
	story_send(s, "get");
	story_expect(s, "hello world from w");
	ck_assert_int_eq(story_close(s), 1);
	close(fd);
}
END_TEST

START_TEST(garbage_and_silence_are_refused_and_the_others_are_served)
{
	static const char *const empty[] = { "--empty", NULL };
	static char huge[200000] = "GET / HTTP/1.1\r\nHost: x\r\nX-Long: ";
	static const char half[] = "GET / HTTP/1.1\r\nHos";
	static const char noise[] = "\001\002\377\376 \r\n\r\n\r\n";
	struct cast c = { .s = story_open(empty) };
	int fds[20];

	memset(huge + strlen(huge), 'x', sizeof(huge) - strlen(huge));
	story_send(c.s, "serve web --port 0 --timeout 1");
	story_expect_each(c.s, "worker w1 .* listening on",
	                  "worker w2 .* listening on", NULL);
	c.port = story_port(c.s);
	for (int i = 0; i < 20; i += 4) {
		fds[i] = speak(c.port, NULL, 0);
		fds[i + 1] = speak(c.port, half, strlen(half));
		fds[i + 2] = speak(c.port, noise, strlen(noise));
		fds[i + 3] = speak(c.port, huge, sizeof(huge));
	}
	story_send(c.s, "get -n 100");
	story_expect(c.s, "100  answered");
	for (int i = 0; i < 20; i++) {
		int status = answer_of(fds[i]);

		ck_assert_msg(status == 0 || (status >= 400 && status < 500),
		              "connection %d: status %d", i, status);
		close(fds[i]);
	}
	story_send(c.s, "get -n 100");
	story_expect(c.s, "100  answered");
	story_send(c.s, "until connections(web) = 0 and inflight(web) = 0 "
	                "within 20s\necho counted");
	story_expect(c.s, "^counted$");
	/* What never became a request is not counted as one. */
	story_send(c.s, "check requests(web) = 200");
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

/* head(1), which has had enough, is no error to tell. */
START_TEST(an_output_that_cannot_be_written_is_told)
{
	struct story *s = story_open(NULL);

	story_outside(s, "$FORKSHOP_BUILD/forkshop --port 0 --plain -c tree "
	                 "2>&1 >/dev/full | grep -Fx 'forkshop: cannot write "
	                 "the output: No space left on device'");
	story_outside(s, "! $FORKSHOP_BUILD/forkshop --port 0 --plain -c tree "
	                 "2>&1 >/dev/full | grep -v 'cannot write'");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(a_closed_descriptor_is_nobody_elses)
{
	struct story *s = story_open(NULL);

	story_outside(s, "$FORKSHOP_BUILD/forkshop --port 0 -c tree 2>&1 >&- "
	                 "| grep -Fx 'forkshop: cannot write the output: it "
	                 "is closed, by >&- or the like'");
	story_outside(s, "$FORKSHOP_BUILD/forkshop --port 0 --plain <&-");
	story_outside(s, "$FORKSHOP_BUILD/forkshop --port 0 -c 'get -n 4' "
	                 "2>&- <&- | grep 'answered, in'");
	story_outside(s, "$FORKSHOP_BUILD/forkshop-lab 2>&1 >&- <&- | "
	                 "grep -F 'type forkshop'");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bad input");
	TCase *tc = tcase_create("bad input");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_loop_test(
	    tc, a_wrong_line_is_answered_by_a_sentence_and_the_lab_goes_on, 0,
	    COUNT(lines));
	tcase_add_test(tc, what_stands_behind_a_wrong_command_runs);
	tcase_add_test(tc,
	               more_workers_than_the_limit_are_refused_with_the_limit);
	tcase_add_test(tc, bytes_that_are_no_text_are_no_harm);
	tcase_add_test(tc, escape_sequences_in_a_path_stay_out_of_the_terminal);
	tcase_add_loop_test(tc, a_wrong_start_says_what_is_right, 0,
	                    COUNT(starts));
	tcase_add_test(tc, an_output_that_cannot_be_written_is_told);
	tcase_add_test(tc, a_closed_descriptor_is_nobody_elses);
	tcase_add_test(tc, a_port_in_use_is_told_by_whom_and_the_shell_stays);
	tcase_add_test(
	    tc, garbage_and_silence_are_refused_and_the_others_are_served);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
