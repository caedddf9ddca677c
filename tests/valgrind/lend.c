/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/valgrind/lend.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

union lend_room {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int
lend_send(int sock, const void *data, unsigned long size, int fd)
{
	union lend_room room = { { 0 } };
	struct iovec iov = { (void *)data, size };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		m.msg_control = &room;
		m.msg_controllen = sizeof(room);
		*CMSG_FIRSTHDR(&m) =
		    (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
			              .cmsg_level = SOL_SOCKET,
			              .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), &fd, sizeof(int));
	}
	return sendmsg(sock, &m, MSG_NOSIGNAL) == (long)size ? 0 : -1;
}

int
lend_recv(int sock, void *data, unsigned long size, int *fd)
{
	union lend_room room = { { 0 } };
	struct iovec iov = { data, size };
	struct msghdr m = { .msg_iov = &iov,
		            .msg_iovlen = 1,
		            .msg_control = &room,
		            .msg_controllen = sizeof(room) };

	*fd = -1;
	if (recvmsg(sock, &m, MSG_CMSG_CLOEXEC) != (long)size)
		return -1;
	if (CMSG_FIRSTHDR(&m))
		memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(int));
	return 0;
}
