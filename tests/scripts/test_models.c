/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models at the prompt: a running server is changed, threads are given and
 * ended, and the tree shows who served what.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/cast.h"

START_TEST(thread_gives_a_worker_named_threads_that_serve)
{
	struct cast c = cast_open(NULL);
	pid_t w1 = cast_pid(&c, "w1");

	story_send(c.s, "set linger 60s");
	story_send(c.s, "thread 2 w1");
	story_expect(c.s, "^w1 has 2 serving threads more");
	/* Each is free again when its turn comes. */
	for (int i = 0; i < 8; i++)
		story_send(c.s, "get\nuntil connections(web) = 0 within 30s");
	story_send(c.s, "check requests(web) = 8");
	story_expect(c.s, "^true: requests.web. = 8");
	ck_assert_int_eq(atoi(story_outside(c.s,
	                                    "ps -L -o comm= -p %d | grep -c "
	                                    "'^w1.t[12]$'",
	                                    (int)w1)),
	                 2);
	story_send(c.s, "tree");
	story_expect(c.s, " 4 +\\\\?_? ?forkshop-server w1");
	story_expect(c.s, " 2 .*\\{w1.t1\\}");
	story_expect(c.s, " 2 .*\\{w1.t2\\}");
	story_send(c.s, "get -n 8");
	story_expect(c.s, "w1 +4 +50.0%");
	story_expect(c.s, "^total +8 +answered");
	story_send(c.s, "get --to w1.t2 /whoami");
	story_expect(c.s, "^200  w1 ");
	story_send(c.s, "get --to w1.t2 /");
	story_expect(c.s, "w1.t2 answered / with 200");
	story_send(c.s, "retire w1.t1");
	story_expect(c.s, "^w1.t1 has ended");
	story_send(c.s, "tree");
	story_expect(c.s, "\\{w1.t1\\} +ended");
	story_send(c.s, "retire w1.t2");
	story_expect(c.s, "w1.t2 is the last serving thread of w1");
	story_close(c.s);
}
END_TEST

START_TEST(a_stopped_worker_gets_no_thread_and_is_told_why)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "kill -STOP w2");
	story_expect(c.s, "w2 stopped by STOP");
	story_send(c.s, "thread 1 w2");
	story_expect(c.s, "w2 is stopped, so it cannot do that|w2 is stopped, "
	                  "so it cannot start a thread");
	story_send(c.s, "kill -CONT w2");
	story_expect(c.s, "w2 goes on");
	story_send(c.s, "thread 1 web");
	story_expect(c.s, "web is not a worker");
	story_close(c.s);
}
END_TEST

START_TEST(a_signal_to_a_thread_ends_the_whole_process)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "thread 2 w1");
	story_send(c.s, "get -n 4");
	story_expect(c.s, "^total +4 +answered");
	story_send(c.s, "kill w1.t1");
	story_expect(c.s, "worker w1 .*died: killed by TERM");
	story_close(c.s);
}
END_TEST

START_TEST(models_change_and_children_are_seen_and_counted)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "set linger 60s");
	story_send(c.s, "model fork");
	story_send(c.s, "check model(web) = fork");
	story_expect(c.s, "^true: ");
	story_send(c.s, "get -n 40 -c 8");
	story_expect(c.s, "^total +40 +answered");
	story_send(c.s, "check inflight(web) = 0");
	story_expect(c.s, "^true: ");
	story_send(c.s, "tree");
	story_expect(c.s, " 40 .*forkshop-server web");
	story_expect(c.s, "… [0-9]+ more ended");
	story_expect(c.s, " 1 .*forkshop-server w[34]\\.f[0-9]+ +exited 0");
	story_send(c.s, "thread 1 w3");
	story_expect(c.s, "w3 gets no more threads: with the model fork each "
	                  "connection gets a process");
	story_send(c.s, "model nonsense");
	story_expect(c.s, "is one of event, prefork, fork, thread, pool, not "
	                  "\"nonsense\"");
	story_send(c.s, "model");
	story_expect(c.s, "^\\* fork ");
	story_close(c.s);
}
END_TEST

START_TEST(a_crash_of_a_child_is_told_and_its_worker_lives)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "model fork");
	story_send(c.s, "get /crash");
	story_expect(c.s, "child w[34]\\.f1 .*died: killed by SEGV: while "
	                  "serving /crash \\(connection 1\\)");
	story_send(c.s, "check workers(web) = 2");
	story_send(c.s, "get -n 4");
	story_expect(c.s, "^total +4 +answered");
	story_close(c.s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("models");
	TCase *tc = tcase_create("story"), *rows = tcase_create("rows");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, thread_gives_a_worker_named_threads_that_serve);
	tcase_add_test(tc, a_stopped_worker_gets_no_thread_and_is_told_why);
	tcase_add_test(tc, a_signal_to_a_thread_ends_the_whole_process);
	tcase_set_timeout(rows, 0);
	tcase_set_tags(rows, "no-tsan"); /* which adds one to each process */
	tcase_add_test(rows, models_change_and_children_are_seen_and_counted);
	tcase_add_test(tc, a_crash_of_a_child_is_told_and_its_worker_lives);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, rows);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
