/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * borrow - syscall(2) for programs under valgrind: two calls go to the lender
 * (lend.h), all others to the kernel.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/valgrind/lend.h"

static int
borrow_connect(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const char *path = getenv(LEND_SOCKET);
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path ? path : "");
	if (sock >= 0 && connect(sock, (void *)&at, sizeof(at)) == 0)
		return sock;
	if (sock >= 0)
		close(sock);
	return -1;
}

static long
borrow(const struct lend_call *call, int fd)
{
	struct lend_answer answer = { .value = -1, .error = ENOSYS };
	int sock = borrow_connect(), got = -1;

	if (sock < 0 || lend_send(sock, call, sizeof(*call), fd) < 0 ||
	    lend_recv(sock, &answer, sizeof(answer), &got) < 0)
		answer.value = -1;
	if (sock >= 0)
		close(sock);
	if (answer.value < 0)
		errno = answer.error;
	return got >= 0 ? got : answer.value;
}

/* Six words, whatever the call: the kernel looks at those that it needs. */
long
syscall(long number, ...)
{
	static long (*next)(long, ...);
	long a[6];
	va_list args;

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_pidfd_open)
		return borrow(
		    &(struct lend_call){ .number = number, .pid = (int)a[0] },
		    -1);
	if (number == SYS_pidfd_send_signal)
		return borrow(
		    &(struct lend_call){ .number = number, .sig = (int)a[1] },
		    (int)a[0]);
	if (!next)
		next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
