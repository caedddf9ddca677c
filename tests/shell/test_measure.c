/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measure: what is dearer than what, without a figure of any machine.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/models.h"
#include "tests/rehearse.h"
#include "tests/story.h"

#define NUMBER " +([0-9.]+)"

static struct story *
empty(void)
{
	const char *argv[] = { "--empty", NULL };

	return story_open(argv);
}

static double
number(struct story *s, const char *regex)
{
	return atof(story_expect(s, regex)[1]);
}

START_TEST(a_process_is_dearer_to_make_than_a_thread)
{
	struct story *s = empty();
	double thread, process, program;

	story_send(s, "measure create");
	story_expect(s, "to make one and to wait for its end, [0-9]+ times");
	thread = number(s, "pthread_create, join" NUMBER);
	process = number(s, "fork, wait" NUMBER);
	program = number(s, "fork, exec, wait" NUMBER);
	ck_assert_msg(thread > 0 && thread < process && process < program,
	              "thread %f, fork %f, exec %f", thread, process, program);
	story_expect(s, "a process costs [0-9.]+ threads");
	story_send(s, "log 3 fork,");
	story_expect(s, "s ago +fork, exec, wait");
	story_close(s);
}
END_TEST

START_TEST(a_switch_is_dearer_than_the_calls_alone)
{
	struct story *s = empty();
	double calls, pipes;

	story_send(s, "measure switch");
	story_expect(s, "one switch, both on processor [0-9]+");
	calls = number(s, "write, read: no switch" NUMBER);
	ck_assert_double_gt(number(s, "two threads, pipes" NUMBER), calls);
	pipes = number(s, "two processes, pipes" NUMBER);
	ck_assert_double_gt(pipes, calls);
	ck_assert_double_gt(number(s, "two threads, futex" NUMBER), 0);
	ck_assert_double_gt(number(s, "two processes, futex" NUMBER), 0);
	story_close(s);
}
END_TEST

START_TEST(processes_have_page_tables_of_their_own)
{
	struct story *s = empty();
	const char *const *m;
	double tables, memory;

	story_send(s, "measure memory 12");
	story_expect(s, "12 processes, then 12 threads");
	m = story_expect(s, "a process" NUMBER NUMBER NUMBER);
	memory = atof(m[1]);
	tables = atof(m[3]);
	m = story_expect(s, "a thread" NUMBER NUMBER NUMBER);
	ck_assert_double_gt(memory, atof(m[1]));
	ck_assert_double_gt(tables, atof(m[3]));
	story_close(s);
}
END_TEST

/* How many processes of this test have that name. */
static int
family(struct story *s, const char *what, int *first)
{
	int n = 0, pid;

	*first = 0;
	for (const char *line = stage_family(&s->stage); *line;) {
		size_t len = strcspn(line, "\n");
		const char *found = strstr(line, what);

		if (found && found < line + len &&
		    sscanf(line, "%d", &pid) == 1) {
			n++;
			if (*first == 0 || pid < *first)
				*first = pid;
		}
		line += len + (line[len] == '\n');
	}
	return n;
}

START_TEST(the_measured_ones_are_processes_of_the_lab)
{
	long limit_ms = stage_now_ms() + stage_limit_ms();
	struct story *s = empty();
	int first;

	story_send(s, "measure memory 30");
	while (family(s, "forkshop-puppet", &first) < 2)
		ck_assert_int_lt(stage_now_ms(), limit_ms);
	story_expect(s, "a thread");
	story_close(s);
}
END_TEST

START_TEST(nonsense_is_one_sentence)
{
	static const char *const rows[][2] = {
		{ "measure", "measure needs WHAT" },
		{ "measure speed", "WHAT is one of create, switch, memory" },
		{ "measure memory 0", "N is a whole number from 1 to 200" },
		{ "measure memory 201", "N is a whole number from 1 to 200" },
		{ "measure create 5", "measure create takes no number" },
		{ "serve m1 --port 0", "m1 names a worker" },
	};
	struct story *s = empty();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		story_send(s, "%s", rows[i][0]);
		story_expect(s, rows[i][1]);
	}
	story_close(s);
}
END_TEST

START_TEST(whoever_is_killed_is_said_to_be)
{
	long limit_ms = stage_now_ms() + stage_limit_ms();
	struct story *s = empty();
	int first;

	story_send(s, "measure memory 200");
	while (family(s, "forkshop-puppet", &first) < 2)
		ck_assert_int_lt(stage_now_ms(), limit_ms);
	story_outside(s, "kill -KILL %d", first);
	story_expect(s, "m1 was killed before it was done");
	story_close(s);
}
END_TEST

START_TEST(every_model_is_measured_at_the_same_load)
{
	static const char *const models[] = {
#define X(id, word, text) word,
		MODELS(X)
#undef X
	};
	struct story *s = empty();
	const char *const *m;
	char row[120];

	story_send(s, "measure serve");
	story_expect(s, "each model with 2 workers");
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		snprintf(row, sizeof(row),
		         "^ +%s +([0-9]+) +[0-9.]+ +[0-9.]+ +([0-9]+)K "
		         "+([0-9]+) +([0-9]+)",
		         models[i]);
		m = story_expect(s, row);
		ck_assert_int_gt(atoi(m[1]), 0);
		ck_assert_int_gt(atoi(m[2]), 0);
		ck_assert_int_ge(atoi(m[3]), 3); /* a master, two workers */
		ck_assert_int_ge(atoi(m[4]), atoi(m[3]));
	}
	story_send(s, "check count(workers) = 0");
	story_expect(s, "true: ");
	story_close(s);
}
END_TEST

START_TEST(control_c_shuts_the_measured_server_down)
{
	rehearse_open((struct session_options){ .empty = true });
	session_run(rehearse_session, "measure serve");
	rehearse_until_said("try-event is http");
	session_interrupt(rehearse_session);
	rehearse_until(rehearse_is_idle, NULL, "the prompt");
	ck_assert_int_eq(session_status(rehearse_session), 130);
	rehearse_until(rehearse_is_gone, "try-event", "the end of try-event");
	rehearse_not_said("try-prefork is");
	rehearse_run("echo still here");
	rehearse_said("still here");
	rehearse_close();
}
END_TEST

START_TEST(a_session_that_ends_meanwhile_leaves_nothing)
{
	rehearse_open((struct session_options){ .empty = true });
	session_run(rehearse_session, "measure serve");
	rehearse_until_said("command -: get");
	rehearse_close();
}
END_TEST

static bool
has_progress(const void *unused)
{
	(void)unused;
	return rehearse_progress[0] != '\0';
}

START_TEST(control_c_ends_it_and_leaves_nothing)
{
	rehearse_open((struct session_options){ .empty = true });
	session_run(rehearse_session, "measure create");
	rehearse_until(has_progress, NULL, "progress");
	session_interrupt(rehearse_session);
	rehearse_until(rehearse_is_idle, NULL, "the prompt");
	ck_assert_str_eq(rehearse_progress, "");
	ck_assert_int_eq(session_status(rehearse_session), 130);
	rehearse_close();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("measure");
	TCase *tc = tcase_create("stories"), *memory = tcase_create("memory");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, a_process_is_dearer_to_make_than_a_thread);
	tcase_add_test(tc, a_switch_is_dearer_than_the_calls_alone);
	tcase_set_timeout(memory, 0);
	/* Their bookkeeping outweighs what is measured. */
	tcase_set_tags(memory, "no-asan no-tsan");
	tcase_add_test(memory, processes_have_page_tables_of_their_own);
	tcase_add_test(tc, the_measured_ones_are_processes_of_the_lab);
	tcase_add_test(tc, nonsense_is_one_sentence);
	tcase_add_test(tc, whoever_is_killed_is_said_to_be);
	tcase_add_test(tc, control_c_ends_it_and_leaves_nothing);
	tcase_add_test(tc, every_model_is_measured_at_the_same_load);
	tcase_add_test(tc, control_c_shuts_the_measured_server_down);
	tcase_add_test(tc, a_session_that_ends_meanwhile_leaves_nothing);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, memory);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
