/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * freeze, next, rewind and live, with a real server.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "tests/rehearse.h"

static void
setup(void)
{
	rehearse_open((struct session_options){ .workers = 2 });
	rehearse_until(rehearse_is_idle, NULL, "the server");
}

static void
teardown(void)
{
	rehearse_close();
}

static const struct server *
web(void)
{
	return snapshot_server(session_snapshot(rehearse_session), "web");
}

static void
request_in_background(void)
{
	char line[96];

	snprintf(line, sizeof(line), "curl -s http://127.0.0.1:%u/ &",
	         (unsigned)web()->port);
	rehearse_run(line);
	rehearse_run("until ever accepted(web) within 20s");
	rehearse_said("true:");
}

START_TEST(a_frozen_request_goes_on_stage_by_stage)
{
	rehearse_run("freeze");
	rehearse_said("web is frozen");
	request_in_background();
	rehearse_run("check not ever handoff(w1)");
	rehearse_said("true:");
	rehearse_run("next");
	rehearse_said("connection 1 → w1: next in turn");
	rehearse_said("w1 serves /");
	rehearse_run("next");
	rehearse_said("the page is made, and its reply waits");
	rehearse_run("check requests(w1) = 0");
	rehearse_said("true:");
	rehearse_run("next");
	rehearse_run("until requests(w1) = 1");
	rehearse_said("true:");
	rehearse_run("next");
	rehearse_said("no request stands at a stage");
}
END_TEST

START_TEST(several_stages_go_on_at_once)
{
	rehearse_run("freeze web");
	request_in_background();
	rehearse_run("next 3");
	rehearse_said("connection 1 → w1");
	rehearse_said("w1 serves /");
	rehearse_run("until requests(w1) = 1");
	rehearse_said("true:");
}
END_TEST

START_TEST(a_step_that_nobody_needs_is_not_kept_for_later)
{
	rehearse_run("freeze");
	rehearse_run("next");
	rehearse_said("no request stands at a stage");
	request_in_background();
	rehearse_run("check not ever handoff(w1)");
	rehearse_said("true:");
	rehearse_run("live");
	rehearse_said("live: no stage waits any more");
	rehearse_run("until requests(w1) = 1");
	rehearse_said("true:");
	rehearse_run("next");
	rehearse_said("no server is frozen");
	rehearse_run("get");
	rehearse_said("hello world from w2");
}
END_TEST

START_TEST(freeze_off_lets_all_go_on)
{
	rehearse_run("freeze");
	request_in_background();
	rehearse_run("freeze off");
	rehearse_said("no stage waits any more");
	rehearse_run("until requests(w1) = 1");
	rehearse_said("true:");
	rehearse_run("freeze off");
	rehearse_said("no server was frozen");
	rehearse_run("freeze wbe");
	rehearse_said("did you mean web?");
}
END_TEST

START_TEST(rewind_shows_tree_and_facts_as_they_were)
{
	rehearse_run("fork");
	rehearse_run("kill w1");
	rehearse_run("until ever exited(w1)");
	rehearse_run("check alive(w1)");
	rehearse_said("false:");
	for (int i = 0; i < 200; i++) {
		const struct proc *w1;

		rehearse_run("rewind");
		rehearse_said("PAST, ");
		w1 = snapshot_find(session_snapshot(rehearse_session), "w1");
		if (w1 && !w1->dead)
			break;
	}
	rehearse_run("check alive(w1) and not ever exited(w1)");
	rehearse_said("true:");
	rehearse_run("tree");
	rehearse_said("forkshop-server w1");
	rehearse_run("live");
	rehearse_said("live: this is the present");
	rehearse_run("check ever exited(w1)");
	rehearse_said("true:");
}
END_TEST

START_TEST(the_past_cannot_be_changed)
{
	rehearse_run("fork");
	rehearse_run("rewind 1h");
	rehearse_said("PAST, ");
	rehearse_run("fork");
	rehearse_said("error -: this is the past: it can be looked at, and "
	              "nothing in it can be changed; live comes back");
	rehearse_run("echo a program");
	rehearse_said("this is the past");
	rehearse_run("help rewind");
	rehearse_said("nothing is undone");
	rehearse_run("next 1000");
	rehearse_said("live: this is the present");
	rehearse_run("fork");
	rehearse_said("worker w4 ");
	rehearse_run("live");
	rehearse_said("live already");
}
END_TEST

START_TEST(the_present_goes_on_while_the_past_is_shown)
{
	int events;

	request_in_background();
	rehearse_run("rewind 1h");
	events = (int)timeline_last(session_timeline(rehearse_session));
	rehearse_run("until 1 = 1");
	rehearse_said("this is the past");
	session_catch_up(rehearse_session);
	ck_assert_int_eq((int)timeline_last(session_timeline(rehearse_session)),
	                 events);
	rehearse_run("live");
	ck_assert_int_gt((int)timeline_last(session_timeline(rehearse_session)),
	                 events);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("session_time");
	TCase *tc = tcase_create("time");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_frozen_request_goes_on_stage_by_stage);
	tcase_add_test(tc, several_stages_go_on_at_once);
	tcase_add_test(tc, a_step_that_nobody_needs_is_not_kept_for_later);
	tcase_add_test(tc, freeze_off_lets_all_go_on);
	tcase_add_test(tc, rewind_shows_tree_and_facts_as_they_were);
	tcase_add_test(tc, the_past_cannot_be_changed);
	tcase_add_test(tc, the_present_goes_on_while_the_past_is_shown);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
