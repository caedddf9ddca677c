/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Jobs without a screen: what a script starts, stops, continues and reads.
 * What needs keys (Ctrl-C, Ctrl-Z) stands in tests/screens/test_app_jobs.c.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cast.h"

static struct story *
open_jobs(void)
{
	static const char *const argv[] = { "--empty", NULL };

	return story_open(argv);
}

/* Nothing reached the output that a terminal would obey. */
static void
assert_clean(const struct story *s)
{
	for (size_t i = 0; i < s->len; i++) {
		unsigned char c = (unsigned char)s->text[i];

		ck_assert_msg(c == '\n' || (c >= 0x20 && c != 0x7f),
		              "byte %#x at %zu", c, i);
	}
}

START_TEST(a_background_job_is_listed_and_killed_by_its_number)
{
	struct story *s = open_jobs();

	story_send(s, "sleep 1000 &\njobs\nkill %%1\nwait");
	story_expect(s, "^j1 \\(pid [0-9]+\\): sleep 1000");
	story_expect(s, "^%1 +running .*sleep 1000");
	story_expect(s, "^j1 killed by TERM: sleep 1000");
	story_send(s, "jobs");
	story_expect(s, "^no jobs");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(wait_and_fg_wait_for_jobs)
{
	struct story *s = open_jobs();

	story_send(s, "sleep 0.1 &\nwait\necho waited");
	story_expect(s, "^j1 done: sleep 0.1");
	story_expect(s, "^waited");
	story_send(s, "sh -c 'sleep 0.1; exit 3' &\nfg\necho back");
	story_expect(s, "^j[0-9] exited 3");
	story_expect(s, "^back");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(a_stopped_job_goes_on_in_the_background_or_the_foreground)
{
	struct story *s = open_jobs();

	/* A sh(1) that waits in vfork(2) cannot stop: this one does not. */
	story_send(s, "echo ready; exec sleep 1000 &");
	story_expect(s, "ready$");
	story_send(s, "kill -STOP %%1");
	story_expect(s, "^j1 stopped \\(STOP\\): .*sleep 1000");
	story_send(s, "bg\njobs");
	story_expect(s, "^%1 +running .*sleep 1000");
	story_send(s, "kill -STOP %%1");
	story_expect(s, "^j1 stopped \\(STOP\\)");
	story_send(s, "fg");
	story_expect(s, "sleep 1000$");
	story_outside(s, "kill -TERM -%d",
	              (int)cast_pid(&(struct cast){ .s = s }, "j1"));
	story_expect(s, "^j1 was killed by TERM");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(a_background_job_may_not_read_and_a_foreground_job_reads_the_end)
{
	struct story *s = open_jobs();

	story_send(s, "cat &");
	story_expect(s, "^j1 stopped \\(TTIN\\): cat: .*fg");
	story_send(s, "fg\ncat\necho read");
	story_expect(s, "^read$");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

/* All are called j1; the first one does not read its own. */
START_TEST(each_job_in_the_foreground_reads_an_end_of_its_own)
{
	struct story *s = open_jobs();

	story_send(s, "true\ncat\necho one\ncat\ncat; cat\n"
	              "sh -c 'read a; read b; echo two'");
	story_expect(s, "^one$");
	story_expect(s, "^two$");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(who_waits_for_keys_that_nobody_presses_is_hung_up)
{
	struct story *s = open_jobs();

	story_send(s, "sh -c 'stty raw; exec cat'\necho the prompt is back");
	story_expect(s, "^j1 waits for single keys, and nobody can press any");
	story_expect(s, "^j1 was killed by HUP");
	story_expect(s, "^the prompt is back$");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

static const struct {
	const char *line;
	int status;
} ends[] = {
	{ "true", 0 },           { "false", 1 },
	{ "sh -c 'exit 7'", 1 }, { "sh -c 'kill -9 $$; :'", 1 },
	{ "frok", 2 },           { "", 0 },
	{ "quit", 0 },
};

START_TEST(the_exit_status_is_the_worst_of_all)
{
	const char *const argv[] = { "forkshop", "--empty", "-c", ends[_i].line,
		                     NULL };
	struct story *s = story_start(argv);

	ck_assert_msg(story_wait(s) == ends[_i].status, "%s: %d", ends[_i].line,
	              story_wait(s));
	story_close(s);
}
END_TEST

START_TEST(what_a_job_prints_never_moves_the_terminal)
{
	struct story *s = open_jobs();

	story_send(s, "printf 'a\\033[31mred\\007\\033]0;title\\007b\\n'");
	story_expect(s, "red");
	story_send(s, "head -c 200000 /dev/urandom\necho; echo after");
	story_expect(s, "^after$");
	assert_clean(s);
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(a_line_of_a_megabyte_is_no_harm)
{
	struct story *s = open_jobs();

	story_send(s, "head -c 1000000 /dev/zero | tr '\\0' x\necho after");
	story_expect(s, "^x{100}");
	story_expect(s, "^after$");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(one_job_too_many_is_refused_with_the_limit)
{
	struct story *s = open_jobs();

	for (int i = 0; i < 64; i++)
		story_send(s, "sleep 1000 &");
	story_expect(s, "^j64 \\(pid");
	story_send(s, "sleep 1000 &");
	story_expect(s, "64 jobs run already: end one first");
	story_send(s, "kill %%1");
	story_expect(s, "^j1 killed by TERM");
	story_send(s, "echo room");
	story_expect(s, "^room$");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("jobs");
	TCase *tc = tcase_create("jobs");
	int nends = (int)(sizeof(ends) / sizeof(ends[0]));
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, a_background_job_is_listed_and_killed_by_its_number);
	tcase_add_test(tc, wait_and_fg_wait_for_jobs);
	tcase_add_test(
	    tc, a_stopped_job_goes_on_in_the_background_or_the_foreground);
	tcase_add_test(
	    tc,
	    a_background_job_may_not_read_and_a_foreground_job_reads_the_end);
	tcase_add_test(tc, each_job_in_the_foreground_reads_an_end_of_its_own);
	tcase_add_test(tc, who_waits_for_keys_that_nobody_presses_is_hung_up);
	tcase_add_loop_test(tc, the_exit_status_is_the_worst_of_all, 0, nends);
	tcase_add_test(tc, what_a_job_prints_never_moves_the_terminal);
	tcase_add_test(tc, a_line_of_a_megabyte_is_no_harm);
	tcase_add_test(tc, one_job_too_many_is_refused_with_the_limit);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
