/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/facts/set.h"

#include <string.h>

static bool
set_threads(const struct proc *p)
{
	return p->tid && !p->dead;
}

static bool
set_processes(const struct proc *p)
{
	return !p->tid && !p->dead;
}

static bool
set_zombies(const struct proc *p)
{
	return !p->tid && p->state == 'Z';
}

static bool
set_orphans(const struct proc *p)
{
	return !p->tid && !p->dead && p->adopted;
}

static bool
set_children(const struct proc *p)
{
	return !p->tid && !p->reaped;
}

// clang-format off
static const struct set_row set_rows[] = {
	{ "workers", KIND_WORKER, NULL, "living workers" },
	{ "zombies", -1, set_zombies, "ended, and nobody has waited for them" },
	{ "threads", -1, set_threads, "threads, as the kernel counts: threads of w1" },
	{ "children", -1, set_children, "children, zombies included: children of web" },
	{ "processes", -1, set_processes, "living processes, shell and lab included" },
	{ "orphans", -1, set_orphans, "living, and their first parent is not" },
	{ "servers", KIND_MASTER, NULL, "living masters" },
	{ "balancers", KIND_BALANCER, NULL, "living balancers" },
	{ "puppets", KIND_PUPPET, NULL, "living puppets" },
	{ "clients", KIND_CLIENT, NULL, "clients that run" },
	{ "jobs", KIND_JOB, NULL, "jobs that run" },
};
// clang-format on

#define SET_ROWS (sizeof(set_rows) / sizeof(set_rows[0]))

const struct set_row *
set_nth(size_t i)
{
	return i < SET_ROWS ? &set_rows[i] : NULL;
}

size_t
set_words(void)
{
	return SET_ROWS;
}

const struct set_row *
set_find(const char *word)
{
	for (size_t i = 0; i < SET_ROWS; i++)
		if (strcmp(set_rows[i].name, word) == 0)
			return &set_rows[i];
	return NULL;
}

static bool
set_below(const struct snapshot *s, const struct proc *p,
          const struct proc *above)
{
	while (p->parent >= 0) {
		p = &s->proc[p->parent];
		if (p == above)
			return true;
	}
	return false;
}

static bool
set_member(const struct set_row *set, const struct proc *p)
{
	if (set->has)
		return set->has(p);
	return (int)p->kind == set->kind && !p->dead;
}

bool
set_has(const struct set_row *set, const struct snapshot *s,
        const struct proc *p, const struct proc *of)
{
	if (!set_member(set, p))
		return false;
	if (!of)
		return set->has != set_children || p->parent >= 0;
	if (set->has == set_children)
		return p->parent == (int)(of - s->proc);
	if (set->has == set_threads)
		return p->pid == of->pid && p->start_ticks >= of->start_ticks;
	if (set->kind == KIND_WORKER && strcmp(p->server, of->name) == 0)
		return true; /* an orphan too, which is below the lab */
	return set_below(s, p, of);
}

static int
set_count_threads(const struct snapshot *s, const struct proc *of)
{
	int n = 0;

	for (int i = 0; i < s->nprocs; i++)
		if (set_processes(&s->proc[i]) && (!of || of == &s->proc[i]))
			n += s->proc[i].threads;
	return n;
}

int
set_count(const struct set_row *set, const struct snapshot *s,
          const struct proc *of)
{
	int n = 0;

	if (set->has == set_threads)
		return set_count_threads(s, of);
	for (int i = 0; i < s->nprocs; i++)
		n += set_has(set, s, &s->proc[i], of);
	return n;
}
