/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/watch/past.h"

#include <stdlib.h>

struct past {
	size_t room, bytes_most;
	size_t first, count, bytes;
	const struct snapshot **ring; /* owned: room references */
	size_t cursor; /* index from the oldest; == count: live */
	const struct snapshot *shown; /* owned reference: at the cursor */
};

struct past *
past_open(size_t number, size_t bytes)
{
	struct past *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->room = number ? number : 1;
	p->bytes_most = bytes;
	p->ring = calloc(p->room, sizeof(*p->ring));
	if (p->ring)
		return p;
	free(p);
	return NULL;
}

static const struct snapshot **
past_slot(const struct past *p, size_t i)
{
	return &p->ring[(p->first + i) % p->room]; /* NOLINT: room > 0 */
}

static size_t
past_size(const struct snapshot *s)
{
	return sizeof(*s) + (size_t)s->nprocs * sizeof(s->proc[0]);
}

static void
past_show(struct past *p, const struct snapshot *s)
{
	if (s)
		snapshot_take(s);
	snapshot_drop(p->shown);
	p->shown = s;
}

void
past_clear(struct past *p)
{
	past_show(p, NULL);
	for (size_t i = 0; i < p->count; i++)
		snapshot_drop(*past_slot(p, i));
	p->first = p->count = p->bytes = p->cursor = 0;
}

void
past_close(struct past *p)
{
	if (!p)
		return;
	past_clear(p);
	free(p->ring);
	free(p);
}

/* Keeping ***************************************************************/

/* What is shown stays shown, also when it is forgotten here. */
static void
past_forget(struct past *p)
{
	const struct snapshot *s = *past_slot(p, 0);

	p->bytes -= past_size(s);
	snapshot_drop(s);
	p->first = (p->first + 1) % p->room;
	p->count--;
	if (p->cursor)
		p->cursor--;
}

void
past_keep(struct past *p, const struct snapshot *s)
{
	if (p->count && (*past_slot(p, p->count - 1))->t_ns >= s->t_ns)
		return;
	while (p->count == p->room ||
	       (p->count && p->bytes + past_size(s) > p->bytes_most))
		past_forget(p);
	*past_slot(p, p->count++) = snapshot_take(s);
	p->bytes += past_size(s);
}

/* The cursor ************************************************************/

size_t
past_count(const struct past *p)
{
	return p->count;
}

const struct snapshot *
past_shown(const struct past *p)
{
	return p->shown;
}

void
past_live(struct past *p)
{
	past_show(p, NULL);
}

static const struct snapshot *
past_to(struct past *p, size_t i)
{
	p->cursor = i;
	past_show(p, i < p->count ? *past_slot(p, i) : NULL);
	return p->shown;
}

const struct snapshot *
past_rewind(struct past *p, int64_t t_ns)
{
	size_t i = p->count;

	while (i > 0 && (*past_slot(p, i - 1))->t_ns > t_ns)
		i--;
	return past_to(p, i > 0 ? i - 1 : 0);
}

const struct snapshot *
past_back(struct past *p)
{
	size_t i = p->shown ? p->cursor : p->count;
	uint64_t events = p->shown   ? p->shown->events
	                  : p->count ? (*past_slot(p, i - 1))->events
	                             : 0;

	while (i > 0 && (*past_slot(p, i - 1))->events >= events)
		i--;
	return past_to(p, i > 0 ? i - 1 : 0);
}

const struct snapshot *
past_forward(struct past *p)
{
	size_t i = p->cursor;

	if (!p->shown)
		return NULL;
	while (i < p->count && (*past_slot(p, i))->events <= p->shown->events)
		i++;
	return past_to(p, i);
}
