/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker that accepts by itself, from a listening socket that the master
 * has lent it: its own, or one that all workers hold.
 *
 * The socket is watched plainly, level-triggered: of several workers that
 * sleep the kernel wakes all for each connection, whoever calls accept(2)
 * first gets it, and the others wake in vain and get EAGAIN (epoll(7),
 * "thundering herd").  Nobody deals anything: that is what shows in the
 * uneven split (misconception M22), and that a stopped worker costs nothing.
 * EPOLLEXCLUSIVE would wake one only, but always the one that came to sleep
 * last, so that two of four workers never get anything; it is not the even
 * split that is wanted of it.
 *
 * A worker that is busy goes on watching, though it accepts nothing: when
 * somebody waits there for longer than another worker would need to take it,
 * connections that are only kept alive make room, as they do when the master
 * says that somebody waits.
 *
 * Between accept(2) and the model there is no hand-off, and so no stage of
 * one: `slow` and `freeze` act on serving and reply.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/serve/listener.h"
#include "core/serve/model.h"
#include "core/sys/clock.h"

#define WORKER_ACCEPT_RETRY_NS (100 * NS_PER_MS)
#define WORKER_ACCEPT_LOOK_NS  (10 * NS_PER_MS)

void
worker_accept_check(struct worker *w)
{
	struct worker_accept *a = &w->accept;
	bool rests = a->rest || a->look || (w->busy && a->asked);

	if (!w->busy)
		a->asked = false;
	if (a->fd >= 0)
		loop_change(w->loop, a->fd, rests ? 0 : EPOLLIN);
}

/* Making room ***********************************************************/

static void
worker_accept_looked(void *arg)
{
	struct worker *w = arg;
	struct pollfd p = { .fd = w->accept.fd, .events = POLLIN };

	w->accept.look = 0;
	if (w->busy && poll(&p, 1, 0) > 0) {
		w->accept.asked = true;
		worker_yield(w);
	}
	worker_accept_check(w);
}

static void
worker_accept_look(struct worker *w)
{
	w->accept.look = loop_timer(w->loop, clock_ns() + WORKER_ACCEPT_LOOK_NS,
	                            worker_accept_looked, w);
	worker_accept_check(w);
}

/* Connections *************************************************************/

static void worker_accept_rested(void *arg);

static void
worker_accept_rest(struct worker *w, int64_t for_ns)
{
	if (!w->accept.rest)
		w->accept.rest = loop_timer(w->loop, clock_ns() + for_ns,
		                            worker_accept_rested, w);
	worker_accept_check(w);
}

/* To the model; what it has no room for is held until it has. */
static void
worker_accept_offer(struct worker *w, int fd, const struct msg_handoff *as)
{
	if (worker_offer(w, fd, as) != TAKEN_NOT)
		return;
	w->accept.held = fd;
	w->accept.held_as = *as;
	worker_accept_rest(w, WORKER_ACCEPT_RETRY_NS);
}

static void
worker_accept_rested(void *arg)
{
	struct worker *w = arg;
	int held = w->accept.held;

	w->accept.rest = 0;
	w->accept.held = -1;
	if (held >= 0) {
		w->busy = false; /* it may have been for want of a process */
		worker_accept_offer(w, held, &w->accept.held_as);
	}
	worker_accept_check(w);
}

static void
worker_accept_report(const struct worker *w, const struct msg_handoff *as)
{
	struct report r = report_make(&w->reporter, REPORT_ACCEPTED);

	if (as->check)
		return;
	r.port = as->port;
	r.connection = as->connection;
	r.uid = as->uid;
	report_text(&r, as->why);
	report_send(&w->reporter, &r);
}

static void
worker_accept_failed(struct worker *w)
{
	if (listener_short(errno))
		worker_accept_rest(w, LISTENER_REST_NS);
	else if (errno == EINVAL) /* the master has shut it down */
		worker_accept_open(w, -1, NULL);
}

/* One in a turn, so that the others have a chance, and so has the channel. */
static void
worker_accept_ready(void *arg, uint32_t events)
{
	struct worker *w = arg;
	struct msg_handoff as = { .uid = (uint32_t)-1,
		                  .accepted = HANDOFF_TAKEN };
	struct listener_client client;
	int fd;

	(void)events;
	if (atomic_load(&w->reporter.page->lending) != w->accept.lending) {
		worker_accept_open(w, -1, NULL); /* the next one is coming */
		return;
	}
	if (w->busy) {
		worker_accept_look(w);
		return;
	}
	fd = listener_accept(w->accept.fd, &client);
	if (fd < 0) {
		worker_accept_failed(w);
		return;
	}
	as.connection = page_connection(w->reporter.page);
	as.port = client.port;
	as.check = client.check;
	memcpy(as.why, w->accept.why, sizeof(as.why));
	if (w->settings.ask_uid)
		as.uid =
		    listener_ask_uid(&w->accept.diag, as.port, w->accept.port);
	worker_accept_report(w, &as);
	worker_accept_offer(w, fd, &as);
}

/* The socket **************************************************************/

static void
worker_accept_drop(struct worker_accept *a, struct loop *loop)
{
	if (a->fd < 0)
		return;
	loop_drop(loop, a->fd);
	close(a->fd);
	a->fd = -1;
}

void
worker_accept_open(struct worker *w, int fd, const struct msg_handoff *how)
{
	struct worker_accept *a = &w->accept;
	struct sockaddr_in at = { .sin_port = 0 };
	socklen_t len = sizeof(at);

	worker_accept_drop(a, w->loop);
	if (fd < 0)
		return;
	if (w->leaving ||
	    loop_watch(w->loop, fd, 0, worker_accept_ready, w, NULL) < 0) {
		close(fd);
		return;
	}
	a->fd = fd;
	a->asked = false;
	worker_accept_check(w);
	getsockname(fd, (struct sockaddr *)&at, &len);
	a->port = ntohs(at.sin_port);
	a->lending = (uint32_t)how->connection;
	memcpy(a->why, how->why, sizeof(a->why));
}

/* What is held has one more chance, then its client gets an end of file. */
void
worker_accept_close(struct worker *w)
{
	struct worker_accept *a = &w->accept;

	worker_accept_drop(a, w->loop);
	loop_cancel(w->loop, a->rest);
	if (a->rest)
		worker_accept_rested(w);
	loop_cancel(w->loop, a->rest);
	loop_cancel(w->loop, a->look);
	a->rest = a->look = 0;
	if (a->held >= 0)
		close(a->held);
	if (a->diag >= 0)
		close(a->diag);
	a->held = a->diag = -1;
}
