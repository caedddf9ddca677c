/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The real forkshop-puppet, told what to do through its string.  The test
 * plays the shell: it holds the strings of all puppets.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/wire/wire.h"
#include "tests/stage.h"

#define TROUPE 16

/* One end of a string, with who hangs on the other. */
struct hand {
	int fd;
	char name[NAME_SIZE];
};

static struct hand troupe[TROUPE];
static int ntroupe;
static pid_t first;
static int log_pipe[2];

static struct hand *
hand(const char *name)
{
	for (int i = 0; i < ntroupe; i++)
		if (strcmp(troupe[i].name, name) == 0)
			return &troupe[i];
	ck_abort_msg("nobody is called %s", name);
	return NULL;
}

static void
raise_curtain(void)
{
	int pair[2], null = open("/dev/null", O_RDWR | O_CLOEXEC), pidfd;
	const char *argv[] = { "forkshop-puppet", "p1", NULL };
	struct child_plan plan = { .file = stage_program("forkshop-puppet"),
		                   .argv = argv,
		                   .nfds = 5,
		                   .own_group = true,
		                   .tty = -1,
		                   .death_signal = SIGKILL };
	struct err err;

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	ck_assert_int_eq(wire_pair(pair, &err), 0);
	ck_assert_int_eq(pipe2(log_pipe, O_CLOEXEC), 0);
	plan.fds[0] = plan.fds[2] = null;
	plan.fds[1] = log_pipe[1];
	plan.fds[3] = pair[1];
	first = child_spawn(&plan, &pidfd, &err);
	ck_assert_msg(first > 0, "%s", err.text);
	close(pair[1]);
	ntroupe = 0;
	troupe[ntroupe++] = (struct hand){ pair[0], "p1" };
}

static void
hear_string(const struct msg *m, const int *fds, int nfds)
{
	if (m->type != MSG_STRING) {
		wire_drop_fds(fds, nfds);
		return;
	}
	ck_assert_int_eq(nfds, 1);
	ck_assert_int_lt(ntroupe, TROUPE);
	troupe[ntroupe].fd = fds[0];
	snprintf(troupe[ntroupe].name, NAME_SIZE, "%s", m->name);
	ntroupe++;
}

/* The next message of a type from that puppet; false: the string is cut. */
static bool
hear(const char *name, enum msg_type type, struct msg *m)
{
	long until_ms = stage_now_ms() + stage_limit_ms();

	for (;;) {
		struct pollfd p = { hand(name)->fd, POLLIN, 0 };
		int fds[WIRE_FDS], nfds, got;
		long left_ms = until_ms - stage_now_ms();

		ck_assert_msg(left_ms > 0, "%s did not say %s", name,
		              msg_name(type));
		poll(&p, 1, (int)left_ms);
		got = wire_try_recv(p.fd, m, fds, &nfds);
		if (got < 0)
			return false;
		if (got > 0)
			hear_string(m, fds, nfds);
		if (got > 0 && m->type == type)
			return true;
	}
}

static void
tell(const char *name, const char *child, const char *text)
{
	struct msg m = msg_say(MSG_CALL, "%s", text);

	snprintf(m.name, sizeof(m.name), "%s", child);
	ck_assert_int_eq(wire_try_send(hand(name)->fd, &m, NULL, 0), 0);
}

/* Tell it and return what it answered. */
static struct msg_returned
pull(const char *name, const char *text)
{
	struct msg m;

	tell(name, "", text);
	ck_assert_msg(hear(name, MSG_RETURNED, &m), "%s is gone", name);
	return m.returned;
}

static pid_t
pull_fork(const char *name, const char *child)
{
	struct msg m;
	pid_t pid;

	tell(name, child, "fork");
	ck_assert(hear(name, MSG_RETURNED, &m));
	pid = (pid_t)m.returned.value;
	ck_assert_int_gt(pid, 0);
	ck_assert(hear(child, MSG_AWAKE, &m));
	ck_assert_int_eq(m.born.pid, pid);
	ck_assert(hear(child, MSG_RETURNED, &m));
	ck_assert_int_eq(m.returned.value, 0);
	return pid;
}

static int
ending(void)
{
	int status;

	ck_assert_int_eq(waitpid(first, &status, 0), first);
	return status;
}

static void
lower_curtain(void)
{
	for (int i = 0; i < ntroupe; i++)
		close(troupe[i].fd);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		continue;
	close(log_pipe[0]);
	close(log_pipe[1]);
}

START_TEST(fork_returns_the_pid_above_and_0_below)
{
	pid_t child = pull_fork("p1", "p2");

	ck_assert_int_eq(pull("p2", "getppid").value, first);
	ck_assert_int_eq(pull("p2", "getpid").value, child);
}
END_TEST

START_TEST(wait_gives_exit_7_as_1792)
{
	pid_t child = pull_fork("p1", "p2");
	struct msg_returned r;

	tell("p2", "", "exit 7");
	r = pull("p1", "wait");
	ck_assert_int_eq(r.value, child);
	ck_assert_ptr_nonnull(strstr(r.text, "1792"));
	ck_assert_int_eq(pull("p1", "wait").error, ECHILD);
}
END_TEST

START_TEST(a_child_has_the_variable_at_the_same_address_with_its_own_value)
{
	struct msg_returned above, below;

	pull("p1", "set x 1");
	pull_fork("p1", "p2");
	below = pull("p2", "set x 5");
	above = pull("p1", "get x");
	ck_assert_int_eq(below.value, 5);
	ck_assert_int_eq(above.value, 1);
	ck_assert_str_eq(above.text, below.text);
}
END_TEST

START_TEST(a_threads_variable_is_everybodys)
{
	struct msg m;

	pull("p1", "set x 1");
	tell("p1", "p1.t1", "pthread_create");
	ck_assert(hear("p1", MSG_RETURNED, &m));
	ck_assert_int_eq(m.returned.error, 0);
	ck_assert(hear("p1.t1", MSG_AWAKE, &m));
	pull("p1.t1", "set x 5");
	ck_assert_int_eq(pull("p1", "get x").value, 5);
	tell("p1.t1", "", "pthread_exit");
	ck_assert_int_eq(pull("p1", "pthread_join p1.t1").error, 0);
}
END_TEST

START_TEST(an_unflushed_line_is_copied_by_fork)
{
	char out[64] = "";
	ssize_t n;

	pull("p1", "stdout pipe");
	pull("p1", "print once");
	pull_fork("p1", "p2");
	pull("p1", "flush");
	pull("p2", "flush");
	n = read(log_pipe[0], out, sizeof(out) - 1);
	ck_assert_int_gt(n, 0);
	ck_assert_str_eq(out, "once\nonce\n");
}
END_TEST

START_TEST(exec_keeps_the_pid_and_cuts_the_string)
{
	struct msg m;
	int status;

	tell("p1", "", "execve sh -c kill\t-USR1\t$$");
	ck_assert(!hear("p1", MSG_RETURNED, &m));
	status = ending();
	ck_assert_int_eq(WTERMSIG(status), SIGUSR1);
}
END_TEST

START_TEST(exec_of_nothing_fails_and_the_puppet_lives)
{
	ck_assert_int_eq(pull("p1", "execve ./no/such").error, ENOENT);
	ck_assert_int_eq(pull("p1", "getpid").value, first);
}
END_TEST

START_TEST(a_caught_signal_is_counted_and_a_blocked_one_waits)
{
	struct msg m;

	pull("p1", "signal USR1 catch");
	for (unsigned i = 1; i <= 3; i++) {
		tell("p1", "", "raise USR1");
		ck_assert(hear("p1", MSG_CAUGHT, &m));
		ck_assert_uint_eq(m.target.id, i);
	}
	pull("p1", "sigprocmask block USR1");
	pull("p1", "raise USR1");
	pull("p1", "raise USR1");
	tell("p1", "", "sigprocmask unblock USR1");
	ck_assert(hear("p1", MSG_CAUGHT, &m));
	ck_assert_uint_eq(m.target.id, 4); /* two raised, one delivered */
	ck_assert(hear("p1", MSG_RETURNED, &m));
}
END_TEST

START_TEST(the_string_cannot_be_closed)
{
	struct msg_returned r = pull("p1", "close 900");

	ck_assert_int_eq(r.error, EPERM);
	ck_assert_ptr_nonnull(strstr(r.text, "string"));
}
END_TEST

START_TEST(a_race_counts_every_pair)
{
	struct msg_returned r = pull("p1", "race 50");
	int parent, child;

	ck_assert_int_eq(r.value, 50);
	ck_assert_int_eq(
	    sscanf(r.text, "parent first %d, child first %d", &parent, &child),
	    2);
	ck_assert_int_eq(parent + child, 50);
}
END_TEST

START_TEST(recursion_ends_in_a_segmentation_fault)
{
	struct msg m;
	int status;

	tell("p1", "", "recurse");
	ck_assert(!hear("p1", MSG_RETURNED, &m));
	status = ending();
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	ck_assert(WIFEXITED(status)); /* its handler reports, and exits */
#else
	ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
#endif
}
END_TEST

START_TEST(what_is_written_to_a_pipe_is_read_by_the_child)
{
	struct msg_returned r = pull("p1", "pipe");
	int in, out;
	char text[64];

	ck_assert_int_eq(sscanf(r.text, "read from %d, write to %d", &in, &out),
	                 2);
	pull_fork("p1", "p2");
	snprintf(text, sizeof(text), "write %d hello", out);
	ck_assert_int_eq(pull("p1", text).value, 5);
	snprintf(text, sizeof(text), "read %d", in);
	ck_assert_str_eq(pull("p2", text).text, "\"hello\"");
}
END_TEST

START_TEST(nonsense_is_refused_with_a_sentence)
{
	static const char *const nonsense[] = { "frok",
		                                "",
		                                "exit x",
		                                "exit 256",
		                                "waitpid one",
		                                "signal NOPE catch",
		                                "signal TERM sometimes",
		                                "sleep forever",
		                                "set x",
		                                "alloc -1",
		                                "alloc 99999",
		                                "touch 1",
		                                "free",
		                                "close x",
		                                "read 0 999999",
		                                "affinity -1",
		                                "nice much",
		                                "prctl x on",
		                                "send 0 from p2" };

	for (size_t i = 0; i < sizeof(nonsense) / sizeof(*nonsense); i++) {
		struct msg_returned r = pull("p1", nonsense[i]);

		ck_assert_msg(r.error != 0 && r.text[0], "\"%s\" gave %d, %s",
		              nonsense[i], r.error, r.text);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("puppet");
	TCase *tc = tcase_create("calls");
	TCase *crash = tcase_create("crash");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_checked_fixture(tc, raise_curtain, lower_curtain);
	tcase_add_test(tc, fork_returns_the_pid_above_and_0_below);
	tcase_add_test(tc, wait_gives_exit_7_as_1792);
	tcase_add_test(
	    tc,
	    a_child_has_the_variable_at_the_same_address_with_its_own_value);
	tcase_add_test(tc, a_threads_variable_is_everybodys);
	tcase_add_test(tc, an_unflushed_line_is_copied_by_fork);
	tcase_add_test(tc, exec_keeps_the_pid_and_cuts_the_string);
	tcase_add_test(tc, exec_of_nothing_fails_and_the_puppet_lives);
	tcase_add_test(tc, a_caught_signal_is_counted_and_a_blocked_one_waits);
	tcase_add_test(tc, the_string_cannot_be_closed);
	tcase_add_test(tc, a_race_counts_every_pair);
	tcase_add_test(tc, what_is_written_to_a_pipe_is_read_by_the_child);
	tcase_add_test(tc, nonsense_is_refused_with_a_sentence);
	suite_add_tcase(suite, tc);
	tcase_set_tags(crash, "no-valgrind"); /* which reports it */
	tcase_set_timeout(crash, 0);
	tcase_add_checked_fixture(crash, raise_curtain, lower_curtain);
	tcase_add_test(crash, recursion_ends_in_a_segmentation_fault);
	suite_add_tcase(suite, crash);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
