/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scene - what one evaluation looks at, and the values that it finds there.
 * Nobody outside this room sees it.
 */
#ifndef CORE_FACTS_SCENE_H
#define CORE_FACTS_SCENE_H

#include "core/facts/node.h"

struct scene {
	struct fact *fact; /* borrowed, as are the others */
	const struct snapshot *snapshot;
	const struct timeline *timeline;
	int64_t now_ns;
	const struct proc *each; /* inside all() and the like, or NULL */
	char each_name[NAME_SIZE];
};

/* Here and now: whatever is not in this snapshot yet comes after. */
struct position scene_here(const struct scene *);

/* Is event n behind this place? */
bool scene_after(const struct scene *, uint64_t n, const struct position *);

/* The later one of two; the earlier one. */
struct position scene_last(const struct scene *, struct position,
                           struct position);
struct position scene_first(const struct scene *, struct position,
                            struct position);

/* When that was, clock_ns(). */
int64_t scene_time_ns(const struct scene *, const struct position *);

/* The node as it was written; or as "workers", "requests of w1". */
void scene_source(const struct scene *, const struct node *, char *buf,
                  size_t size);
void scene_describe(const struct scene *, const struct node *, char *buf,
                    size_t size);

/* "500 ms". */
void scene_span(int64_t ns, char *buf, size_t size);

/* The value of any node that is no statement; of a VALUE, even if it is. */
void scene_datum(struct scene *, const struct node *, struct datum *);

/*
 * The row that the set of a node is of, NULL when of none.  Returns false
 * when there is no such row.
 */
bool scene_of(const struct scene *, const struct node *,
              const struct proc **of);

/*
 * The next one of the node's set, from row *i on, becomes the scene's `each`.
 * Returns false when there is none.
 */
bool scene_next(struct scene *, const struct node *, const struct proc *of,
                int *i);

#endif
