/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tableau.h"

#include <check.h>
#include <stdio.h>

#include "core/sys/clock.h"

#define TABLEAU_ROWS 96
#define TABLEAU_PID  9400

struct tableau
tableau_open(size_t events)
{
	struct tableau t = { .snapshot = snapshot_make(TABLEAU_ROWS),
		             .timeline = timeline_open(events),
		             .now_ns = 100 * NS_PER_S };

	ck_assert_ptr_nonnull(t.snapshot);
	ck_assert_ptr_nonnull(t.timeline);
	t.snapshot->t_ns = t.now_ns;
	tableau_row(&t, NULL, KIND_SHELL, "shell");
	tableau_row(&t, "shell", KIND_LAB, "lab");
	return t;
}

void
tableau_close(struct tableau *t)
{
	snapshot_drop(t->snapshot);
	timeline_close(t->timeline);
}

struct proc *
tableau_find(struct tableau *t, const char *name)
{
	const struct proc *p = snapshot_find(t->snapshot, name);

	ck_assert_msg(p, "no row %s", name);
	return &t->snapshot->proc[p - t->snapshot->proc];
}

struct proc *
tableau_row(struct tableau *t, const char *parent, enum kind kind,
            const char *name)
{
	const struct proc *above = parent ? tableau_find(t, parent) : NULL;
	struct proc p = proc_none();

	ck_assert_int_lt(t->snapshot->nprocs, TABLEAU_ROWS);
	snprintf(p.name, sizeof(p.name), "%s", name);
	p.kind = kind;
	p.pid = TABLEAU_PID + t->snapshot->nprocs;
	p.ppid = above ? above->pid : 1;
	p.start_ticks = (uint64_t)p.pid;
	p.state = 'S';
	p.threads = 1;
	p.rss_kb = 4300;
	p.private_kb = 1024;
	p.cpu_ns = 500 * NS_PER_MS;
	p.switches = 30;
	p.processors = 2;
	p.fds = 7;
	p.uid = 1000;
	p.pending = p.blocked = p.ignored = p.caught = 0;
	p.born_ns = p.changed_ns = t->now_ns;
	return snapshot_add(t->snapshot,
	                    above ? (int)(above - t->snapshot->proc) : -1, &p);
}

struct server *
tableau_server(struct tableau *t, const char *name, int port)
{
	struct server *s = &t->snapshot->server[t->snapshot->nservers++];

	ck_assert_int_le(t->snapshot->nservers, SNAPSHOT_SERVERS);
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->policy, sizeof(s->policy), "rr");
	snprintf(s->model, sizeof(s->model), "event");
	s->pid = tableau_row(t, "lab", KIND_MASTER, name)->pid;
	s->up = s->listening = true;
	s->port = (uint16_t)port;
	return s;
}

struct proc *
tableau_worker(struct tableau *t, const char *server, const char *name,
               unsigned answered)
{
	struct proc *p = tableau_row(t, server, KIND_WORKER, name);

	snprintf(p->server, sizeof(p->server), "%s", server);
	p->life = LIFE_LISTENING;
	p->counts = true;
	p->started = p->answered = p->done = answered;
	return p;
}

void
tableau_end(struct proc *p, bool killed, int code, bool reaped)
{
	p->dead = true;
	p->reaped = reaped;
	p->state = reaped ? 'X' : 'Z';
	p->life = p->kind == KIND_WORKER ? LIFE_DEAD : LIFE_NONE;
	p->end =
	    (struct ending){ .known = true, .killed = killed, .code = code };
}

static struct who
tableau_who(struct tableau *t, const char *name)
{
	struct who who = { 0 };
	const struct proc *p;

	if (!name)
		return who;
	snprintf(who.name, sizeof(who.name), "%s", name);
	p = snapshot_find(t->snapshot, name);
	if (p) {
		who.pid = p->pid;
		who.tid = p->tid;
		who.kind = p->kind;
	}
	return who;
}

uint64_t
tableau_event(struct tableau *t, enum event_type type, const char *who,
              const char *other, int64_t a, int64_t b)
{
	struct event e = { .t_ns = t->now_ns,
		           .type = type,
		           .who = tableau_who(t, who),
		           .other = tableau_who(t, other),
		           .a = a,
		           .b = b };
	const struct proc *p = who ? snapshot_find(t->snapshot, who) : NULL;

	if (p)
		snprintf(e.server, sizeof(e.server), "%s", p->server);
	t->snapshot->events = timeline_add(t->timeline, &e);
	return t->snapshot->events;
}
