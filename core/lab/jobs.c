/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/lab/jobs.h"

#include <signal.h>
#include <unistd.h>

#include "core/lab/lab.h"
#include "core/sys/pty.h"

static void
jobs_tell(struct lab *lab)
{
	struct msg m = msg_make(MSG_TERMINAL, NULL);

	m.target.pid = lab->foreground;
	lab_send(lab, &m, -1);
}

/* What the job in the foreground made of the terminal is kept for it. */
static void
jobs_keep_termios(struct lab *lab)
{
	struct child *leader = kin_find(lab->kin, lab->foreground);

	if (leader)
		leader->keeps_termios =
		    tcgetattr(lab->tty, &leader->termios) == 0;
}

void
jobs_take_terminal(struct lab *lab)
{
	jobs_keep_termios(lab);
	pty_set_foreground(lab->tty, getpgrp(), NULL);
	tcsetattr(lab->tty, TCSANOW, &lab->sane);
	if (!lab->foreground)
		return;
	lab->foreground = 0;
	jobs_tell(lab);
}

void
jobs_started(struct lab *lab, pid_t group)
{
	lab->foreground = group;
	jobs_tell(lab);
}

void
jobs_clear(struct lab *lab)
{
	jobs_take_terminal(lab);
	tcflush(lab->tty, TCIOFLUSH);
}

/*
 * Is there a child of ours in the group, at least as a zombie?  Then the
 * group's number cannot be another's.
 */
static bool
jobs_hold(struct lab *lab, pid_t group)
{
	struct proc_stat st;

	for (int i = 0; i < kin_count(lab->kin); i++)
		if (procfs_stat(lab->proc, kin_nth(lab->kin, i)->pid, 0, &st) ==
		        0 &&
		    st.pgrp == group)
			return true;
	return false;
}

static int
jobs_send_signal(struct lab *lab, const struct msg *m, int sig)
{
	pid_t group = m->target.pid;
	struct err err;

	if (group <= 1 || group == getpgrp() || !jobs_hold(lab, group))
		err_set(&err,
		        "group %d has no child of the lab in it: "
		        "is the job over?",
		        (int)group);
	else if (child_signal_group(group, sig, &err) == 0)
		return 0;
	lab_say(lab, m->seq, &err);
	return -1;
}

void
jobs_signal(struct lab *lab, const struct msg *m, const int *fds, int nfds)
{
	(void)fds;
	(void)nfds;
	jobs_send_signal(lab, m, m->target.value);
}

/* The terminal goes to a group, with the settings that it left it with. */
static int
jobs_give_terminal(struct lab *lab, const struct msg *m)
{
	struct child *leader = kin_find(lab->kin, m->target.pid);
	struct err err;

	if (pty_set_foreground(lab->tty, m->target.pid, &err) < 0) {
		lab_say(lab, m->seq, &err);
		return -1;
	}
	if (leader && leader->keeps_termios)
		tcsetattr(lab->tty, TCSANOW, &leader->termios);
	lab->foreground = m->target.pid;
	jobs_tell(lab);
	return 0;
}

void
jobs_foreground(struct lab *lab, const struct msg *m, const int *fds, int nfds)
{
	(void)fds;
	(void)nfds;
	if (m->target.pid != lab->foreground)
		jobs_take_terminal(lab);
	if (m->target.pid == 0 || jobs_send_signal(lab, m, 0) < 0)
		return;
	if (m->target.pid == lab->foreground || jobs_give_terminal(lab, m) == 0)
		jobs_send_signal(lab, m, SIGCONT);
}

void
jobs_background(struct lab *lab, const struct msg *m, const int *fds, int nfds)
{
	(void)fds;
	(void)nfds;
	if (m->target.pid == lab->foreground)
		jobs_take_terminal(lab);
	jobs_send_signal(lab, m, SIGCONT);
}

/* A puppet may have taken the terminal without being asked; 0: it is ours. */
static pid_t
jobs_front(const struct lab *lab)
{
	pid_t front = pty_foreground(lab->tty);

	return lab->foreground      ? lab->foreground
	       : front == getpgrp() ? 0
	                            : front;
}

void
jobs_changed(struct lab *lab, const struct child_news *news, pid_t group)
{
	if (group != jobs_front(lab) || news->change == CHILD_CONTINUED)
		return;
	/* The leader speaks for its group; without it, anybody does. */
	if (news->pid == group || !kin_find(lab->kin, group))
		jobs_take_terminal(lab);
}
