/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs that the student types, job control, the queue and the log, with
 * the real lab.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/rehearse.h"

/* Programs **************************************************************/

START_TEST(a_program_prints_into_the_log)
{
	rehearse_run("echo hello; echo world");
	rehearse_said("command -: echo hello; echo world\n");
	rehearse_said("output j1: hello\noutput j1: world\n");
	rehearse_run("printf 'a\\033[31mred\\033[0m\\033]0;t\\007\\rb\\n'");
	rehearse_said("output j2: bred\n");
	ck_assert_int_eq(session_status(rehearse_session), 0);
}
END_TEST

START_TEST(a_program_that_fails_fails_its_command)
{
	rehearse_run("sh -c 'exit 3'");
	rehearse_said("error -: j");
	rehearse_said("exited 3: sh -c 'exit 3'");
	rehearse_run(":; kill -SEGV $$");
	rehearse_said("was killed by SEGV");
	ck_assert_int_ge(session_status(rehearse_session), 1);
}
END_TEST

START_TEST(a_word_that_is_nothing_is_wrong_usage)
{
	rehearse_run("frok");
	rehearse_said(
	    "there is no command or program frok: did you mean fork?");
	ck_assert_int_eq(session_status(rehearse_session), 2);
}
END_TEST

/*
 * In these two it is sh itself that waits: a signal that hits it between
 * vfork(2) and the exec of another program may be lost to it.
 */
START_TEST(ctrl_c_ends_the_job_in_front)
{
	session_run(rehearse_session, "echo up; read line; echo never");
	rehearse_until_said("output j1: up");
	rehearse_until(rehearse_is_in_front, "j1", "j1 in front");
	ck_assert_str_eq(session_foreground(rehearse_session), "j1");
	ck_assert(!session_idle(rehearse_session));
	session_interrupt(rehearse_session);
	rehearse_until(rehearse_is_idle, NULL, "the prompt");
	rehearse_said("was killed by INT: echo up; read line");
	rehearse_not_said("output j1: never");
	ck_assert_ptr_null(session_foreground(rehearse_session));
}
END_TEST

START_TEST(ctrl_c_is_kept_for_a_job_that_does_not_run_yet)
{
	session_run(rehearse_session, "read line; echo never");
	rehearse_until_said("command -: read");
	session_interrupt(rehearse_session);
	rehearse_until(rehearse_is_idle, NULL, "the prompt");
	rehearse_said("j1 was killed by INT");
}
END_TEST

START_TEST(ctrl_z_stops_it_and_fg_brings_it_back)
{
	session_run(rehearse_session, "echo up; read line");
	rehearse_until_said("output j1: up");
	rehearse_until(rehearse_is_in_front, "j1", "j1 in front");
	session_terminal_input(rehearse_session, "\032", 1);
	rehearse_until(rehearse_is_idle, NULL, "the prompt");
	rehearse_said("j1 stopped (TSTP): echo up; read line");
	rehearse_until(rehearse_is_taken_back, NULL, "the terminal");
	rehearse_run("jobs");
	rehearse_said("%1  stopped");
	session_run(rehearse_session, "fg %1");
	rehearse_until(rehearse_is_in_front, "j1", "j1 in front again");
	session_interrupt(rehearse_session);
	rehearse_until(rehearse_is_idle, NULL, "the prompt");
	rehearse_said("j1 was killed by INT");
	rehearse_run("jobs");
	rehearse_said("no jobs");
}
END_TEST

START_TEST(ctrl_c_is_kept_for_a_job_that_has_no_terminal_yet)
{
	rehearse_run("read line; echo never &");
	rehearse_until_said("j1 stopped (TTIN)");
	session_run(rehearse_session, "fg");
	rehearse_until_said("command -: fg");
	ck_assert_str_eq(session_foreground(rehearse_session), "j1");
	ck_assert_ptr_null(session_typed_to(rehearse_session));
	session_interrupt(rehearse_session);
	rehearse_until(rehearse_is_idle, NULL, "the prompt");
	rehearse_said("j1 was killed by INT");
}
END_TEST

START_TEST(bg_lets_a_stopped_job_go_on)
{
	rehearse_run("exec sleep 1000 &");
	rehearse_run("bg");
	rehearse_said("j1 runs already");
	rehearse_run("kill -STOP %1");
	rehearse_until_said("j1 stopped (STOP)");
	rehearse_run("bg");
	rehearse_said("exec sleep 1000 &");
	rehearse_run("jobs");
	rehearse_said("%1  running");
}
END_TEST

START_TEST(a_background_job_is_told_and_waited_for)
{
	rehearse_run("sh -c 'echo one; exit 4' &");
	rehearse_until_said("j1 exited 4: sh -c 'echo one; exit 4'");
	rehearse_said("output j1: one");
	rehearse_run("sleep 1000 &");
	rehearse_run("jobs");
	rehearse_said("%2  running");
	rehearse_run("kill %2; wait %2");
	rehearse_until_said("j2 killed by TERM: sleep 1000");
	rehearse_run("sleep 0.2 &");
	rehearse_run("wait; jobs");
	rehearse_said("no jobs");
	rehearse_run("fg %2");
	rehearse_said("there is no job 2");
	rehearse_run("fg");
	rehearse_said("there is no job");
}
END_TEST

START_TEST(a_background_job_that_reads_is_stopped_until_fg)
{
	rehearse_run("cat &");
	rehearse_until_said("j1 stopped (TTIN)");
	session_run(rehearse_session, "fg");
	rehearse_until(rehearse_is_in_front, "j1", "cat in front");
	session_terminal_input(rehearse_session, "typed\n", 6);
	rehearse_until_said("output j1: typed");
	session_terminal_input(rehearse_session, "\004", 1);
	rehearse_until(rehearse_is_idle, NULL, "the end of cat");
	ck_assert_int_eq(session_status(rehearse_session), 0);
}
END_TEST

START_TEST(a_question_without_newline_is_shown_while_it_stands)
{
	session_run(rehearse_session,
	            "printf 'name? '; read name; echo hi $name");
	rehearse_until(rehearse_is_in_front, "j1", "j1 in front");
	while (strcmp(rehearse_progress, "name?") != 0)
		ck_assert_int_eq(loop_turn(rehearse_loop, -1, NULL), 0);
	session_terminal_input(rehearse_session, "ada\n", 4);
	rehearse_until(rehearse_is_idle, NULL, "the answer");
	rehearse_said("output j1: hi ada");
	ck_assert_str_eq(rehearse_progress, "");
}
END_TEST

START_TEST(the_terminal_goes_to_a_program_and_comes_back)
{
	rehearse_run("!true");
	ck_assert_int_eq(rehearse_passes, 2);
	rehearse_run("!true &");
	rehearse_said("leave out the !, or the &");
	rehearse_may_pass = false;
	rehearse_run("!true");
	rehearse_said("error -: the terminal is elsewhere");
	ck_assert_int_eq(rehearse_passes, 2);
	ck_assert_ptr_null(session_foreground(rehearse_session));
}
END_TEST

START_TEST(cd_changes_where_programs_start)
{
	rehearse_run("cd /usr; pwd");
	rehearse_run("pwd");
	rehearse_said("output j2: /usr");
	rehearse_run("cd /");
	rehearse_run("cd -");
	rehearse_said("result -: /usr");
	rehearse_run("cd /no/such/folder");
	rehearse_said("cannot go to /no/such/folder: No such file");
}
END_TEST

START_TEST(a_folder_that_is_gone_is_said_not_waited_for)
{
	char folder[] = "/tmp/forkshop-test-XXXXXX", line[80];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(line, sizeof(line), "cd %s", folder);
	rehearse_run(line);
	ck_assert_int_eq(rmdir(folder), 0);
	rehearse_run("echo hello");
	rehearse_said("error -: cannot tell which folder this is");
	rehearse_run("cd /; pwd");
	ck_assert_int_eq(session_status(rehearse_session), 1);
}
END_TEST

/* Only those who are not root are kept out. */
START_TEST(a_folder_that_is_closed_to_us_keeps_nobody_from_starting)
{
	char folder[] = "/tmp/forkshop-test-XXXXXX", line[80];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(line, sizeof(line), "cd %s", folder);
	rehearse_run(line);
	ck_assert_int_eq(chmod(folder, 0), 0);
	rehearse_run("echo hello");
	rehearse_said("output j1: hello");
	rehearse_run("cd /");
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(jobs_have_a_limit)
{
	for (int i = 0; i < 64; i++)
		rehearse_run("sleep 1000 &");
	rehearse_run("sleep 1000 &");
	rehearse_said("64 jobs run already");
}
END_TEST

START_TEST(what_does_not_answer_does_not_fill_the_table)
{
	rehearse_run("sleep 1000 &");
	for (int i = 0; i < 300; i++)
		rehearse_run("kill -CONT %1");
	rehearse_not_said("error");
	rehearse_run("set linger 3s");
	ck_assert_int_eq(session_status(rehearse_session), 0);
}
END_TEST

START_TEST(the_queue_is_bounded)
{
	for (int i = 0; i < 1001; i++)
		session_run(rehearse_session, "# nothing");
	rehearse_said("1000 commands wait already");
	rehearse_until(rehearse_is_idle, NULL, "the queue");
}
END_TEST

START_TEST(quit_leaves_the_rest_undone)
{
	rehearse_run("quit; echo never");
	ck_assert(session_quits(rehearse_session));
	rehearse_not_said("never\noutput");
}
END_TEST

START_TEST(the_log_keeps_what_was_said)
{
	enum line_kind kind;
	const char *name;
	int64_t t_ns;

	rehearse_run("echo kept");
	ck_assert_str_eq(session_log(rehearse_session, 0, &kind, &name, &t_ns),
	                 "kept");
	ck_assert_int_eq(kind, LINE_OUTPUT);
	ck_assert_str_eq(name, "j1");
	ck_assert_ptr_null(
	    session_log(rehearse_session, 2000, &kind, &name, &t_ns));
}
END_TEST

static void
open_empty(void)
{
	rehearse_open((struct session_options){ .empty = true });
}

int
main(void)
{
	Suite *suite = suite_create("session jobs");
	TCase *tc = tcase_create("an empty lab");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, open_empty, rehearse_close);
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, a_program_prints_into_the_log);
	tcase_add_test(tc, a_program_that_fails_fails_its_command);
	tcase_add_test(tc, a_word_that_is_nothing_is_wrong_usage);
	tcase_add_test(tc, ctrl_c_ends_the_job_in_front);
	tcase_add_test(tc, ctrl_c_is_kept_for_a_job_that_does_not_run_yet);
	tcase_add_test(tc, ctrl_z_stops_it_and_fg_brings_it_back);
	tcase_add_test(tc, ctrl_c_is_kept_for_a_job_that_has_no_terminal_yet);
	tcase_add_test(tc, bg_lets_a_stopped_job_go_on);
	tcase_add_test(tc, a_background_job_is_told_and_waited_for);
	tcase_add_test(tc, a_background_job_that_reads_is_stopped_until_fg);
	tcase_add_test(tc, a_question_without_newline_is_shown_while_it_stands);
	tcase_add_test(tc, the_terminal_goes_to_a_program_and_comes_back);
	tcase_add_test(tc, cd_changes_where_programs_start);
	tcase_add_test(tc, a_folder_that_is_gone_is_said_not_waited_for);
	tcase_add_test(
	    tc, a_folder_that_is_closed_to_us_keeps_nobody_from_starting);
	tcase_add_test(tc, jobs_have_a_limit);
	tcase_add_test(tc, what_does_not_answer_does_not_fill_the_table);
	tcase_add_test(tc, the_queue_is_bounded);
	tcase_add_test(tc, quit_leaves_the_rest_undone);
	tcase_add_test(tc, the_log_keeps_what_was_said);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
