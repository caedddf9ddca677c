/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One direction of a connection.  What was read goes out at once; only what
 * the receiver's socket does not take is kept, and then nothing more is read:
 * so a receiver that stops reading stops its sender, and each connection
 * holds BALANCER_BUFFER bytes in each direction at the most.
 *
 * Through splice(2) the bytes would not be copied, but each direction would
 * need a pipe, and an answer of a few hundred bytes one system call more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/serve/balancer.h"

/* The end of the file goes on, too, when all before it has gone. */
static void
flow_close(struct flow *f, int to)
{
	if (!f->ended || f->closed || f->held || f->len)
		return;
	f->closed = true;
	shutdown(to, SHUT_WR);
}

void
flow_drop(struct flow *f)
{
	free(f->rest);
	*f = (struct flow){ .rest = NULL };
}

bool
flow_waits(const struct flow *f)
{
	return f->len || (f->ended && !f->closed);
}

bool
flow_over(const struct flow *f)
{
	return f->closed;
}

static bool
flow_later(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* Send as much as goes; returns how many bytes, or -1. */
static ssize_t
flow_send(int to, const unsigned char *bytes, size_t n)
{
	ssize_t sent = send(to, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);

	return sent < 0 && flow_later() ? 0 : sent;
}

enum flow_result
flow_push(struct flow *f, int to, uint64_t *moved)
{
	ssize_t n;

	if (f->len) {
		n = flow_send(to, f->rest + f->at, f->len);
		if (n < 0)
			return FLOW_TO_BROKE;
		f->at += (uint32_t)n;
		f->len -= (uint32_t)n;
		*moved += (uint64_t)n;
	}
	if (f->len == 0 && f->rest) {
		free(f->rest);
		f->rest = NULL;
	}
	flow_close(f, to);
	return FLOW_FINE;
}

/* Returns false when there is no memory. */
static bool
flow_keep(struct flow *f, const unsigned char *bytes, size_t n)
{
	if (!f->rest)
		f->rest = malloc(BALANCER_BUFFER);
	if (!f->rest)
		return false;
	memcpy(f->rest, bytes, n);
	f->at = 0;
	f->len = (uint32_t)n;
	return true;
}

/* What cannot be sent because the receiver is broken is kept, too. */
enum flow_result
flow_pull(struct flow *f, int from, int to, uint64_t *moved)
{
	static unsigned char bytes[BALANCER_BUFFER];
	ssize_t n = recv(from, bytes, sizeof(bytes), MSG_DONTWAIT), sent;

	if (n < 0)
		return flow_later() ? FLOW_FINE : FLOW_FROM_BROKE;
	if (n == 0) {
		f->ended = true;
		flow_close(f, to);
		return FLOW_FINE;
	}
	sent = flow_send(to, bytes, (size_t)n);
	if (sent > 0)
		*moved += (uint64_t)sent;
	if (sent < n && !flow_keep(f, bytes + (sent > 0 ? sent : 0),
	                           (size_t)(n - (sent > 0 ? sent : 0))))
		return FLOW_TO_BROKE;
	return sent < 0 ? FLOW_TO_BROKE : FLOW_FINE;
}
