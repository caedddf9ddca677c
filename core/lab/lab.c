/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at lab_open(); then lab_on_wire() for orders, and lab_work()
 * for news.
 */
#include "core/lab/lab.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/lab/clean.h"
#include "core/lab/jobs.h"
#include "core/lab/reap.h"
#include "core/lab/start.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"

#define LAB_BATCH 32 /* pieces of news in one turn of the loop */

/* Talking **************************************************************/

void
lab_send(struct lab *lab, const struct msg *m, int fd)
{
	/* A shell that is gone shows as end of file; nobody listens then. */
	if (wire_send(lab->wire, m, &fd, fd >= 0, NULL) < 0)
		lab->lost++;
}

void
lab_say(struct lab *lab, uint32_t seq, const struct err *err)
{
	struct msg m = msg_say(MSG_SAY, "%s", err->text);

	m.seq = seq;
	lab_send(lab, &m, -1);
}

static void
lab_tell_lost(struct lab *lab)
{
	struct err err;

	if (!lab->lost || wire_waiting(lab->wire))
		return;
	err_set(&err,
	        "%u pieces of news were lost, because the shell did not "
	        "listen: the tree may miss processes",
	        lab->lost);
	lab->lost = 0;
	lab_say(lab, 0, &err);
}

/* Orders ***************************************************************/

static void
lab_bye(struct lab *lab, const struct msg *m, const int *fds, int nfds)
{
	(void)m;
	(void)fds;
	(void)nfds;
	loop_stop(lab->loop);
}

/*
 * As fresh as at the start: nobody lives, nothing waits to be told.  The
 * shell reads away what was said before.
 */
static void
lab_clear(struct lab *lab, const struct msg *m, const int *fds, int nfds)
{
	struct msg cleared = msg_make(MSG_CLEARED, NULL);
	struct err err;

	(void)m;
	(void)fds;
	(void)nfds;
	if (clean_all(lab, &err) < 0)
		lab_say(lab, 0, &err);
	jobs_clear(lab);
	lab->told_crowd = false;
	lab_send(lab, &cleared, -1);
}

typedef void lab_order_fn(struct lab *, const struct msg *, const int *, int);

/* Descriptors are borrowed for the call. */
static lab_order_fn *const lab_orders[MSG_COUNT] = {
	// clang-format off
	[MSG_START]        = start_order,
	[MSG_SIGNAL_GROUP] = jobs_signal,
	[MSG_FOREGROUND]   = jobs_foreground,
	[MSG_BACKGROUND]   = jobs_background,
	[MSG_SCREEN]       = screen_order,
	[MSG_CLEAR]        = lab_clear,
	[MSG_BYE]          = lab_bye,
	// clang-format on
};

static bool
lab_alone(const struct lab *lab)
{
	return lab->shell_pidfd >= 0 && child_ended(lab->shell_pidfd);
}

/* The last orders of a shell that is dead are not carried out. */
static void
lab_on_wire(void *arg, uint32_t events)
{
	struct lab *lab = arg;
	struct msg m;
	int fds[WIRE_FDS], nfds, n = 1;

	(void)events;
	if (wire_flush(lab->wire) < 0)
		loop_stop(lab->loop);
	lab_tell_lost(lab);
	while (!wire_waiting(lab->wire) && !lab_alone(lab) &&
	       (n = wire_recv(lab->wire, &m, fds, &nfds)) > 0) {
		if (lab_orders[m.type])
			lab_orders[m.type](lab, &m, fds, nfds);
		wire_drop_fds(fds, nfds);
		lab->look = true;
	}
	if (n < 0)
		loop_stop(lab->loop);
}

void
lab_hear_last(struct lab *lab)
{
	struct msg m;
	int fds[WIRE_FDS], nfds;

	while (wire_recv(lab->wire, &m, fds, &nfds) > 0) {
		if (m.type == MSG_SCREEN)
			screen_order(lab, &m, fds, nfds);
		wire_drop_fds(fds, nfds);
	}
}

/* News *****************************************************************/

static void
lab_on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct lab *lab = arg;

	if (info->ssi_signo == SIGTERM)
		loop_stop(lab->loop);
	lab->news = true;
}

/* The shell's pidfd is readable: it has ended. */
static void
lab_on_shell(void *arg, uint32_t events)
{
	struct lab *lab = arg;

	(void)events;
	loop_stop(lab->loop);
}

/* A timer that only makes the next turn come at once. */
static void
lab_go_on(void *arg)
{
	(void)arg;
}

/*
 * One piece of news at a time, as long as the shell hears them; after a
 * while the next turn comes first, so that a flood of orphans cannot hide
 * the shell's end.
 */
static int
lab_work(void *arg)
{
	struct lab *lab = arg;

	if (!lab->news && !lab->look)
		return 0;
	if (wire_waiting(lab->wire)) {
		reap_crowd(lab);
		return 0;
	}
	if (lab->worked++ == LAB_BATCH) {
		loop_timer(lab->loop, clock_ns(), lab_go_on, lab);
		return 0;
	}
	if (lab->news)
		lab->news = reap_next(lab);
	else
		lab->look = !reap_look(lab);
	return 1;
}

static void
lab_before_sleep(void *arg)
{
	struct lab *lab = arg;

	lab->worked = 0;
	loop_change(lab->loop, wire_fd(lab->wire),
	            wire_waiting(lab->wire) ? EPOLLOUT : EPOLLIN);
}

/* Opening **************************************************************/

/*
 * All signals are blocked but those that kill always; what the terminal or
 * a closed pipe would send is ignored besides.
 */
static int
lab_listen_for_signals(struct lab *lab, struct err *err)
{
	static const int ignored[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTSTP,
		                       SIGTTIN, SIGTTOU, SIGPIPE };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		sigaction(ignored[i], &ignore, NULL);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	return loop_signals(lab->loop, &set, lab_on_signal, lab, err);
}

static int
lab_open_wire(struct lab *lab, struct err *err)
{
	int type = 0;
	socklen_t size = sizeof(type);

	if (getsockopt(WIRE_CHILD_FD, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
	    type != SOCK_SEQPACKET)
		return err_set(err, "it is started by forkshop and has nothing "
		                    "to do without it: type forkshop");
	lab->wire = wire_open(WIRE_CHILD_FD, err);
	return lab->wire ? 0 : -1;
}

static int
lab_open_terminal(struct lab *lab, struct err *err)
{
	lab->tty = LAB_TTY_FD;
	if (fcntl(lab->tty, F_SETFD, FD_CLOEXEC) < 0 ||
	    tcgetattr(lab->tty, &lab->sane) < 0)
		return err_sys(err, "the lab was given no terminal");
	return child_new_session(lab->tty, err);
}

static int
lab_open_tables(struct lab *lab, struct err *err)
{
	lab->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (lab->null < 0)
		return err_sys(err, "cannot open /dev/null");
	lab->kin = kin_open();
	if (!lab->kin)
		return err_sys(err, "cannot make the table of children");
	lab->proc = procfs_open(NULL, err);
	return lab->proc ? 0 : -1;
}

static int
lab_watch(struct lab *lab, struct err *err)
{
	lab->shell = getppid();
	screen_open(lab);
	lab->shell_pidfd = child_pidfd(lab->shell, NULL);
	if (lab->shell_pidfd >= 0 &&
	    loop_watch(lab->loop, lab->shell_pidfd, EPOLLIN, lab_on_shell, lab,
	               err) < 0)
		return -1;
	loop_work(lab->loop, lab_work, lab);
	loop_before_sleep(lab->loop, lab_before_sleep, lab);
	return loop_watch(lab->loop, wire_fd(lab->wire), EPOLLIN, lab_on_wire,
	                  lab, err);
}

int
lab_open(struct lab *lab, struct err *err)
{
	struct msg hello;

	lab->null = lab->shell_pidfd = lab->tty = -1;
	if (lab_open_wire(lab, err) < 0)
		return -1;
	lab->loop = loop_open(err);
	if (!lab->loop || lab_listen_for_signals(lab, err) < 0 ||
	    lab_open_tables(lab, err) < 0 || lab_open_terminal(lab, err) < 0 ||
	    child_adopt_orphans(err) < 0 || lab_watch(lab, err) < 0) {
		lab_say(lab, 0, err);
		return -1;
	}
	child_raise_limits();
	hello = msg_make(MSG_HELLO, "lab");
	hello.target.pid = getpid();
	lab_send(lab, &hello, -1);
	return 0;
}

static void
lab_close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void
lab_close(struct lab *lab)
{
	wire_close(lab->wire);
	loop_close(lab->loop);
	procfs_close(lab->proc);
	kin_close(lab->kin);
	lab_close_fd(lab->tty);
	lab_close_fd(lab->null);
	lab_close_fd(lab->shell_pidfd);
	if (lab->screen.known)
		close(lab->screen.fd);
}
