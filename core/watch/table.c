/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/watch/table.h"

#include <stdlib.h>
#include <unistd.h>

static struct member **
table_bucket(struct table *table, pid_t pid)
{
	return &table->bucket[(unsigned)pid % TABLE_BUCKETS];
}

static pid_t
table_number(const struct member *m)
{
	return m->p.tid ? m->p.tid : m->p.pid;
}

/* Into the family of `parent`, behind `after` (NULL: as the first). */
static void
table_link(struct member *m, struct member *parent, struct member *after)
{
	m->parent = parent;
	m->prev = after;
	m->next = after ? after->next : parent->first;
	*(m->next ? &m->next->prev : &parent->last) = m;
	*(after ? &after->next : &parent->first) = m;
}

static void
table_unlink(struct member *m)
{
	struct member *parent = m->parent;

	*(m->prev ? &m->prev->next : &parent->first) = m->next;
	*(m->next ? &m->next->prev : &parent->last) = m->prev;
}

/*
 * Behind which one a new thread stands: by their ids, which grow, and not as
 * they were found, which is by chance.
 */
static struct member *
table_elder_thread(const struct member *parent, pid_t tid)
{
	struct member *elder = NULL;

	for (struct member *m = parent->first; m && m->p.tid; m = m->next)
		if (m->p.tid < tid)
			elder = m;
	return elder;
}

struct member *
table_add(struct table *table, struct member *parent, pid_t pid, pid_t tid)
{
	struct member *m, **bucket;

	if (table->n == TABLE_MAX || !(m = calloc(1, sizeof(*m))))
		return NULL;
	m->p = proc_none();
	m->p.pid = pid;
	m->p.tid = tid;
	m->p.kind = tid ? KIND_THREAD : KIND_OTHER;
	m->stat_fd = m->pidfd = m->row = -1;
	if (parent)
		table_link(m, parent,
		           tid ? table_elder_thread(parent, tid)
		               : parent->last);
	else
		table->root = m;
	bucket = table_bucket(table, table_number(m));
	m->chain = *bucket;
	*bucket = m;
	table->n++;
	return m;
}

void
table_move(struct member *m, struct member *parent)
{
	for (struct member *up = parent; up; up = up->parent)
		if (up == m)
			return; /* nobody is its own ancestor */
	table_unlink(m);
	table_link(m, parent, parent->last); /* NOLINT: never the root's */
}

static void
table_free(struct table *table, struct member *m)
{
	struct member **at = table_bucket(table, table_number(m));

	while (*at != m)
		at = &(*at)->chain;
	*at = m->chain;
	table->n--;
	table->ndead -= m->p.reaped;
	if (m->stat_fd >= 0)
		close(m->stat_fd);
	if (m->pidfd >= 0)
		close(m->pidfd);
	free(m);
}

void
table_remove(struct table *table, struct member *m)
{
	while (m->first)
		table_move(m->first, m->parent);
	table_unlink(m);
	table_free(table, m);
}

void
table_close(struct table *table)
{
	while (table->root && table->root->first)
		table_remove(table, table->root->first); /* NOLINT: unlinked */
	if (table->root)
		table_free(table, table->root);
	table->root = NULL;
}

struct member *
table_find(const struct table *table, pid_t pid, uint64_t start_ticks)
{
	struct member *m = table->bucket[(unsigned)pid % TABLE_BUCKETS];
	struct member *dead = NULL;

	for (; m; m = m->chain) {
		if (table_number(m) != pid ||
		    (start_ticks && m->p.start_ticks &&
		     m->p.start_ticks != start_ticks))
			continue;
		if (!m->p.reaped)
			return m;
		if (!dead)
			dead = m;
	}
	return dead;
}

struct member *
table_next(const struct member *m)
{
	if (m->first)
		return m->first;
	while (m && !m->next)
		m = m->parent;
	return m ? m->next : NULL;
}

struct member *
table_oldest_dead(const struct table *table)
{
	struct member *oldest = NULL;

	for (struct member *m = table->root; m; m = table_next(m))
		if (m->p.reaped &&
		    (!oldest || m->p.changed_ns < oldest->p.changed_ns))
			oldest = m;
	return oldest;
}
