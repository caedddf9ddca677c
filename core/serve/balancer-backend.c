/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The servers of a balancer: which one is next, and which are up.  Each has a
 * place in the shared page, where `explain lb1` looks.
 */
#include <stdio.h>
#include <string.h>

#include "core/serve/balancer.h"
#include "core/sys/clock.h"

/* The table ***************************************************************/

struct backend_slot *
backend_find(struct balancer *b, const char *name)
{
	for (int i = 0; i < PAGE_BACKENDS; i++)
		if (b->servers[i].row && !b->servers[i].leaving &&
		    strcmp(b->servers[i].row->name, name) == 0)
			return &b->servers[i];
	return NULL;
}

static void
backend_set(struct backend_slot *s, enum backend_state state)
{
	atomic_store(&s->row->since_ns, clock_ns());
	atomic_store(&s->row->state, state);
}

int
backend_add(struct balancer *b, const struct balancer_to *to, struct err *err)
{
	struct backend_slot *s = NULL;

	if (backend_find(b, to->name))
		return err_set(err, "%s has the server %s already",
		               b->options.name, to->name);
	if (to->port == b->listener.port && to->port)
		return err_set(err,
		               "%s would be its own server: port %d is where "
		               "it listens itself",
		               b->options.name, to->port);
	for (int i = 0; i < PAGE_BACKENDS && !s; i++)
		if (!b->servers[i].row)
			s = &b->servers[i];
	if (!s)
		return err_set(err, "a balancer has %d servers at most",
		               PAGE_BACKENDS);
	*s = (struct backend_slot){ .balancer = b, .check.fd = -1 };
	s->row = &b->page->backend[s - b->servers];
	s->turn = b->last_turn; /* behind all, beside who is added now too */
	memset(s->row, 0, sizeof(*s->row));
	memcpy(s->row->name, to->name, NAME_SIZE);
	s->row->port = to->port;
	backend_set(s, BACKEND_UP);
	return 0;
}

static void
backend_free(struct backend_slot *s)
{
	health_stop(s);
	atomic_store(&s->row->state, BACKEND_NONE);
	s->row = NULL;
}

void
backend_remove(struct backend_slot *s)
{
	s->leaving = true;
	backend_drain(s, true);
	if (s->row->open == 0)
		backend_free(s);
}

void
backend_drain(struct backend_slot *s, bool drain)
{
	atomic_store(&s->row->draining, drain);
	s->balancer->none_said = false;
}

void
backend_move(struct backend_slot *s, uint16_t port)
{
	health_stop(s);
	s->good = s->bad = 0;
	atomic_store(&s->row->port, port);
}

/* Who is next *************************************************************/

/* xorshift: cheap, and good enough to choose with. */
static uint64_t
backend_dice(struct balancer *b)
{
	b->dice ^= b->dice << 13;
	b->dice ^= b->dice >> 7;
	b->dice ^= b->dice << 17;
	return b->dice;
}

static bool
backend_takes(const struct backend_slot *s, const struct link *l, int i,
              enum backend_state state)
{
	return s->row && s->row->state == state && !s->row->draining &&
	       !(l->tried & 1U << i);
}

/* The policies speak of workers and name them; we speak of servers. */
static void
backend_why(const struct policy *policy, const struct candidate *c, int n,
            uint64_t dice, char *why, size_t size)
{
	policy->say(c, n, dice, why, size);
	why[strcspn(why, ":")] = '\0';
}

/* Those in this state that can be chosen.  Returns how many. */
static int
backend_candidates(struct balancer *b, const struct link *l,
                   enum backend_state state, struct candidate *c,
                   struct backend_slot **slots)
{
	int n = 0;

	for (int i = 0; i < PAGE_BACKENDS; i++) {
		struct backend_slot *s = &b->servers[i];

		if (!backend_takes(s, l, i, state))
			continue;
		c[n] = (struct candidate){ .id = (uint32_t)i + 1,
			                   .turn = s->turn,
			                   .open = s->row->open };
		slots[n++] = s;
	}
	return n;
}

/* Where none is up, one that is down is better than nobody: it may be back. */
struct backend_slot *
backend_choose(struct balancer *b, const struct link *l, char *why, size_t size)
{
	const struct policy *policy = b->options.policy;
	struct candidate c[PAGE_BACKENDS];
	struct backend_slot *slots[PAGE_BACKENDS];
	uint64_t dice = backend_dice(b);
	int n = backend_candidates(b, l, BACKEND_UP, c, slots), chosen;

	if (!n)
		n = backend_candidates(b, l, BACKEND_DOWN, c, slots);
	chosen = n ? policy->next(c, n, dice) : -1;
	if (chosen < 0) {
		snprintf(why, size, "no server is up");
		return NULL;
	}
	backend_why(policy, c, n, dice, why, size);
	if (!l->check)
		slots[chosen]->turn = ++b->last_turn;
	return slots[chosen];
}

static bool
backend_open(const struct backend_slot *s)
{
	return s->row && !s->leaving && !s->row->draining;
}

bool
backend_any_up(const struct balancer *b)
{
	for (int i = 0; i < PAGE_BACKENDS; i++)
		if (backend_open(&b->servers[i]) &&
		    b->servers[i].row->state == BACKEND_UP)
			return true;
	return false;
}

/* Who has been down for longer is not just being restarted. */
bool
backend_may_return(const struct balancer *b, int64_t now_ns)
{
	for (int i = 0; i < PAGE_BACKENDS; i++) {
		const struct backend_slot *s = &b->servers[i];

		if (backend_open(s) &&
		    (s->row->state == BACKEND_UP ||
		     now_ns - s->row->since_ns < BALANCER_PATIENCE_NS))
			return true;
	}
	return false;
}

static void
backend_bump(_Atomic uint64_t *counter)
{
	atomic_store_explicit(
	    counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
	    memory_order_release);
}

void
backend_taken(struct backend_slot *s, const struct link *l)
{
	if (!l->check)
		backend_bump(&s->row->given);
	atomic_store(&s->row->open, s->row->open + 1);
}

/* We alone write it, so it can be taken back. */
void
backend_untaken(struct backend_slot *s, const struct link *l)
{
	if (!l->check)
		atomic_store(&s->row->given, s->row->given - 1);
	atomic_store(&s->row->open, s->row->open - 1);
	if (s->leaving && s->row->open == 0)
		backend_free(s);
}

void
backend_left(struct backend_slot *s, const struct link *l, bool broke)
{
	if (!l->check)
		backend_bump(&s->row->ended);
	if (!l->check && broke)
		backend_bump(&s->row->broken);
	atomic_store(&s->row->open, s->row->open - 1);
	if (s->leaving && s->row->open == 0)
		backend_free(s);
}

/* Up and down *************************************************************/

static void
backend_down(struct backend_slot *s, const char *why)
{
	s->good = 0;
	if (s->row->state != BACKEND_UP)
		return;
	backend_set(s, BACKEND_DOWN);
	balancer_note(s->balancer, "%s is down: %s", s->row->name, why);
}

void
backend_refused(struct backend_slot *s, const char *why)
{
	backend_bump(&s->row->refused);
	backend_down(s, why);
}

void
backend_checked(struct backend_slot *s, bool well, const char *why)
{
	backend_bump(&s->row->checks);
	if (!well) {
		backend_bump(&s->row->missed);
		s->good = 0;
		if (++s->bad >= BALANCER_FALL)
			backend_down(s, why);
		return;
	}
	s->bad = 0;
	if (s->row->state == BACKEND_UP || ++s->good < BALANCER_RISE)
		return;
	backend_set(s, BACKEND_UP);
	s->turn = s->balancer->last_turn;
	s->balancer->none_said = false;
	balancer_note(s->balancer, "%s is up again: healthy %d times",
	              s->row->name, s->good);
}
