/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Over a tree of files that the test wrote, and over the machine's own.
 */
#include "core/sys/procfs.h"

#include <check.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "tests/stage.h"

static struct procfs *fs;
static struct stage stage; /* its home is the root */

static void
setup(void)
{
	unsetenv("FORKSHOP_WITHOUT"); /* the tree is the same everywhere */
	stage_open(&stage);
	fs = procfs_open(stage.home, NULL);
	ck_assert_ptr_nonnull(fs);
}

static void
setup_real(void)
{
	fs = procfs_open(NULL, NULL);
	ck_assert_ptr_nonnull(fs);
}

static void
teardown_real(void)
{
	procfs_close(fs);
}

static void
teardown(void)
{
	procfs_close(fs);
	stage_close(&stage);
}

/* Write HOME/path, and the folders on its way. */
static void
put(const char *path, const char *text, size_t len)
{
	char full[256];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", stage.home, path);
	for (char *s = full + strlen(stage.home) + 1; (s = strchr(s, '/'));
	     s++) {
		*s = '\0';
		mkdir(full, 0700);
		*s = '/';
	}
	file = fopen(full, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	fclose(file);
}

static void
put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

#define STAT_TAIL                                                              \
	" S 7 8 9 34816 10 4194560 1 2 3 4 150 50 7 3 20 0 3 0 123456 "        \
	"8192000 100 18446744073709551615 1 2 3 4 5 0 0 0 0 0 0 0 17 5 0 "     \
	"0 0 0 0 1 2 3 4 5 6 7 1792\n"

/* A made-up tree *********************************************************/

START_TEST(every_field_of_stat_is_found)
{
	struct proc_stat st;

	put_text("42/stat", "42 (cat)" STAT_TAIL);
	ck_assert_int_eq(procfs_stat(fs, 42, 0, &st), 0);
	ck_assert_int_eq(st.pid, 42);
	ck_assert_str_eq(st.comm, "cat");
	ck_assert_int_eq(st.state, 'S');
	ck_assert_int_eq(st.ppid, 7);
	ck_assert_int_eq(st.pgrp, 8);
	ck_assert_int_eq(st.session, 9);
	ck_assert_int_eq(st.tty, 34816);
	ck_assert_int_eq(st.tpgid, 10);
	ck_assert_uint_eq(st.utime_ticks, 150);
	ck_assert_uint_eq(st.stime_ticks, 50);
	ck_assert_uint_eq(st.ended_ticks, 10);
	ck_assert_int_eq(st.threads, 3);
	ck_assert_uint_eq(st.start_ticks, 123456);
	ck_assert_uint_eq(st.vsize_bytes, 8192000);
	ck_assert_int_eq(st.rss_kb, 100 * (sysconf(_SC_PAGESIZE) / 1024));
	ck_assert_int_eq(st.processor, 5);
	ck_assert_int_eq(st.exit_code, 7 << 8);
}
END_TEST

#define NOTHING "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "

START_TEST(who_was_killed_while_it_stood_still_is_ending)
{
	struct proc_stat st;

	put_text("9/stat", "9 (a) T 7 8 9 0 -1 64 " NOTHING "0");
	ck_assert_int_eq(procfs_stat(fs, 9, 0, &st), 0);
	ck_assert(!st.ending);
	put_text("9/stat", "9 (a) R 7 8 9 0 -1 64 " NOTHING "256");
	ck_assert_int_eq(procfs_stat(fs, 9, 0, &st), 0);
	ck_assert(st.ending);
	put_text("9/stat", "9 (a) R 7 8 9 0 -1 68 " NOTHING "0");
	ck_assert_int_eq(procfs_stat(fs, 9, 0, &st), 0);
	ck_assert(st.ending);
}
END_TEST

START_TEST(a_name_may_hold_anything)
{
	static const char *const names[][2] = {
		{ "a) S 1 2 (b", "a) S 1 2 (b" },
		{ "((()))", "((()))" },
		{ "", "" },
		{ "\033[2J", "?[2J" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct proc_stat st;
		char line[512];

		snprintf(line, sizeof(line), "42 (%s)" STAT_TAIL, names[i][0]);
		put_text("42/stat", line);
		ck_assert_int_eq(procfs_stat(fs, 42, 0, &st), 0);
		ck_assert_str_eq(st.comm, names[i][1]);
		ck_assert_int_eq(st.ppid, 7);
	}
}
END_TEST

START_TEST(garbage_in_stat_is_no_process)
{
	static const char *const bad[] = { "", "42", "42 (", "42 )(",
		                           "42 (x)" };
	struct proc_stat st;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_text("42/stat", bad[i]);
		ck_assert_int_eq(procfs_stat(fs, 42, 0, &st), -1);
	}
	ck_assert_int_eq(procfs_stat(fs, 43, 0, &st), -1);
}
END_TEST

START_TEST(children_are_those_in_the_list)
{
	pid_t pids[8];

	put_text("42/task/42/children", "43 44 1000045 ");
	ck_assert_int_eq(procfs_children(fs, 42, 0, pids, 8), 3);
	ck_assert_int_eq(pids[0], 43);
	ck_assert_int_eq(pids[2], 1000045);
	ck_assert_int_eq(procfs_children(fs, 42, 0, pids, 2), 2);
	put_text("42/task/42/children", "");
	ck_assert_int_eq(procfs_children(fs, 42, 0, pids, 8), 0);
	ck_assert_int_eq(procfs_children(fs, 99, 0, pids, 8), -1);
}
END_TEST

START_TEST(status_is_read_by_name)
{
	struct proc_status status;

	put_text("42/status", "Name:\tx\nUid:\t1000\t1001\t0\t0\n"
	                      "VmRSS:\t    1234 kB\nThreads:\t3\n"
	                      "SigBlk:\t0000000000010002\n"
	                      "SigCgt:\t8000000000000001\n"
	                      "NoNewPrivs:\t1\nCpus_allowed_list:\t0-3\n");
	ck_assert_int_eq(procfs_status(fs, 42, 0, &status), 0);
	ck_assert_uint_eq(status.uid, 1000);
	ck_assert_uint_eq(status.euid, 1001);
	ck_assert_int_eq(status.vm_rss_kb, 1234);
	ck_assert_int_eq(status.threads, 3);
	ck_assert_uint_eq(status.blocked, 0x10002);
	ck_assert_uint_eq(status.caught, 0x8000000000000001);
	ck_assert_uint_eq(status.ignored, 0);
	ck_assert_int_eq(status.no_new_privs, 1);
	ck_assert_str_eq(status.cpus, "0-3");
}
END_TEST

START_TEST(a_command_line_is_cleaned)
{
	static const char line[] = "curl\0http://x/\033[2J\0";
	char buf[64];

	put("42/cmdline", line, sizeof(line) - 1);
	ck_assert_int_eq(procfs_cmdline(fs, 42, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "curl http://x/?[2J");
	ck_assert_int_eq(procfs_cmdline(fs, 42, buf, 6), 0);
	ck_assert_str_eq(buf, "curl ");
	put("42/cmdline", "", 0);
	put_text("42/stat", "42 (kworker)" STAT_TAIL);
	ck_assert_int_eq(procfs_cmdline(fs, 42, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "[kworker]");
}
END_TEST

START_TEST(an_environment_is_read_by_whole_names)
{
	static const char env[] = "PATHS=no\0PATH=/bin\0EMPTY=\0";
	char buf[64];

	put("42/environ", env, sizeof(env) - 1);
	ck_assert_int_eq(procfs_environ(fs, 42, "PATH", buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "/bin");
	ck_assert_int_eq(procfs_environ(fs, 42, "EMPTY", buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "");
	ck_assert_int_eq(procfs_environ(fs, 42, "PAT", buf, sizeof(buf)), -1);
}
END_TEST

START_TEST(memory_is_summed)
{
	struct proc_memory memory;

	put_text("42/smaps_rollup", "0-1 ---p 0 0 [rollup]\nRss: 100 kB\n"
	                            "Pss: 60 kB\nShared_Clean: 30 kB\n"
	                            "Shared_Dirty: 10 kB\n"
	                            "Private_Clean: 20 kB\n"
	                            "Private_Dirty: 40 kB\n");
	ck_assert_int_eq(procfs_memory(fs, 42, &memory), 0);
	ck_assert_int_eq(memory.rss_kb, 100);
	ck_assert_int_eq(memory.pss_kb, 60);
	ck_assert_int_eq(memory.shared_kb, 40);
	ck_assert_int_eq(memory.private_kb, 60);
}
END_TEST

/* As the kernel writes it: a listener, a client, and one of IPv6. */
static const char tcp_lines[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
    "retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000003 00:00000000 "
    "00000000  1000        0 4711 1 0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:C350 0100007F:0BB8 01 00000000:00000000 00:00000000 "
    "00000000    33        0 4712 1 0000000000000000 20 4 30 10 -1\n";
static const char tcp6_lines[] =
    "   0: 0000000000000000FFFF00000100007F:C351 "
    "0000000000000000FFFF00000100007F:0BB8 01 00000000:00000000 "
    "00:00000000 00000000    34        0 4713 1 0000000000000000 20\n";

struct seen_tcp {
	struct proc_tcp t[4];
	int n;
};

static void
see_tcp(void *arg, const struct proc_tcp *t)
{
	struct seen_tcp *seen = arg;

	ck_assert_int_lt(seen->n, 4);
	seen->t[seen->n++] = *t;
}

START_TEST(a_socket_of_the_machine_is_a_line)
{
	struct seen_tcp seen = { .n = 0 };

	ck_assert_int_eq(procfs_each_tcp(fs, see_tcp, &seen), -1);
	put("net/tcp", tcp_lines, sizeof(tcp_lines) - 1);
	put("net/tcp6", tcp6_lines, sizeof(tcp6_lines) - 1);
	ck_assert_int_eq(procfs_each_tcp(fs, see_tcp, &seen), 0);
	ck_assert_int_eq(seen.n, 3);
	ck_assert_int_eq(seen.t[0].port, 3000);
	ck_assert_int_eq(seen.t[0].state, TCP_LISTEN);
	ck_assert_int_eq(seen.t[0].queue, 3);
	ck_assert_int_eq(seen.t[0].uid, 1000);
	ck_assert_int_eq(seen.t[1].here[0], 0x0100007F);
	ck_assert_int_eq(seen.t[1].port, 50000);
	ck_assert_int_eq(seen.t[1].peer_port, 3000);
	ck_assert_int_eq(seen.t[1].inode, 4712);
	ck_assert(seen.t[2].v6);
	ck_assert_int_eq(seen.t[2].there[3], 0x0100007F);
	ck_assert_int_eq(seen.t[2].uid, 34);
}
END_TEST

START_TEST(without_a_root_there_is_a_sentence)
{
	struct err err;

	ck_assert_ptr_null(procfs_open("/no/such/folder", &err));
	ck_assert_str_eq(err.text, "cannot read /no/such/folder: is it "
	                           "mounted?: No such file or directory");
}
END_TEST

/* The machine's own *******************************************************/

START_TEST(we_see_ourselves)
{
	struct proc_stat st;
	char buf[256];
	int fds[64], flags;
	pid_t tids[8];
	int64_t pos;

	ck_assert_int_eq(procfs_stat(fs, getpid(), 0, &st), 0);
	ck_assert_int_eq(st.ppid, getppid());
	ck_assert_int_eq(st.state, 'R');
	ck_assert_int_gt(procfs_fds(fs, getpid(), fds, 64), 2);
	ck_assert_int_eq(fds[0], 0);
	ck_assert_int_eq(procfs_fdinfo(fs, getpid(), 1, &pos, &flags), 0);
	ck_assert_int_eq(procfs_tasks(fs, getpid(), tids, 8), 1);
	ck_assert_int_eq(tids[0], getpid());
	ck_assert_int_eq(procfs_link(fs, getpid(), "exe", buf, sizeof(buf)), 0);
	ck_assert_ptr_nonnull(strstr(buf, "test_procfs"));
}
END_TEST

/* A child that sleeps until it is killed. */
static pid_t
sleeper(void)
{
	pid_t pid = child_fork(NULL);

	if (pid == 0) {
		child_follow_parent(getppid(), SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

START_TEST(children_are_found_with_and_without_the_list)
{
	pid_t pid = sleeper(), pids[8];
	struct procfs *without;

	ck_assert_int_eq(procfs_children(fs, getpid(), 0, pids, 8), 1);
	ck_assert_int_eq(pids[0], pid);
	setenv("FORKSHOP_WITHOUT", "children", 1);
	without = procfs_open(NULL, NULL);
	pids[0] = 0;
	ck_assert_int_eq(procfs_children(without, getpid(), 0, pids, 8), 1);
	ck_assert_int_eq(pids[0], pid);
	procfs_close(without);
	end(pid);
}
END_TEST

START_TEST(a_kept_descriptor_reads_the_zombie_and_then_nothing)
{
	pid_t pid = sleeper();
	int fd = procfs_stat_open(fs, pid, 0);
	struct proc_stat st;
	siginfo_t info;

	ck_assert_int_eq(procfs_stat_read(fd, &st), 0);
	kill(pid, SIGKILL);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	ck_assert_int_eq(procfs_stat_read(fd, &st), 0);
	ck_assert_int_eq(st.state, 'Z');
	ck_assert_int_eq(st.exit_code, SIGKILL);
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(procfs_stat_read(fd, &st), -1);
	close(fd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("procfs");
	TCase *tc = tcase_create("a made-up tree");
	TCase *real = tcase_create("the machine's own");
	TCase *alone = tcase_create("with one thread");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_field_of_stat_is_found);
	tcase_add_test(tc, who_was_killed_while_it_stood_still_is_ending);
	tcase_add_test(tc, a_name_may_hold_anything);
	tcase_add_test(tc, garbage_in_stat_is_no_process);
	tcase_add_test(tc, children_are_those_in_the_list);
	tcase_add_test(tc, status_is_read_by_name);
	tcase_add_test(tc, a_command_line_is_cleaned);
	tcase_add_test(tc, an_environment_is_read_by_whole_names);
	tcase_add_test(tc, memory_is_summed);
	tcase_add_test(tc, a_socket_of_the_machine_is_a_line);
	tcase_add_test(tc, without_a_root_there_is_a_sentence);
	tcase_add_checked_fixture(real, setup_real, teardown_real);
	tcase_add_test(real, children_are_found_with_and_without_the_list);
	tcase_add_test(real,
	               a_kept_descriptor_reads_the_zombie_and_then_nothing);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, real);
	tcase_set_tags(alone, "no-tsan"); /* which has a thread of its own */
	tcase_add_checked_fixture(alone, setup_real, teardown_real);
	tcase_add_test(alone, we_see_ourselves);
	suite_add_tcase(suite, alone);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
