/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * treerow - what stands in each cell of the tree; see treetext.h.
 *
 * First the plan: which process has a row of its own, which ones are counted
 * in a row "3 more ended", and which row is the last one under its parent.
 * Then the rows that are seen are filled.
 */
#include "core/shell/treetext.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"

#define TREE_DEEPEST 32 /* branches further down are drawn as this deep */

/* What becomes of a process. */
enum fate {
	FATE_HIDDEN,
	FATE_SHOWN,
	FATE_ENDED,    /* one row for several dead ones */
	FATE_THREADS,  /* one row for several threads */
	FATE_CHILDREN, /* one row for all whom a worker has forked */
};

struct tree_item {
	enum fate fate;
	bool last;          /* of those that are shown under its parent */
	int count;          /* that a row stands for */
	int alive;          /* FATE_CHILDREN: of these */
	bool answered_last; /* FATE_CHILDREN: one of these */
	int ended, threads; /* children of these kinds ... */
	int ended_seen, threads_seen; /* ... and those already decided */
	int children;                 /* whom a worker has forked ... */
	int first_child;              /* ... the first of these */
	int youngest;                 /* last child that is shown */
};

struct tree_plan {
	const struct snapshot *snap;
	const struct tree_style *style;
	int first, end; /* rows of the snapshot in the subtree */
	uint64_t most;  /* answers of the busiest row */
	struct tree_item item[];
};

/* The plan **************************************************************/

static void
tree_find_range(struct tree_plan *plan)
{
	const struct snapshot *s = plan->snap;
	int i = 0;

	plan->first = 0;
	plan->end = s->nprocs;
	if (!plan->style->root)
		return;
	while (i < s->nprocs &&
	       (s->proc[i].pid != plan->style->root || s->proc[i].tid))
		i++;
	plan->first = plan->end = i;
	if (i >= s->nprocs)
		return;
	do
		plan->end++;
	while (plan->end < s->nprocs &&
	       s->proc[plan->end].depth > s->proc[i].depth);
}

static struct tree_item *
tree_parent(struct tree_plan *plan, int i)
{
	int parent = plan->snap->proc[i].parent;

	return i > plan->first && parent >= plan->first ? &plan->item[parent]
	                                                : NULL;
}

/* Dead, and nobody below it needs its row. */
static bool
tree_ended(const struct snapshot *s, int i)
{
	return s->proc[i].dead && s->proc[i].kind != KIND_THREAD &&
	       (i + 1 >= s->nprocs || s->proc[i + 1].parent != i);
}

/* Model fork makes one for each connection: they would fill the screen. */
static void
tree_count_child(struct tree_plan *plan, struct tree_item *parent, int i)
{
	const struct proc *p = &plan->snap->proc[i];
	struct tree_item *first;

	if (parent->children++ == 0)
		parent->first_child = i;
	first = &plan->item[parent->first_child];
	first->count++;
	first->alive += !p->dead;
	first->answered_last |= p->answered_last;
}

static void
tree_count(struct tree_plan *plan, int i)
{
	const struct proc *p = &plan->snap->proc[i];
	struct tree_item *parent = tree_parent(plan, i);

	if (p->counts && p->kind != KIND_THREAD && p->answered > plan->most)
		plan->most = p->answered;
	if (parent && p->kind == KIND_CHILD && plan->style->tight)
		tree_count_child(plan, parent, i);
	else if (parent && p->kind == KIND_THREAD)
		parent->threads++;
	else if (parent && tree_ended(plan->snap, i))
		parent->ended++;
}

/* How many of n are one row when `max` may stand alone; one never is. */
static int
tree_rest(int n, int max)
{
	return n > max + 1 ? n - max : 0;
}

/* The oldest of the dead ones are one row. */
static void
tree_decide_ended(struct tree_plan *plan, struct tree_item *item,
                  struct tree_item *parent)
{
	int max = plan->style->ended   ? plan->style->ended
	          : plan->style->tight ? 1
	                               : 4;
	int rest = tree_rest(parent->ended, max);
	int nth = parent->ended_seen++;

	if (rest && nth == 0)
		item->fate = FATE_ENDED;
	else if (nth < rest)
		item->fate = FATE_HIDDEN;
	item->count = rest;
}

/*
 * How many threads have a row of their own.  Those of a program that is not
 * ours have no names and no counters: Node alone would fill the screen.
 */
static int
tree_most_threads(const struct tree_plan *plan, int i)
{
	const struct proc *p = &plan->snap->proc[i];

	if (plan->style->threads)
		return plan->style->threads;
	if (p->kind == KIND_OTHER || p->kind == KIND_JOB)
		return plan->style->tight ? 0 : 2;
	return plan->style->tight ? 4 : 8;
}

/* The youngest of the threads are one row. */
static void
tree_decide_thread(struct tree_plan *plan, struct tree_item *item,
                   struct tree_item *parent)
{
	int max = tree_most_threads(plan, (int)(parent - plan->item));
	int rest = tree_rest(parent->threads, max);
	int nth = parent->threads_seen++;

	if (max < 0 || (rest && nth > max))
		item->fate = FATE_HIDDEN;
	else if (rest && nth == max)
		item->fate = FATE_THREADS;
	item->count = rest;
}

static void
tree_decide(struct tree_plan *plan, int i)
{
	struct tree_item *item = &plan->item[i], *parent = tree_parent(plan, i);
	enum kind kind = plan->snap->proc[i].kind;

	item->fate = FATE_SHOWN;
	if (!parent)
		return;
	if (parent->fate != FATE_SHOWN)
		item->fate = FATE_HIDDEN;
	else if (kind == KIND_CHILD && parent->children > 1)
		item->fate =
		    i == parent->first_child ? FATE_CHILDREN : FATE_HIDDEN;
	else if (kind == KIND_THREAD)
		tree_decide_thread(plan, item, parent);
	else if (tree_ended(plan->snap, i))
		tree_decide_ended(plan, item, parent);
	if (item->fate != FATE_HIDDEN)
		parent->youngest = i;
}

/* Returns a plan that the caller frees, or NULL without memory. */
static struct tree_plan *
tree_plan(const struct snapshot *s, const struct tree_style *style)
{
	size_t n = (size_t)s->nprocs;
	struct tree_plan *plan =
	    calloc(1, sizeof(*plan) + n * sizeof(struct tree_item));

	if (!plan)
		return NULL;
	plan->snap = s;
	plan->style = style;
	tree_find_range(plan);
	for (int i = plan->first; i < plan->end; i++)
		tree_count(plan, i);
	for (int i = plan->first; i < plan->end; i++)
		tree_decide(plan, i);
	for (int i = plan->first; i < plan->end; i++)
		if (plan->item[i].youngest)
			plan->item[plan->item[i].youngest].last = true;
	return plan;
}

/* Cells *****************************************************************/

/* "812K", "4.1M", "1.2G". */
static void
tree_kb(char *cell, int64_t kb)
{
	if (kb < 0)
		snprintf(cell, TREE_CELL, "–");
	else if (kb < 1000)
		snprintf(cell, TREE_CELL, "%dK", (int)kb);
	else if (kb < 100 * 1024)
		snprintf(cell, TREE_CELL, "%.1fM", (double)kb / 1024);
	else if (kb < 1000 * 1024)
		snprintf(cell, TREE_CELL, "%dM", (int)(kb / 1024));
	else
		snprintf(cell, TREE_CELL, "%.1fG", (double)kb / 1048576);
}

/* Up to seven digits as they are, then "12.3M". */
static void
tree_amount(char *cell, uint64_t n)
{
	if (n < 10000000)
		snprintf(cell, TREE_CELL, "%" PRIu64, n);
	else if (n < UINT64_C(10000000000))
		snprintf(cell, TREE_CELL, "%.1fM", (double)n / 1e6);
	else
		snprintf(cell, TREE_CELL, "%.1fG", (double)n / 1e9);
}

/* As TIME of ps(1), with the hundredths that teaching needs: "0:01.23". */
static void
tree_time(char *cell, int64_t ns)
{
	uint64_t hundredths = (uint64_t)ns / (10 * NS_PER_MS);
	unsigned minutes = (unsigned)(hundredths / 6000 % 1000000);

	snprintf(cell, TREE_CELL, "%u:%02u.%02u", minutes,
	         (unsigned)(hundredths / 100 % 60),
	         (unsigned)(hundredths % 100));
}

/* As STAT of ps(1): s leads a session, l has threads, + is in front. */
static void
tree_stat(char *cell, const struct proc *p)
{
	bool gone = p->state == 'Z' || p->state == 'X';

	snprintf(cell, TREE_CELL, "%c%s%s%s", p->state ? p->state : '?',
	         p->pid == p->session && !p->tid ? "s" : "",
	         p->threads > 1 && !gone ? "l" : "",
	         p->foreground && !gone ? "+" : "");
}

/* Who was gone before it could be read has none that is known. */
static void
tree_id(char cell[TREE_CELL], pid_t id, const struct proc *p)
{
	if (id == 0 && p->dead)
		strcpy(cell, "–");
	else
		snprintf(cell, TREE_CELL, "%d", (int)id);
}

static void
tree_cells(struct tree_row *row, const struct proc *p)
{
	bool process = p->kind != KIND_THREAD;

	snprintf(row->cell[TREE_PID], TREE_CELL, "%d",
	         (int)(p->tid ? p->tid : p->pid));
	if (process && p->generation)
		snprintf(row->cell[TREE_GENERATION], TREE_CELL,
		         p->generation < 0 ? "?" : "%d", p->generation);
	tree_id(row->cell[TREE_PPID], p->ppid, p);
	tree_id(row->cell[TREE_PGRP], p->pgrp, p);
	tree_stat(row->cell[TREE_STAT], p);
	snprintf(row->cell[TREE_CPU], TREE_CELL, "%d", p->processor);
	tree_time(row->cell[TREE_TIME], p->cpu_ns);
	snprintf(row->cell[TREE_THREADS], TREE_CELL, "%d", p->threads);
	tree_kb(row->cell[TREE_MEMORY], p->rss_kb);
	tree_kb(row->cell[TREE_OWN], p->private_kb);
	snprintf(row->cell[TREE_OPEN], TREE_CELL, "%u", (unsigned)p->open);
	tree_amount(row->cell[TREE_REQUESTS], p->answered);
	/* Threads share their process's memory; the dead use none. */
	for (int c = TREE_CPU; c <= TREE_OWN; c++)
		if (p->dead && c != TREE_TIME)
			strcpy(row->cell[c], "–");
	for (int c = TREE_THREADS; c <= TREE_OWN; c++)
		if (!process)
			strcpy(row->cell[c], "");
	for (int c = TREE_OPEN; c <= TREE_REQUESTS; c++)
		if (!p->counts)
			strcpy(row->cell[c], "–");
}

/* Branch and command ****************************************************/

/* Does `cmd` hold `name` as a word? */
static bool
tree_named(const char *cmd, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = strstr(cmd, name); s; s = strstr(s + 1, name))
		if ((s == cmd || s[-1] == ' ') &&
		    (s[len] == '\0' || s[len] == ' '))
			return true;
	return false;
}

/* "forkshop --port 0", of "/usr/local/bin/forkshop --port 0". */
static const char *
tree_without_folder(const char *cmd)
{
	const char *name = cmd;

	for (const char *s = cmd; *s && *s != ' '; s++)
		if (*s == '/')
			name = s + 1;
	return name;
}

static void
tree_command(struct tree_row *row, const struct proc *p)
{
	bool hidden = p->kind == KIND_SHELL || p->kind == KIND_LAB ||
	              !p->name[0] || tree_named(p->cmd, p->name);
	char raw[sizeof(row->command)];

	if (p->kind == KIND_THREAD)
		snprintf(raw, sizeof(raw), "{%s}",
		         p->name[0] ? p->name : p->cmd);
	else if (p->kind == KIND_SHELL)
		snprintf(raw, sizeof(raw), "%s", tree_without_folder(p->cmd));
	else if (hidden)
		snprintf(raw, sizeof(raw), "%s", p->cmd);
	else
		snprintf(raw, sizeof(raw), "[%s] %s", p->name, p->cmd);
	text_clean(row->command, sizeof(row->command), raw, strlen(raw));
	if (p->dead)
		ending_text(p, row->ending, sizeof(row->ending));
	else
		snprintf(row->ending, sizeof(row->ending), "%s", p->doing);
}

static const struct {
	const char *child, *last_child, *line, *gap;
} tree_strokes[] = {
	// clang-format off
	[TREE_ASCII]  = { " \\_ ", " \\_ ", " |  ", "    " },
	[TREE_BOX]    = { "├─ ",   "└─ ",   "│  ",  "   " },
	[TREE_INDENT] = { "  ",    "  ",    "  ",   "  " },
	// clang-format on
};

/* From the row's ancestors down to itself. */
static void
tree_branch(const struct tree_plan *plan, int i, char branch[TREE_BRANCH])
{
	enum tree_lines lines = plan->style->lines;
	int line[TREE_DEEPEST], n = 0;

	branch[0] = '\0';
	for (int at = i; at > plan->first && n < TREE_DEEPEST;
	     at = plan->snap->proc[at].parent)
		line[n++] = at;
	while (n-- > 0) {
		bool last = plan->item[line[n]].last;

		if (n > 0)
			text_add(branch, TREE_BRANCH, "%s",
			         last ? tree_strokes[lines].gap
			              : tree_strokes[lines].line);
		else
			text_add(branch, TREE_BRANCH, "%s",
			         last ? tree_strokes[lines].last_child
			              : tree_strokes[lines].child);
	}
}

/* Rows ******************************************************************/

static enum tree_hint
tree_hint(const struct snapshot *s, const struct proc *p)
{
	if (p->dead)
		return p->reaped ? TREE_IS_DEAD : TREE_IS_ZOMBIE;
	if (p->state == 'T' || p->state == 't')
		return TREE_IS_STOPPED;
	if (p->born_ns && s->t_ns - p->born_ns < NS_PER_S)
		return TREE_IS_NEW;
	if (p->kind == KIND_THREAD)
		return TREE_IS_THREAD;
	return p->state == 'R' ? TREE_IS_RUNNING : TREE_IS_SLEEPING;
}

/* "… 17 more ended", "… 6 threads", "… 8 children, 31 ended" */
static void
tree_more(const struct tree_plan *plan, int i, struct tree_row *row)
{
	const struct tree_item *item = &plan->item[i];
	int parent = plan->snap->proc[i].parent, n = item->count;
	size_t size = sizeof(row->command);

	row->hint = TREE_IS_MORE;
	row->arrow = item->fate == FATE_CHILDREN && item->answered_last;
	if (item->fate == FATE_ENDED)
		snprintf(row->command, size, "… %d more ended", n);
	else if (item->fate == FATE_THREADS)
		snprintf(row->command, size, "… %d %sthreads", n,
		         tree_most_threads(plan, parent) ? "more " : "");
	else if (item->alive == n)
		snprintf(row->command, size, "… %d children", n);
	else if (item->alive == 0)
		snprintf(row->command, size, "… %d children ended", n);
	else
		snprintf(row->command, size, "… %d child%s, %d ended",
		         item->alive, item->alive == 1 ? "" : "ren",
		         n - item->alive);
}

static void
tree_fill(const struct tree_plan *plan, int i, struct tree_row *row)
{
	const struct tree_item *item = &plan->item[i];
	const struct proc *p = &plan->snap->proc[i];

	memset(row, 0, sizeof(*row));
	row->bar = -1;
	tree_branch(plan, i, row->branch);
	if (item->fate != FATE_SHOWN) {
		tree_more(plan, i, row);
		return;
	}
	row->proc = p;
	row->hint = tree_hint(plan->snap, p);
	row->arrow = p->answered_last;
	if (p->counts)
		row->bar =
		    plan->most ? (int)(p->answered * 1000 / plan->most) : 0;
	if (row->bar > 1000)
		row->bar = 1000;
	tree_cells(row, p);
	tree_command(row, p);
}

size_t
tree_rows(const struct snapshot *s, const struct tree_style *style,
          size_t first, struct tree_row *rows, size_t max)
{
	struct tree_plan *plan = tree_plan(s, style);
	size_t n = 0;

	if (!plan)
		return 0;
	for (int i = plan->first; i < plan->end; i++) {
		if (plan->item[i].fate == FATE_HIDDEN)
			continue;
		if (n >= first && n - first < max)
			tree_fill(plan, i, &rows[n - first]);
		n++;
	}
	free(plan);
	return n;
}
