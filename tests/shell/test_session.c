/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A session with the real lab, server and client, and a front that writes
 * down what it is told.
 */
#include <check.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/shell/session.h"
#include "core/sys/clock.h"
#include "tests/stage.h"

static struct loop *loop;
static struct session *session;
static char *said; /* "kind name: text\n" for each line */
static size_t len;
static char progress[256];
static int passes; /* how often the terminal was given away, and taken */
static bool may_pass = true;

/* The front *************************************************************/

static void
front_line(void *arg, enum line_kind kind, const char *name, const char *text)
{
	static const char *const kinds[] = { "command", "result", "event",
		                             "output",  "error",  "good",
		                             "tree" };
	size_t room = strlen(text) + 64;

	(void)arg;
	said = realloc(said, len + room);
	len += (size_t)snprintf(said + len, room, "%s %s: %s\n", kinds[kind],
	                        name ? name : "-", text);
}

static void
front_event(void *arg, const struct event *e)
{
	(void)arg, (void)e;
}

static void
front_changed(void *arg)
{
	(void)arg;
}

static void
front_progress(void *arg, const char *text)
{
	(void)arg;
	snprintf(progress, sizeof(progress), "%s", text);
}

static int
front_passthrough(void *arg, bool on, struct err *err)
{
	(void)arg, (void)on;
	if (!may_pass)
		return err_set(err, "the terminal is elsewhere");
	passes++;
	return 0;
}

/* Opening and turning ***************************************************/

static void
open_with(struct session_options options)
{
	struct front front = { .line = front_line,
		               .event = front_event,
		               .changed = front_changed,
		               .progress = front_progress,
		               .passthrough = front_passthrough };
	static char programs[4096];
	struct err err;

	snprintf(programs, sizeof(programs), "%s",
	         stage_program("forkshop-lab"));
	options.programs = dirname(programs);
	options.headless = true;
	loop = loop_open(&err);
	ck_assert_ptr_nonnull(loop);
	session = session_open(loop, &options, &front, &err);
	ck_assert_msg(session, "%s", err.text);
}

static void
close_all(void)
{
	session_close(session);
	loop_close(loop);
	free(said);
	session = NULL;
}

/* Turn the loop until it holds, within the ceiling of all tests. */
static void
until(bool (*holds)(const void *), const void *arg, const char *what)
{
	int64_t end_ns = clock_ns() + stage_limit_ms() * NS_PER_MS;
	struct err err;

	while (!holds(arg)) {
		ck_assert_msg(clock_ns() < end_ns,
		              "time is up, waiting for %s; said:\n%s", what,
		              said ? said : "");
		ck_assert_int_eq(loop_turn(loop, end_ns, &err), 0);
	}
}

static bool
is_idle(const void *arg)
{
	(void)arg;
	return session_idle(session) || session_quits(session);
}

static bool
is_said(const void *text)
{
	return said && strstr(said, text);
}

static void
until_said(const char *text)
{
	until(is_said, text, text);
}

/* The lab has given its terminal to this job. */
static bool
is_in_front(const void *name)
{
	const struct snapshot *snap = session_snapshot(session);
	const struct proc *p = snapshot_find(snap, name);
	const char *front = session_foreground(session);

	return p && p->pid == snap->foreground && front &&
	       strcmp(front, name) == 0;
}

static bool
is_taken_back(const void *arg)
{
	(void)arg;
	return session_snapshot(session)->foreground == 0;
}

static bool
is_gone(const void *name)
{
	const struct proc *p = snapshot_find(session_snapshot(session), name);

	return !p || p->dead;
}

/* Run commands one after the other and wait for the end of the last. */
static void
run(const char *line)
{
	len = 0;
	said = realloc(said, 1);
	said[0] = '\0';
	session_run(session, line);
	until(is_idle, NULL, line);
}

static void
assert_said(const char *text)
{
	ck_assert_msg(is_said(text), "\"%s\" was not said, but\n%s", text,
	              said);
}

static void
assert_not_said(const char *text)
{
	ck_assert_msg(!is_said(text), "\"%s\" was said:\n%s", text, said);
}

static pid_t
pid_of(const char *name)
{
	const struct proc *p = snapshot_find(session_snapshot(session), name);

	ck_assert_msg(p, "there is no %s", name);
	return p->pid;
}

static void
open_empty(void)
{
	open_with((struct session_options){ .empty = true });
}

static void
open_served(void)
{
	open_with((struct session_options){ .workers = 2, .must_port = true });
	until(is_idle, NULL, "the first server");
}

/* Servers and workers ***************************************************/

START_TEST(the_first_server_listens_before_the_first_command_runs)
{
	const struct server *web =
	    snapshot_server(session_snapshot(session), "web");

	ck_assert_ptr_nonnull(web);
	ck_assert(web->up);
	ck_assert_int_gt(web->port, 0);
	assert_said("worker w1");
	assert_said("worker w2");
	assert_said("result -: web is http://localhost:");
	assert_not_said("command -: serve");
}
END_TEST

START_TEST(fork_waits_until_each_new_worker_listens)
{
	run("fork 2");
	assert_said("event -: worker w4 ");
	ck_assert_int_eq(snapshot_find(session_snapshot(session), "w4")->life,
	                 LIFE_LISTENING);
	run("fork 127");
	assert_said("error -: cannot fork 127");
	ck_assert_int_eq(session_status(session), 1);
	run("fork 100000");
	assert_said("from 1 to 128");
	assert_said("usage: fork [N] [SERVER]");
	ck_assert_int_eq(session_status(session), 2);
	run("fork wbe");
	assert_said("there is no server wbe: did you mean web?");
}
END_TEST

START_TEST(requests_are_answered_by_each_in_turn)
{
	run("get -n 4");
	assert_said("total             4  answered");
	assert_said("order: w1 w2 w1 w2");
	run("get --to w2");
	assert_said("hello world from w2");
	run("get --to web");
	assert_said("aim at a worker");
	run("get --to w9");
	assert_said("error -: there is no process w9");
	ck_assert_str_eq(progress, "");
	ck_assert_int_eq(session_status(session), 1);
}
END_TEST

START_TEST(an_interrupted_get_says_how_far_it_came)
{
	len = 0;
	session_run(session, "get -n 100000 /sleep?ms=5; fork");
	until_said("w1 answered");
	session_interrupt(session);
	until(is_idle, NULL, "the end of get");
	assert_said("total");
	assert_not_said("w3");
}
END_TEST

START_TEST(kill_signals_what_is_named)
{
	pid_t w1 = pid_of("w1");
	char line[64];

	run("kill -STOP w1");
	until_said("STOP sent to w1");
	until_said("w1 stopped by STOP");
	snprintf(line, sizeof(line), "kill -s CONT %d", (int)w1);
	run(line);
	until_said("w1 goes on");
	run("kill -9 w1 w2");
	until_said("died: killed by KILL");
	until(is_gone, "w2", "the end of w2");
	ck_assert_int_eq(session_status(session), 0);
}
END_TEST

START_TEST(kill_reaches_nobody_outside_the_lab)
{
	char line[64];

	snprintf(line, sizeof(line), "kill %d", (int)getppid());
	run(line);
	assert_said("is not a process of the lab: forkshop signals only what "
	            "it started; in another terminal: kill -TERM ");
	run("kill lab");
	assert_said("error -: the lab is the parent of everything");
	run("kill -0 lab");
	assert_said("result -: lab is there");
	run("kill w9 w1");
	assert_said("there is no process w9 in the lab");
	until_said("TERM sent to w1");
	run("kill -TREM w2");
	assert_said("did you mean TERM?");
	run("kill");
	assert_said("kill needs a target");
	run("kill -l 15");
	assert_said("15 TERM");
}
END_TEST

START_TEST(retire_ends_when_the_worker_has)
{
	run("retire w2");
	ck_assert(is_gone("w2"));
	assert_said("worker w2");
	run("retire w2");
	assert_said("error -: w2 has ended already");
	run("retire web");
	assert_said("web is not a worker");
	run("get -n 2");
	assert_said("order: w1 w1");
}
END_TEST

START_TEST(shutdown_ends_when_the_master_has)
{
	run("shutdown");
	ck_assert(is_gone("web"));
	ck_assert(is_gone("w1"));
	run("shutdown web");
	assert_said("the server web has ended: `serve web` starts it again");
	run("get");
	assert_said("there is no server: `serve` starts one");
	run("serve web --port 0 --workers 1; get");
	assert_said("hello world from w1");
}
END_TEST

START_TEST(a_port_in_use_is_said_with_who_and_what_to_do)
{
	int port = snapshot_server(session_snapshot(session), "web")->port;
	char line[64], want[64];

	snprintf(line, sizeof(line), "serve web2 --port %d", port);
	run(line);
	snprintf(want, sizeof(want), "error -: port %d is in use by %d", port,
	         (int)pid_of("web"));
	assert_said(want);
	assert_said("as in `serve --port 0`");
	assert_not_said("output web2");
	run("serve web2 --port 0 --workers 1; get --server web2");
	assert_said("hello world from w1");
}
END_TEST

START_TEST(names_of_servers_are_not_those_of_others)
{
	run("serve web");
	assert_said("there is a server web already");
	run("serve w7");
	assert_said("w7 names a worker");
	run("serve lab");
	assert_said("there is a lab already");
	run("serve Big_One");
	assert_said("a server's name is short");
	run("serve z --port 0 --policy nonsense");
	assert_said("--policy is one of rr");
}
END_TEST

START_TEST(slow_makes_every_stage_wait)
{
	int64_t began_ns;

	run("slow 50ms");
	assert_said("waits 50 ms");
	began_ns = clock_ns();
	run("get");
	ck_assert_int_ge(clock_ns() - began_ns, 100 * NS_PER_MS);
	run("slow off; get");
	assert_said("no stage waits any more");
	run("slow 1h");
	assert_said("at most 10 s");
}
END_TEST

START_TEST(settings_are_listed_and_changed)
{
	run("set");
	assert_said("linger");
	assert_said("defer-accept");
	run("set linger 5s; set linger");
	assert_said("linger 5s");
	ck_assert_str_eq(session_setting(session, "linger"), "5s");
	ck_assert_str_eq(session_setting(session, "no-such"), "");
	run("set defer-accept on; get");
	assert_said("hello world");
	run("set linger soon");
	assert_said("linger is a time");
	run("set big on");
	assert_said("big is for the screen");
}
END_TEST

/* Programs **************************************************************/

START_TEST(a_program_prints_into_the_log)
{
	run("echo hello; echo world");
	assert_said("command -: echo hello; echo world\n");
	assert_said("output j1: hello\noutput j1: world\n");
	run("printf 'a\\033[31mred\\033[0m\\033]0;t\\007\\rb\\n'");
	assert_said("output j2: bred\n");
	ck_assert_int_eq(session_status(session), 0);
}
END_TEST

START_TEST(a_program_that_fails_fails_its_command)
{
	run("sh -c 'exit 3'");
	assert_said("error -: j");
	assert_said("exited 3: sh -c 'exit 3'");
	run(":; kill -SEGV $$");
	assert_said("was killed by SEGV");
	ck_assert_int_ge(session_status(session), 1);
}
END_TEST

START_TEST(a_word_that_is_nothing_is_wrong_usage)
{
	run("frok");
	assert_said("there is no command or program frok: did you mean fork?");
	ck_assert_int_eq(session_status(session), 2);
}
END_TEST

/*
 * In these two it is sh itself that waits: a signal that hits it between
 * vfork(2) and the exec of another program may be lost to it.
 */
START_TEST(ctrl_c_ends_the_job_in_front)
{
	session_run(session, "echo up; read line; echo never");
	until_said("output j1: up");
	until(is_in_front, "j1", "j1 in front");
	ck_assert_str_eq(session_foreground(session), "j1");
	ck_assert(!session_idle(session));
	session_interrupt(session);
	until(is_idle, NULL, "the prompt");
	assert_said("was killed by INT: echo up; read line");
	assert_not_said("output j1: never");
	ck_assert_ptr_null(session_foreground(session));
}
END_TEST

START_TEST(ctrl_c_is_kept_for_a_job_that_does_not_run_yet)
{
	session_run(session, "read line; echo never");
	until_said("command -: read");
	session_interrupt(session);
	until(is_idle, NULL, "the prompt");
	assert_said("j1 was killed by INT");
}
END_TEST

START_TEST(ctrl_z_stops_it_and_fg_brings_it_back)
{
	session_run(session, "echo up; read line");
	until_said("output j1: up");
	until(is_in_front, "j1", "j1 in front");
	session_terminal_input(session, "\032", 1);
	until(is_idle, NULL, "the prompt");
	assert_said("j1 stopped (TSTP): echo up; read line");
	until(is_taken_back, NULL, "the terminal");
	run("jobs");
	assert_said("%1  stopped");
	session_run(session, "fg %1");
	until(is_in_front, "j1", "j1 in front again");
	session_interrupt(session);
	until(is_idle, NULL, "the prompt");
	assert_said("j1 was killed by INT");
	run("jobs");
	assert_said("no jobs");
}
END_TEST

START_TEST(bg_lets_a_stopped_job_go_on)
{
	run("exec sleep 1000 &");
	run("bg");
	assert_said("j1 runs already");
	run("kill -STOP %1");
	until_said("j1 stopped (STOP)");
	run("bg");
	assert_said("exec sleep 1000 &");
	run("jobs");
	assert_said("%1  running");
}
END_TEST

START_TEST(a_background_job_is_told_and_waited_for)
{
	run("sh -c 'echo one; exit 4' &");
	until_said("j1 exited 4: sh -c 'echo one; exit 4'");
	assert_said("output j1: one");
	run("sleep 1000 &");
	run("jobs");
	assert_said("%2  running");
	run("kill %2; wait %2");
	until_said("j2 killed by TERM: sleep 1000");
	run("sleep 0.2 &");
	run("wait; jobs");
	assert_said("no jobs");
	run("fg %2");
	assert_said("there is no job 2");
	run("fg");
	assert_said("there is no job");
}
END_TEST

START_TEST(a_background_job_that_reads_is_stopped_until_fg)
{
	run("cat &");
	until_said("j1 stopped (TTIN)");
	session_run(session, "fg");
	until(is_in_front, "j1", "cat in front");
	session_terminal_input(session, "typed\n", 6);
	until_said("output j1: typed");
	session_terminal_input(session, "\004", 1);
	until(is_idle, NULL, "the end of cat");
	ck_assert_int_eq(session_status(session), 0);
}
END_TEST

START_TEST(a_question_without_newline_is_shown_while_it_stands)
{
	session_run(session, "printf 'name? '; read name; echo hi $name");
	until(is_in_front, "j1", "j1 in front");
	while (strcmp(progress, "name?") != 0)
		ck_assert_int_eq(loop_turn(loop, -1, NULL), 0);
	session_terminal_input(session, "ada\n", 4);
	until(is_idle, NULL, "the answer");
	assert_said("output j1: hi ada");
	ck_assert_str_eq(progress, "");
}
END_TEST

START_TEST(the_terminal_goes_to_a_program_and_comes_back)
{
	run("!true");
	ck_assert_int_eq(passes, 2);
	run("!true &");
	assert_said("leave out the !, or the &");
	may_pass = false;
	run("!true");
	assert_said("error -: the terminal is elsewhere");
	ck_assert_int_eq(passes, 2);
	ck_assert_ptr_null(session_foreground(session));
}
END_TEST

START_TEST(cd_changes_where_programs_start)
{
	run("cd /usr; pwd");
	run("pwd");
	assert_said("output j2: /usr");
	run("cd /");
	run("cd -");
	assert_said("result -: /usr");
	run("cd /no/such/folder");
	assert_said("cannot go to /no/such/folder: No such file");
}
END_TEST

START_TEST(a_folder_that_is_gone_is_said_not_waited_for)
{
	char folder[] = "/tmp/forkshop-test-XXXXXX", line[80];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(line, sizeof(line), "cd %s", folder);
	run(line);
	ck_assert_int_eq(rmdir(folder), 0);
	run("echo hello");
	assert_said("error -: cannot tell which folder this is");
	run("cd /; pwd");
	ck_assert_int_eq(session_status(session), 1);
}
END_TEST

START_TEST(jobs_have_a_limit)
{
	for (int i = 0; i < 64; i++)
		run("sleep 1000 &");
	run("sleep 1000 &");
	assert_said("64 jobs run already");
}
END_TEST

START_TEST(what_does_not_answer_does_not_fill_the_table)
{
	run("sleep 1000 &");
	for (int i = 0; i < 300; i++)
		run("kill -CONT %1");
	assert_not_said("error");
	run("set linger 3s");
	ck_assert_int_eq(session_status(session), 0);
}
END_TEST

/* The queue, the log, the end *******************************************/

START_TEST(the_queue_is_bounded)
{
	for (int i = 0; i < 1001; i++)
		session_run(session, "# nothing");
	assert_said("1000 commands wait already");
	until(is_idle, NULL, "the queue");
}
END_TEST

START_TEST(quit_leaves_the_rest_undone)
{
	run("quit; echo never");
	ck_assert(session_quits(session));
	assert_not_said("never\noutput");
}
END_TEST

START_TEST(the_log_keeps_what_was_said)
{
	enum line_kind kind;
	const char *name;
	int64_t t_ns;

	run("echo kept");
	ck_assert_str_eq(session_log(session, 0, &kind, &name, &t_ns), "kept");
	ck_assert_int_eq(kind, LINE_OUTPUT);
	ck_assert_str_eq(name, "j1");
	ck_assert_ptr_null(session_log(session, 2000, &kind, &name, &t_ns));
}
END_TEST

static bool
all_ended(const void *pids)
{
	for (const pid_t *pid = pids; *pid; pid++)
		if (kill(*pid, 0) == 0)
			return false;
	return true;
}

START_TEST(closing_ends_everything)
{
	pid_t pids[5] = { 0 };

	run("sleep 1000 &");
	run("kill -STOP w1");
	until_said("w1 stopped");
	pids[0] = pid_of("lab");
	pids[1] = pid_of("web");
	pids[2] = pid_of("w1");
	pids[3] = pid_of("j1");
	session_close(session);
	ck_assert(all_ended(pids));
	session = NULL;
}
END_TEST

START_TEST(when_the_lab_dies_alone_nothing_is_left)
{
	pid_t pids[5] = { 0 };

	run("sleep 1000 &");
	pids[0] = pid_of("lab");
	pids[1] = pid_of("web");
	pids[2] = pid_of("w1");
	pids[3] = pid_of("j1");
	session_run(session, "get /sleep?ms=60000");
	while (session_snapshot(session)->server[0].started == 0)
		ck_assert_int_eq(loop_turn(loop, -1, NULL), 0);
	kill(pids[0], SIGKILL);
	until(is_idle, NULL, "the end of the wait");
	assert_said("is gone, killed by KILL");
	assert_said("type quit, and start forkshop again");
	ck_assert(all_ended(pids));
	ck_assert_int_eq(session_status(session), 1);
	ck_assert(session_quits(session));
}
END_TEST

static void
add_served(Suite *suite)
{
	TCase *tc = tcase_create("with a server");

	tcase_add_checked_fixture(tc, open_served, close_all);
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc,
	               the_first_server_listens_before_the_first_command_runs);
	tcase_add_test(tc, fork_waits_until_each_new_worker_listens);
	tcase_add_test(tc, requests_are_answered_by_each_in_turn);
	tcase_add_test(tc, an_interrupted_get_says_how_far_it_came);
	tcase_add_test(tc, kill_signals_what_is_named);
	tcase_add_test(tc, kill_reaches_nobody_outside_the_lab);
	tcase_add_test(tc, retire_ends_when_the_worker_has);
	tcase_add_test(tc, shutdown_ends_when_the_master_has);
	tcase_add_test(tc, a_port_in_use_is_said_with_who_and_what_to_do);
	tcase_add_test(tc, names_of_servers_are_not_those_of_others);
	tcase_add_test(tc, slow_makes_every_stage_wait);
	tcase_add_test(tc, settings_are_listed_and_changed);
	tcase_add_test(tc, closing_ends_everything);
	tcase_add_test(tc, when_the_lab_dies_alone_nothing_is_left);
	suite_add_tcase(suite, tc);
}

static void
add_empty(Suite *suite)
{
	TCase *tc = tcase_create("with programs");

	tcase_add_checked_fixture(tc, open_empty, close_all);
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, a_program_prints_into_the_log);
	tcase_add_test(tc, a_program_that_fails_fails_its_command);
	tcase_add_test(tc, a_word_that_is_nothing_is_wrong_usage);
	tcase_add_test(tc, ctrl_c_ends_the_job_in_front);
	tcase_add_test(tc, ctrl_c_is_kept_for_a_job_that_does_not_run_yet);
	tcase_add_test(tc, ctrl_z_stops_it_and_fg_brings_it_back);
	tcase_add_test(tc, bg_lets_a_stopped_job_go_on);
	tcase_add_test(tc, a_background_job_is_told_and_waited_for);
	tcase_add_test(tc, a_background_job_that_reads_is_stopped_until_fg);
	tcase_add_test(tc, a_question_without_newline_is_shown_while_it_stands);
	tcase_add_test(tc, the_terminal_goes_to_a_program_and_comes_back);
	tcase_add_test(tc, cd_changes_where_programs_start);
	tcase_add_test(tc, a_folder_that_is_gone_is_said_not_waited_for);
	tcase_add_test(tc, jobs_have_a_limit);
	tcase_add_test(tc, what_does_not_answer_does_not_fill_the_table);
	tcase_add_test(tc, the_queue_is_bounded);
	tcase_add_test(tc, quit_leaves_the_rest_undone);
	tcase_add_test(tc, the_log_keeps_what_was_said);
	suite_add_tcase(suite, tc);
}

int
main(void)
{
	Suite *suite = suite_create("session");
	SRunner *runner = srunner_create(suite);
	int failed;

	add_served(suite);
	add_empty(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
