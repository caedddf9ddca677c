/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection through the balancer, from its begin to its end:
 *
 *	accept -stage-> choose a server, connect -> bytes both ways -> end
 *
 * What is between is in balancer-route.c.  Start reading at link_accept().
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/serve/balancer.h"
#include "core/sys/clock.h"

/* Half of those that are not for connections: checks, wire, listener. */
#define LINK_OTHER_FDS (PAGE_BACKENDS / 2 + 8)

/* The list by age *********************************************************/

static void
link_unlist(struct link *l)
{
	struct balancer *b = l->balancer;

	*(l->older ? &l->older->newer : &b->oldest) = l->newer;
	*(l->newer ? &l->newer->older : &b->newest) = l->older;
	l->older = l->newer = NULL;
}

static void
link_list(struct link *l)
{
	struct balancer *b = l->balancer;

	l->older = b->newest;
	*(l->older ? &l->older->newer : &b->oldest) = l;
	b->newest = l;
	l->active_ns = clock_ns();
}

void
link_touch(struct link *l)
{
	link_unlist(l);
	link_list(l);
}

/*
 * As many as there are descriptors for: who is accepted must not be sent away
 * for want of a second one.  The others wait in the kernel.
 */
static int
link_room(void)
{
	struct rlimit limit;
	rlim_t room;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return BALANCER_LINKS;
	if (limit.rlim_cur / 2 <= LINK_OTHER_FDS)
		return 1;
	room = limit.rlim_cur / 2 - LINK_OTHER_FDS;
	return room < BALANCER_LINKS ? (int)room : BALANCER_LINKS;
}

int
link_init(struct balancer *b, struct err *err)
{
	b->links = calloc(BALANCER_LINKS, sizeof(*b->links));
	if (!b->links)
		return err_sys(err, "no memory for connections");
	for (int i = link_room() - 1; i >= 0; i--) {
		b->links[i].balancer = b;
		b->links[i].older = b->spares;
		b->spares = &b->links[i];
	}
	return 0;
}

bool
link_is_ours(int code)
{
	return listener_short(code) || code == EADDRNOTAVAIL;
}

/* The end *****************************************************************/

static void
link_bump(_Atomic uint64_t *counter)
{
	atomic_store_explicit(
	    counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
	    memory_order_release);
}

/* A reset tells the other end that this is not the whole. */
void
link_close(struct link *l, int *fd, bool broke)
{
	struct linger now = { 1, 0 };

	if (*fd < 0)
		return;
	loop_drop(l->balancer->loop, *fd);
	if (broke)
		setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(*fd);
	*fd = -1;
}

static void
link_count_end(struct link *l, bool broke)
{
	struct balancer *b = l->balancer;

	b->open--;
	if (l->check)
		return;
	link_bump(&b->row->answered);
	if (broke && !l->left)
		link_bump(&b->row->failed);
	link_bump(&b->row->done);
	atomic_store(&b->row->open, (uint32_t)b->open);
	balancer_report(b, l, REPORT_CLOSED, l->port, "");
}

void
link_end(struct link *l, bool broke)
{
	struct balancer *b = l->balancer;

	stage_cancel(&b->gate, &l->stage);
	link_count_end(l, broke);
	link_close(l, &l->client_fd, broke);
	link_close(l, &l->server_fd, broke);
	flow_drop(&l->up);
	flow_drop(&l->down);
	if (l->server)
		backend_left(l->server, l, broke);
	link_unlist(l);
	l->server = NULL;
	l->state = LINK_FREE;
	l->older = b->spares;
	b->spares = l;
	if (b->rests)
		address_rest(b, false);
}

void
link_end_all(struct balancer *b)
{
	while (b->oldest)
		link_end(b->oldest, true);
}

/* The begin ***************************************************************/

/*
 * A server of ours lets only its own user do harm, and asks the kernel who
 * is at the other end: that is us, so we ask in its place (DESIGN 6).
 */
static bool
link_stranger(struct balancer *b, uint16_t port)
{
	return listener_ask_uid(&b->diag, port, (uint16_t)b->listener.port) !=
	       getuid();
}

static void
link_count_begin(struct link *l)
{
	struct balancer *b = l->balancer;

	b->open++;
	if (l->check)
		return;
	link_bump(&b->row->started);
	link_bump(&b->row->accepted);
	atomic_store(&b->row->open, (uint32_t)b->open);
	atomic_store(&b->row->last_ns, l->active_ns);
	balancer_report(b, l, REPORT_ACCEPTED, l->port, "");
}

static void
link_begin(struct balancer *b, struct link *l, int fd,
           const struct listener_client *client)
{
	bool passes;

	*l = (struct link){ .balancer = b,
		            .state = LINK_WAITING,
		            .number = ++b->last_link,
		            .port = client->port,
		            .check = client->check,
		            .client_fd = fd,
		            .server_fd = -1 };
	l->stranger = !l->check && link_stranger(b, l->port);
	link_list(l);
	link_count_begin(l);
	passes = l->check || stage_pass(&b->gate, &l->stage, route_begin, l);
	l->client_events = passes ? EPOLLIN : 0;
	if (loop_watch(b->loop, fd, l->client_events, route_client_ready, l,
	               NULL) < 0)
		link_end(l, true);
	else if (passes)
		route_begin(l);
}

bool
link_accept(struct balancer *b)
{
	struct link *l = b->spares;
	struct listener_client client;
	int fd = -1;

	if (l)
		fd = listener_accept(b->listener.fd, &client);
	if (!l || (fd < 0 && link_is_ours(errno)))
		address_rest(b, true);
	if (fd < 0)
		return false;
	b->spares = l->older;
	link_begin(b, l, fd, &client);
	return true;
}

/* Time ********************************************************************/

/* It has taken no connection for so long that it will not. */
static bool
link_cannot_connect(const struct link *l)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	return l->state == LINK_CONNECTING &&
	       l->balancer->now_ns - l->active_ns >= BALANCER_CONNECT_NS &&
	       getsockopt(l->server_fd, IPPROTO_TCP, TCP_INFO, &info, &len) ==
	           0 &&
	       info.tcpi_state == TCP_SYN_SENT;
}

/* Nothing more is to be expected of it, as far as we can see. */
static bool
link_idle(const struct link *l)
{
	return !l->last_up && !l->up.len && !l->down.len;
}

static void
link_look(struct link *l)
{
	const struct balancer *b = l->balancer;
	int64_t silent_ns = b->now_ns - l->active_ns;

	if (l->state == LINK_WAITING)
		return;
	if (link_cannot_connect(l))
		route_another(l, ETIMEDOUT);
	else if (silent_ns >= b->options.timeout_s * NS_PER_S)
		link_end(l, true);
	else if (b->stopping && silent_ns >= NS_PER_S && link_idle(l))
		link_end(l, false);
}

void
link_tick(struct balancer *b)
{
	struct link *l = b->oldest, *newer;

	for (; l && b->now_ns - l->active_ns >= NS_PER_S; l = newer) {
		newer = l->newer;
		link_look(l);
	}
}
