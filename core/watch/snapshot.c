/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A snapshot is made row by row in drawing order, is shared by a count of
 * references, and never changes once it was given away.
 */
#include "core/watch/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

const char *
kind_word(enum kind kind)
{
	static const char *const words[] = {
#define X(NAME, word) [KIND_##NAME] = (word),
		KINDS(X)
#undef X
	};
	return words[kind];
}

/* Making ****************************************************************/

struct snapshot *
snapshot_make(int room)
{
	struct snapshot *s =
	    calloc(1, sizeof(*s) + (size_t)room * sizeof(s->proc[0]));

	if (!s)
		return NULL;
	s->refs = 1;
	s->t_ns = clock_ns();
	return s;
}

struct proc *
snapshot_add(struct snapshot *s, int parent, const struct proc *row)
{
	struct proc *p = &s->proc[s->nprocs];

	*p = *row;
	p->parent = parent;
	p->depth = parent < 0 ? 0 : s->proc[parent].depth + 1;
	p->last = true;
	/* The rows behind the parent are its children and their families:
	 * the nearest one at our depth is our elder sibling. */
	for (int i = s->nprocs - 1; i > parent; i--)
		if (s->proc[i].parent == parent) {
			s->proc[i].last = false;
			break;
		}
	s->nprocs++;
	return p;
}

struct proc
proc_none(void)
{
	struct proc p = {
		.parent = -1,
		.private_kb = -1,
		.switches = -1,
		.processors = -1,
		.fds = -1,
		.pending = -1,
		.blocked = -1,
		.ignored = -1,
		.caught = -1,
		.uid = -1,
	};
	return p;
}

/* Sharing ***************************************************************/

const struct snapshot *
snapshot_take(const struct snapshot *s)
{
	if (s)
		((struct snapshot *)s)->refs++;
	return s;
}

void
snapshot_drop(const struct snapshot *s)
{
	if (s && --((struct snapshot *)s)->refs == 0)
		free((struct snapshot *)s);
}

/* Finding ***************************************************************/

/* Is this the row's name: "w1", or with its server "web.w1"? */
static bool
snapshot_named(const struct proc *p, const char *name)
{
	size_t len = strlen(p->server);

	if (!p->name[0])
		return false;
	if (strcmp(p->name, name) == 0)
		return true;
	return len && strncmp(name, p->server, len) == 0 && name[len] == '.' &&
	       strcmp(p->name, name + len + 1) == 0;
}

/* Alive before dead, a zombie before one that was reaped; a younger first. */
static bool
snapshot_better(const struct proc *a, const struct proc *b)
{
	if (!b || a->dead != b->dead)
		return !b || b->dead;
	if (a->reaped != b->reaped)
		return b->reaped;
	return a->dead && a->changed_ns > b->changed_ns;
}

const struct proc *
snapshot_pid(const struct snapshot *s, pid_t pid)
{
	const struct proc *best = NULL;

	for (int i = 0; i < s->nprocs; i++) {
		const struct proc *p = &s->proc[i];

		if ((p->tid ? p->tid : p->pid) == pid &&
		    snapshot_better(p, best))
			best = p;
	}
	return best;
}

const struct proc *
snapshot_twin(const struct snapshot *s, const struct proc *p, const char *name)
{
	for (int i = 0; i < s->nprocs; i++) {
		const struct proc *q = &s->proc[i];

		if (q != p && !q->dead && !p->dead && q->server[0] &&
		    strcmp(q->name, name) == 0 &&
		    strcmp(q->server, p->server) != 0)
			return q;
	}
	return NULL;
}

const struct proc *
snapshot_find(const struct snapshot *s, const char *name)
{
	const struct proc *best = NULL;
	int64_t pid;

	if (text_number(name, 1, INT32_MAX, &pid))
		return snapshot_pid(s, (pid_t)pid);
	for (int i = 0; i < s->nprocs; i++)
		if (snapshot_named(&s->proc[i], name) &&
		    snapshot_better(&s->proc[i], best))
			best = &s->proc[i];
	return best;
}

const struct server *
snapshot_server(const struct snapshot *s, const char *name)
{
	for (int i = 0; i < s->nservers; i++)
		if (strcmp(s->server[i].name, name) == 0)
			return &s->server[i];
	return NULL;
}

const char *
ending_text(const struct proc *p, char *buf, size_t size)
{
	char sig[SIG_NAME_SIZE];

	buf[0] = '\0';
	if (!p->dead)
		return buf;
	if (!p->reaped && !p->tid)
		text_add(buf, size, "<defunct>, ");
	if (!p->end.known)
		text_add(buf, size, p->tid ? "ended" : "ended, unknown how");
	else if (p->end.killed)
		text_add(buf, size, "killed by %s%s",
		         sig_name(p->end.code, sig),
		         p->end.dumped ? " (core dumped)" : "");
	else
		text_add(buf, size, "exited %d", p->end.code);
	return buf;
}
