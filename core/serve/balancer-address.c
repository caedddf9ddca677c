/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The address that clients know.  A balancer alone binds it plainly.  Twins
 * share it: the kernel's hash of ports and addresses gives each connection to
 * one of them, as routers do with several machines behind one address
 * (equal-cost multipath).  A standby waits until its partner has ended and
 * takes it over, as VRRP does (RFC 9568); there the partner's death shows in
 * messages that do not come, here the kernel tells it (pidfd_open(2)).
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/serve/balancer.h"
#include "core/sys/clock.h"

#define ADDRESS_RETRY_NS (10 * NS_PER_MS)

static void
address_accept(void *arg, uint32_t events)
{
	(void)events;
	link_accept(arg);
}

void
address_share(struct balancer *b)
{
	b->options.twin = true;
	if (b->listener.listens)
		listener_share(&b->listener, true);
}

static void
address_say(struct balancer *b)
{
	struct msg msg = msg_make(MSG_LISTENING, b->options.name);

	msg.listening.port = (uint16_t)b->listener.port;
	snprintf(msg.listening.address, sizeof(msg.listening.address),
	         "127.0.0.1");
	balancer_say(b, &msg);
}

/* Sockets that are accepted inherit it: small pieces go at once. */
static void
address_no_delay(struct balancer *b)
{
	int one = 1;

	setsockopt(b->listener.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

/* Beside its twins where there are any; else plainly, as the first one. */
static int
address_listen(struct balancer *b, struct err *err)
{
	const struct balancer_options *o = &b->options;
	struct listener twin = { .port = o->port };

	if (o->twin && o->port &&
	    listener_join(&b->listener, &twin, o->backlog, false, err) == 0)
		return 0;
	if (listener_bind(&b->listener, o->port, err) < 0 ||
	    listener_start(&b->listener, o->backlog, false, err) < 0)
		return -1;
	if (o->twin)
		listener_share(&b->listener, true);
	return 0;
}

/* Listen, and tell.  On failure nothing is left open. */
static int
address_take(struct balancer *b, struct err *err)
{
	if (address_listen(b, err) < 0 ||
	    loop_watch(b->loop, b->listener.fd, EPOLLIN, address_accept, b,
	               err) < 0) {
		listener_close(&b->listener);
		return -1;
	}
	address_no_delay(b);
	address_say(b);
	return 0;
}

/* The partner is gone ****************************************************/

/* Its sockets may be closed a moment later; or a stranger was quicker. */
static void
address_try(void *arg)
{
	struct balancer *b = arg;
	int64_t now_ns = clock_ns();
	struct err err;

	b->retry = 0;
	if (address_take(b, &err) == 0) {
		balancer_note(b,
		              "%s is gone: its address, port %d, was taken "
		              "over in %.2f ms",
		              b->options.standby, b->listener.port,
		              (double)(clock_ns() - b->gone_ns) / NS_PER_MS);
		return;
	}
	if (!b->waits_said && now_ns - b->gone_ns > NS_PER_S) {
		b->waits_said = true;
		balancer_note(b,
		              "%s is gone, but port %d is not free: %s waits "
		              "until it is",
		              b->options.standby, b->options.port,
		              b->options.name);
	}
	b->retry = loop_timer(
	    b->loop, now_ns + ADDRESS_RETRY_NS * (b->waits_said ? 20 : 1),
	    address_try, b);
}

static void
address_gone(void *arg, uint32_t events)
{
	struct balancer *b = arg;

	(void)events;
	b->gone_ns = clock_ns();
	loop_drop(b->loop, b->standby);
	close(b->standby);
	b->standby = -1;
	address_try(b);
}

int
address_open(struct balancer *b, struct err *err)
{
	if (!b->options.standby[0])
		return address_take(b, err);
	b->standby = BALANCER_STANDBY_FD;
	if (loop_watch(b->loop, b->standby, EPOLLIN, address_gone, b, err) == 0)
		return 0;
	b->standby = -1;
	return err_set(err,
	               "nobody has passed the process of %s to stand by for: "
	               "`balance %s --standby %s` in forkshop does",
	               b->options.standby, b->options.name, b->options.standby);
}

/* Resting, and the end ***************************************************/

void
address_rest(struct balancer *b, bool rest)
{
	b->rests = rest;
	if (b->listener.listens)
		loop_change(b->loop, b->listener.fd, rest ? 0 : EPOLLIN);
}

void
address_close(struct balancer *b)
{
	loop_cancel(b->loop, b->retry);
	if (b->standby >= 0) {
		loop_drop(b->loop, b->standby);
		close(b->standby);
	}
	b->standby = -1;
	if (!b->listener.listens)
		return;
	loop_drop(b->loop, b->listener.fd);
	listener_stop(&b->listener);
	listener_close(&b->listener);
}
