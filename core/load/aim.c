/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/load/aim.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/wire/wire.h"

#define AIM_PATIENCE_NS (2 * NS_PER_S)

/* A socket with a source port of its own, not yet connected. */
static int
aim_bind(uint16_t *port, struct err *err)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return err_sys(err, "cannot make a socket");
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0) {
		err_sys(err, "cannot take a port of our own to aim from");
		close(fd);
		return -1;
	}
	*port = ntohs(a.sin_port);
	return fd;
}

/* Wait for the answer to our last question; older answers are dropped. */
static int
aim_wait(struct aim *aim, struct err *err)
{
	int64_t until_ns = clock_ns() + AIM_PATIENCE_NS;
	int fds[WIRE_FDS], nfds, got;
	struct msg m;

	for (;;) {
		int64_t left_ns = until_ns - clock_ns();
		struct pollfd p = { .fd = aim->line, .events = POLLIN };

		if (left_ns <= 0 ||
		    poll(&p, 1, (int)(left_ns / NS_PER_MS) + 1) == 0)
			return err_set(err, "the master does not answer within "
			                    "2 s: is it stopped?");
		got = wire_try_recv(aim->line, &m, fds, &nfds);
		if (got < 0)
			return err_set(err, "the master is gone");
		if (got > 0)
			wire_drop_fds(fds, nfds);
		if (got == 0 || m.seq != aim->seq)
			continue;
		if (m.type == MSG_FAILED)
			return err_set(err, "%.400s", m.text.text);
		if (m.type == MSG_AIMED) {
			aim->private_port = m.listening.private_port;
			return 0;
		}
	}
}

static int
aim_announce(struct aim *aim, uint16_t port, struct err *err)
{
	struct msg m = msg_make(MSG_AIM, NULL);

	m.seq = ++aim->seq;
	m.handoff.port = port;
	m.handoff.id = aim->id;
	m.handoff.thread = aim->thread;
	if (wire_try_send(aim->line, &m, NULL, 0) < 0)
		return err_sys(err, "cannot speak to the master");
	return aim_wait(aim, err);
}

static int
aim_make(struct aim *aim, struct err *err)
{
	uint16_t port = 0;
	int fd = aim_bind(&port, err);

	if (fd >= 0 && aim_announce(aim, port, err) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int
aim_open(struct aim *aim, int line, uint32_t id, uint32_t thread,
         struct err *err)
{
	*aim = (struct aim){ .line = line, .id = id, .thread = thread };
	aim->ready = aim_make(aim, err);
	return aim->ready < 0 ? -1 : 0;
}

void
aim_close(struct aim *aim)
{
	if (aim->ready >= 0)
		close(aim->ready);
	aim->ready = -1;
}

int
aim_socket(struct aim *aim, struct err *err)
{
	int fd = aim->ready;

	aim->ready = -1;
	return fd >= 0 ? fd : aim_make(aim, err);
}
