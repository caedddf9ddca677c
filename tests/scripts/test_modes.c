/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * --on-parent-death channel, kill and orphan: the master is killed, and ps(1)
 * tells who dies and who stays.  w1 is idle, w2 is stopped.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cast.h"

/* One server of this mode; w2 is stopped, and its master is killed. */
static struct cast
without_master(const char *mode)
{
	static const char *const empty[] = { "--empty", NULL };
	struct cast c = { .s = story_open(empty) };

	story_send(c.s, "serve web --port 0 --on-parent-death %s", mode);
	story_expect_each(c.s, "master web .* listening on",
	                  "worker w1 .* listening on",
	                  "worker w2 .* listening on", NULL);
	c.port = story_port(c.s);
	story_outside(c.s, "kill -STOP %d", (int)cast_pid(&c, "w2"));
	story_expect(c.s, "w2 stopped by STOP");
	story_outside(c.s, "kill -KILL %d", (int)cast_pid(&c, "web"));
	story_expect(c.s, "master web .* died: killed by KILL");
	return c;
}

static void
assert_adopted(struct cast *c, const char *worker, const char *states)
{
	pid_t pid = cast_pid(c, worker), lab;
	char state = cast_state(pid, &lab);
	const char *name;

	ck_assert_msg(state && strchr(states, state), "%s: state %c, not %s",
	              worker, state ? state : '-', states);
	name = story_outside(c->s, "cat /proc/%d/comm", (int)lab);
	ck_assert_str_eq(name, "forkshop-lab\n");
}

START_TEST(channel_the_idle_leave_by_themselves_a_stopped_one_stays)
{
	struct cast c = without_master("channel");
	pid_t w1 = cast_pid(&c, "w1"), w2 = cast_pid(&c, "w2");

	cast_wait_gone(w1);
	story_expect(c.s, "w1 .*exited 0: .*channel");
	assert_adopted(&c, "w2", "T");
	story_outside(c.s, "kill -CONT %d", (int)w2);
	cast_wait_gone(w2);
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(kill_all_die_by_kill_the_stopped_one_too)
{
	struct cast c = without_master("kill");

	cast_wait_gone(cast_pid(&c, "w1"));
	cast_wait_gone(cast_pid(&c, "w2"));
	story_expect_each(c.s, "w1 .*killed by KILL", "w2 .*killed by KILL",
	                  NULL);
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(orphan_nobody_dies_the_lab_adopts_and_nobody_listens)
{
	struct cast c = without_master("orphan");

	story_expect_each(c.s, "orphan w1 .* adopted by the lab",
	                  "orphan w2 .* adopted by the lab", NULL);
	assert_adopted(&c, "w1", "SR");
	assert_adopted(&c, "w2", "T");
	story_outside(c.s, "! curl -s -m 20 http://localhost:%d/", c.port);
	story_send(c.s, "kill -CONT w2\nkill w1 w2");
	cast_wait_gone(cast_pid(&c, "w1"));
	cast_wait_gone(cast_pid(&c, "w2"));
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

/*
 * L6 and M25: under the kernel's choice the workers hold the listening socket,
 * so nothing of the service ends with the master, and the port is not free.
 */
START_TEST(orphans_with_the_socket_serve_and_keep_the_port)
{
	static const char *const empty[] = { "--empty", NULL };
	struct cast c = { .s = story_open(empty) };

	story_send(c.s,
	           "serve web --port 0 --policy %s --on-parent-death orphan",
	           _i ? "reuseport" : "shared");
	story_expect(c.s, "web is http");
	c.port = story_port(c.s);
	story_send(c.s, "get --to w1\nget --to w2\nkill -KILL web");
	story_expect_each(c.s, "orphan w1 .* adopted by the lab",
	                  "orphan w2 .* adopted by the lab", NULL);
	for (int i = 0; i < 10; i++)
		ck_assert_ptr_nonnull(strstr(
		    story_outside(c.s, "curl -sS -m 20 localhost:%d/", c.port),
		    "hello world from w"));
	story_send(c.s, "serve again --port %d", c.port);
	story_expect(c.s, "port [0-9]+ is in use");
	story_send(c.s, "kill w1 w2");
	cast_wait_gone(cast_pid(&c, "w1"));
	cast_wait_gone(cast_pid(&c, "w2"));
	story_send(c.s, "serve again --port %d", c.port);
	story_expect(c.s, "again is http");
	ck_assert_int_eq(story_close(c.s), 1);
}
END_TEST

START_TEST(orphans_end_with_the_shell)
{
	struct cast c = without_master("orphan");

	story_expect_each(c.s, "orphan w1 .* adopted by the lab",
	                  "orphan w2 .* adopted by the lab", NULL);
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("on parent death");
	TCase *tc = tcase_create("on parent death");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(
	    tc, channel_the_idle_leave_by_themselves_a_stopped_one_stays);
	tcase_add_test(tc, kill_all_die_by_kill_the_stopped_one_too);
	tcase_add_test(tc,
	               orphan_nobody_dies_the_lab_adopts_and_nobody_listens);
	tcase_add_loop_test(tc, orphans_with_the_socket_serve_and_keep_the_port,
	                    0, 2);
	tcase_add_test(tc, orphans_end_with_the_shell);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
