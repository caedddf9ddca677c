/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Real requests to a little server, which behaves as the path says.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/load/run.h"
#include "core/load/table.h"
#include "core/sys/clock.h"
#include "tests/little.h"
#include "tests/story.h"

/* The runs **************************************************************/

static struct plan plan;
static struct tally *tally;
static struct run_only only;
static struct err err;

static void
setup(void)
{
	little_open();
	tally = tally_open();
	plan = (struct plan){ .port = little.port,
		              .requests = 1,
		              .at_once = 1,
		              .timeout_ns = 20 * NS_PER_S };
}

static void
teardown(void)
{
	tally_close(tally);
	little_close();
}

static int
run(const char *path)
{
	struct run_with with = { .plan = &plan, .tally = tally };

	strcpy(plan.path, path);
	return run_plan(&with, &only, &err);
}

START_TEST(an_answer_names_its_worker)
{
	ck_assert_int_eq(run("/ok"), 0);
	ck_assert_int_eq(only.answer.reason, TALLY_ANSWERED);
	ck_assert_int_eq(only.answer.status, 200);
	ck_assert_str_eq(only.answer.worker, "w1");
	ck_assert_int_eq(only.answer.pid, 9001);
	ck_assert_uint_eq(only.answer.body_len, 6);
	ck_assert_mem_eq(only.answer.body, "hello\n", 6);
	ck_assert_int_gt(only.answer.took_ns, 0);
}
END_TEST

START_TEST(many_answers_are_counted_in_order)
{
	plan.requests = 10;
	ck_assert_int_eq(run("/ok"), 0);
	ck_assert_uint_eq(tally->answered, 10);
	ck_assert_uint_eq(tally->connections, 10);
	ck_assert_int_eq(little.accepted, 10);
	for (int i = 0; i < 10; i++)
		ck_assert_str_eq(tally->order[i], i % 2 ? "w2" : "w1");
}
END_TEST

START_TEST(kept_connections_are_used_again)
{
	plan.requests = 50;
	plan.keep_alive = true;
	ck_assert_int_eq(run("/ok"), 0);
	ck_assert_uint_eq(tally->answered, 50);
	ck_assert_uint_eq(tally->connections, 1);
	ck_assert_int_eq(little.accepted, 1);
}
END_TEST

START_TEST(requests_go_side_by_side)
{
	plan.requests = 500;
	plan.at_once = 20;
	ck_assert_int_eq(run("/ok"), 0);
	ck_assert_uint_eq(tally->answered, 500);
	ck_assert_uint_eq(tally->failed, 0);
}
END_TEST

static const struct {
	const char *path;
	enum tally_reason reason;
} failures[] = {
	{ "/close", TALLY_EMPTY },
	{ "/reset", TALLY_RESET },
	{ "/garbage", TALLY_GARBAGE },
	{ "/cut", TALLY_CUT },
};

START_TEST(a_failure_has_its_reason)
{
	ck_assert_int_eq(run(failures[_i].path), 0);
	ck_assert_str_eq(tally_reason_name(only.answer.reason),
	                 tally_reason_name(failures[_i].reason));
	ck_assert_uint_eq(tally->failed, 1);
}
END_TEST

START_TEST(no_answer_in_time_is_a_failure)
{
	plan.timeout_ns = 50 * NS_PER_MS;
	ck_assert_int_eq(run("/hang"), 0);
	ck_assert_int_eq(only.answer.reason, TALLY_TIMEOUT);
}
END_TEST

START_TEST(a_free_port_refuses_and_the_shell_hears_it_once)
{
	struct run_with with = { .plan = &plan, .tally = tally };
	struct sockaddr_in a = { .sin_family = AF_INET };
	int ends[2], fds[WIRE_FDS], nfds, told = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(a);
	struct msg m;

	/* Bound, so nobody else takes it, but it does not listen. */
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, len), 0);
	getsockname(fd, (struct sockaddr *)&a, &len);
	plan.port = ntohs(a.sin_port);
	plan.requests = 3;
	ck_assert_int_eq(wire_pair(ends, NULL), 0);
	with.shell = wire_open(ends[0], NULL);
	ck_assert_int_eq(run_plan(&with, &only, &err), 0);
	ck_assert_uint_eq(tally->reasons[TALLY_REFUSED], 3);
	while (wire_try_recv(ends[1], &m, fds, &nfds) > 0 &&
	       m.type != MSG_RESULT)
		told += m.type == MSG_REFUSED && m.target.value == plan.port;
	ck_assert_int_eq(told, 1);
	wire_close(with.shell);
	close(ends[1]);
	close(fd);
}
END_TEST

START_TEST(a_big_body_is_kept_in_part)
{
	ck_assert_int_eq(run("/big"), 0);
	ck_assert_int_eq(only.answer.reason, TALLY_ANSWERED);
	ck_assert_uint_eq(only.answer.body_len, RUN_BODY_KEPT);
}
END_TEST

START_TEST(a_status_of_500_is_an_answer_that_failed)
{
	ck_assert_int_eq(run("/503"), 0);
	ck_assert_int_eq(only.answer.status, 503);
	ck_assert_uint_eq(tally->server_errors, 1);
}
END_TEST

START_TEST(a_failed_request_is_sent_again)
{
	plan.retries = 2;
	ck_assert_int_eq(run("/once"), 0);
	ck_assert_uint_eq(tally->answered, 1);
	ck_assert_uint_eq(tally->retried, 1);
	ck_assert_uint_eq(tally->sent, 1);
	ck_assert_str_eq(only.answer.worker, "w2");
}
END_TEST

START_TEST(a_request_is_not_sent_again_without_end)
{
	plan.retries = 2;
	ck_assert_int_eq(run("/close"), 0);
	ck_assert_uint_eq(tally->failed, 1);
	ck_assert_uint_eq(tally->retried, 2);
	ck_assert_int_eq(little.requests, 3);
}
END_TEST

START_TEST(a_rate_is_kept)
{
	plan.requests = 0;
	plan.rate = 100;
	plan.at_once = 10;
	plan.for_ns = 300 * NS_PER_MS;
	ck_assert_int_eq(run("/ok"), 0);
	ck_assert_uint_ge(tally->sent, 20);
	ck_assert_uint_le(tally->sent, 31);
	ck_assert_uint_eq(tally->answered, tally->sent);
	ck_assert_int_ge(tally->took_ns, plan.for_ns);
}
END_TEST

static void *
interrupt_when_hanging(void *arg)
{
	while (little.hanging < 3)
		usleep(1000);
	kill(getpid(), SIGINT);
	return arg;
}

START_TEST(a_signal_ends_a_run_and_keeps_its_counts)
{
	pthread_t thread;

	plan.requests = 100;
	plan.at_once = 3;
	pthread_create(&thread, NULL, interrupt_when_hanging, NULL);
	ck_assert_int_eq(run("/hang"), 1);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(tally->sent, 3);
	ck_assert_uint_eq(tally->answered + tally->failed, 0);
}
END_TEST

/* The wire to the shell *************************************************/

START_TEST(the_shell_hears_ports_and_the_result)
{
	int ends[2], fds[WIRE_FDS], nfds, ports = 0;
	struct run_with with = { .plan = &plan, .tally = tally };
	struct msg m;

	ck_assert_int_eq(wire_pair(ends, NULL), 0);
	with.shell = wire_open(ends[0], NULL);
	plan.requests = 5;
	strcpy(plan.name, "c1");
	strcpy(plan.path, "/ok");
	ck_assert_int_eq(run_plan(&with, &only, &err), 0);
	do {
		ck_assert_int_eq(wire_try_recv(ends[1], &m, fds, &nfds), 1);
		ports += m.type == MSG_FROM && m.target.value > 0;
	} while (m.type == MSG_PROGRESS || m.type == MSG_FROM);
	ck_assert_int_eq(ports, 5);
	ck_assert_str_eq(msg_name(m.type), "RESULT");
	ck_assert_str_eq(m.name, "c1");
	ck_assert_uint_eq(m.progress.wanted, 5);
	ck_assert_uint_eq(m.progress.answered, 5);
	wire_close(with.shell);
	close(ends[1]);
}
END_TEST

static void *
close_when_hanging(void *arg)
{
	while (little.hanging < 1)
		usleep(1000);
	close(*(int *)arg);
	return arg;
}

START_TEST(the_end_of_the_shell_ends_a_run)
{
	struct run_with with = { .plan = &plan, .tally = tally };
	pthread_t thread;
	int ends[2];

	ck_assert_int_eq(wire_pair(ends, NULL), 0);
	with.shell = wire_open(ends[0], NULL);
	strcpy(plan.path, "/hang");
	pthread_create(&thread, NULL, close_when_hanging, &ends[1]);
	ck_assert_int_eq(run_plan(&with, &only, &err), 1);
	pthread_join(thread, NULL);
	wire_close(with.shell);
}
END_TEST

/* Aiming ****************************************************************/

/* A master that knows w1 alone; it counts and remembers what it is told. */
static struct {
	int line; /* owned */
	int aims;
	struct msg_handoff last;
} master;

static void *
master_run(void *arg)
{
	struct pollfd p = { master.line, POLLIN, 0 };
	int fds[WIRE_FDS], nfds, got;
	struct msg m, reply;

	while (poll(&p, 1, -1) > 0 &&
	       (got = wire_try_recv(master.line, &m, fds, &nfds)) > 0) {
		ck_assert_int_eq(m.type, MSG_AIM);
		master.aims++;
		master.last = m.handoff;
		reply =
		    m.handoff.id == 1
		        ? msg_make(MSG_AIMED, NULL)
		        : msg_say(MSG_FAILED, "there is no w%u", m.handoff.id);
		if (m.handoff.id == 1)
			reply.listening.private_port = little.port;
		reply.seq = m.seq;
		wire_try_send(master.line, &reply, NULL, 0);
	}
	return arg;
}

START_TEST(every_connection_is_aimed)
{
	struct run_with with = { .plan = &plan, .tally = tally };
	pthread_t thread;
	struct aim aim;
	int ends[2];

	ck_assert_int_eq(wire_pair(ends, NULL), 0);
	master.line = ends[1];
	pthread_create(&thread, NULL, master_run, NULL);
	ck_assert_int_eq(aim_open(&aim, ends[0], 1, 2, &err), 0);
	ck_assert_uint_eq(aim.private_port, little.port);
	with.aim = &aim;
	plan.port = 1; /* nobody listens there: only the aim can hit */
	plan.requests = 3;
	strcpy(plan.path, "/ok");
	ck_assert_int_eq(run_plan(&with, &only, &err), 0);
	ck_assert_uint_eq(tally->answered, 3);
	aim_close(&aim);
	close(ends[0]);
	pthread_join(thread, NULL);
	ck_assert_int_eq(master.aims, 3);
	ck_assert_uint_eq(master.last.thread, 2);
	ck_assert_uint_eq(master.last.port, little.last_peer);
	close(ends[1]);
}
END_TEST

START_TEST(a_target_that_is_not_there_is_the_masters_sentence)
{
	pthread_t thread;
	struct aim aim;
	int ends[2];

	ck_assert_int_eq(wire_pair(ends, NULL), 0);
	master.line = ends[1];
	pthread_create(&thread, NULL, master_run, NULL);
	ck_assert_int_eq(aim_open(&aim, ends[0], 9, 0, &err), -1);
	ck_assert_str_eq(err.text, "there is no w9");
	aim_close(&aim);
	close(ends[0]);
	pthread_join(thread, NULL);
	close(ends[1]);
}
END_TEST

START_TEST(a_silent_master_is_not_waited_for_without_end)
{
	struct aim aim;
	int ends[2];

	ck_assert_int_eq(wire_pair(ends, NULL), 0);
	ck_assert_int_eq(aim_open(&aim, ends[0], 1, 0, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "is it stopped?"));
	aim_close(&aim);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* The program ***********************************************************/

static struct story *
start(const char *path, const char *option, const char *value)
{
	char port[16];

	snprintf(port, sizeof(port), "%d", little.port);
	return story_start((const char *const[]){
	    "forkshop-client", "--port", port, path, option, value, NULL });
}

START_TEST(the_program_prints_one_line_and_leaves_with_0)
{
	struct story *s = start("/ok", "-n", "1");

	story_expect(s, "^200  w1 \\(pid 9001\\)  [0-9.]+ [mu]s  hello$");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(the_program_leaves_with_1_when_a_request_failed)
{
	struct story *s = start("/503", "-n", "2");

	story_expect(s, "status +2  answered with HTTP 503");
	ck_assert_int_eq(story_close(s), 1);
	s = start("/close", "--timeout", "5s");
	story_expect(s, "^empty reply: the worker died with it");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(the_program_leaves_with_2_when_it_is_not_understood)
{
	struct story *s = start("/ok", "-n", "none");

	story_expect(s, "^forkshop-client: -n takes a number");
	ck_assert_int_eq(story_close(s), 2);
	s = start("/ok", "--to", "w1");
	story_expect(s, "^forkshop-client: --to needs a line to the master");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(an_interrupted_program_shows_what_it_did_and_leaves_with_130)
{
	struct story *s = start("/hang", "-n", "5");

	while (little.hanging < 1)
		usleep(1000);
	kill(s->stage.pid, SIGINT);
	story_expect(s, "^total +0  answered, 1 given up");
	ck_assert_int_eq(story_close(s), 130);
}
END_TEST

static void
add_tests(TCase *tcase)
{
	tcase_add_test(tcase, an_answer_names_its_worker);
	tcase_add_test(tcase, many_answers_are_counted_in_order);
	tcase_add_test(tcase, kept_connections_are_used_again);
	tcase_add_test(tcase, requests_go_side_by_side);
	tcase_add_loop_test(tcase, a_failure_has_its_reason, 0,
	                    sizeof(failures) / sizeof(failures[0]));
	tcase_add_test(tcase, no_answer_in_time_is_a_failure);
	tcase_add_test(tcase, a_free_port_refuses_and_the_shell_hears_it_once);
	tcase_add_test(tcase, a_big_body_is_kept_in_part);
	tcase_add_test(tcase, a_status_of_500_is_an_answer_that_failed);
	tcase_add_test(tcase, a_failed_request_is_sent_again);
	tcase_add_test(tcase, a_request_is_not_sent_again_without_end);
	tcase_add_test(tcase, a_rate_is_kept);
	tcase_add_test(tcase, a_signal_ends_a_run_and_keeps_its_counts);
	tcase_add_test(tcase, the_shell_hears_ports_and_the_result);
	tcase_add_test(tcase, the_end_of_the_shell_ends_a_run);
	tcase_add_test(tcase, every_connection_is_aimed);
	tcase_add_test(tcase,
	               a_target_that_is_not_there_is_the_masters_sentence);
	tcase_add_test(tcase, a_silent_master_is_not_waited_for_without_end);
	tcase_add_test(tcase, the_program_prints_one_line_and_leaves_with_0);
	tcase_add_test(tcase, the_program_leaves_with_1_when_a_request_failed);
	tcase_add_test(tcase,
	               the_program_leaves_with_2_when_it_is_not_understood);
	tcase_add_test(
	    tcase,
	    an_interrupted_program_shows_what_it_did_and_leaves_with_130);
}

int
main(void)
{
	Suite *suite = suite_create("run");
	TCase *tcase = tcase_create("run");
	SRunner *runner = srunner_create(suite);
	int bad;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	add_tests(tcase);
	srunner_run_all(runner, CK_NORMAL);
	bad = srunner_ntests_failed(runner);
	srunner_free(runner);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
