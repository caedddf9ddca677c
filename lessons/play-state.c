/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/play-state.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/text.h"

#define STATE_SIZE 8192

/* Its state may be known before its end is. */
static bool
state_dead(const struct proc *p)
{
	return p->dead || p->state == 'Z';
}

/*
 * The lab and a master wait for their dead at once, and the lab for those of
 * whoever has ended, too.
 */
static bool
state_passes(const struct snapshot *snap, const struct proc *p)
{
	const struct proc *parent =
	    p->parent < 0 ? NULL : &snap->proc[p->parent];

	return state_dead(p) && parent &&
	       (state_dead(parent) || parent->kind == KIND_LAB ||
	        parent->kind == KIND_MASTER);
}

static bool
state_counts(const struct snapshot *snap, const struct proc *p)
{
	return p->kind != KIND_SHELL && p->kind != KIND_LAB && !p->reaped &&
	       (!p->dead || p->state == 'Z') && !state_passes(snap, p);
}

bool
play_state_named(const struct snapshot *snap)
{
	for (int i = 0; i < snap->nprocs; i++) {
		const struct proc *p = &snap->proc[i];

		if (p->tid && !p->dead && !p->name[0] && p->parent >= 0 &&
		    snap->proc[p->parent].kind == KIND_WORKER)
			return false;
	}
	return true;
}

/* Whoever lives and is not stopped may run or sleep at the moment. */
static char
state_letter(const struct proc *p)
{
	return strchr("TtZ", p->state) ? p->state : 'S';
}

static const char *
state_name(const struct proc *p)
{
	return p->name[0] ? p->name : p->cmd;
}

static int
state_order(const void *left, const void *right)
{
	const struct proc *const *a = left, *const *b = right;

	return strcmp(state_name(*a), state_name(*b));
}

char *
play_state(const struct snapshot *snap)
{
	const struct proc **rows =
	    calloc((size_t)snap->nprocs + 1, sizeof(*rows));
	char *text = calloc(1, STATE_SIZE);
	size_t n = 0;

	for (int i = 0; rows && i < snap->nprocs; i++)
		if (state_counts(snap, &snap->proc[i]))
			rows[n++] = &snap->proc[i];
	if (n)
		qsort(rows, n, sizeof(*rows), state_order);
	for (size_t i = 0; text && i < n; i++)
		text_add(text, STATE_SIZE, "%s%s %c of %s", i ? ", " : "",
		         state_name(rows[i]), state_letter(rows[i]),
		         rows[i]->parent < 0
		             ? "nobody"
		             : state_name(&snap->proc[rows[i]->parent]));
	free(rows);
	return text;
}
