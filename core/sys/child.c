/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * child_spawn() is fork, then child_become() in the child: a fixed order of
 * system calls that ends in exec.  What fails there travels back through a
 * pipe that a successful exec closes, so the caller knows the truth.
 */
#include "core/sys/child.h"

#ifdef COVERAGE
#include <gcov.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <poll.h>
#include <unistd.h>

#include "config.h"

#define CHILD_PARK    64 /* descriptors are parked above this on their way */
#define CHILD_LOOK_MS 5  /* between looks whether a new child was stopped */

static struct rlimit child_nofile; /* what we were given */

pid_t
child_fork(struct err *err)
{
	pid_t pid = fork();

	if (pid < 0)
		err_sys(err, "cannot fork another process");
	return pid;
}

void
child_leave(int status)
{
#ifdef COVERAGE
	__gcov_dump();
#endif
	_exit(status);
}

/*
 * By the system call itself: sigaction(3) refuses the two signals that the C
 * library keeps for itself, and whoever started us by posix_spawn(3), as make
 * does, has left them ignored.
 */
void
child_reset_signals(void)
{
	static const char by_default[64]; /* a kernel sigaction of zeros */
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, by_default, NULL, _NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
child_by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void
child_close_range(unsigned first, unsigned last)
{
#if HAS_CLOSE_RANGE
	close_range(first, last, 0);
#else
	syscall(SYS_close_range, first, last, 0);
#endif
}

void
child_close_from(int first, const int *keep, int nkeep)
{
	int sorted[CHILD_FDS * 4], n = 0;
	unsigned from = (unsigned)first;

	for (int i = 0; i < nkeep && n < (int)(sizeof(sorted) / sizeof(int));
	     i++)
		if (keep[i] >= first)
			sorted[n++] = keep[i];
	qsort(sorted, (size_t)n, sizeof(int), child_by_number);
	for (int i = 0; i < n; i++) {
		if ((unsigned)sorted[i] > from)
			child_close_range(from, (unsigned)sorted[i] - 1);
		from = (unsigned)sorted[i] + 1;
	}
	child_close_range(from, ~0U);
}

bool
child_follow_parent(pid_t parent, int sig)
{
	prctl(PR_SET_PDEATHSIG, sig);
	return getppid() == parent;
}

/* Starting a program ****************************************************/

static void
child_lower_limits(void)
{
	if (child_nofile.rlim_max)
		setrlimit(RLIMIT_NOFILE, &child_nofile);
}

/* Park all, then put each where the plan wants it; close the rest. */
static int
child_place_fds(const struct child_plan *plan, int out)
{
	int parked[CHILD_FDS];

	for (int i = 0; i < plan->nfds; i++) {
		parked[i] =
		    plan->fds[i] < 0
		        ? -1
		        : fcntl(plan->fds[i], F_DUPFD_CLOEXEC, CHILD_PARK);
		if (plan->fds[i] >= 0 && parked[i] < 0)
			return -1;
	}
	for (int i = 0; i < plan->nfds; i++) {
		if (parked[i] < 0)
			close(i);
		else if (dup2(parked[i], i) < 0)
			return -1;
	}
	child_close_from(plan->nfds, &out, 1);
	return 0;
}

static void
child_take_terminal(int tty)
{
	sigset_t ttou;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, NULL);
	tcsetpgrp(tty, getpid());
}

/*
 * In the child: become the program, or return with errno.  `out` stays open
 * until the exec.
 */
static void
child_become(const struct child_plan *plan, pid_t parent, int out)
{
	if (plan->own_group)
		setpgid(0, 0);
	if (plan->tty >= 0)
		child_take_terminal(plan->tty);
	if (child_place_fds(plan, out) < 0)
		return;
	if (plan->cwd && chdir(plan->cwd) < 0)
		return;
	for (int i = 0; plan->env && plan->env[i]; i++)
		putenv((char *)(uintptr_t)plan->env[i]);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	child_lower_limits();
	child_reset_signals();
	if (plan->death_signal &&
	    !child_follow_parent(parent, plan->death_signal))
		_exit(127);
	execvp(plan->file, (char *const *)(uintptr_t)plan->argv);
}

/*
 * The errno that the child left in the pipe, or 0 when exec closed it.  A
 * child that is stopped on its way there (^Z comes as soon as it has the
 * terminal) counts as started: it execs when it is continued.
 */
static int
child_hear(pid_t pid, int pipe_end)
{
	struct pollfd p = { .fd = pipe_end, .events = POLLIN };
	siginfo_t info = { .si_pid = 0 };
	int code = 0;
	ssize_t n;

	while (poll(&p, 1, CHILD_LOOK_MS) <= 0)
		if (waitid(P_PID, (id_t)pid, &info,
		           WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
		    info.si_pid == pid)
			return 0;
	do
		n = read(pipe_end, &code, sizeof(code));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(code) ? code : 0;
}

static pid_t
child_launch(const struct child_plan *plan, const int said[2])
{
	pid_t parent = getpid(), pid = fork();
	int code;

	if (pid != 0)
		return pid;
	/* Out of the way of the descriptors that the plan places. */
	int out = fcntl(said[1], F_DUPFD_CLOEXEC, CHILD_PARK + CHILD_FDS * 2);

	child_become(plan, parent, out);
	code = errno;
	if (write(out, &code, sizeof(code)) < 0)
		_exit(126);
	_exit(127);
}

pid_t
child_spawn(const struct child_plan *plan, int *pidfd, struct err *err)
{
	int said[2], code;
	pid_t pid;

	if (pipe2(said, O_CLOEXEC) < 0)
		return err_sys(err, "cannot start %s", plan->file);
	pid = child_launch(plan, said);
	close(said[1]);
	if (pid < 0) {
		close(said[0]);
		return err_sys(err, "cannot start %s (fork)", plan->file);
	}
	if (plan->own_group)
		setpgid(pid, pid); /* both do it: neither may be late */
	code = child_hear(pid, said[0]);
	close(said[0]);
	if (code) {
		waitpid(pid, NULL, 0);
		errno = code;
		return err_sys(err, "cannot start %s", plan->file);
	}
	*pidfd = child_pidfd(pid, NULL);
	return pid;
}

void
child_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void
child_exec(const char *file, char *const *argv)
{
	execvp(file, argv);
}

int
child_new_session(int tty, struct err *err)
{
	if (setsid() < 0)
		return err_sys(err, "cannot lead a new session (setsid)");
	if (ioctl(tty, TIOCSCTTY, 0) < 0)
		return err_sys(
		    err, "cannot make the lab's terminal its own (TIOCSCTTY)");
	return 0;
}

int
child_adopt_orphans(struct err *err)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return err_sys(err, "cannot adopt orphans (prctl)");
	return 0;
}

void
child_raise_limits(void)
{
	struct rlimit high;

	if (getrlimit(RLIMIT_NOFILE, &child_nofile) < 0)
		return;
	high = child_nofile;
	high.rlim_cur = high.rlim_max;
	setrlimit(RLIMIT_NOFILE, &high);
}

/* Waiting ***************************************************************/

static void
child_decode(const siginfo_t *info, struct child_news *news)
{
	int status = info->si_status;

	*news = (struct child_news){ .pid = info->si_pid, .code = status };
	switch (info->si_code) {
	case CLD_EXITED:
		news->change = CHILD_EXITED;
		news->raw = (status & 0xff) << 8;
		break;
	case CLD_KILLED:
	case CLD_DUMPED:
		news->change = CHILD_KILLED;
		news->dumped = info->si_code == CLD_DUMPED;
		news->raw = status | (news->dumped ? 0x80 : 0);
		break;
	case CLD_CONTINUED:
		news->change = CHILD_CONTINUED;
		news->raw = 0xffff;
		break;
	default:
		news->change = CHILD_STOPPED;
		news->raw = status << 8 | 0x7f;
	}
}

/*
 * Ask with WNOWAIT first, which leaves an ended child a zombie.  A stop is
 * then asked for again and taken; what is told is what was taken, because
 * the child may have gone on, or died, between the two.
 */
int
child_next(struct child_news *news)
{
	int changes = WSTOPPED | WCONTINUED | WNOHANG;

	for (;;) {
		siginfo_t info = { .si_pid = 0 }, taken = { .si_pid = 0 };

		if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | changes) < 0)
			return -1;
		if (info.si_pid == 0)
			return 0;
		child_decode(&info, news);
		if (news->change == CHILD_EXITED ||
		    news->change == CHILD_KILLED)
			return 1;
		if (waitid(P_PID, (id_t)news->pid, &taken, changes) == 0 &&
		    taken.si_pid != 0) {
			child_decode(&taken, news);
			return 1;
		}
	}
}

int
child_reap(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) < 0)
		return -1;
	return info.si_pid == pid ? 0 : -1;
}

/* Signals ***************************************************************/

int
child_pidfd(pid_t pid, struct err *err)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return err_sys(err, "there is no process %d", (int)pid);
	return fd;
}

bool
child_ended(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

int
child_signal(int pidfd, int sig, struct err *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0)
		return err_sys(err, "cannot send signal %d", sig);
	return 0;
}

int
child_signal_thread(int pidfd, pid_t pid, pid_t tid, int sig, struct err *err)
{
	if (child_ended(pidfd))
		return err_set(err, "process %d has ended", (int)pid);
	if (syscall(SYS_tgkill, pid, tid, sig) < 0)
		return err_sys(err, "cannot send signal %d to thread %d", sig,
		               (int)tid);
	return 0;
}

int
child_signal_group(pid_t pgid, int sig, struct err *err)
{
	if (kill(-pgid, sig) < 0)
		return err_sys(err, "cannot send signal %d to group %d", sig,
		               (int)pgid);
	return 0;
}
