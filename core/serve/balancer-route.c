/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection on its way.  A server that refuses, or hangs up before
 * anything went to it, costs the client nothing: another one is tried.  As
 * soon as one byte went to a server that is too late, because nobody knows
 * what it has done with it.  Where all have refused it waits a little: a
 * server that is restarted, or whose last worker died, is back in a moment
 * (haproxy: `retries 3`, a second apart).
 *
 * Start reading at route_begin().
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/serve/balancer.h"
#include "core/sys/clock.h"
#include "core/wire/loopback.h"

static void route_server_ready(void *arg, uint32_t events);
static bool route_look_again(struct balancer *);

/* What is waited for ******************************************************/

static uint32_t
route_wanted(const struct flow *in, const struct flow *out)
{
	return (!in->ended && !in->len ? EPOLLIN : 0U) |
	       (flow_waits(out) ? EPOLLOUT : 0U);
}

static void
route_watch(struct link *l, int fd, uint32_t *events, uint32_t wanted)
{
	if (*events != wanted)
		loop_change(l->balancer->loop, fd, wanted);
	*events = wanted;
}

/* Each step ends here: over, or what to wait for next. */
static void
route_rest(struct link *l)
{
	if (flow_over(&l->up) && flow_over(&l->down)) {
		link_end(l, false);
		return;
	}
	route_watch(l, l->client_fd, &l->client_events,
	            route_wanted(&l->up, &l->down));
	route_watch(l, l->server_fd, &l->server_events,
	            route_wanted(&l->down, &l->up));
}

/* To a server *************************************************************/

/* Nobody can take it.  Said once, until there is somebody again. */
static void
route_give_up(struct link *l, const char *why)
{
	struct balancer *b = l->balancer;

	if (!b->none_said)
		balancer_note(b, "connection %llu is closed: %s",
		              (unsigned long long)l->number, why);
	b->none_said = true;
	link_end(l, true);
}

static void
route_report(struct link *l)
{
	struct balancer *b = l->balancer;
	struct sockaddr_in at = { .sin_port = 0 };
	socklen_t len = sizeof(at);

	if (b->wake < 0 || l->check)
		return;
	getsockname(l->server_fd, (struct sockaddr *)&at, &len);
	balancer_report(b, l, REPORT_ROUTED, ntohs(at.sin_port),
	                l->server->row->name);
}

/* Returns 0, or -1 with errno. */
static int
route_connect(struct link *l, struct backend_slot *s)
{
	struct loop *loop = l->balancer->loop;
	int one = 1;
	uint32_t from = l->check      ? LOOPBACK_CHECK
	                : l->stranger ? LOOPBACK_STRANGER
	                              : 0;
	int fd = health_connect(from, (uint16_t)s->row->port);

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	l->server_events = route_wanted(&l->down, &l->up);
	if (loop_watch(loop, fd, l->server_events, route_server_ready, l,
	               NULL) < 0) {
		close(fd);
		errno = ENOMEM;
		return -1;
	}
	l->server_fd = fd;
	l->server = s;
	l->state = LINK_CONNECTING;
	l->waits = false;
	l->up.held = true;
	backend_taken(s, l);
	route_report(l);
	return 0;
}

static void
route_refused(struct link *l, struct backend_slot *s, int code)
{
	char why[96];

	l->tried |= 1U << (s - l->balancer->servers);
	snprintf(why, sizeof(why), "it takes no connections: %s",
	         strerror(code));
	if (code == ECONNREFUSED)
		snprintf(why, sizeof(why),
		         "connection refused: nothing listens on port %u",
		         s->row->port);
	if (code == ECONNREFUSED || code == ETIMEDOUT)
		backend_refused(s, why);
}

/* Waiting for a server ****************************************************/

/* Its patience ends, or that of all: then it tries for the last time. */
static bool
route_may_wait(const struct link *l)
{
	const struct balancer *b = l->balancer;
	int64_t now_ns = clock_ns();

	return now_ns - l->waits_ns < BALANCER_PATIENCE_NS &&
	       backend_may_return(b, now_ns);
}

static void
route_again(void *arg)
{
	struct balancer *b = arg;
	struct link *l = b->oldest, *newer;
	bool up = backend_any_up(b);

	b->again = 0;
	health_hurry(b);
	for (; l; l = newer) {
		newer = l->newer;
		if (l->waits && (up || !route_may_wait(l)))
			route_begin(l);
		else if (l->waits)
			route_look_again(b);
	}
	if (!b->again)
		b->wait_said = false;
}

/* Returns false when there is no timer for it. */
static bool
route_look_again(struct balancer *b)
{
	if (!b->again)
		b->again = loop_timer(b->loop, clock_ns() + BALANCER_AGAIN_NS,
		                      route_again, b);
	return b->again != 0;
}

/* All have refused it.  Returns false when it is not to wait (any more). */
static bool
route_wait(struct link *l)
{
	struct balancer *b = l->balancer;

	if (!l->waits_ns)
		l->waits_ns = clock_ns();
	if (l->check || !route_may_wait(l) || !route_look_again(b))
		return false;
	if (!b->wait_said)
		balancer_note(b,
		              "connection %llu waits: no server takes it now, "
		              "one that is just gone may be back",
		              (unsigned long long)l->number);
	b->wait_said = true;
	l->waits = true;
	l->state = LINK_WAITING;
	l->tried = 0;
	route_watch(l, l->client_fd, &l->client_events, 0);
	return true;
}

/* Through the stage: choose until one can be connected to. */
void
route_begin(void *arg)
{
	struct link *l = arg;
	struct backend_slot *s;
	char why[96];

	while ((s = backend_choose(l->balancer, l, why, sizeof(why)))) {
		if (route_connect(l, s) == 0) {
			route_rest(l);
			return;
		}
		if (link_is_ours(errno)) {
			route_give_up(l, strerror(errno));
			return;
		}
		route_refused(l, s, errno);
	}
	if (!route_wait(l))
		route_give_up(l, why);
}

/* This server does not have it; nothing is lost, so try another. */
void
route_another(struct link *l, int code)
{
	struct backend_slot *s = l->server;

	link_close(l, &l->server_fd, false);
	l->server = NULL;
	route_refused(l, s, code);
	backend_untaken(s, l);
	l->down = (struct flow){ .rest = NULL };
	route_begin(l);
}

/* Bytes *******************************************************************/

/* The server's side broke, with `code`. */
static void
route_server_broke(struct link *l, int code)
{
	l->left = l->up.ended && !l->asked;
	if (!l->asked && !l->answered && !l->left)
		route_another(l, code);
	else
		link_end(l, !l->left);
}

/* The error that waits on a socket, or `other`. */
static int
route_error(int fd, int other)
{
	int code = 0;
	socklen_t len = sizeof(code);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len);
	return code ? code : other;
}

/* That is no failure of ours. */
static void
route_client_broke(struct link *l)
{
	l->left = true;
	link_end(l, true);
}

/* Its server is really there: now the end of the file can be passed on. */
static void
route_opened(struct link *l)
{
	l->state = LINK_OPEN;
	l->up.held = false;
}

/* What came of passing bytes on towards the server. */
static void
route_went_up(struct link *l, enum flow_result result, uint64_t moved, int code)
{
	if (moved) {
		l->asked = true;
		route_opened(l);
	}
	if (result == FLOW_TO_BROKE)
		route_server_broke(l, code);
	else if (result == FLOW_FROM_BROKE)
		route_client_broke(l);
	else
		route_rest(l);
}

static void
route_went_down(struct link *l, enum flow_result result, uint64_t moved,
                int code)
{
	if (moved) {
		l->answered = true;
		route_opened(l);
	}
	if (result == FLOW_FROM_BROKE)
		route_server_broke(l, code);
	else if (result == FLOW_TO_BROKE)
		route_client_broke(l);
	else
		route_rest(l);
}

void
route_client_ready(void *arg, uint32_t events)
{
	struct link *l = arg;
	enum flow_result result;
	uint64_t moved = 0;

	if (events & EPOLLOUT && flow_waits(&l->down)) {
		link_touch(l);
		result = flow_push(&l->down, l->client_fd, &moved);
		route_went_down(l, result, moved, errno);
		return; /* what there is to read is told again */
	}
	if (l->state == LINK_WAITING || l->up.ended || l->up.len) {
		if (events & (EPOLLHUP | EPOLLERR))
			route_client_broke(l);
		return;
	}
	link_touch(l);
	result = flow_pull(&l->up, l->client_fd, l->server_fd, &moved);
	l->last_up = true;
	route_went_up(l, result, moved, errno);
}

/* Did it hang up before anything went to it? */
static bool
route_silent_end(const struct link *l)
{
	char byte;

	return !l->asked && !l->answered && !l->up.ended &&
	       recv(l->server_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
route_server_ready(void *arg, uint32_t events)
{
	struct link *l = arg;
	enum flow_result result;
	uint64_t moved = 0;

	if (events & (EPOLLERR | EPOLLHUP) && !l->asked && !l->answered) {
		route_server_broke(l, route_error(l->server_fd, ECONNRESET));
		return;
	}
	if (events & EPOLLOUT && flow_waits(&l->up)) {
		link_touch(l);
		route_opened(l);
		result = flow_push(&l->up, l->server_fd, &moved);
		route_went_up(l, result, moved, errno);
		return;
	}
	if (l->down.ended || l->down.len) {
		if (events & (EPOLLHUP | EPOLLERR))
			link_end(l, true);
		return;
	}
	if (route_silent_end(l)) {
		route_server_broke(l, ECONNRESET);
		return;
	}
	link_touch(l);
	result = flow_pull(&l->down, l->server_fd, l->client_fd, &moved);
	l->last_up = false;
	route_went_down(l, result, moved, errno);
}
