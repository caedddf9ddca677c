/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An event lies in the slot of its number, so what is asked by number is one
 * step.  Beside the slots stands the order of time: a second ring of small
 * keys.  A new event is carried from its end towards the front until its time
 * fits; as nearly everything arrives in order, that is mostly no step at all.
 *
 * Each process stamps what it sees when it sees it, so an effect can carry an
 * earlier time than its cause: a worker serves a connection before its master
 * has noted that it gave it away.  Such a pair is at most WINDOW_NS apart.
 */
#include "core/watch/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"

#define WINDOW_NS    (1 * NS_PER_S)
#define WINDOW_STEPS 256 /* looked at on each side, so that floods are cheap */

/* What decides about the place of an event. */
struct place {
	uint64_t n;
	int64_t t_ns;
	uint64_t connection; /* 0 none; unique among all servers */
	pid_t pid;
	enum event_type type;
};

struct timeline {
	size_t size;
	uint64_t last;       /* newest number */
	size_t first, count; /* of the order: index of the oldest; how many */
	struct event *slot;  /* owned: event n lies in slot[n % size] */
	struct place *order; /* owned: a ring too */
};

static const int timeline_rank[] = { [EVENT_NONE] = 0,
#define X(NAME, word, rank) [EVENT_##NAME] = (rank),
	                             EVENTS(X)
#undef X
};

struct timeline *
timeline_open(size_t size)
{
	struct timeline *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->size = size ? size : 1;
	t->slot = calloc(t->size, sizeof(*t->slot));
	t->order = calloc(t->size, sizeof(*t->order));
	if (!t->slot || !t->order) {
		timeline_close(t);
		return NULL;
	}
	return t;
}

void
timeline_close(struct timeline *t)
{
	if (!t)
		return;
	free(t->slot);
	free(t->order);
	free(t);
}

/* By far the most frequent step: a division here would be felt. */
static struct place *
timeline_place(const struct timeline *t, size_t i)
{
	i += t->first;
	return &t->order[i < t->size ? i : i - t->size];
}

struct timeline *
timeline_until(const struct timeline *t, uint64_t n)
{
	struct timeline *past = timeline_open(t->size);

	if (!past)
		return NULL;
	memcpy(past->slot, t->slot, t->size * sizeof(*t->slot));
	for (size_t i = 0; i < t->count; i++)
		if (timeline_place(t, i)->n <= n)
			past->order[past->count++] = *timeline_place(t, i);
	past->last = n < t->last ? n : t->last;
	return past;
}

/* Cause and effect ******************************************************/

static bool
timeline_birth(enum event_type type)
{
	return type == EVENT_FORKED || type == EVENT_STARTED;
}

/* Events of one process of which one is the other's cause. */
static bool
timeline_process_cause(enum event_type a, enum event_type b)
{
	if (timeline_birth(a))
		return !timeline_birth(b);
	if (a == EVENT_DISCONNECTED)
		return b == EVENT_EXITED || b == EVENT_REAPED;
	return a == EVENT_EXITED && b == EVENT_REAPED;
}

/* The master accepts and hands over; whatever a worker does comes after. */
static bool
timeline_connection_cause(enum event_type a, enum event_type b)
{
	switch (b) {
	case EVENT_SKIPPED:
	case EVENT_HANDOFF:
		return a == EVENT_ACCEPTED;
	case EVENT_REQUEST:
	case EVENT_HARM:
	case EVENT_DISTURBED:
	case EVENT_SPIED:
	case EVENT_ANSWER:
	case EVENT_BROKEN:
	case EVENT_CLOSED:
		return a == EVENT_ACCEPTED || a == EVENT_HANDOFF;
	default:
		return false;
	}
}

static bool
timeline_related(const struct place *a, const struct place *b)
{
	return (a->pid && a->pid == b->pid) ||
	       (a->connection && a->connection == b->connection);
}

/* Must a stand before b, whatever their times say? */
static bool
timeline_causes(const struct place *a, const struct place *b)
{
	if (a->pid && a->pid == b->pid &&
	    timeline_process_cause(a->type, b->type))
		return true;
	return a->connection && a->connection == b->connection &&
	       timeline_connection_cause(a->type, b->type);
}

/* By time; and where that is the same, by rank. */
static bool
timeline_later(const struct place *a, const struct place *b)
{
	if (a->t_ns != b->t_ns)
		return a->t_ns > b->t_ns;
	return timeline_related(a, b) &&
	       timeline_rank[a->type] > timeline_rank[b->type];
}

/* Behind the last of its causes, looking from i to the newest. */
static size_t
timeline_after_causes(const struct timeline *t, const struct place *p, size_t i)
{
	size_t at = i, end = t->count;

	if (end - i > WINDOW_STEPS)
		end = i + WINDOW_STEPS;
	for (size_t k = i; k < end; k++) {
		const struct place *q = timeline_place(t, k);

		if (q->t_ns - p->t_ns > WINDOW_NS)
			break;
		if (timeline_related(q, p) && timeline_causes(q, p))
			at = k + 1;
	}
	return at;
}

/* Can it have effects with an earlier time?  Most cannot. */
static bool
timeline_is_cause(enum event_type type)
{
	return timeline_birth(type) || type == EVENT_DISCONNECTED ||
	       type == EVENT_EXITED || type == EVENT_ACCEPTED ||
	       type == EVENT_HANDOFF;
}

/* Before the first of its effects, looking from i to the oldest. */
static size_t
timeline_before_effects(const struct timeline *t, const struct place *p,
                        size_t i)
{
	size_t at = i, end = i > WINDOW_STEPS ? i - WINDOW_STEPS : 0;

	for (size_t k = i; k > end; k--) {
		const struct place *q = timeline_place(t, k - 1);

		if (p->t_ns - q->t_ns > WINDOW_NS)
			break;
		if (timeline_related(p, q) && timeline_causes(p, q))
			at = k - 1;
	}
	return at;
}

static size_t
timeline_where(const struct timeline *t, const struct place *p)
{
	size_t i = t->count, after;

	while (i > 0 && timeline_later(timeline_place(t, i - 1), p))
		i--;
	after = timeline_after_causes(t, p, i);
	if (after > i || !timeline_is_cause(p->type))
		return after;
	return timeline_before_effects(t, p, i);
}

/* The ring **************************************************************/

/* Forget the oldest number; its key is near the front of the order. */
static void
timeline_forget(struct timeline *t)
{
	uint64_t n = t->last + 1 - t->size;
	size_t i = 0;

	while (timeline_place(t, i)->n != n)
		i++;
	for (; i > 0; i--)
		*timeline_place(t, i) = *timeline_place(t, i - 1);
	t->first = (t->first + 1) % t->size;
	t->count--;
}

/* Each master counts its connections from 1: mix in whose it is (FNV-1a). */
static uint64_t
timeline_connection(const struct event *e)
{
	uint64_t hash = 0xcbf29ce484222325;

	if (!e->connection)
		return 0;
	for (const char *s = e->server; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 0x100000001b3;
	return (hash ^ e->connection) * 0x100000001b3;
}

uint64_t
timeline_add(struct timeline *t, const struct event *e)
{
	struct place p = {
		.t_ns = e->t_ns,
		.connection = timeline_connection(e),
		.pid = e->who.pid,
		.type = e->type,
	};
	size_t at;

	if (t->count == t->size)
		timeline_forget(t);
	p.n = ++t->last;
	at = timeline_where(t, &p);
	for (size_t i = t->count++; i > at; i--)
		*timeline_place(t, i) = *timeline_place(t, i - 1);
	*timeline_place(t, at) = p;
	t->slot[p.n % t->size] = *e;
	t->slot[p.n % t->size].n = p.n;
	return p.n;
}

size_t
timeline_count(const struct timeline *t)
{
	return t->count;
}

const struct event *
timeline_at(const struct timeline *t, size_t i)
{
	return i < t->count ? &t->slot[timeline_place(t, i)->n % t->size]
	                    : NULL;
}

const struct event *
timeline_nth(const struct timeline *t, uint64_t n)
{
	if (n == 0 || n > t->last || t->last - n >= t->size)
		return NULL;
	return &t->slot[n % t->size];
}

const struct event *
timeline_newer(const struct timeline *t, uint64_t n)
{
	if (n >= t->last)
		return NULL;
	if (t->last - n > t->size)
		n = t->last - t->size;
	return timeline_nth(t, n + 1);
}

uint64_t
timeline_last(const struct timeline *t)
{
	return t->last;
}
