/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * affinity: a process with all its threads, or one thread alone.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/story.h"

START_TEST(a_worker_moves_with_all_its_threads_and_a_thread_alone)
{
	const char *argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);
	char pid[32];

	story_send(s, "puppet");
	story_send(s, "p1 pthread_create");
	story_expect(s, "p1: pthread_create\\(\\) = 0");
	story_send(s, "p1 getpid");
	strcpy(pid, story_expect(s, "p1: getpid\\(\\) = ([0-9]+)")[1]);
	story_send(s, "until alive(p1.t1) within 20s");
	story_expect(s, "^true");
	story_send(s, "affinity p1 0");
	story_expect(s, "p1 and its threads may run on processor 0 now");
	ck_assert_int_eq(atoi(story_outside(s,
	                                    "cat /proc/%s/task/*/status | grep "
	                                    "-c 'Cpus_allowed_list:.0$'",
	                                    pid)),
	                 2);
	story_send(s, "until processors(p1) = 1 within 20s");
	story_expect(s, "^true");
	story_send(s, "affinity p1.t1 all");
	story_expect(s, "p1.t1 may run on processors?");
	story_send(s, "explain p1");
	story_expect(s, "processor .* may use 0;");
	story_close(s);
}
END_TEST

START_TEST(nonsense_is_one_sentence)
{
	const char *argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);

	story_send(s, "puppet");
	story_send(s, "affinity p1 x");
	story_expect(s, "processors are written 0, or 0,1, or all, not \"x\"");
	story_send(s, "affinity p1 1000");
	story_expect(s, "p1 may use none of these processors");
	story_send(s, "affinity lab 0");
	story_expect(s, "lab runs where it likes");
	story_send(s, "p1 exit");
	story_expect(s, "p1 .*exited 0");
	story_send(s, "affinity p1 0");
	story_expect(s, "p1");
	story_close(s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("affinity");
	TCase *tc = tcase_create("affinity");
	SRunner *r;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc,
	               a_worker_moves_with_all_its_threads_and_a_thread_alone);
	tcase_add_test(tc, nonsense_is_one_sentence);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
