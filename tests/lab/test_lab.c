/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The real forkshop-lab; the test plays the shell.
 */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "tests/front.h"

static struct stage stage;
static struct front front;

static void
setup(void)
{
	setenv("PATH", "/usr/bin:/bin", 1); /* all of it may be searched */
	stage_open(&stage);
	front_open(&front, &stage, NULL);
}

static void
teardown(void)
{
	front_close(&front);
	stage_close(&stage);
}

/* Everything that a background job prints. */
static const char *
output_of(const char *command)
{
	static char text[4096];
	size_t len = 0;
	ssize_t n;
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	front_job(&front, FRONT_BACKGROUND, command, ends[1]);
	close(ends[1]);
	while ((n = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(ends[0]);
	text[len] = '\0';
	return text;
}

static bool
terminal_has(tcflag_t flags)
{
	struct termios t;

	ck_assert_int_eq(tcgetattr(front.master, &t), 0);
	return (t.c_lflag & flags) == flags;
}

/* Ends ******************************************************************/

START_TEST(an_exit_code_arrives_as_it_is)
{
	pid_t pid = front_job(&front, FRONT_BACKGROUND, "exit 7", -1);
	const struct heard *h = front_hear(&front, MSG_CHANGED, pid);

	ck_assert_int_eq(h->msg.change.change, CHILD_EXITED);
	ck_assert_int_eq(h->msg.change.code, 7);
	ck_assert_int_eq(h->msg.change.raw, 7 << 8);
	ck_assert_int_eq(h->msg.change.adopted, 0);
	ck_assert_str_eq(h->msg.name, "j1");
	h = front_hear(&front, MSG_REAPED, pid);
	ck_assert_int_eq(h->msg.change.code, 7);
}
END_TEST

START_TEST(a_signal_arrives_as_it_is)
{
	static const int signals[] = { SIGTERM, SIGKILL, SIGUSR1, SIGALRM };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		pid_t pid =
		    front_job(&front, FRONT_BACKGROUND, "exec sleep 999", -1);

		front_order(&front, MSG_SIGNAL_GROUP, pid, signals[i]);
		ck_assert_int_eq(front_change(&front, pid, CHILD_KILLED),
		                 signals[i]);
	}
}
END_TEST

START_TEST(the_start_time_is_that_of_the_process)
{
	pid_t pid = front_job(&front, FRONT_BACKGROUND, "exit 0", -1);
	const struct heard *h = front_hear(&front, MSG_CHANGED, pid);
	uint64_t ended = h->msg.change.start_ticks;

	for (int i = 0; i < front.nheard; i++)
		if (front.heard[i].msg.type == MSG_STARTED)
			ck_assert_uint_eq(front.heard[i].msg.born.start_ticks,
			                  ended);
	ck_assert_uint_gt(ended, 0);
}
END_TEST

START_TEST(a_stop_and_a_continue_are_told)
{
	pid_t pid = front_job(&front, FRONT_BACKGROUND, "exec sleep 999", -1);

	front_order(&front, MSG_SIGNAL_GROUP, pid, SIGSTOP);
	ck_assert_int_eq(front_change(&front, pid, CHILD_STOPPED), SIGSTOP);
	front_order(&front, MSG_BACKGROUND, pid, 0);
	ck_assert_int_eq(front_change(&front, pid, CHILD_CONTINUED), SIGCONT);
}
END_TEST

/* Starting **************************************************************/

START_TEST(a_program_that_is_not_there_is_a_sentence)
{
	struct msg m = msg_make(MSG_START, "p1");
	const struct heard *h;

	m.start.kind = START_PUPPET;
	m.start.on_terminal = 1;
	m.start.argc = 1;
	strcpy(m.start.argv, "no-such-program");
	front_send(&front, &m, -1);
	h = front_hear(&front, MSG_NOT_STARTED, 0);
	ck_assert_uint_eq(h->msg.seq, front.seq);
	ck_assert_str_eq(h->msg.name, "p1");
	ck_assert_str_eq(
	    h->msg.text.text,
	    "cannot start no-such-program: No such file or directory");
}
END_TEST

START_TEST(a_command_line_without_an_end_is_refused)
{
	struct msg m = msg_make(MSG_START, "j1");

	m.start.on_terminal = 1;
	m.start.argc = 2;
	memset(m.start.argv, 'x', sizeof(m.start.argv));
	front_send(&front, &m, -1);
	front_hear(&front, MSG_NOT_STARTED, 0);
	m.start.argc = 100000;
	front_send(&front, &m, -1);
	front_hear(&front, MSG_NOT_STARTED, 0);
	m.start.argc = 0;
	front_send(&front, &m, -1);
	front_hear(&front, MSG_NOT_STARTED, 0);
}
END_TEST

START_TEST(folder_and_environment_are_as_asked)
{
	struct msg m = msg_make(MSG_START, "j1");
	static const char argv[] = "sh\0-c\0"
	                           "test \"$(pwd)$COLOUR\" = /usrblue\0"
	                           "COLOUR=blue\0";
	pid_t pid;

	m.start.kind = START_JOB;
	m.start.on_terminal = 1;
	m.start.argc = 3;
	strcpy(m.start.cwd, "/usr");
	memcpy(m.start.argv, argv, sizeof(argv));
	front_send(&front, &m, -1);
	pid = front_hear(&front, MSG_STARTED, 0)->msg.born.pid;
	ck_assert_int_eq(front_change(&front, pid, CHILD_EXITED), 0);
}
END_TEST

START_TEST(a_program_inherits_three_descriptors_and_no_mask)
{
	ck_assert_str_eq(output_of("ls /proc/$$/fd; true"), "0\n1\n2\n");
	ck_assert_str_eq(output_of("exec grep -E '^(SigBlk|SigIgn|NoNewPrivs)' "
	                           "/proc/self/status"),
	                 "SigBlk:\t0000000000000000\n"
	                 "SigIgn:\t0000000000000000\n"
	                 "NoNewPrivs:\t1\n");
}
END_TEST

START_TEST(a_job_is_a_group_in_the_session_of_the_lab)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "%d group\n", (int)front.lab);
	ck_assert_str_eq(output_of("set -- $(cat /proc/$$/stat); "
	                           "echo $6 $(test $5 = $$ && echo group)"),
	                 wanted);
}
END_TEST

/* Orphans ***************************************************************/

START_TEST(a_daemon_is_adopted_and_its_end_told)
{
	const struct heard *h;
	pid_t pid;

	front_job(&front, FRONT_BACKGROUND, "(setsid sleep 999 &)", -1);
	h = front_hear(&front, MSG_ADOPTED, 0);
	ck_assert(h->had_fd);
	ck_assert_int_eq(h->msg.born.ppid, front.lab);
	ck_assert_uint_gt(h->msg.born.start_ticks, 0);
	pid = h->msg.born.pid;
	kill(pid, SIGTERM);
	h = front_hear(&front, MSG_CHANGED, pid);
	ck_assert_int_eq(h->msg.change.change, CHILD_KILLED);
	ck_assert_int_eq(h->msg.change.code, SIGTERM);
	ck_assert_int_eq(h->msg.change.adopted, 1);
	front_hear(&front, MSG_REAPED, pid);
}
END_TEST

START_TEST(an_orphan_that_nobody_noticed_is_told_by_its_end)
{
	pid_t sh =
	    front_job(&front, FRONT_BACKGROUND,
	              "(sh -c 'sleep 0.1; exit 9' &); exec sleep 999", -1);
	pid_t orphan = front_hear(&front, MSG_ADOPTED, 0)->msg.born.pid;

	ck_assert_int_ne(orphan, sh);
	ck_assert_int_eq(front_change(&front, orphan, CHILD_EXITED), 9);
}
END_TEST

START_TEST(news_wait_for_a_shell_that_does_not_listen)
{
	enum { ORPHANS = 600 };
	int reaped = 0;
	pid_t sh = front_job(&front, FRONT_BACKGROUND,
	                     "i=0; while [ $i -lt 600 ]; do (true &); "
	                     "i=$((i + 1)); done; echo >/dev/tty all",
	                     -1);

	front_see(&front, "all"); /* and the wire is full by now */
	while (reaped < ORPHANS)
		reaped += front_hear(&front, MSG_REAPED, 0)->msg.change.adopted;
	front_hear(&front, MSG_CHANGED, sh);
	for (int i = 0; i < front.nheard; i++)
		ck_assert_uint_ne(front.heard[i].msg.type, MSG_SAY);
}
END_TEST

START_TEST(what_a_deaf_shell_missed_is_counted)
{
	enum { ORPHANS = 3500, STEP = 500 };
	unsigned told = 0, lost = 0, most = 0;
	char at[16];

	front_job(&front, FRONT_BACKGROUND,
	          "i=0; while [ $i -lt 3500 ]; do (true &); i=$((i + 1)); "
	          "[ $((i % 500)) != 0 ] || echo >/dev/tty at $i.; done; "
	          "exec sleep 999",
	          -1);
	for (int i = STEP; i <= ORPHANS; i += STEP) {
		snprintf(at, sizeof(at), "at %d.", i);
		front_see(&front, at);
	}
	most = (unsigned)atoi(
	    stage_outside(&stage, "ps -o pid= --ppid %d | wc -l", front.lab));
	ck_assert_uint_lt(most, 2500);
	while (told + lost < ORPHANS) {
		const struct heard *h = front_hear(&front, MSG_NONE, 0);

		told += h->msg.type == MSG_REAPED && h->msg.change.adopted;
		if (h->msg.type == MSG_SAY)
			lost += (unsigned)atoi(h->msg.text.text);
	}
	ck_assert_uint_eq(told + lost, ORPHANS);
	ck_assert_uint_gt(lost, 0);
}
END_TEST

/* The terminal **********************************************************/

START_TEST(ctrl_c_ends_the_foreground_job)
{
	pid_t pid = front_job(&front, FRONT_FOREGROUND, "exec sleep 999", -1);

	front_hear(&front, MSG_TERMINAL, pid);
	front_type(&front, "\003");
	ck_assert_int_eq(front_change(&front, pid, CHILD_KILLED), SIGINT);
	front_hear(&front, MSG_TERMINAL, 0);
}
END_TEST

START_TEST(ctrl_z_stops_it_and_the_foreground_continues_it)
{
	pid_t pid = front_job(&front, FRONT_FOREGROUND, "exec cat", -1);

	front_hear(&front, MSG_TERMINAL, pid);
	front_type(&front, "\032");
	ck_assert_int_eq(front_change(&front, pid, CHILD_STOPPED), SIGTSTP);
	ck_assert_int_eq(front_hear(&front, MSG_TERMINAL, 0)->msg.target.pid,
	                 0);
	front_order(&front, MSG_FOREGROUND, pid, 0);
	ck_assert_int_eq(front_change(&front, pid, CHILD_CONTINUED), SIGCONT);
	front_hear(&front, MSG_TERMINAL, pid);
	front_type(&front, "moo\n");
	front_see(&front, "moo\r\nmoo\r\n");
	front_type(&front, "\004");
	ck_assert_int_eq(front_change(&front, pid, CHILD_EXITED), 0);
}
END_TEST

START_TEST(ctrl_z_at_the_moment_of_the_start_hangs_nobody)
{
	for (int i = 0; i < 30; i++) {
		pid_t pid;

		front_start(&front, FRONT_FOREGROUND, "exec sleep 999", -1);
		for (int n = 0; n < 20; n++)
			front_type(&front, "\032");
		pid = front_hear(&front, MSG_STARTED, 0)->msg.born.pid;
		front_order(&front, MSG_SIGNAL_GROUP, pid, SIGKILL);
		ck_assert_int_eq(front_change(&front, pid, CHILD_KILLED),
		                 SIGKILL);
	}
}
END_TEST

START_TEST(a_background_job_that_reads_is_stopped)
{
	pid_t pid = front_job(&front, FRONT_BACKGROUND, "exec cat", -1);

	ck_assert_int_eq(front_change(&front, pid, CHILD_STOPPED), SIGTTIN);
	front_order(&front, MSG_FOREGROUND, pid, 0);
	front_hear(&front, MSG_TERMINAL, pid);
	front_type(&front, "\004");
	ck_assert_int_eq(front_change(&front, pid, CHILD_EXITED), 0);
}
END_TEST

START_TEST(a_job_that_dies_leaves_the_terminal_sane)
{
	pid_t pid = front_job(&front, FRONT_FOREGROUND,
	                      "stty raw -echo; kill -KILL $$", -1);

	ck_assert_int_eq(front_change(&front, pid, CHILD_KILLED), SIGKILL);
	front_hear(&front, MSG_REAPED, pid);
	ck_assert(terminal_has(ICANON | ECHO | ISIG));
}
END_TEST

START_TEST(a_stopped_job_gets_its_settings_back)
{
	pid_t pid = front_job(&front, FRONT_FOREGROUND,
	                      "stty -echo; kill -STOP $$; "
	                      "stty -a | grep -q -e '-echo ' && exit 5",
	                      -1);

	ck_assert_int_eq(front_change(&front, pid, CHILD_STOPPED), SIGSTOP);
	front_hear(&front, MSG_TERMINAL, pid);
	while (front_hear(&front, MSG_TERMINAL, 0)->msg.target.pid != 0)
		continue;
	ck_assert(terminal_has(ICANON | ECHO | ISIG));
	front_order(&front, MSG_FOREGROUND, pid, 0);
	ck_assert_int_eq(front_change(&front, pid, CHILD_EXITED), 5);
}
END_TEST

START_TEST(the_terminal_can_be_taken_back_from_a_job)
{
	pid_t pid = front_job(&front, FRONT_FOREGROUND, "exec cat", -1);

	front_hear(&front, MSG_TERMINAL, pid);
	front_order(&front, MSG_FOREGROUND, 0, 0);
	front_hear(&front, MSG_TERMINAL, 0);
	front_type(&front, "moo\n"); /* a read that had begun goes on */
	ck_assert_int_eq(front_change(&front, pid, CHILD_STOPPED), SIGTTIN);
}
END_TEST

START_TEST(a_group_without_a_child_of_ours_is_refused)
{
	const pid_t strangers[] = { getpgrp(), front.lab, 1, 0, -5 };

	for (size_t i = 0; i < sizeof(strangers) / sizeof(pid_t); i++) {
		const struct heard *h;

		front_order(&front, MSG_SIGNAL_GROUP, strangers[i], SIGKILL);
		h = front_hear(&front, MSG_SAY, 0);
		ck_assert_uint_eq(h->msg.seq, front.seq);
	}
	ck_assert_int_gt(front_job(&front, FRONT_BACKGROUND, "exit 0", -1), 0);
}
END_TEST

/* The end of the lab ****************************************************/

START_TEST(term_ends_the_lab_and_all_in_it)
{
	front_job(&front, FRONT_BACKGROUND,
	          "trap '' TERM; sleep 999; sleep 999", -1);
	front_job(&front, FRONT_BACKGROUND, "(setsid sleep 999 &)", -1);
	kill(front.lab, SIGTERM);
}
END_TEST

START_TEST(the_end_of_the_wire_ends_the_lab)
{
	front_job(&front, FRONT_BACKGROUND, "while :; do :; done", -1);
	wire_close(front.wire);
	ck_assert_int_eq(stage_wait(&stage), 0);
	front.wire = NULL;
}
END_TEST

START_TEST(without_a_wire_it_says_what_to_type)
{
	const char *text = stage_outside(&stage, "%s </dev/null 3<&0; echo $?",
	                                 stage_program("forkshop-lab"));

	ck_assert_str_eq(text, "forkshop-lab: it is started by forkshop and "
	                       "has nothing to do without it: type forkshop\n"
	                       "1\n");
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_test(tc, an_exit_code_arrives_as_it_is);
	tcase_add_test(tc, a_signal_arrives_as_it_is);
	tcase_add_test(tc, the_start_time_is_that_of_the_process);
	tcase_add_test(tc, a_stop_and_a_continue_are_told);
	tcase_add_test(tc, a_program_that_is_not_there_is_a_sentence);
	tcase_add_test(tc, a_command_line_without_an_end_is_refused);
	tcase_add_test(tc, folder_and_environment_are_as_asked);
	tcase_add_test(tc, a_program_inherits_three_descriptors_and_no_mask);
	tcase_add_test(tc, a_job_is_a_group_in_the_session_of_the_lab);
	tcase_add_test(tc, a_daemon_is_adopted_and_its_end_told);
	tcase_add_test(tc, an_orphan_that_nobody_noticed_is_told_by_its_end);
	tcase_add_test(tc, news_wait_for_a_shell_that_does_not_listen);
	tcase_add_test(tc, what_a_deaf_shell_missed_is_counted);
	tcase_add_test(tc, ctrl_c_ends_the_foreground_job);
	tcase_add_test(tc, ctrl_z_stops_it_and_the_foreground_continues_it);
	tcase_add_test(tc, ctrl_z_at_the_moment_of_the_start_hangs_nobody);
	tcase_add_test(tc, a_background_job_that_reads_is_stopped);
	tcase_add_test(tc, a_job_that_dies_leaves_the_terminal_sane);
	tcase_add_test(tc, a_stopped_job_gets_its_settings_back);
	tcase_add_test(tc, the_terminal_can_be_taken_back_from_a_job);
	tcase_add_test(tc, a_group_without_a_child_of_ours_is_refused);
	tcase_add_test(tc, term_ends_the_lab_and_all_in_it);
	tcase_add_test(tc, the_end_of_the_wire_ends_the_lab);
	tcase_add_test(tc, without_a_wire_it_says_what_to_type);
}

int
main(void)
{
	Suite *suite = suite_create("lab");
	TCase *tc = tcase_create("lab");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0); /* each wait has its own */
	tcase_add_checked_fixture(tc, setup, teardown);
	add_tests(tc);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
