/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/stage.h"

#include "core/sys/clock.h"

void
gate_init(struct gate *gate, struct loop *loop, struct page *page)
{
	*gate = (struct gate){ .loop = loop, .page = page };
}

/* One of the steps that the shell has allowed, if one is left. */
static bool
gate_take_step(struct page *page)
{
	uint32_t stepped = atomic_load(&page->stepped);

	while (stepped != atomic_load(&page->steps))
		if (atomic_compare_exchange_weak(&page->stepped, &stepped,
		                                 stepped + 1))
			return true;
	return false;
}

static int64_t
gate_due_ns(const struct gate *gate, const struct stage *s)
{
	return s->since_ns + (int64_t)gate->page->slow_ms * NS_PER_MS;
}

static bool
gate_lets(struct gate *gate, const struct stage *s)
{
	if (gate->page->frozen)
		return gate_take_step(gate->page);
	return gate_due_ns(gate, s) <= clock_ns();
}

void
stage_cancel(struct gate *gate, struct stage *s)
{
	if (!s->waits)
		return;
	*(s->prev ? &s->prev->next : &gate->first) = s->next;
	*(s->next ? &s->next->prev : &gate->last) = s->prev;
	s->waits = false;
}

static void
gate_timer(void *arg)
{
	struct gate *gate = arg;

	gate->timer = 0;
	gate_poke(gate);
}

/* The first is due first: all wait equally long. */
static void
gate_arm(struct gate *gate)
{
	loop_cancel(gate->loop, gate->timer);
	gate->timer = 0;
	if (gate->first && !gate->page->frozen)
		gate->timer =
		    loop_timer(gate->loop, gate_due_ns(gate, gate->first),
		               gate_timer, gate);
}

void
gate_poke(struct gate *gate)
{
	while (gate->first && gate_lets(gate, gate->first)) {
		struct stage *s = gate->first;

		stage_cancel(gate, s);
		s->fn(s->arg);
	}
	gate_arm(gate);
}

bool
stage_pass(struct gate *gate, struct stage *s, loop_fn *fn, void *arg)
{
	if (!gate->first && !gate->page->frozen && !gate->page->slow_ms)
		return true;
	s->since_ns = clock_ns();
	if (!gate->first && gate_lets(gate, s))
		return true;
	*s = (struct stage){ .prev = gate->last,
		             .waits = true,
		             .since_ns = s->since_ns,
		             .fn = fn,
		             .arg = arg };
	*(gate->last ? &gate->last->next : &gate->first) = s;
	gate->last = s;
	if (gate->first == s)
		gate_arm(gate);
	return false;
}
