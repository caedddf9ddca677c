/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Threads and children that serve for a worker.  Each says in the ring of its
 * own row that it was born; whoever reaps it says there that it has ended,
 * and what it has served.  So one that lived for a millisecond has its row in
 * the tree, too, and was counted exactly.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/sys/clock.h"
#include "core/watch/ending.h"
#include "core/watch/inside.h"

static bool
lanes_is_thread(const struct report *r)
{
	return r->pid != r->tid;
}

static struct member *
lanes_find_worker(const struct served *served, uint32_t id)
{
	for (int i = 1; i < PAGE_ROWS; i++) {
		struct member *m = served->of[i];

		if (m && m->p.id == id && !m->p.thread && !m->p.dead)
			return m;
	}
	return NULL;
}

/* It may have been found in /proc before. */
static struct member *
lanes_enter(struct watch *w, struct member *worker, const struct report *r)
{
	struct member *m = table_find(&w->table, r->tid, 0);

	if (m && !m->p.dead)
		return m;
	if (!lanes_is_thread(r))
		return fate_born(w, worker, r->pid, 0, r->t_ns);
	m = table_add(&w->table, worker, r->pid, r->tid);
	if (!m)
		return NULL;
	m->p.born_ns = m->p.changed_ns = r->t_ns;
	m->p.state = 'R';
	m->stat_fd = procfs_stat_open(w->proc, r->pid, r->tid);
	look_first(w, m);
	watch_soon(w);
	return m;
}

static void
lanes_name(struct member *m, struct served *served, const struct member *worker,
           const struct report *r, int row)
{
	snprintf(m->p.name, sizeof(m->p.name), "%.12s.%c%u", worker->p.name,
	         lanes_is_thread(r) ? 't' : 'f', r->thread);
	snprintf(m->p.cmd, sizeof(m->p.cmd), "%s%s",
	         lanes_is_thread(r) ? "" : "forkshop-server ", m->p.name);
	snprintf(m->p.server, sizeof(m->p.server), "%s", served->s.name);
	m->p.kind = lanes_is_thread(r) ? KIND_THREAD : KIND_CHILD;
	m->p.id = r->id;
	m->p.thread = r->thread;
	m->named = m->reports = true; /* it has no children */
	m->served = served;
	m->row = row;
	served->of[row] = m;
}

static void
lanes_born(struct watch *w, struct served *served, int row,
           const struct report *r)
{
	struct member *worker = lanes_find_worker(served, r->id);
	struct member *m = worker ? lanes_enter(w, worker, r) : NULL;
	bool told = m && m->named;
	struct event e;

	if (!m)
		return;
	lanes_name(m, served, worker, r, row);
	if (told || (lanes_is_thread(r) && m->p.born_ns != r->t_ns))
		return; /* look.c has made its event */
	if (!lanes_is_thread(r))
		fate_open_pidfd(w, m, NULL);
	e = watch_about(lanes_is_thread(r) ? EVENT_THREAD : EVENT_FORKED, m,
	                r->t_ns);
	e.other = watch_who(worker);
	watch_add(w, &e);
}

/*
 * Threads that were started before we knew their worker have told of it in
 * vain; what they wrote to their rows stands there.
 */
void
lanes_worker(struct watch *w, struct served *served, struct member *worker,
             int row)
{
	worker->row = row;
	served->of[row] = worker;
	for (uint32_t i = 1; served->page && i < served->page->high; i++) {
		const struct row *of = &served->page->row[i];
		struct report r = { .t_ns = clock_ns(),
			            .id = of->id,
			            .thread = of->thread,
			            .pid = of->pid,
			            .tid = of->tid };

		if (of->used == ROW_USED && r.thread && r.tid &&
		    r.id == worker->p.id)
			lanes_born(w, served, (int)i, &r);
	}
}

static struct member *
lanes_find(const struct served *served, const struct report *r)
{
	for (int i = 1; i < PAGE_ROWS; i++) {
		struct member *m = served->of[i];

		if (m && m->p.id == r->id && m->p.thread == r->thread)
			return m;
	}
	return NULL;
}

static void
lanes_ended(struct watch *w, struct served *served, const struct report *r)
{
	struct member *m = lanes_find(served, r);
	struct ending ending = ending_of((int)r->took_ns);
	struct counts c;

	if (!m)
		return;
	if (sscanf(r->text,
	           "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
	           &c.started, &c.answered, &c.done, &c.failed,
	           &c.accepted) == 5)
		m->own = c;
	if (m->p.reaped)
		return;
	if (!m->p.tid)
		fate_ended(w, m, &ending, false, r->t_ns);
	fate_reaped(w, m, r->t_ns);
}

void
lanes_hear(struct watch *w, struct served *served, int row,
           const struct report *r)
{
	if (r->type == REPORT_THREAD)
		lanes_born(w, served, row, r);
	else
		lanes_ended(w, served, r);
}
