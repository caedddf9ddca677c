/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What explain says: first its sentences, then about real processes.
 */
#include <check.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "core/shell/explain.h"
#include "core/sys/probe.h"
#include "tests/cast.h"
#include "tests/tableau.h"

/* Sentences *************************************************************/

static const char *
doing(char state, int call, const char *wchan)
{
	static char text[256];

	explain_doing(state, call, wchan, text, sizeof(text));
	return text;
}

START_TEST(a_sleeper_says_what_it_waits_for)
{
	ck_assert_str_eq(doing('S', SYS_epoll_pwait, "do_epoll_wait"),
	                 "S: sleeps in epoll_wait (kernel: do_epoll_wait): "
	                 "waits for connections, messages or a time");
	ck_assert_str_eq(doing('S', SYS_wait4, "do_wait.constprop.0"),
	                 "S: sleeps in wait (kernel: do_wait): waits for a "
	                 "child to end");
	ck_assert_str_eq(doing('S', SYS_rt_sigsuspend, ""),
	                 "S: sleeps in sigsuspend: waits for a signal");
}
END_TEST

START_TEST(what_the_kernel_hides_is_said)
{
	char text[64];

	ck_assert_str_eq(doing('S', -1, ""),
	                 "S: sleeps; the kernel does not say what for");
	ck_assert_str_eq(doing('S', -1, "do_wait"),
	                 "S: sleeps (kernel: do_wait)");
	snprintf(text, sizeof(text), "S: sleeps in system call %ld",
	         (long)SYS_getpid);
	ck_assert_str_eq(doing('S', SYS_getpid, ""), text);
}
END_TEST

START_TEST(every_state_is_a_sentence)
{
	ck_assert_str_eq(doing('R', -1, ""), "R: runs, or is ready to");
	ck_assert_str_eq(doing('T', SYS_wait4, "do_signal_stop"),
	                 "T: stopped by a signal: kill -CONT continues it");
	ck_assert_str_eq(doing('Z', -1, ""),
	                 "Z: zombie: it has ended, and its parent has not "
	                 "waited");
	ck_assert_str_eq(doing('?', -1, ""), "?");
}
END_TEST

START_TEST(a_link_names_a_pipe_or_a_socket)
{
	uint32_t inode;

	ck_assert_int_eq(explain_fd_kind("pipe:[123]", &inode), FD_PIPE);
	ck_assert_uint_eq(inode, 123);
	ck_assert_int_eq(explain_fd_kind("socket:[4294967295]", &inode),
	                 FD_SOCKET);
	ck_assert_uint_eq(inode, 4294967295U);
	ck_assert_int_eq(explain_fd_kind("/tmp/pipe:[1]", &inode), FD_OTHER);
	ck_assert_uint_eq(inode, 0);
}
END_TEST

static const char *
fd_text(const struct explain_fd *d)
{
	static struct tableau lab;
	static char text[512];
	struct explain e;

	lab = tableau_open(4);
	e = (struct explain){ .snap = lab.snapshot };
	explain_fd_text(&e, d, text, sizeof(text));
	tableau_close(&lab);
	return text;
}

START_TEST(a_descriptor_is_told_by_what_it_is)
{
	struct explain_fd d = { .link = "/dev/pts/3" };

	ck_assert_str_eq(fd_text(&d), "terminal /dev/pts/3");
	strcpy(d.link, "anon_inode:[eventpoll]");
	ck_assert_str_eq(fd_text(&d), "epoll: what its loop waits on");
	strcpy(d.link, "/memfd:page (deleted)");
	ck_assert_str_eq(fd_text(&d), "memory to share (memfd) "
	                              "/memfd:page (deleted)");
	strcpy(d.link, "/tmp/x");
	d.flags = O_WRONLY | O_APPEND | O_CLOEXEC;
	d.pos = 12;
	ck_assert_str_eq(fd_text(&d), "file /tmp/x, to append, at offset 12, "
	                              "closed by exec");
}
END_TEST

START_TEST(a_pidfd_names_its_process)
{
	struct explain_fd d = { .link = "anon_inode:[pidfd]", .pid = -1 };

	ck_assert_str_eq(fd_text(&d), "pidfd of a process that has ended");
	d.pid = 1;
	ck_assert_str_eq(fd_text(&d), "pidfd of pid 1, not of the lab");
}
END_TEST

START_TEST(a_pipe_has_another_end)
{
	struct explain_fd d = { .kind = FD_PIPE, .flags = O_WRONLY };

	ck_assert_str_eq(fd_text(&d),
	                 "pipe, to write; read by nobody in the lab");
	d.flags = O_RDONLY;
	d.ends.more = 4;
	strcpy(d.ends.text, "w1 (fd 3)");
	ck_assert_str_eq(fd_text(&d),
	                 "pipe, to read; written by w1 (fd 3) and 4 more");
}
END_TEST

START_TEST(a_socket_says_with_whom)
{
	struct explain_fd d = { .kind = FD_SOCKET };

	ck_assert_str_eq(fd_text(&d),
	                 "socket; the kernel does not say of what kind");
	d.asked = true;
	ck_assert_str_eq(fd_text(&d), "socket of another kind (netlink, UDP, "
	                              "or not connected)");
	d.is_unix = true;
	d.unix_socket.type = SOCK_STREAM;
	ck_assert_str_eq(fd_text(&d), "Unix socket; nobody has the other end");
	d.unix_socket = (struct diag_unix){ .type = SOCK_SEQPACKET, .peer = 7 };
	strcpy(d.ends.text, "web (fd 9)");
	ck_assert_str_eq(fd_text(&d), "channel (Unix socket) to web (fd 9)");
	d.is_tcp = true;
	strcpy(d.tcp.here, "127.0.0.1:3000");
	d.tcp.socket.state = TCP_LISTEN;
	d.tcp.socket.queue = 2;
	ck_assert_str_eq(fd_text(&d),
	                 "socket listening on 127.0.0.1:3000; 2 wait to be "
	                 "accepted; also held by web (fd 9)");
	d.tcp.socket.state = TCP_CLOSE_WAIT;
	strcpy(d.tcp.there, "127.0.0.1:4000");
	d.ends.text[0] = '\0';
	ck_assert_str_eq(fd_text(&d),
	                 "TCP connection from 127.0.0.1:3000 to "
	                 "127.0.0.1:4000 (CLOSE_WAIT: closed there, not yet "
	                 "here), held by nobody in the lab");
}
END_TEST

/* Real processes ********************************************************/

/* What is printed for a line, up to the echo's own. */
static char *
said(struct story *s, const char *line)
{
	size_t from = s->seen;

	story_send(s, "%s", line);
	story_send(s, "check 1 = 1");
	story_expect(s, "^true: 1 = 1");
	return strndup(s->text + from, s->seen - from);
}

/* Without the kernel's diagnosis of sockets none can be told from another. */
static bool
has_socket(const char *text, int port)
{
	char line[64];

	if (!probe_allowed("diag"))
		return strstr(text, "socket; the kernel does not say");

	snprintf(line, sizeof(line), "socket listening on 127.0.0.1:%d;", port);
	return strstr(text, line) != NULL;
}

/* lectures.md L4: both workers serve the port, and only the master has it. */
START_TEST(under_rr_only_the_master_lists_the_listening_socket)
{
	struct cast c = cast_open(NULL);
	char *web, *worker;

	cast_assert_answers(&c, "w1");
	cast_assert_answers(&c, "w2");
	web = said(c.s, "explain web");
	ck_assert_msg(has_socket(web, c.port), "%s", web);
	ck_assert_msg(strstr(web, "policy rr"), "%s", web);
	for (int i = 1; i <= 2; i++) {
		worker = said(c.s, i == 1 ? "explain w1" : "explain w2");
		ck_assert_msg(strstr(worker, "worker, pid"), "%s", worker);
		ck_assert_msg(!strstr(worker, "socket listening"), "%s",
		              worker);
		ck_assert_msg(
		    !probe_allowed("diag") ||
		        strstr(worker, "channel (Unix socket) to web"),
		    "%s", worker);
		free(worker);
	}
	free(web);
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(no_line_is_wider_than_a_screen)
{
	static const char *const names[] = { "explain web", "explain lab",
		                             "explain shell", "explain w1" };
	struct cast c = cast_open(NULL);

	for (int i = 0; i < 4; i++) {
		char *text = said(c.s, names[i]), *line;

		for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			ck_assert_msg(strlen(line) <= 80, "%s", line);
		free(text);
	}
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(state_signals_and_ends_are_told)
{
	static const char *const argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);

	story_send(s, "puppet");
	story_send(s, "p1 sigprocmask block USR1");
	story_send(s, "p1 signal INT ignore");
	story_send(s, "p1 pipe");
	story_send(s, "kill -USR1 p1");
	story_send(s, "explain p1");
	story_expect(s, "^p1 +puppet, pid [0-9]+: forkshop-puppet p1");
	story_expect(s, "^parent +lab \\(pid [0-9]+\\); group");
	story_expect(s, "^state +[RS]: ");
	story_expect(s, "^signals +blocked +USR1$");
	story_expect(s, "pending +USR1$");
	story_expect(s, "ignored +INT$");
	story_expect(s, "pipe, to read; written by itself \\(fd [0-9]+\\)");
	story_send(s, "kill -STOP p1; until state(p1) = T within 20s");
	story_send(s, "explain p1");
	story_expect(s, "^state +T: stopped by a signal");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(a_thread_is_explained_by_its_own_numbers)
{
	static const char *const argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);
	const char *const *m;

	story_send(s, "puppet; p1 pthread_create");
	story_send(s, "until threads(p1) = 2 within 20s");
	story_expect(s, "^true");
	story_send(s, "explain p1.t1");
	m = story_expect(s, "thread, pid ([0-9]+), tid ([0-9]+)");
	ck_assert_str_ne(m[1], m[2]);
	story_expect(s, "have it in common|those of the whole process");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(who_else_holds_the_same_end_is_told)
{
	static const char *const argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);

	story_send(s, "puppet; p1 pipe; p1 fork; p1 close 4; explain p1");
	story_expect(s, "fd 3 +pipe, to read; written by p2 \\(fd 4\\); also "
	                "held by p2 \\(fd 3\\)");
	story_send(s, "p2 dup 4; explain p2");
	story_expect(s, "fd 4 +pipe, to write; .*; also held by");
	story_expect(s, "itself \\(fd 5\\)");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(a_zombie_waits_for_its_parent)
{
	static const char *const argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);

	story_send(s, "set linger 30s");
	story_send(s, "puppet; p1 fork; p2 exit 3");
	story_send(s, "until state(p2) = Z within 20s");
	story_expect(s, "^true");
	story_send(s, "explain p2");
	story_expect(s, "^ended +<defunct>, exited 3");
	story_expect(s, "^reaped +no: p1 has not waited");
	story_send(s, "p1 wait; until state(p2) = X within 20s");
	story_send(s, "explain p2");
	story_expect(s, "^ended +exited 3");
	story_expect(s, "^reaped +yes");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(who_is_not_there_is_told)
{
	static const char *const argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);

	story_send(s, "explain w99");
	story_expect(s, "there is no process w99 in the lab");
	story_send(s, "explain 1");
	story_expect(s, "1 is not a process of the lab");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("explain");
	TCase *sentences = tcase_create("sentences");
	TCase *real = tcase_create("real");
	TCase *alone = tcase_create("with one thread");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(sentences, a_sleeper_says_what_it_waits_for);
	tcase_add_test(sentences, what_the_kernel_hides_is_said);
	tcase_add_test(sentences, every_state_is_a_sentence);
	tcase_add_test(sentences, a_link_names_a_pipe_or_a_socket);
	tcase_add_test(sentences, a_descriptor_is_told_by_what_it_is);
	tcase_add_test(sentences, a_pidfd_names_its_process);
	tcase_add_test(sentences, a_pipe_has_another_end);
	tcase_add_test(sentences, a_socket_says_with_whom);
	suite_add_tcase(suite, sentences);
	tcase_set_timeout(real, 4 * stage_limit_ms() / 1000.0);
	tcase_add_test(real,
	               under_rr_only_the_master_lists_the_listening_socket);
	tcase_add_test(real, no_line_is_wider_than_a_screen);
	tcase_add_test(real, state_signals_and_ends_are_told);
	tcase_add_test(real, who_else_holds_the_same_end_is_told);
	tcase_add_test(real, a_zombie_waits_for_its_parent);
	tcase_add_test(real, who_is_not_there_is_told);
	suite_add_tcase(suite, real);
	tcase_set_tags(alone, "no-tsan"); /* which has a thread of its own */
	tcase_set_timeout(alone, 4 * stage_limit_ms() / 1000.0);
	tcase_add_test(alone, a_thread_is_explained_by_its_own_numbers);
	suite_add_tcase(suite, alone);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
