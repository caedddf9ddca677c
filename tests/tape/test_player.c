/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scripts in play: on a session of the test, and as `forkshop run`.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/tape/tape.h"
#include "tests/rehearse.h"
#include "tests/story.h"

static struct tape *tape;

/* A file that is gone with the test's folder. */
static const char *
script_file(const char *text)
{
	static char path[64];
	int fd;
	FILE *file;

	snprintf(path, sizeof(path), "/tmp/forkshop-script-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	file = fdopen(fd, "w");
	fputs(text, file);
	fclose(file);
	return path;
}

static void
play(const char *text)
{
	struct script *s = script_parse("demo", text, strlen(text), NULL);

	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(tape_play(tape, s, 0, NULL), 0);
	rehearse_until(rehearse_is_idle, NULL, "the script's end");
}

static void
setup(void)
{
	rehearse_open((struct session_options){ .empty = true });
	tape = tape_open(rehearse_session, NULL, NULL);
	ck_assert_ptr_nonnull(tape);
}

static void
teardown(void)
{
	rehearse_close();
}

START_TEST(lines_run_one_after_the_other)
{
	play("puppet\n"
	     "#! until alive(p1) within 20s\n"
	     "p1 fork\n"
	     "#! expect count(puppets) = 2\n"
	     "#! beat\n#! type 1s\n"
	     "echo last");
	rehearse_said("command -: puppet");
	rehearse_said("command -: p1 fork");
	rehearse_said("output j1: last");
	ck_assert_int_eq(player_status(tape_player(tape)), 0);
}
END_TEST

START_TEST(a_fact_that_fails_ends_the_script_with_file_and_line)
{
	play("puppet\n\n#! expect count(puppets) = 7\necho never");
	rehearse_said("error -: demo:3: count(puppets) = 7: false: puppets: "
	              "1, wanted 7");
	rehearse_not_said("never");
	ck_assert_int_eq(session_status(rehearse_session), 1);
	ck_assert_int_eq(player_status(tape_player(tape)), 1);
}
END_TEST

START_TEST(until_gives_up_when_its_time_is_over)
{
	play("#! until count(puppets) = 1 within 100ms\necho never");
	rehearse_said("error -: demo:1: count(puppets) = 1 within 100ms: "
	              "false");
	rehearse_not_said("never");
}
END_TEST

START_TEST(until_wakes_up_for_an_event)
{
	play("puppet\np1 fork\nsh -c 'sleep 0.3' &\np2 exit 7\n"
	     "#! until ever exited(p2)\n"
	     "#! until ever exited(j1)\n"
	     "#! expect exitcode(p2) = 7\n");
	ck_assert_int_eq(session_status(rehearse_session), 0);
}
END_TEST

START_TEST(a_command_that_fails_does_not_end_the_script)
{
	play("p7 wait\necho on");
	rehearse_said("error -:");
	rehearse_said("output j1: on");
}
END_TEST

START_TEST(chapters_and_captions_are_lines_without_a_screen)
{
	play("#! mark \"One\"\n#! caption 'Look here'\n#! caption ''");
	rehearse_said("good -: chapter: One");
	rehearse_said("good -: caption: Look here");
}
END_TEST

START_TEST(source_plays_before_what_stands_behind_it)
{
	const char *path = script_file("echo a\nset linger; echo b\n");
	char line[128];

	snprintf(line, sizeof(line), "source %s; echo d", path);
	rehearse_run(line);
	rehearse_said("output j1: a");
	rehearse_said("result -: linger 3s");
	rehearse_said("output j2: b");
	rehearse_said("output j3: d");
	unlink(path);
	rehearse_run(line);
	rehearse_said("No such file or directory");
}
END_TEST

START_TEST(a_script_that_plays_itself_is_stopped)
{
	const char *path = script_file("");
	FILE *file = fopen(path, "w");

	fprintf(file, "source %s\n", path);
	fclose(file);
	play(strcat(strcpy((char[128]){ "" }, "source "), path));
	rehearse_said("scripts that play scripts go 16 deep");
	unlink(path);
}
END_TEST

START_TEST(ctrl_c_ends_the_script)
{
	struct script *s =
	    script_parse("demo", "#! until 1 = 2\necho never", 25, NULL);

	ck_assert_int_eq(tape_play(tape, s, 0, NULL), 0);
	ck_assert(!session_idle(rehearse_session));
	loop_turn(rehearse_loop, 0, NULL);
	session_interrupt(rehearse_session);
	ck_assert(session_idle(rehearse_session));
	rehearse_run("echo on");
	rehearse_said("output j1: on");
	rehearse_not_said("never");
}
END_TEST

START_TEST(a_key_goes_to_the_program_in_front)
{
	play("sleep 100\n#! key ^Z\n#! expect any(jobs, state = T)\n"
	     "fg\n#! key ^C\n#! expect count(jobs) = 0\n"
	     "cat\n#! key ^D\necho last");
	rehearse_said("command -: ^Z");
	rehearse_said("j1 stopped (TSTP): sleep 100");
	rehearse_said("j1 was killed by INT: sleep 100");
	rehearse_said("output j3: last");
	ck_assert_int_eq(player_status(tape_player(tape)), 0);
}
END_TEST

START_TEST(who_computes_gets_the_key_as_well)
{
	play("sh -c 'while :; do :; done'\n#! key ^C\necho last");
	rehearse_said("output j2: last");
}
END_TEST

START_TEST(a_key_for_nobody_ends_the_script)
{
	play("true\n#! key ^C\necho never");
	rehearse_said("error -: demo:2: the prompt has the terminal, so nobody "
	              "gets this key");
	rehearse_not_said("never");
}
END_TEST

START_TEST(without_a_screen_nothing_is_recorded)
{
	rehearse_run("record /tmp/forkshop-never.cast");
	rehearse_said("there is no screen that could be recorded");
	rehearse_run("record off");
	rehearse_said("nothing is being recorded");
	ck_assert_int_ne(access("/tmp/forkshop-never.cast", F_OK), 0);
}
END_TEST

/* What a step of a lesson does, as the lessons would hand it in. */
static int
step(void *arg, const char *lesson, const char *name, struct err *err)
{
	struct script *s;

	if (strcmp(lesson, "zombie") != 0)
		return err_set(err, "there is no lesson %s", lesson);
	s = script_parse(name, "echo prepared", 13, err);
	return tape_play(arg, s, 0, err);
}

START_TEST(a_step_prepares_before_the_next_line)
{
	const struct tape_lessons lessons = { .arg = tape, .step = step };

	tape_on_step(tape, &lessons);
	play("#! step zombie make\necho ready");
	rehearse_said("output j1: prepared");
	rehearse_said("output j2: ready");
	play("\n#! step nobody make\necho never");
	rehearse_said("error -: demo:2: there is no lesson nobody");
}
END_TEST

/* forkshop run **********************************************************/

START_TEST(run_ends_with_1_and_names_the_line)
{
	const char *path = script_file("fork\n#! expect count(workers) = 9\n");
	const char *argv[] = { "run", path, NULL };
	struct story *s = story_open(argv);

	story_expect(s, ":2: count\\(workers\\) = 9: false: workers: 3, "
	                "wanted 9");
	ck_assert_int_eq(story_close(s), 1);
	unlink(path);
}
END_TEST

START_TEST(run_refuses_a_wrong_script_before_it_starts)
{
	const char *path = script_file("echo never\n#! expct x\n");
	const char *argv[] = { "run", path, NULL };
	struct story *s = story_open(argv);

	story_expect(s, "^forkshop: .*:2: there is no `#! expct`");
	ck_assert_int_eq(story_wait(s), 1);
	ck_assert(!story_saw(s, "never"));
	story_close(s);
	unlink(path);
}
END_TEST

START_TEST(run_takes_standard_input)
{
	const char *argv[] = { "--empty", "run", "-", NULL };
	struct story *s = story_open(argv);

	story_send(s, "#! caption \"from a pipe\"");
	story_send(s, "echo here");
	close(s->to);
	s->to = -1;
	story_expect(s, "^caption: from a pipe");
	story_expect(s, "^here");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("player");
	TCase *tc = tcase_create("player"), *run = tcase_create("run");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, lines_run_one_after_the_other);
	tcase_add_test(tc,
	               a_fact_that_fails_ends_the_script_with_file_and_line);
	tcase_add_test(tc, until_gives_up_when_its_time_is_over);
	tcase_add_test(tc, until_wakes_up_for_an_event);
	tcase_add_test(tc, a_command_that_fails_does_not_end_the_script);
	tcase_add_test(tc, chapters_and_captions_are_lines_without_a_screen);
	tcase_add_test(tc, source_plays_before_what_stands_behind_it);
	tcase_add_test(tc, a_script_that_plays_itself_is_stopped);
	tcase_add_test(tc, ctrl_c_ends_the_script);
	tcase_add_test(tc, a_key_goes_to_the_program_in_front);
	tcase_add_test(tc, who_computes_gets_the_key_as_well);
	tcase_add_test(tc, a_key_for_nobody_ends_the_script);
	tcase_add_test(tc, without_a_screen_nothing_is_recorded);
	tcase_add_test(tc, a_step_prepares_before_the_next_line);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(run, 0);
	tcase_add_test(run, run_ends_with_1_and_names_the_line);
	tcase_add_test(run, run_refuses_a_wrong_script_before_it_starts);
	tcase_add_test(run, run_takes_standard_input);
	suite_add_tcase(suite, run);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
