/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commands about servers, workers and requests, with the real programs.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "tests/rehearse.h"

/* Servers and workers ***************************************************/

START_TEST(the_first_server_listens_before_the_first_command_runs)
{
	const struct server *web =
	    snapshot_server(session_snapshot(rehearse_session), "web");

	ck_assert_ptr_nonnull(web);
	ck_assert(web->up);
	ck_assert_int_gt(web->port, 0);
	rehearse_said("worker w1");
	rehearse_said("worker w2");
	rehearse_said("result -: web is http://localhost:");
	rehearse_not_said("command -: serve");
}
END_TEST

START_TEST(fork_waits_until_each_new_worker_listens)
{
	rehearse_run("fork 2");
	rehearse_said("event -: worker w4 ");
	ck_assert_int_eq(
	    snapshot_find(session_snapshot(rehearse_session), "w4")->life,
	    LIFE_LISTENING);
	rehearse_run("fork 127");
	rehearse_said("error -: cannot fork 127");
	ck_assert_int_eq(session_status(rehearse_session), 1);
	rehearse_run("fork 100000");
	rehearse_said("from 1 to 128");
	rehearse_said("usage: fork [N] [SERVER]");
	ck_assert_int_eq(session_status(rehearse_session), 2);
	rehearse_run("fork wbe");
	rehearse_said("there is no server wbe: did you mean web?");
}
END_TEST

START_TEST(requests_are_answered_by_each_in_turn)
{
	rehearse_run("get -n 4");
	rehearse_said("total             4  answered");
	rehearse_said("order: w1 w2 w1 w2");
	rehearse_run("get --to w2");
	rehearse_said("hello world from w2");
	rehearse_run("get --to c1");
	rehearse_said("aim at a worker");
	rehearse_run("get --to w9");
	rehearse_said("error -: there is no process w9");
	ck_assert_str_eq(rehearse_progress, "");
	ck_assert_int_eq(session_status(rehearse_session), 1);
}
END_TEST

static bool
is_held_up(const void *unused)
{
	(void)unused;
	return strstr(rehearse_progress, " of 4: w2 is stopped");
}

START_TEST(who_holds_a_get_up_is_named)
{
	rehearse_run("kill -STOP w2");
	rehearse_run("until state(w2) = T");
	session_run(rehearse_session, "get -n 4");
	rehearse_until(is_held_up, NULL, "the name of who holds it up");
	session_interrupt(rehearse_session);
	rehearse_until(rehearse_is_idle, NULL, "the end of get");
	ck_assert_str_eq(rehearse_progress, "");
}
END_TEST

START_TEST(an_interrupted_get_says_how_far_it_came)
{
	session_run(rehearse_session, "get -n 100000 /sleep?ms=5; fork");
	rehearse_until_said("w1 answered");
	session_interrupt(rehearse_session);
	rehearse_until(rehearse_is_idle, NULL, "the end of get");
	rehearse_said("total");
	rehearse_not_said("w3");
}
END_TEST

START_TEST(kill_signals_what_is_named)
{
	pid_t w1 = rehearse_pid("w1");
	char line[64];

	rehearse_run("kill -STOP w1");
	rehearse_until_said("STOP sent to w1");
	rehearse_until_said("w1 stopped by STOP");
	snprintf(line, sizeof(line), "kill -s CONT %d", (int)w1);
	rehearse_run(line);
	rehearse_until_said("w1 goes on");
	rehearse_run("kill -9 w1 w2");
	rehearse_until_said("died: killed by KILL");
	rehearse_until(rehearse_is_gone, "w2", "the end of w2");
	ck_assert_int_eq(session_status(rehearse_session), 0);
}
END_TEST

START_TEST(kill_reaches_nobody_outside_the_lab)
{
	char line[64];

	snprintf(line, sizeof(line), "kill %d", (int)getppid());
	rehearse_run(line);
	rehearse_said("is not a process of the lab: forkshop signals only what "
	              "it started; in another terminal: kill -TERM ");
	rehearse_run("kill lab");
	rehearse_said("error -: the lab is the parent of everything");
	rehearse_run("kill -0 lab");
	rehearse_said("result -: lab is there");
	rehearse_run("kill w9 w1");
	rehearse_said("there is no process w9 in the lab");
	rehearse_until_said("TERM sent to w1");
	rehearse_run("kill -TREM w2");
	rehearse_said("did you mean TERM?");
	rehearse_run("kill");
	rehearse_said("kill needs a target");
	rehearse_run("kill -l 15");
	rehearse_said("15 TERM");
}
END_TEST

START_TEST(retire_ends_when_the_worker_has)
{
	rehearse_run("retire w2");
	ck_assert(rehearse_is_gone("w2"));
	rehearse_said("worker w2");
	rehearse_run("retire w2");
	rehearse_said("error -: w2 has ended already");
	rehearse_run("retire web");
	rehearse_said("web is not a worker");
	rehearse_run("get -n 2");
	rehearse_said("order: w1 w1");
}
END_TEST

START_TEST(shutdown_ends_when_the_master_has)
{
	rehearse_run("shutdown");
	ck_assert(rehearse_is_gone("web"));
	ck_assert(rehearse_is_gone("w1"));
	rehearse_run("shutdown web");
	rehearse_said("the server web has ended: `serve web` starts it again");
	rehearse_run("get");
	rehearse_said("there is no server: `serve` starts one");
	rehearse_run("serve web --port 0 --workers 1; get");
	rehearse_said("hello world from w1");
}
END_TEST

START_TEST(a_port_in_use_is_said_with_who_and_what_to_do)
{
	int port =
	    snapshot_server(session_snapshot(rehearse_session), "web")->port;
	char line[64], want[64];

	snprintf(line, sizeof(line), "serve web2 --port %d", port);
	rehearse_run(line);
	snprintf(want, sizeof(want),
	         "error -: port %d is in use by web (pid %d)", port,
	         (int)rehearse_pid("web"));
	rehearse_said(want);
	rehearse_said("as in `serve web2 --port 0`");
	rehearse_not_said("output web2");
	rehearse_run("serve web2 --port 0 --workers 1; get --server web2");
	rehearse_said("hello world from w1");
}
END_TEST

START_TEST(names_of_servers_are_not_those_of_others)
{
	rehearse_run("serve web");
	rehearse_said("there is a server web already");
	rehearse_run("serve w7");
	rehearse_said("w7 names a worker");
	rehearse_run("serve lab");
	rehearse_said("there is a lab already");
	rehearse_run("serve Big_One");
	rehearse_said("a server's name is short");
	rehearse_run("serve z --port 0 --policy nonsense");
	rehearse_said("--policy is one of rr");
}
END_TEST

START_TEST(slow_makes_every_stage_wait)
{
	int64_t began_ns;

	rehearse_run("slow 50ms");
	rehearse_said("waits 50 ms");
	began_ns = clock_ns();
	rehearse_run("get");
	ck_assert_int_ge(clock_ns() - began_ns, 100 * NS_PER_MS);
	rehearse_run("slow off; get");
	rehearse_said("no stage waits any more");
	rehearse_run("slow 1h");
	rehearse_said("at most 10 s");
}
END_TEST

START_TEST(settings_are_listed_and_changed)
{
	rehearse_run("set");
	rehearse_said("linger");
	rehearse_said("defer-accept");
	rehearse_run("set linger 5s; set linger");
	rehearse_said("linger 5s");
	ck_assert_str_eq(session_setting(rehearse_session, "linger"), "5s");
	ck_assert_str_eq(session_setting(rehearse_session, "no-such"), "");
	rehearse_run("set defer-accept on; get");
	rehearse_said("hello world");
	rehearse_run("set linger soon");
	rehearse_said("linger is a time");
	rehearse_run("set big on");
	rehearse_said("big is for the screen");
	rehearse_run("set");
	rehearse_not_said("for a projector");
}
END_TEST

START_TEST(closing_ends_everything)
{
	pid_t pids[5] = { 0 };

	rehearse_run("sleep 1000 &");
	rehearse_run("kill -STOP w1");
	rehearse_until_said("w1 stopped");
	pids[0] = rehearse_pid("lab");
	pids[1] = rehearse_pid("web");
	pids[2] = rehearse_pid("w1");
	pids[3] = rehearse_pid("j1");
	session_close(rehearse_session);
	ck_assert(rehearse_all_ended(pids));
	rehearse_session = NULL;
}
END_TEST

START_TEST(when_the_lab_dies_alone_nothing_is_left)
{
	pid_t pids[5] = { 0 };

	rehearse_run("sleep 1000 &");
	pids[0] = rehearse_pid("lab");
	pids[1] = rehearse_pid("web");
	pids[2] = rehearse_pid("w1");
	pids[3] = rehearse_pid("j1");
	session_run(rehearse_session, "get /sleep?ms=60000");
	while (session_snapshot(rehearse_session)->server[0].started == 0)
		ck_assert_int_eq(loop_turn(rehearse_loop, -1, NULL), 0);
	kill(pids[0], SIGKILL);
	rehearse_until(rehearse_is_idle, NULL, "the end of the wait");
	rehearse_said("is gone, killed by KILL");
	rehearse_said("type quit, and start forkshop again");
	ck_assert(rehearse_all_ended(pids));
	ck_assert_int_eq(session_status(rehearse_session), 1);
	ck_assert(session_quits(rehearse_session));
}
END_TEST

static void
open_served(void)
{
	rehearse_open(
	    (struct session_options){ .workers = 2, .must_port = true });
	rehearse_until(rehearse_is_idle, NULL, "the first server");
}

int
main(void)
{
	Suite *suite = suite_create("session");
	TCase *tc = tcase_create("a server");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, open_served, rehearse_close);
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc,
	               the_first_server_listens_before_the_first_command_runs);
	tcase_add_test(tc, fork_waits_until_each_new_worker_listens);
	tcase_add_test(tc, requests_are_answered_by_each_in_turn);
	tcase_add_test(tc, who_holds_a_get_up_is_named);
	tcase_add_test(tc, an_interrupted_get_says_how_far_it_came);
	tcase_add_test(tc, kill_signals_what_is_named);
	tcase_add_test(tc, kill_reaches_nobody_outside_the_lab);
	tcase_add_test(tc, retire_ends_when_the_worker_has);
	tcase_add_test(tc, shutdown_ends_when_the_master_has);
	tcase_add_test(tc, a_port_in_use_is_said_with_who_and_what_to_do);
	tcase_add_test(tc, names_of_servers_are_not_those_of_others);
	tcase_add_test(tc, slow_makes_every_stage_wait);
	tcase_add_test(tc, settings_are_listed_and_changed);
	tcase_add_test(tc, closing_ends_everything);
	tcase_add_test(tc, when_the_lab_dies_alone_nothing_is_left);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
