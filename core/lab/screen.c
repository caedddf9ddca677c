/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/lab/screen.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "core/lab/lab.h"

/*
 * Everything that a full-screen program may have switched on, off (xterm's
 * control sequences).  CAN and ST first end a sequence that the shell may
 * have been killed in.
 */
static const char screen_off[] =
    "\030\033\\"                                   /* CAN, ST */
    "\033[?2026l"                                  /* show what was held back */
    "\033[?1000l\033[?1002l\033[?1003l"            /* mouse reports */
    "\033[?1004l\033[?1005l\033[?1006l\033[?1015l" /* and their forms */
    "\033[?2004l"                                  /* bracketed paste */
    "\033[r\033[4l\033[?1l\033[?7h\033>\033(B" /* scrolling, keys, letters */
    "\033[?1049l"                              /* the other screen */
    "\033[?25h\033[m";                         /* cursor, colours */

/*
 * A description of our own that never blocks: the one that we were handed
 * is shared with the user's shell, whose flags are not ours to change.
 */
static int
screen_reopen(int fd)
{
	char name[128];
	int own = -1;

	if (ttyname_r(fd, name, sizeof(name)) == 0)
		own = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return own < 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : own;
}

void
screen_open(struct lab *lab)
{
	struct proc_stat st;

	if (procfs_stat(lab->proc, lab->shell, 0, &st) < 0)
		return;
	lab->screen.group = st.pgrp;
	lab->screen.leader = st.session;
}

/*
 * Where the settings are raw already, the shell was faster than its message:
 * then the usual ones of a new terminal have to do.
 */
static void
screen_take(struct lab *lab, int fd)
{
	struct screen *s = &lab->screen;

	if (s->known)
		close(s->fd);
	s->fd = screen_reopen(fd);
	s->known = s->fd >= 0;
	s->has_termios = s->known && tcgetattr(s->fd, &s->original) == 0;
	if (s->has_termios && !(s->original.c_lflag & ICANON))
		s->original = lab->sane;
}

void
screen_order(struct lab *lab, const struct msg *m, const int *fds, int nfds)
{
	if (nfds > 0)
		screen_take(lab, fds[0]);
	lab->screen.up = m->target.value && lab->screen.known;
}

static void
screen_write(struct screen *s, int patience_ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };
	const size_t size = sizeof(screen_off) - 1;

	while (s->written < size && poll(&p, 1, patience_ms) == 1 &&
	       (p.revents & POLLOUT)) {
		ssize_t n =
		    write(s->fd, screen_off + s->written, size - s->written);

		if (n < 0)
			return;
		s->written += (size_t)n;
	}
}

/*
 * Still as the shell left it?  From another session tcgetpgrp(3) is refused,
 * so the session's leader is asked: `tpgid` in its stat, proc(5).
 */
static bool
screen_abandoned(const struct lab *lab)
{
	const struct screen *s = &lab->screen;
	struct termios now;
	struct proc_stat st;

	return s->has_termios && tcgetattr(s->fd, &now) == 0 &&
	       !(now.c_lflag & ICANON) &&
	       procfs_stat(lab->proc, s->leader, 0, &st) == 0 &&
	       st.tpgid == s->group;
}

void
screen_reset(struct lab *lab, int patience_ms)
{
	struct screen *s = &lab->screen;

	if (!s->up)
		return;
	if (!s->restored && screen_abandoned(lab))
		tcsetattr(s->fd, TCSANOW, &s->original);
	s->restored = true;
	screen_write(s, patience_ms);
}
