/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/little.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct little little;

static void
little_reset(int fd)
{
	struct linger now = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void
little_say(int fd, const char *text)
{
	ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL),
	                 (ssize_t)strlen(text));
}

static void
little_say_big(int fd)
{
	static char block[100 * 1024];

	memset(block, 'x', sizeof(block) - 1);
	little_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 102399\r\n\r\n");
	little_say(fd, block);
}

/* Answer one request.  Returns false when the connection is to be closed. */
static bool
little_answer(int fd, const char *request)
{
	int n = ++little.requests;
	char text[256];

	if (strstr(request, "GET /close") ||
	    (strstr(request, "GET /once") && n == 1))
		return false;
	if (strstr(request, "GET /reset")) {
		little_reset(fd);
		return false;
	}
	if (strstr(request, "GET /hang")) {
		little.hanging++;
		return true;
	}
	if (strstr(request, "GET /garbage")) {
		little_say(fd, "SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n");
		return false;
	}
	if (strstr(request, "GET /cut")) {
		little_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
		return false;
	}
	if (strstr(request, "GET /big")) {
		little_say_big(fd);
		return true;
	}
	snprintf(text, sizeof(text),
	         "HTTP/1.1 %s\r\nX-Worker: w%d\r\nX-Pid: %d\r\n"
	         "Content-Length: 6\r\n\r\nhello\n",
	         strstr(request, "GET /503") ? "503 No" : "200 OK",
	         (n - 1) % 2 + 1, 9000 + n);
	little_say(fd, text);
	return true;
}

static void
little_accept(void)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	int fd = accept(little.fd, (struct sockaddr *)&peer, &len);

	ck_assert_int_lt(little.npolls, LITTLE_CONNECTIONS + 2);
	little.last_peer = ntohs(peer.sin_port);
	little.accepted++;
	little.polls[little.npolls++] = (struct pollfd){ fd, POLLIN, 0 };
}

static void
little_serve(int i)
{
	int fd = little.polls[i].fd;
	char request[4096];
	ssize_t n = recv(fd, request, sizeof(request) - 1, 0);

	request[n > 0 ? n : 0] = '\0';
	if (n > 0 && little_answer(fd, request))
		return;
	close(fd);
	little.polls[i] = little.polls[--little.npolls];
}

static void *
little_run(void *arg)
{
	little.polls[0] = (struct pollfd){ little.quit[0], POLLIN, 0 };
	little.polls[1] = (struct pollfd){ little.fd, POLLIN, 0 };
	little.npolls = 2;
	while (poll(little.polls, (nfds_t)little.npolls, -1) >= 0 &&
	       !little.polls[0].revents) {
		for (int i = little.npolls - 1; i >= 2; i--)
			if (little.polls[i].revents)
				little_serve(i);
		if (little.polls[1].revents)
			little_accept();
	}
	for (int i = 2; i < little.npolls; i++)
		close(little.polls[i].fd);
	return arg;
}

void
little_open(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	sigset_t all;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	little.fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(little.fd, (struct sockaddr *)&a, len), 0);
	ck_assert_int_eq(listen(little.fd, 64), 0);
	getsockname(little.fd, (struct sockaddr *)&a, &len);
	little.port = ntohs(a.sin_port);
	ck_assert_int_eq(pipe(little.quit), 0);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	pthread_create(&little.thread, NULL, little_run, NULL);
}

void
little_close(void)
{
	ck_assert_int_eq(write(little.quit[1], "", 1), 1);
	pthread_join(little.thread, NULL);
	close(little.fd);
	close(little.quit[0]);
	close(little.quit[1]);
}
