/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/balanced.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/wire/loopback.h"

/* A server of the test's own: a listening socket. */
int
balanced_server(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	*port = ntohs(at.sin_port);
	return fd;
}

/* The next connection that is no health check. */
int
balanced_accept(int listener)
{
	for (;;) {
		struct pollfd p = { .fd = listener, .events = POLLIN };
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		int fd;

		ck_assert_int_eq(poll(&p, 1, stage_limit_ms()), 1);
		fd = accept4(listener, (struct sockaddr *)&from, &len,
		             SOCK_CLOEXEC);
		ck_assert_int_ge(fd, 0);
		if (from.sin_addr.s_addr != htonl(LOOPBACK_CHECK))
			return fd;
		close(fd);
	}
}

/* A port where nobody listens. */
int
balanced_dead_port(void)
{
	int port, fd = balanced_server(&port);

	close(fd);
	return port;
}

struct cluster *
balanced_open(const char *more, const char *fmt, ...)
{
	char to[256];
	const char *args[] = { "--port",  "0",       "--to", to,
		               "--check", "connect", more,   NULL };
	struct cluster *c;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(to, sizeof(to), fmt, ap);
	va_end(ap);
	c = cluster_start(args, NULL);
	c->port = cluster_expect(c, MSG_LISTENING, 0)->listening.port;
	c->stage.port = c->port;
	return c;
}

void
balanced_say(int fd, const char *text)
{
	ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL),
	                 (int)strlen(text));
}

/* Wait for exactly this text. */
void
balanced_hear(int fd, const char *text)
{
	char got[256] = "";
	size_t len = 0;

	while (len < strlen(text)) {
		ssize_t n;

		ck_assert_msg(cluster_readable(fd, stage_limit_ms()),
		              "heard only \"%s\" of \"%s\"", got, text);
		n = recv(fd, got + len, strlen(text) - len, 0);
		ck_assert_msg(n > 0, "heard only \"%s\" of \"%s\"", got, text);
		len += (size_t)n;
	}
	ck_assert_str_eq(got, text);
}

/* Wait for the end: 0 of the file, else the error. */
int
balanced_hear_end(int fd)
{
	char byte;
	ssize_t n;

	ck_assert(cluster_readable(fd, stage_limit_ms()));
	n = recv(fd, &byte, 1, 0);
	ck_assert_msg(n <= 0, "heard '%c' instead of the end", byte);
	return n == 0 ? 0 : errno;
}

const struct backend *
balanced_backend(struct cluster *c, const char *name)
{
	for (int i = 0; i < PAGE_BACKENDS; i++)
		if (c->page->backend[i].state != BACKEND_NONE &&
		    strcmp(c->page->backend[i].name, name) == 0)
			return &c->page->backend[i];
	ck_abort_msg("there is no server %s", name);
	return NULL;
}

int64_t
balanced_resident_kb(struct cluster *c)
{
	return atoll(
	    stage_outside(&c->stage, "ps -o rss= -p %d", (int)c->pids[0]));
}
