/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The picture: from the table, the servers and their counters, one snapshot.
 */
#include <string.h>

#include "core/sys/clock.h"
#include "core/watch/inside.h"

/* A server listens while one of its workers does. */
static void
picture_listening(struct watch *w)
{
	for (int i = 0; i < SNAPSHOT_SERVERS; i++)
		w->served[i].s.listening = false;
	for (struct member *m = w->table.root; m; m = table_next(m))
		if (m->served && m->p.life == LIFE_LISTENING)
			m->served->s.listening = true;
}

static void
picture_servers(struct watch *w, struct snapshot *s)
{
	picture_listening(w);
	for (int i = 0; i < SNAPSHOT_SERVERS; i++) {
		struct served *served = &w->served[i];

		if (!served->s.name[0])
			continue;
		pages_total(served);
		s->server[s->nservers++] = served->s;
	}
}

/* On a master's row stands what its server has done. */
static void
picture_master(struct proc *p, const struct server *s)
{
	p->started = s->started;
	p->answered = s->answered;
	p->done = s->done;
	p->failed = s->failed;
	p->accepted = s->accepted;
}

/* Of those that serve, who began a request last. */
static void
picture_last(struct snapshot *s)
{
	struct proc *last = NULL;

	for (int i = 0; i < s->nprocs; i++) {
		struct proc *p = &s->proc[i];

		if (p->counts && p->last_ns && p->kind != KIND_MASTER &&
		    p->kind != KIND_BALANCER &&
		    (!last || p->last_ns > last->last_ns))
			last = p;
	}
	if (last)
		last->answered_last = true;
}

static void
picture_row(struct watch *w, struct snapshot *s, struct member *m)
{
	struct proc *p;

	m->index = s->nprocs;
	pages_count(m);
	m->p.foreground =
	    w->foreground && m->p.pgrp == w->foreground && !m->p.dead;
	p = snapshot_add(s, m->parent ? m->parent->index : -1, &m->p);
	if (m->served && m->served->master == m)
		picture_master(p, &m->served->s);
}

/* Somebody may still look at the last one: keep it until the next turn. */
static void
picture_replace(struct watch *w, const struct snapshot *s)
{
	if (w->nold == WATCH_OLD)
		snapshot_drop(w->old[--w->nold]);
	if (w->snapshot)
		w->old[w->nold++] = w->snapshot;
	w->snapshot = s;
	w->stale = false;
}

const struct snapshot *
watch_snapshot(struct watch *w)
{
	struct snapshot *s;

	if (w->snapshot && !w->stale)
		return w->snapshot;
	s = snapshot_make(w->table.n);
	if (!s)
		return w->snapshot; /* the old one is better than none */
	s->events = timeline_last(w->timeline);
	s->foreground = w->foreground;
	picture_servers(w, s);
	for (struct member *m = w->table.root; m; m = table_next(m))
		picture_row(w, s, m);
	picture_last(s);
	picture_replace(w, s);
	return s;
}
