/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The harness itself, tried on cat(1) and sh(1).
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/story.h"

static struct story *
start_sh(const char *script)
{
	return story_start((const char *const[]){ "sh", "-c", script, NULL });
}

START_TEST(what_is_sent_is_answered)
{
	struct story *s = story_start((const char *const[]){ "cat", NULL });
	const char *const *m;

	story_send(s, "worker w%d (pid %d)", 2, 1234);
	m = story_expect(s, "w([0-9]+) \\(pid ([0-9]+)\\)(x)?$");
	ck_assert_str_eq(m[0], "w2 (pid 1234)");
	ck_assert_str_eq(m[1], "2");
	ck_assert_str_eq(m[2], "1234");
	ck_assert_str_eq(m[3], "");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(expected_lines_come_in_order_and_once)
{
	struct story *s = start_sh("echo a; echo b; echo a; echo c; printf d");

	story_expect(s, "^a$");
	story_expect(s, "^a$");
	story_expect(s, "^c$");
	story_expect(s, "^d$");
	ck_assert(story_saw(s, "^b$"));
	ck_assert(!story_saw(s, "^e$"));
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(lines_can_be_expected_in_any_order)
{
	struct story *s = start_sh("echo a; echo b; echo c; echo a; echo d");

	story_expect_each(s, "c", "a", "b", NULL);
	story_expect(s, "^a$");
	story_expect(s, "^d$");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(the_port_is_taken_from_the_output)
{
	struct story *s =
	    start_sh("echo master listening on 127.0.0.1:4199; echo up");

	story_expect(s, "up");
	ck_assert_int_eq(story_port(s), 4199);
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(an_exit_status_and_a_signal_are_told_apart)
{
	struct story *s = start_sh("exit 7");

	ck_assert_int_eq(story_wait(s), 7);
	ck_assert_int_eq(story_close(s), 7);
	s = start_sh("kill -9 $$");
	ck_assert_int_eq(story_close(s), 128 + SIGKILL);
}
END_TEST

START_TEST(the_home_is_its_own_and_goes_away)
{
	struct story *s = start_sh("touch \"$XDG_STATE_HOME/x\"; echo =$HOME=");
	char home[64];
	const char *gone;

	strcpy(home, story_expect(s, "=(.*)=")[1]);
	ck_assert_str_eq(home, s->stage.home);
	ck_assert_str_eq(story_outside(s, "ls %s", home), "x\n");
	story_close(s);
	s = start_sh(":");
	gone = story_outside(s, "test -e %s || echo gone", home);
	ck_assert_str_eq(gone, "gone\n");
	story_close(s);
}
END_TEST

/* Nobody's child, in a session of its own, is found all the same. */
START_TEST(a_daemon_left_behind_is_found)
{
	struct story *s =
	    start_sh("setsid sh -c 'sleep 1000 & echo pid $! .'; read x");
	char pid[32], want[64];

	strcpy(pid, story_expect(s, "pid ([0-9]+) \\.")[1]);
	snprintf(want, sizeof(want), "%s %d ", pid, (int)getpid());
	ck_assert_ptr_nonnull(strstr(stage_family(&s->stage), pid));
	story_send(s, "end");
	story_wait(s);
	ck_assert_ptr_nonnull(strstr(stage_family(&s->stage), "sleep"));
	ck_assert_ptr_nonnull(strstr(stage_family(&s->stage), want));
	ck_assert_int_eq(kill(atoi(pid), SIGKILL), 0);
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(a_program_of_ours_is_taken_from_the_build)
{
	const char *path = stage_program("forkshop-lab");

	ck_assert_int_eq(path[0], '/');
	ck_assert_ptr_nonnull(strstr(path, "/forkshop-lab"));
	ck_assert_str_eq(stage_program("cat"), "cat");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("story");
	TCase *tcase = tcase_create("harness");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, what_is_sent_is_answered);
	tcase_add_test(tcase, expected_lines_come_in_order_and_once);
	tcase_add_test(tcase, lines_can_be_expected_in_any_order);
	tcase_add_test(tcase, the_port_is_taken_from_the_output);
	tcase_add_test(tcase, an_exit_status_and_a_signal_are_told_apart);
	tcase_add_test(tcase, the_home_is_its_own_and_goes_away);
	tcase_add_test(tcase, a_daemon_left_behind_is_found);
	tcase_add_test(tcase, a_program_of_ours_is_taken_from_the_build);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
