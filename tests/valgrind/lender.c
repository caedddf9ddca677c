/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lender PATH: make calls for who asks at the socket PATH (lend.h), until it
 * is killed.  Prints a line when it listens.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/valgrind/lend.h"

static void
lender_serve(int sock)
{
	struct lend_answer answer = { .value = -1, .error = EINVAL };
	struct lend_call call;
	int fd;

	if (lend_recv(sock, &call, sizeof(call), &fd) < 0)
		return;
	errno = 0;
	if (call.number == SYS_pidfd_open)
		answer.value = fd = (int)syscall(SYS_pidfd_open, call.pid, 0);
	else if (call.number == SYS_pidfd_send_signal)
		answer.value =
		    syscall(SYS_pidfd_send_signal, fd, call.sig, NULL, 0);
	answer.error = errno;
	lend_send(sock, &answer, sizeof(answer),
	          call.number == SYS_pidfd_open ? fd : -1);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int door = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int sock;

	if (argc != 2 || door < 0)
		return 2;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", argv[1]);
	unlink(at.sun_path);
	if (bind(door, (void *)&at, sizeof(at)) < 0 || listen(door, 64) < 0 ||
	    chmod(at.sun_path, 0600) < 0) {
		perror(at.sun_path);
		return 1;
	}
	puts("lends");
	fflush(stdout);
	while ((sock = accept4(door, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		lender_serve(sock);
		close(sock);
	}
	return 1;
}
