/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lab's terminal is a pty whose only master is here.  What the job in the
 * foreground prints is read from it; what is typed while it runs goes into it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/sys/pty.h"

#define TERMINAL_CHUNK 16384
#define TERMINAL_LAST  64 /* chunks that a job leaves at its end */
#define TERMINAL_ROWS  24
#define TERMINAL_COLS  80

static const char *
session_terminal_name(const struct session *s)
{
	return s->foreground ? s->foreground->name : NULL;
}

static void
session_on_terminal_line(void *arg, const char *line)
{
	struct session *s = arg;

	session_say_as(s, LINE_OUTPUT, session_terminal_name(s), line);
}

/* A question without a newline, a progress bar: shown while it stands. */
static void
session_terminal_partial(struct session *s)
{
	char text[LINES_SIZE];

	if (lines_partial(&s->terminal_lines, text) == 0 && !s->progress)
		return;
	s->progress = text[0] != '\0';
	s->front.progress(s->front.arg, text);
}

/* Returns bytes, or 0 when there is nothing now. */
static ssize_t
session_terminal_read(struct session *s)
{
	char bytes[TERMINAL_CHUNK];
	ssize_t n = read(s->terminal, bytes, sizeof(bytes));

	if (n <= 0)
		return 0;
	lines_feed(&s->terminal_lines, bytes, (size_t)n,
	           session_on_terminal_line, s);
	session_terminal_partial(s);
	if (s->foreground && !s->foreground->draws &&
	    lines_draw(&s->terminal_lines))
		session_job_draws(s, s->foreground);
	return n;
}

static void
session_on_terminal(void *arg, uint32_t events)
{
	struct session *s = arg;

	/* No slave is open: the lab is gone, and so is the terminal. */
	if (session_terminal_read(s) == 0 && (events & (EPOLLHUP | EPOLLERR)))
		loop_drop(s->loop, s->terminal);
}

/* The job has ended: all that it printed stands before what comes next. */
void
session_terminal_drain(struct session *s)
{
	for (int i = 0; !s->terminal_held && i < TERMINAL_LAST; i++)
		if (session_terminal_read(s) == 0)
			break;
	lines_end(&s->terminal_lines, session_on_terminal_line, s);
	session_terminal_partial(s);
}

int
session_terminal_open(struct session *s, int *slave, struct err *err)
{
	char name[PTY_NAME_SIZE];

	if (pty_open(&s->terminal, slave, name, err) < 0)
		return -1;
	fcntl(s->terminal, F_SETFL, fcntl(s->terminal, F_GETFL) | O_NONBLOCK);
	pty_resize(s->terminal, TERMINAL_ROWS, TERMINAL_COLS);
	if (loop_watch(s->loop, s->terminal, EPOLLIN, session_on_terminal, s,
	               err) == 0)
		return 0;
	close(*slave);
	return -1;
}

void
session_terminal_close(struct session *s)
{
	if (s->terminal < 0)
		return;
	loop_drop(s->loop, s->terminal);
	close(s->terminal);
	s->terminal = -1;
}

int
session_terminal_fd(const struct session *s)
{
	return s->terminal;
}

void
session_terminal_hold(struct session *s, bool held)
{
	if (held == s->terminal_held)
		return;
	s->terminal_held = held;
	if (held)
		loop_drop(s->loop, s->terminal);
	else
		loop_watch(s->loop, s->terminal, EPOLLIN, session_on_terminal,
		           s, NULL);
}

/* What the terminal does not take (nobody reads there) is lost, as it is. */
void
session_terminal_input(struct session *s, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(s->terminal, bytes, len);

		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

void
session_terminal_size(struct session *s, int rows, int cols)
{
	if (s->terminal >= 0)
		pty_resize(s->terminal, rows, cols);
}

const char *
session_foreground(const struct session *s)
{
	return s->foreground ? s->foreground->name : NULL;
}

pid_t
session_foreground_pid(const struct session *s)
{
	return s->foreground ? s->foreground->pid : 0;
}

void
session_terminal_end_input(struct session *s)
{
	pty_flush_input(s->terminal);
	session_terminal_input(s, "\4", 1);
}

pid_t
session_front_group(struct session *s)
{
	const struct snapshot *snap = watch_snapshot(s->watch);
	pid_t group = pty_foreground(s->terminal);

	for (int i = 0; group > 0 && i < snap->nprocs; i++) {
		const struct proc *p = &snap->proc[i];

		if (p->pgrp == group && !p->dead)
			return p->kind == KIND_LAB ? 0 : group;
	}
	return 0;
}

bool
session_front_waits(struct session *s)
{
	pid_t group = session_front_group(s);
	const struct snapshot *snap;
	bool waits = false;

	watch_refresh(s->watch);
	snap = watch_snapshot(s->watch);
	for (int i = 0; i < snap->nprocs; i++) {
		const struct proc *p = &snap->proc[i];

		if (p->dead || p->pgrp != group)
			continue;
		if (p->state != 'S')
			return false;
		waits = true;
	}
	return waits;
}

bool
session_front_raw(const struct session *s)
{
	return session_typed_to(s) && pty_raw(s->terminal);
}

void
session_front_hang_up(struct session *s)
{
	struct msg m = msg_make(MSG_SIGNAL_GROUP, NULL);
	struct err err;

	if (!session_typed_to(s))
		return;
	m.target.pid = s->foreground->pid;
	m.target.value = SIGHUP;
	session_tell_lab(s, &m, &err);
}

/* Before the lab has given it the terminal, ^C would reach the lab's group. */
const char *
session_typed_to(const struct session *s)
{
	const struct job *job = s->foreground;

	return job && job->pid && job->pid == s->terminal_group ? job->name
	                                                        : NULL;
}
