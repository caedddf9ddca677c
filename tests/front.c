/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/front.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/pty.h"

static void
front_spawn(struct front *f, int wire, int tty, const char *env)
{
	char mark[96];
	const char *argv[] = { "forkshop-lab", NULL };
	const char *more[] = { mark, env, NULL };
	struct child_plan plan = { .file = stage_program("forkshop-lab"),
		                   .argv = argv,
		                   .env = more,
		                   .fds = { 0, 1, 2, wire, tty },
		                   .nfds = 5,
		                   .tty = -1 };
	struct err err;

	snprintf(mark, sizeof(mark), "FORKSHOP_STORY=%s", f->stage->mark);
	f->lab = child_spawn(&plan, &f->lab_pidfd, &err);
	ck_assert_msg(f->lab > 0, "%s", err.text);
	f->stage->pid = f->lab;
}

void
front_open(struct front *f, struct stage *stage, const char *env)
{
	char name[PTY_NAME_SIZE];
	int pair[2], slave;
	struct err err;

	f->seq = 0;
	f->nheard = 0;
	f->stage = stage;
	ck_assert_msg(pty_open(&f->master, &slave, name, &err) == 0, "%s",
	              err.text);
	ck_assert_msg(wire_pair(pair, &err) == 0, "%s", err.text);
	f->wire = wire_open(pair[0], &err);
	ck_assert_ptr_nonnull(f->wire);
	front_spawn(f, pair[1], slave, env);
	close(pair[1]);
	close(slave);
	ck_assert_int_eq(front_hear(f, MSG_HELLO, 0)->msg.target.pid, f->lab);
}

void
front_close(struct front *f)
{
	struct msg bye = msg_make(MSG_BYE, NULL);

	if (f->stage->pid)
		wire_send(f->wire, &bye, NULL, 0, NULL);
	ck_assert_int_eq(stage_wait(f->stage), 0);
	stage_nothing_left(f->stage);
	wire_close(f->wire);
	close(f->master);
	close(f->lab_pidfd);
}

void
front_send(struct front *f, struct msg *m, int fd)
{
	struct err err;

	m->seq = ++f->seq;
	ck_assert_msg(wire_send(f->wire, m, &fd, fd >= 0, &err) == 0, "%s",
	              err.text);
}

void
front_order(struct front *f, enum msg_type type, pid_t pid, int value)
{
	struct msg m = msg_make(type, NULL);

	m.target.pid = pid;
	m.target.value = value;
	front_send(f, &m, -1);
}

void
front_start(struct front *f, enum front_how how, const char *command, int out)
{
	struct msg m = msg_make(MSG_START, "j1");
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int fd = how == FRONT_FOREGROUND ? -1 : out < 0 ? null : out;

	m.start.kind = START_JOB;
	m.start.foreground = m.start.on_terminal = how == FRONT_FOREGROUND;
	m.start.argc = 3;
	memcpy(m.start.argv, "sh\0-c", 6);
	snprintf(m.start.argv + 6, sizeof(m.start.argv) - 6, "%s", command);
	front_send(f, &m, fd);
	close(null);
}

pid_t
front_job(struct front *f, enum front_how how, const char *command, int out)
{
	const struct heard *h;

	front_start(f, how, command, out);
	h = front_hear(f, MSG_STARTED, 0);
	ck_assert_uint_eq(h->msg.seq, f->seq);
	ck_assert(h->had_fd);
	return h->msg.born.pid;
}

/* Hearing **************************************************************/

static void
front_make_room(struct front *f)
{
	int kept = 0;

	if (f->nheard < FRONT_HEARD)
		return;
	for (int i = 0; i < f->nheard && !f->forgetful; i++)
		if (!f->heard[i].used)
			f->heard[kept++] = f->heard[i];
	f->nheard = kept;
}

void
front_listen(struct front *f, int ms)
{
	struct pollfd p = { .fd = wire_fd(f->wire), .events = POLLIN };
	int fds[WIRE_FDS], nfds;
	static struct msg m;

	poll(&p, 1, ms);
	for (int n = 0;
	     n < FRONT_HEARD / 2 && wire_recv(f->wire, &m, fds, &nfds) == 1;
	     n++) {
		front_make_room(f);
		ck_assert_int_lt(f->nheard, FRONT_HEARD);
		f->heard[f->nheard++] =
		    (struct heard){ .msg = m, .had_fd = nfds > 0 };
		wire_drop_fds(fds, nfds);
	}
}

/* All bodies that the lab sends begin with the pid. */
static struct heard *
front_find(struct front *f, enum msg_type type, pid_t pid)
{
	for (int i = 0; i < f->nheard; i++) {
		struct heard *h = &f->heard[i];

		if (!h->used && (!type || h->msg.type == type) &&
		    (!pid || h->msg.target.pid == pid))
			return h;
	}
	return NULL;
}

const struct heard *
front_hear(struct front *f, enum msg_type type, pid_t pid)
{
	long end_ms = stage_now_ms() + stage_limit_ms();
	struct heard *h;

	while (!(h = front_find(f, type, pid))) {
		ck_assert_msg(stage_now_ms() < end_ms,
		              "waited in vain for %s of %d", msg_name(type),
		              (int)pid);
		front_listen(f, 100);
	}
	h->used = true;
	return h;
}

bool
front_heard(struct front *f, enum msg_type type, pid_t pid)
{
	front_listen(f, 0);
	return front_find(f, type, pid) != NULL;
}

int
front_change(struct front *f, pid_t pid, int change)
{
	for (;;) {
		const struct heard *h = front_hear(f, MSG_CHANGED, pid);

		if (h->msg.change.change == change)
			return h->msg.change.code;
	}
}

void
front_type(struct front *f, const char *bytes)
{
	ssize_t len = (ssize_t)strlen(bytes);

	ck_assert_int_eq(write(f->master, bytes, (size_t)len), len);
}

void
front_see(struct front *f, const char *text)
{
	struct pollfd p = { .fd = f->master, .events = POLLIN };
	static char seen[65536];
	size_t len = 0;

	for (seen[0] = '\0'; !strstr(seen, text); seen[len] = '\0') {
		ssize_t n = -1;

		if (poll(&p, 1, stage_limit_ms()) == 1)
			n = read(f->master, seen + len, sizeof(seen) - 1 - len);
		ck_assert_msg(n > 0, "\"%s\" does not come; seen: \"%s\"", text,
		              seen);
		len += (size_t)n;
	}
}
