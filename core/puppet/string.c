/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/puppet/string.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/title.h"
#include "core/wire/wire.h"

/* The thread's own end, in the thread's own memory. */
static _Thread_local int string_mine = -1;
static _Thread_local char string_called[NAME_SIZE];

/* All of this process: written with string_make and string_drop only. */
static _Atomic int string_all[PUPPET_THREADS * 2];
#define NSTRINGS ((int)(sizeof(string_all) / sizeof(string_all[0])))

static pthread_mutex_t string_forks = PTHREAD_MUTEX_INITIALIZER;

void
string_hold_forks(void)
{
	pthread_mutex_lock(&string_forks);
}

void
string_let_forks(void)
{
	pthread_mutex_unlock(&string_forks);
}

static int
string_lift(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, STRING_FD);

	close(fd);
	for (int i = 0; high >= 0 && i < NSTRINGS; i++) {
		int nobody = 0;

		if (__atomic_compare_exchange_n((int *)&string_all[i], &nobody,
		                                high, false, __ATOMIC_SEQ_CST,
		                                __ATOMIC_SEQ_CST))
			return high;
	}
	if (high >= 0)
		close(high);
	errno = EMFILE;
	return -1;
}

void
string_drop(int fd)
{
	for (int i = 0; i < NSTRINGS; i++)
		if (string_all[i] == fd)
			string_all[i] = 0;
	close(fd);
}

static void
string_call_me(int fd, const char *name)
{
	string_mine = fd;
	snprintf(string_called, sizeof(string_called), "%s", name);
}

void
string_take(int fd, const char *name)
{
	string_call_me(string_lift(fd), name);
	title_set("forkshop-puppet %s", name);
}

const char *
string_name(void)
{
	return string_called;
}

int
string_fd(void)
{
	return string_mine;
}

bool
string_is(int fd)
{
	for (int i = 0; i < NSTRINGS; i++)
		if (fd > 0 && string_all[i] == fd)
			return true;
	return false;
}

int
string_make(const char *name)
{
	struct msg m = msg_make(MSG_STRING, name);
	int pair[2], mine;

	m.born.ppid = getpid();
	if (wire_pair(pair, NULL) < 0)
		return -1;
	mine = string_lift(pair[0]);
	if (mine >= 0 && wire_try_send(string_mine, &m, &pair[1], 1) < 0) {
		string_drop(mine);
		mine = -1;
	}
	close(pair[1]);
	return mine;
}

static void
string_awake(pid_t tid)
{
	struct msg m = msg_make(MSG_AWAKE, string_called);
	int pidfd = child_pidfd(getpid(), NULL);

	m.born.pid = tid;
	m.born.ppid = getppid();
	m.born.pgid = getpgrp();
	wire_try_send(string_mine, &m, &pidfd, pidfd < 0 ? 0 : 1);
	if (pidfd >= 0)
		close(pidfd);
}

void
string_child(int fd, const char *name)
{
	for (int i = 0; i < NSTRINGS; i++)
		if (string_all[i] && string_all[i] != fd)
			string_drop(string_all[i]);
	string_call_me(fd, name);
	title_set("forkshop-puppet %s", name);
	string_awake(getpid());
}

void
string_thread(int fd, const char *name)
{
	string_call_me(fd, name);
	title_thread(name);
	string_awake(gettid());
}

void
string_cry(const struct msg *m)
{
	wire_try_send(string_mine, m, NULL, 0);
}

void
string_say(const struct msg *m)
{
	struct pollfd p = { .fd = string_mine, .events = POLLOUT };

	while (wire_try_send(string_mine, m, NULL, 0) < 0 && errno == EAGAIN)
		poll(&p, 1, -1);
}

/* A descriptor that another puppet has sent: it gets a number here. */
static void
string_receive(int fd)
{
	struct msg m = msg_make(MSG_PASSED, string_called);

	fcntl(fd, F_SETFD, 0); /* not close-on-exec: it is the student's */
	m.target.pid = getpid();
	m.target.value = fd;
	string_say(&m);
}

static void
string_peek(const struct msg *ask)
{
	struct msg m = memory_peek(ask);

	string_say(&m);
}

bool
string_hear(struct msg *m)
{
	for (;;) {
		struct pollfd p = { .fd = string_mine, .events = POLLIN };
		int fds[WIRE_FDS], nfds, got;

		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			return false;
		got = wire_try_recv(string_mine, m, fds, &nfds);
		if (got > 0 && m->type == MSG_PASS && nfds == 1)
			string_receive(fds[0]);
		else
			wire_drop_fds(fds, nfds);
		if (got < 0)
			return false;
		if (got > 0 && m->type == MSG_VARIABLE)
			string_peek(m);
		if (got > 0 && m->type == MSG_CALL)
			return true;
	}
}
