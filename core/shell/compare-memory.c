/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The memory of two processes: which of their pages are still the same ones.
 *
 * A page is the same when both have it at one address and the kernel shows
 * one frame (to root), or says of both entries that they are not the only
 * one (to everybody): after a fork all are, until somebody writes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/shell/compare.h"
#include "core/sys/text.h"

#define COMPARE_CHUNK 512 /* entries read at once */
#define COMPARE_LOOKS 50  /* at a thread that runs */

enum part {
	PART_NONE, /* the kernel's own, constants, guards */
	PART_CODE,
	PART_LIBRARIES,
	PART_VARIABLES,
	PART_HEAP,
	PART_MAPPED,
	PART_SHARED,
	PART_STACK
};

/* What is known of one part of both. */
struct pages {
	int64_t a, b;         /* in memory */
	int64_t same;         /* at one address, and one page */
	int64_t own_a, own_b; /* nobody else has them */
	bool meets;           /* the part begins at one address in both */
};

/* Parts *****************************************************************/

/* Does it go on where the file before it ends?  Then it is its .bss. */
static bool
compare_is_bss(const struct compared *c, int i)
{
	const struct proc_map *m = &c->map[i];

	return i > 0 && !m->inode && m->path[0] != '[' && m->write &&
	       m[-1].end == m->start && m[-1].inode && m[-1].write;
}

static enum part
compare_part(const struct compared *c, int i)
{
	const struct proc_map *m = &c->map[i];

	if (strcmp(m->path, "[stack]") == 0)
		return PART_STACK;
	if (strcmp(m->path, "[heap]") == 0)
		return PART_HEAP;
	if (m->shared)
		return PART_SHARED;
	if (m->inode && m->exec)
		return strcmp(m->path, c->exe) == 0 ? PART_CODE
		                                    : PART_LIBRARIES;
	if (!m->write)
		return PART_NONE;
	if (m->inode || compare_is_bss(c, i))
		return PART_VARIABLES;
	return m->path[0] == '[' && strncmp(m->path, "[anon", 5) != 0
	           ? PART_NONE
	           : PART_MAPPED;
}

/* Counting **************************************************************/

static bool
compare_in_memory(uint64_t page)
{
	return page & (PROC_PAGE_PRESENT | PROC_PAGE_SWAPPED);
}

static bool
compare_same_page(uint64_t a, uint64_t b)
{
	if (!(a & b & PROC_PAGE_PRESENT))
		return false;
	if ((a & PROC_PAGE_FRAME) && (b & PROC_PAGE_FRAME))
		return (a & PROC_PAGE_FRAME) == (b & PROC_PAGE_FRAME);
	return !((a | b) & PROC_PAGE_EXCLUSIVE) &&
	       (a & PROC_PAGE_FILE) == (b & PROC_PAGE_FILE);
}

/* The same addresses of both, one chunk after the other. */
static void
compare_count_same(const struct compare *c, const struct proc_map *m,
                   struct pages *pages)
{
	uint64_t a[COMPARE_CHUNK], b[COMPARE_CHUNK], at = m->start;
	uint64_t end = m->end;

	if (end - at > COMPARE_PAGES * (uint64_t)PROC_PAGE_BYTES)
		end = at + COMPARE_PAGES * (uint64_t)PROC_PAGE_BYTES;
	while (at < end) {
		int n = (int)((end - at) / PROC_PAGE_BYTES);
		int got;

		n = n < COMPARE_CHUNK ? n : COMPARE_CHUNK;
		got = procfs_pages(c->e.fs, c->a.proc->pid, at, a, n);
		if (got <= 0)
			return;
		n = procfs_pages(c->e.fs, c->b.proc->pid, at, b, got);
		for (int i = 0; i < got; i++) {
			uint64_t other = i < n ? b[i] : 0;

			pages->a += compare_in_memory(a[i]);
			pages->own_a += (a[i] & PROC_PAGE_EXCLUSIVE) != 0;
			pages->same += compare_same_page(a[i], other);
		}
		at += (uint64_t)got * PROC_PAGE_BYTES;
	}
}

static void
compare_count_own(const struct compare *c, const struct proc_map *m,
                  struct pages *pages)
{
	uint64_t b[COMPARE_CHUNK], at = m->start, end = m->end;

	if (end - at > COMPARE_PAGES * (uint64_t)PROC_PAGE_BYTES)
		end = at + COMPARE_PAGES * (uint64_t)PROC_PAGE_BYTES;
	while (at < end) {
		int n = (int)((end - at) / PROC_PAGE_BYTES);
		int got;

		n = n < COMPARE_CHUNK ? n : COMPARE_CHUNK;
		got = procfs_pages(c->e.fs, c->b.proc->pid, at, b, n);
		if (got <= 0)
			return;
		for (int i = 0; i < got; i++) {
			pages->b += compare_in_memory(b[i]);
			pages->own_b += (b[i] & PROC_PAGE_EXCLUSIVE) != 0;
		}
		at += (uint64_t)got * PROC_PAGE_BYTES;
	}
}

static bool
compare_begins_there(const struct compare *c, const struct proc_map *m,
                     enum part part)
{
	for (int i = 0; i < c->b.nmaps; i++)
		if (c->b.map[i].start == m->start)
			return compare_part(&c->b, i) == part;
	return false;
}

static struct pages
compare_count(const struct compare *c, enum part part)
{
	struct pages pages = { 0 };

	for (int i = 0; i < c->a.nmaps; i++) {
		if (compare_part(&c->a, i) != part)
			continue;
		compare_count_same(c, &c->a.map[i], &pages);
		pages.meets =
		    pages.meets || compare_begins_there(c, &c->a.map[i], part);
	}
	for (int i = 0; i < c->b.nmaps; i++)
		if (compare_part(&c->b, i) == part)
			compare_count_own(c, &c->b.map[i], &pages);
	return pages;
}

/* Rows ******************************************************************/

static void
compare_say_data(const struct compare *c, const char *label, enum part part)
{
	struct pages p = compare_count(c, part);

	if (p.a == 0 && p.b == 0)
		return;
	if (c->one_memory)
		explain_say(&c->e, label, "shared; pages: %" PRId64, p.a);
	else if (p.same)
		explain_say(&c->e, label,
		            "a copy; pages: %" PRId64
		            " still the same, %" PRId64 " of %s's own, %" PRId64
		            " of %s's",
		            p.same, p.own_a, c->a.name, p.own_b, c->b.name);
	else if (p.meets && c->one_program)
		explain_say(&c->e, label,
		            "a copy; pages: none the same any more, %" PRId64
		            " and %" PRId64,
		            p.a, p.b);
	else
		explain_say(&c->e, label,
		            "its own; pages: %" PRId64 " and %" PRId64, p.a,
		            p.b);
}

/* Nobody writes to these; both map the pages that the kernel has of them. */
static void
compare_say_code(const struct compare *c)
{
	struct pages p = compare_count(c, PART_CODE);

	if (c->one_memory)
		explain_say(&c->e, "code", "shared; pages: %" PRId64, p.a);
	else if (!c->one_program)
		explain_say(&c->e, "code", "different program");
	else if (p.same)
		explain_say(&c->e, "code",
		            "shared; pages: %" PRId64
		            " are the same, and nobody may write to them",
		            p.same);
	else
		explain_say(&c->e, "code",
		            "shared; pages: %" PRId64 " and %" PRId64
		            " of one file, at other addresses",
		            p.a, p.b);
}

static bool
compare_has_file(const struct compared *c, const struct proc_map *m)
{
	for (int i = 0; i < c->nmaps; i++) {
		const struct proc_map *other = &c->map[i];

		if (other->inode == m->inode && other->major == m->major &&
		    other->minor == m->minor && other->exec == m->exec &&
		    other->shared == m->shared)
			return true;
	}
	return false;
}

/* How many files stand for a part of `a`, and how many of those `b` has. */
static void
compare_files(const struct compare *c, enum part part, int *all, int *both)
{
	uint64_t last = 0;

	*all = *both = 0;
	for (int i = 0; i < c->a.nmaps; i++) {
		const struct proc_map *m = &c->a.map[i];

		if (compare_part(&c->a, i) != part || !m->inode ||
		    m->inode == last)
			continue;
		last = m->inode;
		(*all)++;
		*both += compare_has_file(&c->b, m);
	}
}

static void
compare_say_libraries(const struct compare *c)
{
	struct pages p = compare_count(c, PART_LIBRARIES);
	int all, both;

	compare_files(c, PART_LIBRARIES, &all, &both);
	if (all == 0)
		return;
	if (c->one_memory || p.same)
		explain_say(&c->e, "libraries",
		            "shared; pages: %" PRId64 " of %d files",
		            c->one_memory ? p.a : p.same, all);
	else if (both)
		explain_say(&c->e, "libraries",
		            "shared: %d of %d files, at other addresses", both,
		            all);
	else
		explain_say(&c->e, "libraries", "its own: none in common");
}

static void
compare_say_shared(const struct compare *c)
{
	int all, both;

	compare_files(c, PART_SHARED, &all, &both);
	if (both)
		explain_say(&c->e, "shared map",
		            "shared: %d of %d, as MAP_SHARED says: what one "
		            "writes there, the other sees",
		            both, all);
	else if (all)
		explain_say(&c->e, "shared map",
		            "%s has %d, none of them is %s's", c->a.name, all,
		            c->b.name);
}

/* It is not to be known of one that runs, and most soon sleep again. */
static uint64_t
compare_stack_pointer(const struct compare *c, const struct compared *of)
{
	struct timespec wait = { .tv_nsec = 200000 };
	uint64_t sp = 0;

	for (int i = 0; i < COMPARE_LOOKS && !sp; i++) {
		sp = procfs_stack_pointer(c->e.fs, of->proc->pid, of->id);
		if (!sp)
			nanosleep(&wait, NULL);
	}
	return sp;
}

/* The mapping that a thread's stack stands in now, or NULL. */
static const struct proc_map *
compare_stack(const struct compare *c, const struct compared *of)
{
	uint64_t sp = of->proc->tid ? compare_stack_pointer(c, of) : 0;

	for (int i = 0; sp && i < of->nmaps; i++)
		if (of->map[i].start <= sp && sp < of->map[i].end)
			return &of->map[i];
	for (int i = 0; !of->proc->tid && i < of->nmaps; i++)
		if (strcmp(of->map[i].path, "[stack]") == 0)
			return &of->map[i];
	return NULL;
}

static void
compare_say_stacks(const struct compare *c)
{
	const struct proc_map *a = compare_stack(c, &c->a);
	const struct proc_map *b = compare_stack(c, &c->b);

	if (!a || !b)
		explain_say(&c->e, "stack",
		            "its own; of one that runs the kernel does not "
		            "say where");
	else if (c->one_memory && a == b)
		explain_say(&c->e, "stack", "shared: one mapping");
	else
		explain_say(&c->e, "stack",
		            "its own%s: at %#" PRIx64 " and at %#" PRIx64,
		            c->one_memory ? ", within the one memory" : "",
		            a->start, b->start);
}

static void
compare_say_tables(const struct compare *c)
{
	int64_t a = c->a.status.vm_pte_kb, b = c->b.status.vm_pte_kb;

	if (c->one_memory)
		explain_say(&c->e, "page tables",
		            "shared: one set, %" PRId64 "K", a);
	else
		explain_say(&c->e, "page tables",
		            "its own: %" PRId64 "K and %" PRId64 "K", a, b);
}

void
compare_memory(struct compare *c)
{
	c->a.nmaps =
	    procfs_maps(c->e.fs, c->a.proc->pid, c->a.map, COMPARE_MAPS);
	c->b.nmaps =
	    procfs_maps(c->e.fs, c->b.proc->pid, c->b.map, COMPARE_MAPS);
	if (c->a.nmaps <= 0 || c->b.nmaps <= 0) {
		explain_say(&c->e, "memory",
		            "the kernel does not tell of the memory of %s",
		            c->a.nmaps <= 0 ? c->a.name : c->b.name);
		return;
	}
	compare_say_code(c);
	compare_say_libraries(c);
	compare_say_data(c, "variables", PART_VARIABLES);
	compare_say_data(c, "heap", PART_HEAP);
	compare_say_data(c, "mapped", PART_MAPPED);
	compare_say_shared(c);
	if (c->a.proc->tid || c->b.proc->tid)
		compare_say_stacks(c);
	else
		compare_say_data(c, "stack", PART_STACK);
	compare_say_tables(c);
}
