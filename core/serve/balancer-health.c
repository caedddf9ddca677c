/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each second a balancer asks every server for /health.  Only the first line
 * of the answer is read: "HTTP/1.1 200", all that we know of HTTP.  The
 * checks come from an address of their own, by which our servers see that
 * they are no requests (core/wire/loopback.h).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/serve/balancer.h"
#include "core/sys/clock.h"
#include "core/wire/loopback.h"

#define HEALTH_LINE 12 /* "HTTP/1.1 200" */

/* connect(2) has begun, or is even done. */
static bool
health_begins(int fd, uint32_t from, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		                  .sin_port = htons(port),
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(from) };
	int one = 1;

	if (from) {
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
		           sizeof(one));
		if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
			return false;
	}
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 ||
	       errno == EINPROGRESS;
}

int
health_connect(uint32_t from, uint16_t port)
{
	int code;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || health_begins(fd, from, port))
		return fd;
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

void
health_stop(struct backend_slot *s)
{
	if (s->check.fd < 0)
		return;
	loop_drop(s->balancer->loop, s->check.fd);
	close(s->check.fd);
	s->check.fd = -1;
}

static void
health_end(struct backend_slot *s, bool well, const char *why)
{
	health_stop(s);
	backend_checked(s, well, why);
}

static void
health_broke(struct backend_slot *s, int code)
{
	char why[96];

	snprintf(why, sizeof(why), "%s", strerror(code));
	if (code == ECONNREFUSED)
		snprintf(why, sizeof(why),
		         "connection refused: nothing listens on port %u",
		         s->row->port);
	health_end(s, false, why);
}

/* The whole of "HTTP/1.1 200" is there: 2xx and 3xx are well. */
static void
health_judge(struct backend_slot *s)
{
	const struct check *c = &s->check;
	char why[64];
	int status = 0;

	if (sscanf(c->head, "HTTP/1.%*c %3d", &status) != 1)
		status = 0;
	if (!status)
		snprintf(why, sizeof(why), "what it answered is not HTTP");
	else
		snprintf(why, sizeof(why), "it answered with HTTP %d", status);
	health_end(s, status >= 200 && status < 400, why);
}

static void
health_read(struct backend_slot *s)
{
	struct check *c = &s->check;
	ssize_t n = recv(c->fd, c->head + c->len, HEALTH_LINE - c->len, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		health_broke(s, errno);
		return;
	}
	c->len += (uint32_t)n;
	c->head[c->len] = '\0';
	if (n == 0 && !c->len)
		health_end(s, false, "it closed without an answer");
	else if (n == 0 || c->len == HEALTH_LINE)
		health_judge(s);
}

static void
health_ask(struct backend_slot *s)
{
	const char *page = s->balancer->options.check;
	char text[160];
	int n = snprintf(text, sizeof(text),
	                 "GET %s HTTP/1.1\r\nHost: localhost\r\n"
	                 "User-Agent: forkshop-balancer\r\n"
	                 "Connection: close\r\n\r\n",
	                 page);

	s->check.sent = true;
	loop_change(s->balancer->loop, s->check.fd, EPOLLIN);
	if (send(s->check.fd, text, (size_t)n, MSG_NOSIGNAL) < 0)
		health_broke(s, errno);
}

static void
health_ready(void *arg, uint32_t events)
{
	struct backend_slot *s = arg;
	int code = 0;
	socklen_t len = sizeof(code);

	if (s->check.sent) {
		health_read(s);
		return;
	}
	getsockopt(s->check.fd, SOL_SOCKET, SO_ERROR, &code, &len);
	if (code)
		health_broke(s, code);
	else if (!s->balancer->options.check[0])
		health_end(s, true, "");
	else if (events & EPOLLOUT)
		health_ask(s);
}

static void
health_begin(struct backend_slot *s)
{
	int fd = health_connect(LOOPBACK_CHECK, (uint16_t)s->row->port);

	if (fd < 0) {
		backend_checked(s, false, strerror(errno));
		return;
	}
	s->check = (struct check){ .fd = fd };
	if (loop_watch(s->balancer->loop, fd, EPOLLOUT, health_ready, s, NULL) <
	    0) {
		close(fd);
		s->check.fd = -1;
	}
}

/* A check has time until the next one. */
void
health_tick(struct balancer *b)
{
	for (int i = 0; i < PAGE_BACKENDS; i++) {
		struct backend_slot *s = &b->servers[i];

		if (!s->row || s->leaving)
			continue;
		if (s->check.fd >= 0)
			health_end(s, false,
			           s->check.sent
			               ? "no answer to its health check"
			               : "it does not accept connections");
		if (s->check.fd < 0)
			health_begin(s);
	}
}

void
health_hurry(struct balancer *b)
{
	for (int i = 0; i < PAGE_BACKENDS; i++) {
		struct backend_slot *s = &b->servers[i];

		if (s->row && !s->leaving && s->check.fd < 0 &&
		    s->row->state == BACKEND_DOWN)
			health_begin(s);
	}
}
