/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * same - do two processes or threads have one thing, or one each?
 *
 * Asked of the kernel by kcmp(2), which tells of our own user's processes.
 * Each function returns 1 (one), 0 (one each) or -1: it does not say.
 */
#ifndef CORE_SYS_SAME_H
#define CORE_SYS_SAME_H

#include <sys/types.h>

enum same_what {
	SAME_MEMORY,   /* address space and page tables, CLONE_VM */
	SAME_FILES,    /* table of descriptors, CLONE_FILES */
	SAME_FOLDER,   /* working directory, root and umask, CLONE_FS */
	SAME_HANDLERS, /* what signals do, CLONE_SIGHAND */
};

int same_task(pid_t, pid_t, enum same_what);

/* Do two descriptors lead to one open file, with one offset? */
int same_file(pid_t, int fd, pid_t other, int other_fd);

#endif
