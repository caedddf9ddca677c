/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a balancer has: its servers, how each is, and what it got.
 */
#include <stdio.h>

#include "core/shell/explain.h"
#include "core/shell/inside.h"
#include "core/sys/clock.h"

static const char *
balancer_state(const struct backend *b)
{
	if (b->draining)
		return b->state == BACKEND_UP ? "drained" : "drained, down";
	return b->state == BACKEND_UP ? "up" : "down";
}

static void
explain_backend(const struct explain *e, const struct backend *b)
{
	explain_say(
	    e, b->name,
	    "port %u, %s for %.0f s: %llu connections, %u open, %llu "
	    "broke; %llu refused; %llu health checks, %llu failed",
	    b->port, balancer_state(b),
	    (double)(clock_ns() - b->since_ns) / NS_PER_S,
	    (unsigned long long)b->given, b->open,
	    (unsigned long long)b->broken, (unsigned long long)b->refused,
	    (unsigned long long)b->checks, (unsigned long long)b->missed);
}

void
explain_balancer(const struct explain *e)
{
	const struct server *v = snapshot_server(e->snap, e->proc->name);
	const struct serving *serving =
	    session_serving(e->session, e->proc->name);
	const struct proc *p = e->proc;

	if (p->kind != KIND_BALANCER || !v || !serving || !serving->page)
		return;
	explain_say(e, "balances",
	            "port %u%s, policy %s, %d servers, %d of them up", v->port,
	            v->listening ? "" : ", which another one has", v->policy,
	            v->backends, v->backends_up);
	explain_say(
	    e, "connections", "%llu accepted, %llu ended, %llu failed, %u open",
	    (unsigned long long)p->accepted, (unsigned long long)p->done,
	    (unsigned long long)p->failed, p->open);
	for (int i = 0; i < PAGE_BACKENDS; i++)
		if (serving->page->backend[i].state != BACKEND_NONE)
			explain_backend(e, &serving->page->backend[i]);
}
