/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The story of the first lecture, told with the real programs and looked at
 * from outside with the real curl, ps and kill.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cast.h"
#include "tests/screens/screen.h"

/* The line of ps in which `text` stands, and what stands before it there. */
static const char *
row_of(const char *ps, const char *text)
{
	const char *at = strstr(ps, text);

	ck_assert_msg(at != NULL, "no \"%s\" in ps af:\n%s", text, ps);
	while (at > ps && at[-1] != '\n')
		at--;
	return at;
}

static void
assert_child(const char *ps, const char *child, const char *parent)
{
	const char *above = row_of(ps, parent), *below = row_of(ps, child);
	int pid, ppid, parent_pid;

	ck_assert_int_eq(sscanf(below, "%d %d", &pid, &ppid), 2);
	ck_assert_int_eq(sscanf(above, "%d", &parent_pid), 1);
	ck_assert_msg(ppid == parent_pid && below > above,
	              "%s is no child of %s:\n%s", child, parent, ps);
}

START_TEST(ps_af_in_another_terminal_shows_every_process_under_its_parent)
{
	static const char *const argv[] = { "forkshop", "--port", "0", NULL };
	struct screen *s = screen_open(argv, 24, 80);
	const char *ps;

	screen_wait(s, "^ *[0-9]+ .* 0 +└─ forkshop-server w2$");
	screen_type(s, "sleep 1000 &\r");
	screen_wait(s, "─ sleep 1000$");
	ps = stage_outside(&s->stage,
	                   "ps af -o pid,ppid,args | tac | "
	                   "sed '/^ *%d /q' | tac",
	                   (int)s->stage.pid);
	assert_child(ps, "\\_ forkshop-lab", "forkshop --port 0");
	assert_child(ps, "\\_ forkshop-server web", "\\_ forkshop-lab");
	assert_child(ps, "\\_ forkshop-server w1", "\\_ forkshop-server web");
	assert_child(ps, "\\_ forkshop-server w2", "\\_ forkshop-server web");
	assert_child(ps, "\\_ sleep 1000", "\\_ sh -c");
	screen_type(s, "quit\r");
	ck_assert_int_eq(screen_wait_end(s), 0);
	screen_close(s);
}
END_TEST

START_TEST(curl_is_answered_by_w1_then_w2_then_w1)
{
	struct cast c = cast_open(NULL);

	cast_assert_answers(&c, "w1");
	cast_assert_answers(&c, "w2");
	cast_assert_answers(&c, "w1");
	/* A worker may hear of the end of one after the next has begun. */
	story_expect_each(c.s, "w1 answered / with 200",
	                  "w2 answered / with 200", NULL);
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(a_worker_killed_from_outside_is_told_and_requests_go_on)
{
	struct cast c = cast_open(NULL);

	story_outside(c.s, "kill -TERM %d", (int)cast_pid(&c, "w2"));
	story_expect(c.s, "worker w2 \\(pid [0-9]+\\) died: killed by TERM");
	for (int i = 0; i < 4; i++)
		cast_assert_answers(&c, "w1");
	story_send(c.s, "fork");
	story_expect(c.s, "worker w3 \\(pid [0-9]+\\) forked by web");
	story_expect(c.s, "worker w3 \\(pid [0-9]+\\) online");
	story_expect(c.s, "worker w3 \\(pid [0-9]+\\) listening");
	story_send(c.s, "get -n 4");
	story_expect(c.s, "^w1 +2 +50");
	story_expect(c.s, "^w3 +2 +50");
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(killing_the_master_ends_all_because_the_channel_closes)
{
	struct cast c = cast_open(NULL);

	story_outside(c.s, "kill -KILL %d", (int)cast_pid(&c, "web"));
	story_expect_each(c.s, "master web .*died: killed by KILL",
	                  "w1 .*channel", "w2 .*channel",
	                  "worker w1 .* exited 0", "worker w2 .* exited 0",
	                  NULL);
	cast_wait_gone(cast_pid(&c, "w1"));
	cast_wait_gone(cast_pid(&c, "w2"));
	story_send(c.s, "fork");
	story_expect(c.s, "serve");
	ck_assert_int_eq(story_close(c.s), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("the first lecture");
	TCase *tc = tcase_create("story");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(
	    tc, ps_af_in_another_terminal_shows_every_process_under_its_parent);
	tcase_add_test(tc, curl_is_answered_by_w1_then_w2_then_w1);
	tcase_add_test(tc,
	               a_worker_killed_from_outside_is_told_and_requests_go_on);
	tcase_add_test(tc,
	               killing_the_master_ends_all_because_the_channel_closes);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
