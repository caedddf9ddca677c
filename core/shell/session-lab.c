/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lab is our only child.  When it dies alone, what it had started comes
 * to us, because we are a subreaper too, and is ended here.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/sig.h"

#define LAB_HELLO_NS  (10 * NS_PER_S)
#define LAB_END_NS    (10 * NS_PER_S)
#define LAB_ORPHANS   1024 /* ended in one round */
#define LAB_ROUND_MS  20   /* between two looks for more of them */
#define LAB_PATH_SIZE 4096

/* Ending what is left ****************************************************/

/* KILL every child of ours; returns a pidfd (owned) of one of them, or -1. */
static int
session_kill_children(struct session *s)
{
	pid_t pids[LAB_ORPHANS];
	int n = procfs_children(s->procfs, getpid(), 0, pids, LAB_ORPHANS);
	int kept = -1;

	for (int i = 0; i < n; i++) {
		int fd = child_pidfd(pids[i], NULL);

		if (fd < 0)
			continue;
		child_signal(fd, SIGKILL, NULL);
		if (kept >= 0)
			close(kept);
		kept = fd;
	}
	return kept;
}

/* Reap what has ended; returns false when there are no children at all. */
static bool
session_reap_children(void)
{
	struct child_news news;
	int more;

	while ((more = child_next(&news)) > 0)
		if (news.change == CHILD_EXITED || news.change == CHILD_KILLED)
			child_reap(news.pid);
	return more == 0;
}

/*
 * The lab is gone: end what came to us by that, until nothing is left.  Each
 * death may bring us more orphans.
 */
static void
session_end_orphans(struct session *s)
{
	int64_t until_ns = clock_ns() + LAB_END_NS;

	while (session_reap_children() && clock_ns() < until_ns) {
		struct pollfd p = { .events = POLLIN };

		p.fd = session_kill_children(s);
		poll(&p, 1, LAB_ROUND_MS);
		if (p.fd >= 0)
			close(p.fd);
	}
}

/* The lab dies ***********************************************************/

static void
session_lab_forget(struct session *s)
{
	session_unlink(&s->lab_link);
	session_outlet_drain(&s->lab_outlet);
	session_outlet_close(&s->lab_outlet);
	loop_drop(s->loop, s->lab_pidfd);
	close(s->lab_pidfd);
	s->lab_pidfd = -1;
}

/* What waitid(2) tells of the lab, as a word or two. */
static void
session_lab_ending(char *buf, size_t size)
{
	struct child_news news;
	char name[SIG_NAME_SIZE];

	if (child_next(&news) != 1)
		snprintf(buf, size, "ended");
	else if (news.change == CHILD_KILLED)
		snprintf(buf, size, "killed by %s", sig_name(news.code, name));
	else
		snprintf(buf, size, "exited %d", news.code);
}

static void
session_on_lab_end(void *arg, uint32_t events)
{
	struct session *s = arg;
	char how[64];

	(void)events;
	session_lab_ending(how, sizeof(how));
	session_lab_forget(s);
	session_say(s, LINE_ERROR,
	            "the lab (pid %d) is gone, %s: what it had started is "
	            "being ended",
	            (int)s->lab, how);
	session_end_orphans(s);
	session_jobs_lost(s);
	session_say(s, LINE_ERROR,
	            "nothing of it is left: type quit, and start forkshop "
	            "again");
	watch_refresh(s->watch);
	session_fail(s, 1);
	s->quits = s->quits || s->options.headless;
	session_news(s);
}

bool
session_lab_lives(const struct session *s, struct err *err)
{
	if (s->lab_pidfd >= 0)
		return true;
	err_set(err, "the lab is gone: type quit, and start forkshop again");
	return false;
}

/* Starting it ************************************************************/

/* The lab stands beside us, or where it was installed. */
static int
session_lab_path(struct session *s, char path[LAB_PATH_SIZE], struct err *err)
{
	char *slash;

	if (procfs_link(s->procfs, getpid(), "exe", path, LAB_PATH_SIZE - 32) >=
	        0 &&
	    (slash = strrchr(path, '/'))) {
		strcpy(slash, "/forkshop-lab");
		if (access(path, X_OK) == 0)
			return 0;
	}
	snprintf(path, LAB_PATH_SIZE, "%s/forkshop-lab",
	         s->options.programs ? s->options.programs : LIBEXECDIR);
	if (access(path, X_OK) == 0)
		return 0;
	return err_sys(err,
	               "cannot start forkshop-lab, which should be beside "
	               "forkshop or be %s",
	               path);
}

/* Everything the lab gets is borrowed: the caller closes its copies. */
static int
session_lab_spawn(struct session *s, int wire, int slave, int out,
                  struct err *err)
{
	static const char *const argv[] = { "forkshop-lab", NULL };
	struct child_plan plan = { .argv = argv, .nfds = 5, .tty = -1 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char path[LAB_PATH_SIZE];

	if (null < 0)
		return err_sys(err, "cannot open /dev/null");
	plan.file = path;
	plan.fds[0] = null;
	plan.fds[1] = plan.fds[2] = out;
	plan.fds[WIRE_CHILD_FD] = wire;
	plan.fds[LAB_TTY_FD] = slave;
	s->lab = session_lab_path(s, path, err) < 0
	             ? -1
	             : child_spawn(&plan, &s->lab_pidfd, err);
	close(null);
	return s->lab < 0 ? -1 : 0;
}

/* The first word is the lab's: HELLO, or why it cannot be. */
static int
session_lab_greeted(struct session *s, struct err *err)
{
	struct pollfd p = { .fd = wire_fd(s->lab_link.wire), .events = POLLIN };
	int64_t until_ns = clock_ns() + LAB_HELLO_NS;
	static struct msg m;
	int fds[WIRE_FDS], nfds, got = 0;

	while (got == 0 && clock_ns() < until_ns) {
		poll(&p, 1, (int)((until_ns - clock_ns()) / NS_PER_MS) + 1);
		got = wire_recv(s->lab_link.wire, &m, fds, &nfds);
	}
	if (got > 0 && m.type == MSG_HELLO)
		return 0;
	if (got > 0 && m.type == MSG_SAY)
		return err_set(err, "the lab cannot start: %s", m.text.text);
	return err_set(err, "the lab %s",
	               got < 0 ? "ended before it said hello"
	                       : "does not say hello");
}

static int
session_lab_launch(struct session *s, int slave, struct err *err)
{
	int wires[2], pipes[2], result;

	if (wire_pair(wires, err) < 0)
		return -1;
	if (pipe2(pipes, O_CLOEXEC) < 0) {
		close(wires[0]);
		close(wires[1]);
		return err_sys(err, "cannot make a pipe for the lab");
	}
	result = session_lab_spawn(s, wires[1], slave, pipes[1], err);
	close(wires[1]);
	close(pipes[1]);
	if (session_outlet_open(s, &s->lab_outlet, pipes[0], err) < 0)
		result = -1;
	if (session_link(s, &s->lab_link, wires[0], "", err) < 0)
		result = -1;
	return result;
}

int
session_lab_open(struct session *s, struct err *err)
{
	int slave, result;

	if (child_adopt_orphans(err) < 0 ||
	    session_terminal_open(s, &slave, err) < 0)
		return -1;
	result = session_lab_launch(s, slave, err);
	close(slave);
	if (result < 0 || session_lab_greeted(s, err) < 0)
		return -1;
	watch_lab(s->watch, s->lab);
	return loop_watch(s->loop, s->lab_pidfd, EPOLLIN, session_on_lab_end, s,
	                  err);
}

/* Ending it **************************************************************/

/* While it cannot speak it does not listen: nobody needs its last news. */
static void
session_lab_unheard(struct session *s)
{
	static struct msg m;
	int fds[WIRE_FDS], nfds, got = 1;

	while (s->lab_link.wire && got > 0) {
		got = wire_recv(s->lab_link.wire, &m, fds, &nfds);
		if (got > 0)
			wire_drop_fds(fds, nfds);
	}
	if (s->lab_link.wire && (got < 0 || wire_flush(s->lab_link.wire) < 0))
		session_unlink(&s->lab_link);
}

void
session_lab_close(struct session *s)
{
	struct pollfd p = { .fd = s->lab_pidfd, .events = POLLIN };
	int64_t until_ns = clock_ns() + LAB_END_NS;
	struct msg bye = msg_make(MSG_BYE, NULL);

	if (s->lab_pidfd >= 0) {
		if (s->lab_link.wire)
			wire_send(s->lab_link.wire, &bye, NULL, 0, NULL);
		while (clock_ns() < until_ns && !child_ended(s->lab_pidfd)) {
			session_lab_unheard(s);
			poll(&p, 1, LAB_ROUND_MS * 5);
		}
		child_signal(s->lab_pidfd, SIGKILL, NULL);
		session_lab_forget(s);
		session_end_orphans(s);
	}
	session_unlink(&s->lab_link);
	session_outlet_close(&s->lab_outlet);
}

void
session_screen(struct session *s, int fd)
{
	struct msg m = msg_make(MSG_SCREEN, NULL);

	s->screen_fd = fd;
	if (!s->lab_link.wire)
		return;
	m.target.value = fd >= 0;
	wire_send(s->lab_link.wire, &m, &fd, fd >= 0 && !s->screen_sent, NULL);
	s->screen_sent = s->screen_sent || fd >= 0;
}
