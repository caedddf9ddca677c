/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puppets as a student pulls them: what the prompt, the row and the log say.
 * The calls themselves are proved in tests/puppet/test_puppet.c.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cast.h"

static struct story *
open_puppets(const char *lines)
{
	static const char *const argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);

	story_send(s, "%s", lines);
	return s;
}

START_TEST(a_call_that_blocks_is_in_the_row_and_the_prompt_goes_on)
{
	struct story *s = open_puppets("puppet\np1 fork\np1 wait\ntree");

	story_expect(s, "puppet p1 +in wait4\\(\\)$");
	story_send(s, "p1 getpid\np1 getppid\ntree");
	story_expect(s, "p1 is still in wait\\(\\): this call waits its turn");
	story_expect(s, "p1 +in wait4\\(\\), 2 calls wait$");
	story_send(s, "p2 exit 3");
	story_expect(s, "p1: wait\\(\\) = [0-9]+ .*exited 3");
	story_expect(s, "p1: getpid\\(\\) = ");
	story_expect(s, "p1: getppid\\(\\) = ");
	story_send(s, "tree");
	story_expect(s, "puppet p1$");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(a_stopped_puppet_queues_its_calls)
{
	struct story *s = open_puppets("puppet\nkill -STOP p1");

	story_expect(s, "p1 stopped by STOP");
	story_send(s, "p1 set x 5\np1 get x\ntree");
	story_expect(s, "p1 is stopped: the call waits until kill -CONT p1");
	story_expect(s, "T .*puppet p1 +2 calls wait$");
	story_send(s, "kill -CONT p1");
	story_expect(s, "p1: set\\(x, 5\\) = 5");
	story_expect(s, "p1: get\\(x\\) = 5");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

static bool
is_stopped(void *pid)
{
	return cast_state(*(pid_t *)pid, NULL) == 'T';
}

/* Let it run for a moment only; waiting would be too exact. */
static void
run_for_a_moment(pid_t pid, int moment)
{
	kill(pid, SIGCONT);
	for (volatile int i = 0; i < moment * 5000; i++)
		continue;
	kill(pid, SIGSTOP);
}

START_TEST(a_thread_that_is_stopped_before_it_wakes_is_not_waited_for)
{
	struct story *s = open_puppets("puppet\np1 getpid");
	pid_t pid = atoi(story_expect(s, "p1: getpid\\(\\) = ([0-9]+)")[1]);

	for (int i = 0; i < 100; i++) {
		kill(pid, SIGSTOP);
		stage_until(is_stopped, &pid, "p1 to be stopped");
		story_send(s, "p1 pthread_create\np1 set x %d", i);
		story_expect(s, "p1 is (stopped|still in)");
		run_for_a_moment(pid, i);
		story_send(s, "p1 getppid");
		story_send(s, "kill -CONT p1");
		story_expect(s, "p1: getppid\\(\\) = ");
	}
	ck_assert(!story_saw(s, "has not answered"));
	story_close(s);
}
END_TEST

START_TEST(after_exec_the_row_says_what_it_is_now)
{
	struct story *s = open_puppets("puppet\np1 exec sleep 100\n"
	                               "until state(p1) = S\ntree");

	story_expect(s, "execve\\(sleep, 100\\) does not return");
	story_expect(s, "\\[p1\\] sleep 100$");
	story_send(s, "p1 getpid");
	story_expect(s, "p1 runs another program since its exec");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

/* No event of the kernel is quick enough for who lives so short. */
START_TEST(what_a_short_life_was_is_known_when_its_call_is_over)
{
	struct story *s = open_puppets("puppet");

	for (int i = 2; i < 12; i++) {
		story_send(s, "p1 fork\np%d execve true", i);
		story_send(s, "until ever exited(p%d) and ever exec(p%d)", i,
		           i);
		story_expect(s, "^(true|false|unknown): ");
		ck_assert(!story_saw(s, "^(false|unknown): "));
		i++;
		story_send(s, "p1 fork\np%d abort\ncheck not alive(p%d)", i, i);
		story_expect(s, "^(true|false|unknown): ");
		ck_assert(!story_saw(s, "^(false|unknown): "));
	}
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(an_interrupted_call_returns_under_its_own_name)
{
	struct story *s = open_puppets("puppet\np1 signal USR1 catch\n"
	                               "p1 pause\np1 getpid\nkill -USR1 p1");

	story_expect(s, "^p1: caught USR1, 1 so far");
	story_expect(s, "^p1: pause\\(\\) = -1 EINTR \\(Interrupted system");
	story_expect(s, "^p1: getpid\\(\\) = [0-9]+$");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(the_dead_are_waited_for_by_name)
{
	struct story *s = open_puppets("puppet\np1 fork\np2 exit 3\n"
	                               "until state(p2) = Z\np1 waitpid p2");

	story_expect(s, "p1: waitpid\\(([0-9]+)\\) = \\1  \\(status 768 ");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(more_than_the_limit_is_refused_before_anybody_forks)
{
	struct story *s = open_puppets(
	    "puppet\nall fork\nall fork\nall fork\nall fork\nall fork\n"
	    "all fork\nall fork\nall fork\nall fork\ncheck count(puppets) = "
	    "128");
	long quit_ms;

	story_expect(s, "room for 72 more .*could make 128: end some");
	story_expect(s, "room for 72 more .*could make 128: end some");
	story_expect(s, "^true: count\\(puppets\\) = 128");
	story_send(s, "all exit\nquit");
	quit_ms = stage_now_ms();
	ck_assert_int_eq(story_close(s), 1);
	ck_assert_int_lt(stage_now_ms() - quit_ms, 8000);
}
END_TEST

START_TEST(a_puppet_adopts_only_while_it_is_a_subreaper)
{
	struct story *s =
	    open_puppets("puppet\np1 prctl subreaper on\np1 fork\np2 fork\n"
	                 "p2 exit\nuntil parent(p3) = p1\n"
	                 "p1 prctl subreaper off\np3 fork\np3 exit\n"
	                 "until parent(p4) = lab");

	story_expect(s, "subreaper, on\\) = 0 .*session manager.*pid 1");
	story_expect(s, "^true: parent\\(p3\\) = p1");
	story_expect(s, "subreaper, off\\) = 0 .*here the lab");
	story_expect(s, "^true: parent\\(p4\\) = lab");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(the_first_thread_may_end_before_the_others)
{
	struct story *s =
	    open_puppets("puppet\np1 pthread_create\np1 pthread_exit\n"
	                 "p1 getpid\np1.t1 getpid\np1.t1 fork\n"
	                 "check threads(p2) = 1\ncheck parent(p2) = p1\n"
	                 "p2 pthread_join p1.t1");

	story_expect(s, "the first thread of p1 has ended.*p1.t1 getpid");
	story_expect(s, "^p1.t1: getpid\\(\\) = ");
	story_expect(s, "^true: threads\\(p2\\) = 1");
	story_expect(s, "^true: parent\\(p2\\) = p1");
	story_expect(s, "p2 has no thread p1.t1");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(a_thread_that_forked_is_the_first_of_its_child)
{
	struct story *s = open_puppets("puppet\np1 pthread_create\np1.t1 fork\n"
	                               "p2 pthread_create\np2 pthread_exit\n"
	                               "p2.t1 getpid\np2.t1 getppid");

	story_expect(s, "^p2.t1: getpid\\(\\) = ");
	story_expect(s, "^p2.t1: getppid\\(\\) = ");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(generations_are_counted_by_births)
{
	struct story *s =
	    open_puppets("puppet\np1 fork\np2 fork\np2 exit\n"
	                 "until parent(p3) = lab\ntree --generations");

	story_expect(s, "PID GEN STAT");
	story_expect(s, "^ *[0-9]+   1 .*puppet p1$");
	story_expect(s, "^ *[0-9]+   3 .*puppet p3$");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(keys_go_to_the_foreground_group_alone)
{
	struct story *s =
	    open_puppets("key ^C\npuppet 2\np1 sigprocmask block TTOU\n"
	                 "p1 tcsetpgrp\nkey ^Z\nuntil state(p1) = T\n"
	                 "until state(p2) = S\n"
	                 "until not foreground(p1)\nkey ^C");

	story_expect(s, "the prompt has the terminal, so nobody gets \\^C");
	story_expect(s, "\\^Z: the terminal sends TSTP .*: p1$");
	story_expect(s, "^true: state\\(p2\\) = S");
	story_expect(s, "the prompt has the terminal, so nobody gets \\^C");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(variables_and_threads_can_be_asked_by_name)
{
	struct story *s =
	    open_puppets("puppet\np1 set x 1\np1 pthread_create\n"
	                 "check state(p1.t1) != Z\np1.t1 set x 5\n"
	                 "check value(p1, x) = 5\n"
	                 "check value(p1.t1, x) = 5\npoke p1 x 6\n"
	                 "check value(p1, x) = 6\nkill -STOP p1.t1\n"
	                 "until state(p1.t1) = T\n"
	                 "kill -KILL p1.t1\nuntil value(p1, x) = none");

	story_expect(s, "^true: state\\(p1.t1\\) != Z");
	story_expect(s, "^true: value\\(p1, x\\) = 5");
	story_expect(s, "^true: value\\(p1.t1, x\\) = 5");
	story_expect(s, "^true: value\\(p1, x\\) = 6");
	story_expect(s, "^true: state\\(p1.t1\\) = T");
	story_expect(s, "^true: value\\(p1, x\\) = none");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(a_program_has_no_variables_any_more)
{
	struct story *s = open_puppets("puppet\np1 set x 1\np1 exec sleep 100\n"
	                               "until value(p1, x) = none\ntree");

	story_expect(s, "^true: value\\(p1, x\\) = none");
	story_expect(s, "\\[p1\\] sleep 100$");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

/* Death *****************************************************************/

/* p1: subreaper of a dead one's child; others hide, stop, and are deaf. */
static struct story *
open_evil(void)
{
	struct story *s = open_puppets(
	    "puppet 4\np1 prctl subreaper on\np1 fork\np5 fork\n"
	    "p5 exit\np6 setsid\np6 fork\nkill -STOP p6\n"
	    "p2 fork\np8 fork\np8 exit\np9 setsid\np9 fork\n"
	    "p10 fork\np10 exit\np11 pause\n"
	    "p3 pthread_create\np3 signal TERM ignore\np3 signal HUP "
	    "ignore\np3 fork\nkill -STOP p3\np3 fork\n"
	    "p4 fork\np4 execve sleep 999\np14 spin 999s\n"
	    "until state(p6) = T and state(p3) = T\necho ready");

	story_expect(s, "^ready$");
	return s;
}

START_TEST(no_puppet_outlives_a_killed_shell)
{
	struct story *s = open_evil();

	kill(s->stage.pid, SIGKILL);
	ck_assert_int_eq(story_close(s), 128 + SIGKILL);
}
END_TEST

START_TEST(no_puppet_outlives_a_killed_lab)
{
	struct story *s = open_evil();
	const char *lab =
	    stage_outside(&s->stage, "ps --ppid %d -o pid=", (int)s->stage.pid);

	kill((pid_t)atoi(lab), SIGKILL);
	story_expect(s, "the lab .*is gone, killed by KILL");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(no_puppet_outlives_quit)
{
	struct story *s = open_evil();

	story_send(s, "quit");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

/* Bad input *************************************************************/

static const struct {
	const char *lines, *answer;
} bad[] = {
	// clang-format off
	{ "p1 frok",               "knows no call frok: did you mean fork" },
	{ "p1",                    "one call at a time: help puppet" },
	{ "p1 exit 1 2",           "it is written exit \\[N\\]" },
	{ "p1 s",                  "could be several calls" },
	{ "p1 exit 256",           "EINVAL .*an exit code is 0 to 255" },
	{ "p9 getpid",             "there is no puppet p9: puppet starts one" },
	{ "p1 send 0 to lab",      "lab hangs on no string" },
	{ "p1 send 0 to 1",        "1 hangs on no string" },
	{ "p1 close 900",          "EPERM .*the string this puppet hangs on" },
	{ "p1 waitpid 1",          "waitpid\\(1\\) = -1 ECHILD \\(No child" },
	{ "p1 setpgid 1",          "setpgid\\(1\\) = -1 EPERM" },
	{ "p1 waitpid nobody",     "waitpid takes a pid" },
	{ "p1 open /no/such/file", "ENOENT \\(No such file or directory\\)" },
	{ "p1 nice -21",           "nice takes -20 to 19" },
	{ "p1 alloc 1000000",      "takes 1 to 1024 MB" },
	{ "p1 race 100000000",     "a number up to 10000" },
	{ "p1 affinity -1",        "it is written affinity 0" },
	{ "puppet 1000",           "1 to 50" },
	{ "p1 exit\nuntil not alive(p1)\np1 fork",
	  "p1 has ended \\(.*exited 0\\): start another with puppet" },
	{ "p1 exit\nuntil not alive(p1)\nall fork",
	  "no puppet hangs on a string: puppet 2 starts two" },
	// clang-format on
};

START_TEST(a_wrong_call_is_answered_by_a_sentence)
{
	struct story *s = open_puppets("puppet");

	story_send(s, "%s\npuppet\np2 getppid", bad[_i].lines);
	story_expect(s, bad[_i].answer);
	story_expect(s, "^p2: getppid\\(\\) = [0-9]+$");
	ck_assert_int_gt(story_close(s), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("puppets");
	TCase *tc = tcase_create("pulled"), *forked = tcase_create("forked");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc,
	               a_call_that_blocks_is_in_the_row_and_the_prompt_goes_on);
	tcase_add_test(tc, a_stopped_puppet_queues_its_calls);
	tcase_add_test(
	    tc, a_thread_that_is_stopped_before_it_wakes_is_not_waited_for);
	tcase_add_test(tc, after_exec_the_row_says_what_it_is_now);
	tcase_add_test(tc,
	               what_a_short_life_was_is_known_when_its_call_is_over);
	tcase_add_test(tc, an_interrupted_call_returns_under_its_own_name);
	tcase_add_test(tc, the_dead_are_waited_for_by_name);
	tcase_add_test(tc, more_than_the_limit_is_refused_before_anybody_forks);
	tcase_add_test(tc, a_puppet_adopts_only_while_it_is_a_subreaper);
	tcase_add_test(tc, the_first_thread_may_end_before_the_others);
	tcase_set_timeout(forked, 0);
	tcase_set_tags(forked, "no-tsan"); /* it lets no such child go on */
	tcase_add_test(forked, a_thread_that_forked_is_the_first_of_its_child);
	tcase_add_test(tc, generations_are_counted_by_births);
	tcase_add_test(tc, keys_go_to_the_foreground_group_alone);
	tcase_add_test(tc, variables_and_threads_can_be_asked_by_name);
	tcase_add_test(tc, a_program_has_no_variables_any_more);
	tcase_add_test(tc, no_puppet_outlives_a_killed_shell);
	tcase_add_test(tc, no_puppet_outlives_a_killed_lab);
	tcase_add_test(tc, no_puppet_outlives_quit);
	tcase_add_loop_test(tc, a_wrong_call_is_answered_by_a_sentence, 0,
	                    (int)(sizeof(bad) / sizeof(bad[0])));
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, forked);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
