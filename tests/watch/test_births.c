/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The watch over jobs, and over what they start: with the news of the kernel
 * and without.
 */
#include <check.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/watch/ending.h"
#include "tests/watched.h"

static void
setup(void)
{
	watched_open(NULL);
}

static void
setup_without_connector(void)
{
	watched_open("connector");
}

/* What newer kernels offer is switched off. */
static void
setup_without(void)
{
	watched_open("connector,pidfd-info");
}

static void
setup_without_children(void)
{
	watched_open("connector,pidfd-info,children");
}

/* Jobs, and what they start *********************************************/

/* Signal 0 by the pidfd of a process; 0 too where nobody may have one. */
static int
signal_by_pidfd(pid_t pid)
{
	int self = child_pidfd(getpid(), NULL);

	if (self < 0)
		return 0;
	close(self);
	return child_signal(watch_pidfd(watched.watch, pid, NULL), 0, NULL);
}

START_TEST(a_job_is_a_row_with_its_exit_code)
{
	char buf[64];

	watched_job("j1", "exit 7");
	until(watched_event(EVENT_REAPED, "j1"));
	ck_assert_int_eq(watched_row("j1")->kind, KIND_JOB);
	ck_assert_str_eq(ending_text(watched_row("j1"), buf, sizeof(buf)),
	                 "exited 7");
	ck_assert_str_eq(watched_row("j1")->cmd, "exit 7");
	ck_assert(!watched_row("j1")->counts);
}
END_TEST

START_TEST(the_children_of_a_job_are_seen)
{
	pid_t pid;

	watched_job("j1", "sleep 300 & wait $!; echo $? >/dev/null; sleep 200");
	until(watched_row("j1") && watched_command("sleep 300"));
	ck_assert_int_eq(watched_command("sleep 300")->ppid,
	                 watched_row("j1")->pid);
	ck_assert_int_eq(watched_command("sleep 300")->kind, KIND_OTHER);
	pid = watched_command("sleep 300")->pid;
	kill(pid, SIGSTOP);
	until(watched_command("sleep 300") &&
	      watched_command("sleep 300")->state == 'T');
	ck_assert_int_eq(signal_by_pidfd(pid), 0);
	kill(pid, SIGKILL);
	until(watched_command("sleep 300") &&
	      watched_command("sleep 300")->reaped);
}
END_TEST

static void
start_and_kill_a_grandchild(void)
{
	watched_job("j1", "sleep 300 & wait; exec sleep 200");
	until(watched_command("sleep 300"));
	kill(watched_command("sleep 300")->pid, SIGTERM);
	until(watched_command("sleep 300") &&
	      watched_command("sleep 300")->reaped);
}

START_TEST(how_a_grandchild_ended_is_known)
{
	start_and_kill_a_grandchild();
	ck_assert(watched_command("sleep 300")->end.known);
	ck_assert_int_eq(watched_command("sleep 300")->end.code, SIGTERM);
}
END_TEST

static const struct proc *
zombie(void)
{
	const struct snapshot *s = watch_snapshot(watched.watch);

	for (int i = 0; i < s->nprocs; i++)
		if (s->proc[i].dead && !s->proc[i].reaped &&
		    s->proc[i].kind == KIND_OTHER)
			return &s->proc[i];
	return NULL;
}

START_TEST(a_zombie_tells_its_exit_code)
{
	/* The shell's child is inherited by a sleep, which never waits. */
	watched_job("j1", "(sleep 0.3; exit 5) & exec sleep 200");
	until(watched_row("j1") && zombie() &&
	      zombie()->ppid == watched_row("j1")->pid);
	ck_assert_int_eq(zombie()->state, 'Z');
	ck_assert(zombie()->end.known);
	ck_assert_int_eq(zombie()->end.code, 5);
}
END_TEST

/* Does this kernel tell how a child of ours ended, after its reap? */
static bool
kernel_remembers(void)
{
	struct ending ending;
	struct err err;
	int pidfd;
	pid_t pid = child_fork(&err);

	if (pid == 0)
		_exit(3);
	pidfd = child_pidfd(pid, &err);
	waitpid(pid, NULL, 0);
	return ending_ask(pidfd, &ending) && ending.code == 3;
}

START_TEST(a_reaped_grandchild_is_asked_for_by_its_pidfd)
{
	if (!kernel_remembers())
		return;
	start_and_kill_a_grandchild();
	ck_assert(watched_command("sleep 300")->end.known);
	ck_assert_int_eq(watched_command("sleep 300")->end.code, SIGTERM);
}
END_TEST

START_TEST(a_daemon_is_adopted)
{
	watched_job("j1", "(setsid sleep 300 &) ; exit 0");
	until(watched_event(EVENT_REAPED, "j1"));
	until(watched_command("sleep 300") &&
	      watched_command("sleep 300")->adopted);
	ck_assert_int_eq(watched_command("sleep 300")->ppid, watched.front.lab);
	kill(watched_command("sleep 300")->pid, SIGKILL);
	until(watched_command("sleep 300")->reaped);
	ck_assert(watched_command("sleep 300")->end.known);
}
END_TEST

/* Who waited for a zombie ***********************************************/

static pid_t orphan; /* a zombie, child of j1 */

static bool
orphan_is_gone(void *arg)
{
	(void)arg;
	return kill(orphan, 0) < 0;
}

/*
 * j1 is killed over its zombie while the test does not listen to the lab:
 * the lab has waited for both before the watch hears a word of it.
 */
static void
bury_unheard(void)
{
	watched_job("j1", "(sleep 0.3; exit 5) & exec sleep 200");
	until(watched_row("j1") && zombie() &&
	      zombie()->ppid == watched_row("j1")->pid &&
	      clock_ns() - zombie()->ended_ns > 200 * NS_PER_MS);
	orphan = zombie()->pid;
	loop_drop(watched.loop, wire_fd(watched.front.wire));
	kill(watched_row("j1")->pid, SIGKILL);
	stage_until(orphan_is_gone, NULL, "a zombie that the lab reaps");
}

static const struct event *
reaping_of(pid_t pid)
{
	for (size_t i = 0; i < timeline_count(watched.timeline); i++) {
		const struct event *e = timeline_at(watched.timeline, i);

		if (e->type == EVENT_REAPED && e->who.pid == pid)
			return e;
	}
	return NULL;
}

/* Hear what the lab says until `holds`; look before each of its words. */
static void
hear_and_look(bool (*holds)(void))
{
	static struct msg m;
	int fds[WIRE_FDS], nfds;

	while (!holds()) {
		watch_refresh(watched.watch);
		ck_assert_int_eq(wire_recv(watched.front.wire, &m, fds, &nfds),
		                 1);
		watch_message(watched.watch, NULL, &m, fds, nfds);
		for (int i = 0; i < nfds; i++)
			if (fds[i] >= 0)
				close(fds[i]);
	}
}

static bool
orphan_was_reaped(void)
{
	return reaping_of(orphan) != NULL;
}

START_TEST(a_dead_parent_has_not_waited)
{
	bury_unheard();
	hear_and_look(orphan_was_reaped);
	ck_assert_msg(strcmp(reaping_of(orphan)->other.name, "lab") == 0,
	              "%s%s", watched_tree(), watched_log());
}
END_TEST

START_TEST(a_storm_of_births_loses_nobody)
{
	watched_job("j1", "i=0; while [ $i -lt 200 ]; do /bin/true; "
	                  "i=$((i+1)); done");
	until(watched_event(EVENT_REAPED, "j1"));
	watch_refresh(watched.watch);
	ck_assert_int_le(watch_snapshot(watched.watch)->nprocs, 2 + 64 + 1);
	ck_assert(!watched_row("j1") || watched_row("j1")->reaped);
	watched_turns(1000);
	for (int i = 0; i < watch_snapshot(watched.watch)->nprocs; i++)
		ck_assert(i < 2 ||
		          watch_snapshot(watched.watch)->proc[i].reaped);
}
END_TEST

static int
thread_rows(void)
{
	const struct snapshot *s = watch_snapshot(watched.watch);
	int n = 0;

	for (int i = 0; i < s->nprocs; i++)
		n += s->proc[i].kind == KIND_THREAD && !s->proc[i].dead;
	return n;
}

static char self[PATH_MAX];

static void *
wait_for_ever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* What this program is when it is started as a job. */
static int
be_threads(void)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, wait_for_ever, NULL);
	wait_for_ever(NULL);
	return EXIT_FAILURE;
}

START_TEST(threads_are_rows)
{
	char command[PATH_MAX + 16];

	snprintf(command, sizeof(command), "exec '%s' threads", self);
	watched_job("j1", command);
	until(watched_row("j1") && watched_row("j1")->threads > 2 &&
	      thread_rows() == watched_row("j1")->threads - 1);
	ck_assert_ptr_nonnull(watched_event(EVENT_THREAD, ""));
}
END_TEST

START_TEST(strangers_have_no_pidfd)
{
	struct err err;

	ck_assert_int_lt(watch_pidfd(watched.watch, 1, &err), 0);
	ck_assert_str_eq(err.text, "pid 1 is not a process of this lab");
	ck_assert_int_eq(signal_by_pidfd(watched.front.lab), 0);
}
END_TEST

/* Checks that count rows: the thread sanitizer adds a thread to each. */
static TCase *
counted(Suite *s, const char *name, void (*open)(void))
{
	TCase *c = tcase_create(name);

	suite_add_tcase(s, c);
	tcase_set_tags(c, "no-tsan");
	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, open, watched_close);
	tcase_add_test(c, a_storm_of_births_loses_nobody);
	return c;
}

static TCase *
births(Suite *s, const char *name, void (*open)(void))
{
	TCase *c = tcase_create(name);

	suite_add_tcase(s, c);
	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, open, watched_close);
	tcase_add_test(c, a_job_is_a_row_with_its_exit_code);
	tcase_add_test(c, the_children_of_a_job_are_seen);
	tcase_add_test(c, a_zombie_tells_its_exit_code);
	tcase_add_test(c, a_daemon_is_adopted);
	tcase_add_test(c, a_dead_parent_has_not_waited);
	return c;
}

int
main(int argc, char **argv)
{
	Suite *s = suite_create("births");
	TCase *c = births(s, "with all probes", setup);
	SRunner *r = srunner_create(s);
	int failed;

	if (argc > 1)
		return be_threads();
	if (!realpath(argv[0], self))
		return EXIT_FAILURE;
	tcase_add_test(c, how_a_grandchild_ended_is_known);
	tcase_add_test(c, strangers_have_no_pidfd);
	c = counted(s, "counted, with all probes", setup);
	tcase_add_test(c, threads_are_rows);
	c = births(s, "without connector", setup_without_connector);
	tcase_add_test(c, a_reaped_grandchild_is_asked_for_by_its_pidfd);
	births(s, "without connector and pidfd-info", setup_without);
	births(s, "without children files", setup_without_children);
	counted(s, "counted, without connector", setup_without_connector);
	counted(s, "counted, without pidfd-info", setup_without);
	counted(s, "counted, without children files", setup_without_children);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
