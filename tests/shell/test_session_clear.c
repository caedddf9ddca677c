/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fresh laboratory in an open session, and who guides what is typed.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "tests/rehearse.h"

static void
clear(void)
{
	struct err err = { 0 };

	ck_assert_msg(session_clear(rehearse_session, &err) == 0, "%s",
	              err.text);
}

/* Clearing **************************************************************/

START_TEST(whatever_ran_is_ended_and_forgotten)
{
	pid_t pids[4] = { 0 };

	rehearse_run("puppet; p1 fork; p2 pause");
	rehearse_run("sleep 100 &");
	pids[0] = rehearse_pid("p1");
	pids[1] = rehearse_pid("p2");
	pids[2] = rehearse_pid("j1");
	clear();
	ck_assert(rehearse_all_ended(pids));
	ck_assert_int_eq(session_snapshot(rehearse_session)->nprocs, 2);
	ck_assert_uint_eq(timeline_count(session_timeline(rehearse_session)),
	                  0);
}
END_TEST

START_TEST(names_begin_at_1_again)
{
	for (int i = 0; i < 3; i++) {
		rehearse_run("puppet; p1 fork");
		rehearse_said("p2: fork() = 0");
		rehearse_run("serve web --port 0; get -n 2");
		rehearse_said("order: w1 w2");
		rehearse_run("echo hello");
		rehearse_said("output j1: hello");
		clear();
	}
}
END_TEST

START_TEST(it_takes_less_than_half_a_second)
{
	int64_t begun_ns = clock_ns();

	rehearse_run("puppet 3; all fork");
	begun_ns = clock_ns();
	clear();
	ck_assert_int_lt(clock_ns() - begun_ns, NS_PER_S / 2);
}
END_TEST

START_TEST(when_the_lab_was_killed_there_is_a_new_one)
{
	pid_t lab = rehearse_pid("lab");

	rehearse_run("puppet");
	kill(lab, SIGKILL);
	rehearse_until_said("the lab (pid");
	clear();
	ck_assert_int_ne(rehearse_pid("lab"), lab);
	ck_assert(!rehearse_is_gone("lab"));
}
END_TEST

/* A guide ***************************************************************/

static int guide_before, guide_after, guide_failed, guide_changed;
static char guide_held[80];

static bool
before(void *arg, const char *line, const struct parse *p)
{
	(void)arg, (void)p;
	guide_before++;
	if (strncmp(line, "puppet", 6) != 0 || guide_held[0])
		return true;
	snprintf(guide_held, sizeof(guide_held), "%s", line);
	return false;
}

static void
after(void *arg, bool failed)
{
	(void)arg;
	guide_after++;
	guide_failed += failed;
}

static void
changed(void *arg)
{
	(void)arg;
	guide_changed++;
}

static const struct guide guide = { .before = before,
	                            .after = after,
	                            .changed = changed };

static void
open_guided(void)
{
	rehearse_open(
	    (struct session_options){ .empty = true, .guide = &guide });
}

static void
open_empty(void)
{
	rehearse_open((struct session_options){ .empty = true });
}

START_TEST(a_guide_may_hold_a_line_and_run_it_later)
{
	rehearse_run("puppet; echo hello");
	rehearse_not_said("hello");
	ck_assert_str_eq(guide_held, "puppet; echo hello");
	session_run_first(rehearse_session, guide_held);
	rehearse_until_said("output j1: hello");
	rehearse_run("check alive(p1)");
	rehearse_said("true");
}
END_TEST

START_TEST(a_guide_hears_how_each_command_ended)
{
	rehearse_run("tree; check count(workers) = 9; nonsense");
	ck_assert_int_eq(guide_before, 3);
	ck_assert_int_eq(guide_after, 3);
	ck_assert_int_eq(guide_failed, 2);
	ck_assert_int_gt(guide_changed, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("session_clear");
	TCase *tc = tcase_create("clearing");
	TCase *guided = tcase_create("a guide");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, open_empty, rehearse_close);
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, whatever_ran_is_ended_and_forgotten);
	tcase_add_test(tc, names_begin_at_1_again);
	tcase_add_test(tc, it_takes_less_than_half_a_second);
	tcase_add_test(tc, when_the_lab_was_killed_there_is_a_new_one);
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(guided, open_guided, rehearse_close);
	tcase_set_timeout(guided, 0);
	tcase_add_test(guided, a_guide_may_hold_a_line_and_run_it_later);
	tcase_add_test(guided, a_guide_hears_how_each_command_ended);
	suite_add_tcase(suite, guided);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
