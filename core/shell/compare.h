/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compare - what two processes or threads have in common, row by row.
 *
 *	cmd-compare.c     the command: who they are, and in which order
 *	compare-memory.c  their memory, kind by kind, page by page
 *	compare-table.c   descriptors, folder, handlers, masks, user
 *
 * Every row comes from the kernel: kcmp(2), the mappings, the page tables.
 */
#ifndef CORE_SHELL_COMPARE_H
#define CORE_SHELL_COMPARE_H

#include <stdbool.h>

#include "core/shell/explain.h"
#include "core/sys/same.h"

#define COMPARE_MAPS  2048
#define COMPARE_PAGES 262144 /* of one mapping that are looked at: 1 GB */

/* One of the two. */
struct compared {
	const struct proc *proc; /* borrowed */
	char name[NAME_SIZE];
	pid_t id; /* tid of a thread, pid of a process */
	char exe[256];
	struct proc_status status;
	int nmaps;
	struct proc_map map[COMPARE_MAPS];
};

struct compare {
	struct explain e; /* says the rows */
	bool one_memory;  /* threads of one process */
	bool one_program;
	struct compared a, b;
};

/* Is it one for both?  Where kcmp(2) says nothing, threads have all. */
bool compare_one(const struct compare *, enum same_what);

/* "shared: one table, 12 entries" and so on: a row, or a few. */
void compare_memory(struct compare *);
void compare_descriptors(const struct compare *);
void compare_folder(const struct compare *);
void compare_signals(const struct compare *);
void compare_user(const struct compare *);

#endif
