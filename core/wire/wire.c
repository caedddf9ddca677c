/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at wire_send(): it sends at once when nothing waits, and
 * otherwise keeps order by queueing behind what does.
 */
#include "core/wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct parcel {
	struct parcel *next;
	int nfds;
	int fds[WIRE_FDS]; /* owned */
	struct msg msg;    /* cut to its size */
};

struct wire {
	int fd; /* owned */
	bool broken;
	int waiting;
	struct parcel *first, **last;
};

int
wire_pair(int fds[2], struct err *err)
{
	int flags = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

	if (socketpair(AF_UNIX, flags, 0, fds) < 0)
		return err_sys(err, "cannot make a wire between processes");
	return 0;
}

struct wire *
wire_open(int fd, struct err *err)
{
	struct wire *w = calloc(1, sizeof(*w));

	if (!w) {
		err_sys(err, "cannot make a wire");
		return NULL;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	w->fd = fd;
	w->last = &w->first;
	return w;
}

static void
wire_pop(struct wire *w)
{
	struct parcel *p = w->first;

	wire_drop_fds(p->fds, p->nfds);
	w->first = p->next;
	if (!w->first)
		w->last = &w->first;
	w->waiting--;
	free(p);
}

void
wire_close(struct wire *w)
{
	if (!w)
		return;
	while (w->first)
		wire_pop(w);
	close(w->fd);
	free(w);
}

int
wire_fd(const struct wire *w)
{
	return w->fd;
}

void
wire_drop_fds(const int *fds, int nfds)
{
	for (int i = 0; i < nfds; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* The bare calls ********************************************************/

int
wire_try_send(int fd, const struct msg *m, const int *fds, int nfds)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int) * WIRE_FDS)];
	} control;
	struct iovec iov = { (void *)(uintptr_t)m, msg_size(m) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (nfds > 0) {
		size_t len = sizeof(int) * (size_t)nfds;

		memset(&control, 0, CMSG_SPACE(len)); /* its padding travels */
		mh.msg_control = control.bytes;
		mh.msg_controllen = CMSG_SPACE(len);
		control.head.cmsg_len = CMSG_LEN(len);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.head), fds, len);
	}
	do
		n = sendmsg(fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -1 : 0;
}

static int
wire_take_fds(struct msghdr *mh, int fds[WIRE_FDS])
{
	int n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		size_t len = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		memcpy(fds + n, CMSG_DATA(c), len);
		n += (int)(len / sizeof(int));
	}
	return n;
}

int
wire_try_recv(int fd, struct msg *m, int fds[WIRE_FDS], int *nfds)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int) * WIRE_FDS)];
	} control;
	struct iovec iov = { m, sizeof(*m) };
	struct msghdr mh = { .msg_iov = &iov,
		             .msg_iovlen = 1,
		             .msg_control = control.bytes,
		             .msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	*nfds = 0;
	do
		n = recvmsg(fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0)
		return -1;
	*nfds = wire_take_fds(&mh, fds);
	msg_check(m, (size_t)n);
	return 1;
}

/* The queue *************************************************************/

static bool
wire_full(int code)
{
	return code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS ||
	       code == ETOOMANYREFS;
}

static int
wire_queue(struct wire *w, const struct msg *m, const int *fds, int nfds,
           struct err *err)
{
	size_t size = msg_size(m);
	struct parcel *p;

	if (w->waiting == WIRE_QUEUE)
		return err_set(
		    err,
		    "%d messages wait already for a process that does not "
		    "listen: is it stopped?",
		    WIRE_QUEUE);
	p = malloc(offsetof(struct parcel, msg) + size);
	if (!p)
		return err_sys(err, "cannot keep a message");
	p->next = NULL;
	for (p->nfds = 0; p->nfds < nfds; p->nfds++) {
		int fd = fcntl(fds[p->nfds], F_DUPFD_CLOEXEC, 3);

		if (fd < 0) {
			wire_drop_fds(p->fds, p->nfds);
			free(p);
			return err_sys(err, "cannot keep a message");
		}
		p->fds[p->nfds] = fd;
	}
	memcpy(&p->msg, m, size);
	*w->last = p;
	w->last = &p->next;
	w->waiting++;
	return 0;
}

int
wire_send(struct wire *w, const struct msg *m, const int *fds, int nfds,
          struct err *err)
{
	if (w->broken)
		return err_set(err, "the other process is gone");
	if (w->waiting)
		return wire_queue(w, m, fds, nfds, err);
	if (wire_try_send(w->fd, m, fds, nfds) == 0)
		return 0;
	if (wire_full(errno))
		return wire_queue(w, m, fds, nfds, err);
	w->broken = true;
	return err_sys(err, "the other process is gone");
}

bool
wire_waiting(const struct wire *w)
{
	return w->waiting > 0;
}

int
wire_flush(struct wire *w)
{
	while (w->first) {
		struct parcel *p = w->first;

		if (wire_try_send(w->fd, &p->msg, p->fds, p->nfds) < 0) {
			if (wire_full(errno))
				return 0;
			w->broken = true;
			return -1;
		}
		wire_pop(w);
	}
	return 0;
}

int
wire_recv(struct wire *w, struct msg *m, int fds[WIRE_FDS], int *nfds)
{
	return wire_try_recv(w->fd, m, fds, nfds);
}
