/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * set - those of whom a fact speaks together: workers, zombies of p1.
 */
#ifndef CORE_FACTS_SET_H
#define CORE_FACTS_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/watch/snapshot.h"

struct set_row {
	const char *name; /* in the plural: "workers" */
	int kind;         /* the living of this enum kind; or -1: */
	bool (*has)(const struct proc *);
	const char *blurb;
};

/* The row of a word, NULL when there is none; the i-th of so many. */
const struct set_row *set_find(const char *word);
const struct set_row *set_nth(size_t i);
size_t set_words(void);

/*
 * Is a row of the snapshot in the set?  `of`: only of those below this row
 * (or, of a set of threads, in it); NULL: of all.
 */
bool set_has(const struct set_row *, const struct snapshot *,
             const struct proc *, const struct proc *of);

/*
 * How many there are.  Threads are counted as the kernel does: a process has
 * one at least, though only further ones have rows of their own.
 */
int set_count(const struct set_row *, const struct snapshot *,
              const struct proc *of);

#endif
