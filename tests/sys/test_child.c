/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/child.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int pidfd = -1;

/* Start `sh -c command` with nothing but /dev/null; sets pidfd. */
static pid_t
sh(const char *command)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	struct child_plan plan = { .file = "sh",
		                   .argv = argv,
		                   .fds = { 0, 1, 2 },
		                   .nfds = 3,
		                   .own_group = true,
		                   .tty = -1,
		                   .death_signal = SIGKILL };
	struct err err;
	pid_t pid = child_spawn(&plan, &pidfd, &err);

	ck_assert_msg(pid > 0, "%s", err.text);
	return pid;
}

/* Wait until there is news of a child; not reaped. */
static struct child_news
await(void)
{
	struct child_news news;
	siginfo_t info;
	int n;

	ck_assert_int_eq(
	    waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WCONTINUED | WNOWAIT),
	    0);
	n = child_next(&news);
	ck_assert_int_eq(n, 1);
	return news;
}

static void
expect(pid_t pid, enum child_change change, int code)
{
	struct child_news news = await();

	ck_assert_int_eq(news.pid, pid);
	ck_assert_int_eq((int)news.change, (int)change);
	ck_assert_int_eq(news.code, code);
}

START_TEST(an_ended_child_is_a_zombie_until_it_is_reaped)
{
	struct child_news news;
	pid_t pid = sh("exit 7");

	expect(pid, CHILD_EXITED, 7);
	expect(pid, CHILD_EXITED, 7);
	ck_assert(child_ended(pidfd));
	ck_assert_int_eq(kill(pid, 0), 0);
	ck_assert_int_eq(child_reap(pid), 0);
	ck_assert_int_eq(child_reap(pid), -1);
	ck_assert_int_eq(child_next(&news), -1);
	ck_assert_int_eq(child_signal(pidfd, 0, NULL), -1);
}
END_TEST

START_TEST(a_living_child_is_not_reaped)
{
	struct child_news news;
	pid_t pid = sh("exec sleep 999");

	ck_assert_int_eq(child_next(&news), 0);
	ck_assert_int_eq(child_reap(pid), -1);
	ck_assert(!child_ended(pidfd));
	ck_assert_int_eq(child_signal(pidfd, SIGTERM, NULL), 0);
	expect(pid, CHILD_KILLED, SIGTERM);
	ck_assert_int_eq(await().raw, SIGTERM);
}
END_TEST

START_TEST(stops_and_continues_are_told_once)
{
	struct child_news news;
	pid_t pid = sh("exec sleep 999");

	child_signal(pidfd, SIGSTOP, NULL);
	expect(pid, CHILD_STOPPED, SIGSTOP);
	ck_assert_int_eq(child_next(&news), 0);
	child_signal(pidfd, SIGCONT, NULL);
	expect(pid, CHILD_CONTINUED, SIGCONT);
	ck_assert_int_eq(child_next(&news), 0);
	child_signal(pidfd, SIGKILL, NULL);
	expect(pid, CHILD_KILLED, SIGKILL);
}
END_TEST

START_TEST(the_last_news_of_a_child_is_the_truth)
{
	struct child_news news = { 0 };
	pid_t pid = sh("exec sleep 999");

	for (int i = 0; i < 100; i++) {
		siginfo_t info;

		child_signal(pidfd, SIGSTOP, NULL);
		waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT);
		if (i % 2)
			expect(pid, CHILD_STOPPED, SIGSTOP);
		child_signal(pidfd, SIGCONT, NULL);
		waitid(P_PID, (id_t)pid, &info, WCONTINUED | WNOWAIT);
		while (child_next(&news) == 1)
			continue;
		ck_assert_int_eq((int)news.change, CHILD_CONTINUED);
	}
	ck_assert_int_eq(news.pid, pid);
}
END_TEST

START_TEST(a_group_is_signalled_as_one)
{
	pid_t pid = sh("sleep 999 & wait");

	ck_assert_int_eq(getpgid(pid), pid);
	ck_assert_int_eq(child_signal_group(pid, SIGTERM, NULL), 0);
	expect(pid, CHILD_KILLED, SIGTERM);
}
END_TEST

START_TEST(a_program_that_cannot_start_is_a_sentence)
{
	const char *argv[] = { "no-such-program", NULL };
	struct child_plan plan = { .file = argv[0], .argv = argv, .tty = -1 };
	struct child_news news;
	struct err err;

	setenv("PATH", "/usr/bin:/bin", 1); /* all of it may be searched */
	ck_assert_int_eq(child_spawn(&plan, &pidfd, &err), -1);
	ck_assert_int_eq(err.code, ENOENT);
	ck_assert_str_eq(err.text, "cannot start no-such-program: "
	                           "No such file or directory");
	plan.file = "/dev/null";
	ck_assert_int_eq(child_spawn(&plan, &pidfd, &err), -1);
	ck_assert_int_eq(err.code, EACCES);
	ck_assert_int_eq(child_next(&news), -1); /* nobody is left over */
}
END_TEST

/* What a program prints that gets its fds[i] as asked. */
static const char *
output_of(struct child_plan *plan, const char *command)
{
	static char text[1024];
	const char *argv[] = { "sh", "-c", command, NULL };
	int ends[2];
	ssize_t n, len = 0;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	plan->file = "sh";
	plan->argv = argv;
	plan->tty = -1;
	plan->fds[1] = ends[1];
	ck_assert_int_gt(child_spawn(plan, &pidfd, NULL), 0);
	close(ends[1]);
	while ((n = read(ends[0], text + len, sizeof(text) - 1 - (size_t)len)) >
	       0)
		len += n;
	close(ends[0]);
	text[len] = '\0';
	return text;
}

START_TEST(descriptors_are_placed_and_all_others_closed)
{
	int null = open("/dev/null", O_RDONLY);
	int zero = open("/dev/zero", O_RDONLY); /* not close-on-exec */
	struct child_plan plan = { .fds = { null, -1, -1, zero, -1, null },
		                   .nfds = 6 };

	ck_assert_str_eq(output_of(&plan, "ls /proc/$$/fd; "
	                                  "readlink /proc/$$/fd/3; :"),
	                 "0\n1\n3\n5\n/dev/zero\n");
}
END_TEST

START_TEST(descriptors_may_change_places)
{
	int null = open("/dev/null", O_RDONLY);
	int zero = open("/dev/zero", O_RDONLY);
	struct child_plan plan = { .nfds = 6 };

	ck_assert_int_lt(zero, 6);
	ck_assert_int_lt(null, zero);
	memset(plan.fds, -1, sizeof(plan.fds));
	plan.fds[null] = zero;
	plan.fds[zero] = null;
	if (null == 3 && zero == 4)
		ck_assert_str_eq(output_of(&plan, "readlink /proc/$$/fd/3 "
		                                  "/proc/$$/fd/4"),
		                 "/dev/zero\n/dev/null\n");
}
END_TEST

START_TEST(a_program_starts_with_defaults)
{
	struct child_plan plan = { .fds = { -1, -1, 2 }, .nfds = 3 };
	struct rlimit before;
	char wanted[256];
	sigset_t all;

	getrlimit(RLIMIT_NOFILE, &before);
	child_raise_limits();
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	snprintf(wanted, sizeof(wanted),
	         "%lu\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
	         "NoNewPrivs:\t1\n",
	         (unsigned long)before.rlim_cur);
	ck_assert_str_eq(
	    output_of(&plan, "ulimit -S -n; exec grep -E "
	                     "'^(SigBlk|SigIgn|NoNew)' /proc/self/status"),
	    wanted);
}
END_TEST

START_TEST(environment_and_folder_are_as_planned)
{
	const char *env[] = { "COLOUR=blue", NULL };
	struct child_plan plan = {
		.fds = { -1, -1, 2 }, .nfds = 3, .env = env, .cwd = "/usr"
	};

	ck_assert_str_eq(output_of(&plan, "pwd; echo $COLOUR"), "/usr\nblue\n");
	ck_assert_ptr_null(getenv("COLOUR"));
}
END_TEST

START_TEST(the_children_of_a_dead_parent_are_killed)
{
	struct child_news news;
	pid_t parent, grandchild;
	int ends[2];

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	ck_assert_int_eq(pipe(ends), 0);
	parent = child_fork(NULL);
	if (parent == 0) {
		grandchild = sh("exec sleep 999");
		if (write(ends[1], &grandchild, sizeof(grandchild)) < 0)
			_exit(1);
		pause();
	}
	ck_assert_int_eq(read(ends[0], &grandchild, sizeof(grandchild)),
	                 sizeof(grandchild));
	kill(parent, SIGKILL);
	expect(parent, CHILD_KILLED, SIGKILL);
	child_reap(parent);
	expect(grandchild, CHILD_KILLED, SIGKILL);
	child_reap(grandchild);
	ck_assert_int_eq(child_next(&news), -1);
}
END_TEST

START_TEST(whoever_asks_too_late_learns_that_the_parent_is_gone)
{
	pid_t pid = child_fork(NULL);

	if (pid == 0)
		_exit(child_follow_parent(getpid(), SIGKILL) ||
		      !child_follow_parent(getppid(), 0));
	expect(pid, CHILD_EXITED, 0);
}
END_TEST

START_TEST(a_thread_is_signalled_only_while_its_process_lives)
{
	pid_t pid = sh("exec sleep 999");
	struct err err;

	ck_assert_int_eq(child_signal_thread(pidfd, pid, pid, 0, NULL), 0);
	ck_assert_int_eq(child_signal_thread(pidfd, pid, pid, SIGTERM, NULL),
	                 0);
	expect(pid, CHILD_KILLED, SIGTERM);
	ck_assert_int_eq(child_signal_thread(pidfd, pid, pid, 0, &err), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("child");
	TCase *tc = tcase_create("child");
	TCase *all = tcase_create("with all descriptors");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, an_ended_child_is_a_zombie_until_it_is_reaped);
	tcase_add_test(tc, a_living_child_is_not_reaped);
	tcase_add_test(tc, stops_and_continues_are_told_once);
	tcase_add_test(tc, the_last_news_of_a_child_is_the_truth);
	tcase_add_test(tc, a_group_is_signalled_as_one);
	tcase_add_test(tc, a_program_that_cannot_start_is_a_sentence);
	tcase_add_test(tc, descriptors_are_placed_and_all_others_closed);
	tcase_add_test(tc, environment_and_folder_are_as_planned);
	tcase_add_test(tc, the_children_of_a_dead_parent_are_killed);
	tcase_add_test(tc,
	               whoever_asks_too_late_learns_that_the_parent_is_gone);
	tcase_add_test(tc, a_thread_is_signalled_only_while_its_process_lives);
	suite_add_tcase(suite, tc);
	tcase_set_tags(all, "no-valgrind"); /* which keeps some for itself */
	tcase_add_test(all, descriptors_may_change_places);
	tcase_add_test(all, a_program_starts_with_defaults);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
