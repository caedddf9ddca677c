/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/facts/scene.h"

#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"

/* Places in time ********************************************************/

/* Here and now: whatever is not in this snapshot yet comes after. */
struct position
scene_here(const struct scene *k)
{
	uint64_t n = k->snapshot->events;

	return (struct position){ n > k->fact->after ? n : k->fact->after,
		                  true };
}

/* Does event b stand behind event a in the order of time? */
static bool
scene_later(const struct scene *k, uint64_t a, uint64_t b)
{
	for (size_t i = timeline_count(k->timeline); i-- > 0;) {
		uint64_t n = timeline_at(k->timeline, i)->n;

		if (n == a)
			return false;
		if (n == b)
			return true;
	}
	return b > a;
}

bool
scene_after(const struct scene *k, uint64_t n, const struct position *p)
{
	if (p->level || p->n <= k->fact->after)
		return n > p->n;
	return scene_later(k, p->n, n);
}

/* The later one of two. */
struct position
scene_last(const struct scene *k, struct position a, struct position b)
{
	if (a.level || b.level)
		return (struct position){ a.n > b.n ? a.n : b.n, true };
	return scene_later(k, a.n, b.n) ? b : a;
}

/* The earlier one of two. */
struct position
scene_first(const struct scene *k, struct position a, struct position b)
{
	if (a.level || b.level)
		return a.n < b.n || (a.n == b.n && b.level) ? a : b;
	return scene_later(k, a.n, b.n) ? a : b;
}

/* When that was. */
int64_t
scene_time_ns(const struct scene *k, const struct position *p)
{
	const struct event *e =
	    p->level ? NULL : timeline_nth(k->timeline, p->n);

	return e ? e->t_ns : k->now_ns;
}

/* Sentences *************************************************************/

/* The node as it was written. */
void
scene_source(const struct scene *k, const struct node *n, char *buf,
             size_t size)
{
	snprintf(buf, size, "%.*s", n->to - n->from, k->fact->text + n->from);
}

/* max(S, V) - min(S, V): how far a set is apart in a value. */
static bool
scene_is_spread(const struct node *n)
{
	const struct node *a = n->left, *b = n->right;

	return n->op == OP_SUBTRACT && a->op == OP_MAX && b->op == OP_MIN &&
	       a->set == b->set && strcmp(a->of, b->of) == 0 &&
	       a->left->op == OP_VALUE && b->left->op == OP_VALUE &&
	       a->left->value == b->left->value;
}

/* "workers", "requests of w1", or as it was written. */
void
scene_describe(const struct scene *k, const struct node *n, char *buf,
               size_t size)
{
	if (n->op == OP_COUNT && n->of[0])
		snprintf(buf, size, "%s of %s", n->set->name, n->of);
	else if (n->op == OP_COUNT)
		snprintf(buf, size, "%s", n->set->name);
	else if (scene_is_spread(n))
		snprintf(buf, size, "difference in %s",
		         n->left->left->value->name);
	else if (n->op == OP_VALUE && (n->value->flags & VALUE_VARIABLE))
		snprintf(buf, size, "%s of %s in %s", n->value->name, n->other,
		         n->name[0] ? n->name : k->each_name);
	else if (n->op == OP_VALUE && !(n->value->flags & VALUE_PORT))
		snprintf(buf, size, "%s of %s", n->value->name,
		         n->name[0] ? n->name : k->each_name);
	else
		scene_source(k, n, buf, size);
}

void
scene_span(int64_t ns, char *buf, size_t size)
{
	struct datum d = { .n = ns };

	value_text(TYPE_TIME, &d, buf, size);
}

/* Values ****************************************************************/

/* The row of those that the set is of.  False: there is none. */
bool
scene_of(const struct scene *k, const struct node *n, const struct proc **of)
{
	*of = n->of[0] ? snapshot_find(k->snapshot, n->of) : NULL;
	return !n->of[0] || *of;
}

/* Two servers have one of that name, and the fact means one. */
static bool
scene_twice(const struct scene *k, const struct proc *p, const char *name,
            struct datum *d)
{
	const struct proc *q = p ? snapshot_twin(k->snapshot, p, name) : NULL;

	if (!q)
		return false;
	memset(d, 0, sizeof(*d));
	d->is = DATUM_UNKNOWN;
	d->why[0] = '\0';
	text_add(d->why, sizeof(d->why),
	         "%s of which server: say %s.%s or %s.%s", name, p->server,
	         name, q->server, name);
	return true;
}

static void
scene_value(const struct scene *k, const struct node *n, struct datum *d)
{
	struct subject s = { .snapshot = k->snapshot,
		             .timeline = k->timeline,
		             .n = n->n,
		             .variable = n->other };

	s.name = n->name[0] ? n->name : k->each_name;
	if (n->name[0])
		s.p = snapshot_find(k->snapshot, n->name);
	else if (!(n->value->flags & VALUE_PORT))
		s.p = k->each;
	if (!n->name[0] || !scene_twice(k, s.p, n->name, d))
		value_get(n->value, &s, d);
}

static void
scene_count(struct scene *k, const struct node *n, struct datum *d)
{
	const struct proc *of;

	memset(d, 0, sizeof(*d));
	if (scene_of(k, n, &of)) {
		d->n = set_count(n->set, k->snapshot, of);
		return;
	}
	d->is = DATUM_UNKNOWN;
	snprintf(d->why, sizeof(d->why), "there is no %s", n->of);
}

/* The next of a set from row *i on, made the one that is spoken of. */
bool
scene_next(struct scene *k, const struct node *n, const struct proc *of, int *i)
{
	for (; *i < k->snapshot->nprocs; ++*i) {
		const struct proc *p = &k->snapshot->proc[*i];

		if (!set_has(n->set, k->snapshot, p, of))
			continue;
		k->each = p;
		if (p->name[0])
			memcpy(k->each_name, p->name, NAME_SIZE);
		else
			snprintf(k->each_name, NAME_SIZE, "pid %d",
			         (int)p->pid);
		++*i;
		return true;
	}
	return false;
}

/* max, min and sum. */
static void
scene_fold(struct scene *k, const struct node *n, struct datum *d)
{
	struct scene each = *k;
	const struct proc *of;
	bool first = true;
	int i = 0;

	scene_count(k, n, d);
	if (d->is != DATUM_KNOWN || !scene_of(k, n, &of))
		return;
	d->n = 0;
	while (scene_next(&each, n, of, &i)) {
		struct datum one;

		scene_datum(&each, n->left, &one);
		if (one.is != DATUM_KNOWN) {
			*d = one;
			d->is = DATUM_UNKNOWN;
			return;
		}
		if (n->op == OP_SUM)
			d->n += one.n;
		else if (first || (n->op == OP_MAX) == (one.n > d->n))
			d->n = one.n;
		first = false;
	}
	if (!first || n->op == OP_SUM)
		return;
	d->is = DATUM_UNKNOWN;
	snprintf(d->why, sizeof(d->why), "there are no %s", n->set->name);
}

static void
scene_add(struct scene *k, const struct node *n, struct datum *d)
{
	struct datum right;

	scene_datum(k, n->left, d);
	scene_datum(k, n->right, &right);
	if (d->is == DATUM_KNOWN && right.is != DATUM_KNOWN)
		*d = right;
	if (d->is != DATUM_KNOWN)
		d->is = DATUM_UNKNOWN;
	else
		d->n += n->op == OP_ADD ? right.n : -right.n;
}

static void
scene_literal(struct scene *k, const struct node *n, struct datum *d)
{
	const struct proc *p;

	memset(d, 0, sizeof(*d));
	d->is = n->none ? DATUM_NONE : DATUM_KNOWN;
	d->n = n->n;
	memcpy(d->name, n->name, NAME_SIZE);
	if (n->type != TYPE_NAME || n->none)
		return;
	p = snapshot_find(k->snapshot, n->name);
	d->pid = p ? p->pid : 0;
}

void
scene_datum(struct scene *k, const struct node *n, struct datum *d)
{
	switch (n->op) {
	case OP_LITERAL:
		scene_literal(k, n, d);
		break;
	case OP_VALUE:
		scene_value(k, n, d);
		break;
	case OP_COUNT:
		scene_count(k, n, d);
		break;
	case OP_ADD:
	case OP_SUBTRACT:
		scene_add(k, n, d);
		break;
	default:
		scene_fold(k, n, d);
	}
}
