/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * procfs-inside - what the files of procfs have in common.
 *
 *	procfs.c       processes: stat, status, descriptors
 *	procfs-maps.c  their memory: mappings and pages
 *	procfs-net.c   sockets of the machine
 */
#ifndef CORE_SYS_PROCFS_INSIDE_H
#define CORE_SYS_PROCFS_INSIDE_H

#include "core/sys/procfs.h"

#define PROCFS_PATH 96

struct procfs {
	int root;      /* owned: the folder, usually that of the machine */
	bool children; /* the kernel lists them; CONFIG_PROC_CHILDREN */
};

/* Open "PID/what", or "PID/task/TID/what"; owned by the caller. */
int procfs_open_file(struct procfs *, pid_t, pid_t tid, const char *what);

/* Read a whole small file; returns its length, text ends in NUL. */
ssize_t procfs_slurp(struct procfs *, pid_t, pid_t tid, const char *what,
                     char *buf, size_t size);

#endif
