/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The listening sockets: they open when the first worker listens, close when
 * the last one has left, and rest while too many connections wait or the
 * descriptors are used up.
 */
#include <errno.h>
#include <time.h>

#include "core/serve/master.h"
#include "core/serve/policy.h"
#include "core/sys/clock.h"

/* A millisecond each: as long as a process waits for a processor. */
#define ACCEPT_LAST_LOOKS 100
#define ACCEPT_AT_ONCE    16

static void accept_public(void *arg, uint32_t events);
static void accept_private(void *arg, uint32_t events);

/* Listening ***************************************************************/

void
accept_set_rest(struct master *m)
{
	uint32_t events = m->rest || m->full ? 0 : EPOLLIN;
	bool ours = m->settings.policy->accepts == ACCEPTS_MASTER;

	if (!m->public.listens)
		return;
	loop_change(m->loop, m->public.fd, ours ? events : 0);
	loop_change(m->loop, m->private.fd, events);
}

static int
accept_open_private(struct master *m, struct err *err)
{
	if (listener_bind(&m->private, 0, err) < 0 ||
	    listener_start(&m->private, m->settings.backlog, false, err) < 0)
		return -1;
	return loop_watch(m->loop, m->private.fd, EPOLLIN, accept_private, m,
	                  err);
}

int
accept_start(struct master *m, struct err *err)
{
	if (m->public.listens || m->stopping)
		return 0;
	if (listener_start(&m->public, m->settings.backlog,
	                   m->settings.defer_accept, err) < 0)
		return -1;
	if (loop_watch(m->loop, m->public.fd, 0, accept_public, m, err) < 0)
		return -1;
	if (accept_open_private(m, err) < 0)
		return -1;
	accept_set_rest(m);
	say_listening(m, 0);
	return 0;
}

void
accept_stop(struct master *m)
{
	if (!m->public.listens)
		return;
	share_close(m);
	loop_drop(m->loop, m->public.fd);
	loop_drop(m->loop, m->private.fd);
	accept_last(m, &m->public);
	listener_stop(&m->public);
	listener_stop(&m->private);
	listener_close(&m->private);
	loop_cancel(m->loop, m->rest);
	m->rest = 0;
}

static void
accept_rested(void *arg)
{
	struct master *m = arg;

	m->rest = 0;
	accept_set_rest(m);
}

void
accept_check_full(struct master *m)
{
	bool full = m->waiting >= MASTER_QUEUE;

	if (full == m->full)
		return;
	m->full = full;
	accept_set_rest(m);
}

/* A failed accept is skipped (N23); without descriptors we rest. */
static void
accept_failed(struct master *m)
{
	if (!listener_short(errno))
		return;
	m->rest = loop_timer(m->loop, clock_ns() + LISTENER_REST_NS,
	                     accept_rested, m);
	accept_set_rest(m);
}

void
accept_defer(struct master *m)
{
	bool defer = m->settings.defer_accept;

	if (m->public.listens)
		listener_defer(&m->public, defer);
	for (int i = 0; i < SETTINGS_WORKERS; i++)
		if (m->own[i].listens)
			listener_defer(&m->own[i], defer);
}

/* Connections *************************************************************/

/* Returns false when there is none. */
static bool
accept_one(struct master *m, const struct listener *l)
{
	struct arrival *a = m->spares;
	struct listener_client client;
	int fd;

	if (!a)
		return false;
	fd = listener_accept(l->fd, &client);
	if (fd < 0) {
		accept_failed(m);
		return false;
	}
	m->spares = a->next;
	a->master = m;
	a->fd = fd;
	a->number = page_connection(m->page);
	a->port = client.port;
	a->check = client.check;
	a->aim_id = a->aim_thread = a->back_from = 0;
	a->uid = (uint32_t)-1;
	if (m->settings.ask_uid)
		a->uid = listener_ask_uid(&m->diag, a->port, (uint16_t)l->port);
	if (l == &m->private)
		a->aim_id = aim_take(m, a->port, &a->aim_thread);
	if (l == &m->private && !a->aim_id)
		handoff_drop(m, a); /* a stranger */
	else
		handoff_arrive(m, a);
	return true;
}

/*
 * Mostly there is one, and to be told that there is no other costs as much as
 * the next turn.  Where connections wait, more are to be expected.
 */
static void
accept_public(void *arg, uint32_t events)
{
	struct master *m = arg;
	bool busy = m->waiting > 0 || m->ahead > 0;

	(void)events;
	for (int n = 0; n < ACCEPT_AT_ONCE; n++)
		if (!accept_one(m, &m->public) || !busy || m->full)
			return;
}

static void
accept_private(void *arg, uint32_t events)
{
	(void)events;
	accept_one(arg, &((struct master *)arg)->private);
}

int
accept_what_waits(struct master *m, const struct listener *l)
{
	int n = 0;

	while (l->listens && m->waiting < MASTER_QUEUE && accept_one(m, l))
		n++;
	return n;
}

/* A client may be interrupted in the middle of connect(2), so wait a little. */
int
accept_last(struct master *m, struct listener *l)
{
	const struct timespec pause = { .tv_nsec = NS_PER_MS };
	int n;

	if (!l->listens)
		return 0;
	listener_deafen(l);
	n = accept_what_waits(m, l);
	for (int i = 0; i < ACCEPT_LAST_LOOKS; i++) {
		if (!listener_half_open(l, &m->diag))
			break;
		nanosleep(&pause, NULL);
		n += accept_what_waits(m, l);
	}
	return n + accept_what_waits(m, l);
}
