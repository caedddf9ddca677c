/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * procfs - the only reader of /proc, proc(5).
 *
 * The root is an argument, so that tests can hand in a tree of their own.
 * Every function returns -1 when the process is gone.
 */
#ifndef CORE_SYS_PROCFS_H
#define CORE_SYS_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/sys/err.h"

#define PROC_COMM_SIZE 64

struct procfs;

/* `root` NULL: the machine's own.  The caller owns what is returned. */
struct procfs *procfs_open(const char *root, struct err *);
void procfs_close(struct procfs *);

/* One line of /proc/PID/stat, or of /proc/PID/task/TID/stat. */
struct proc_stat {
	pid_t pid; /* of the thread, where it is a thread's */
	char comm[PROC_COMM_SIZE];
	char state; /* R running, S sleeping, D in the disk, T stopped,
	               t traced, Z zombie, X dead, I idle */
	pid_t ppid;
	pid_t pgrp;
	pid_t session;
	int tty;     /* device number of the controlling terminal; 0 none */
	pid_t tpgid; /* its foreground group; -1 none */
	uint64_t utime_ticks, stime_ticks; /* clock ticks, see procfs_tick_ns */
	uint64_t ended_ticks; /* both, of children that it has reaped */
	int threads;
	uint64_t start_ticks; /* since boot: with the pid, the identity */
	uint64_t vsize_bytes;
	int64_t rss_kb;
	int processor; /* it ran there last */
	bool ending;   /* KILL is on its way, or its exit has begun */
	int exit_code; /* raw, as from wait(2); of a zombie; 0 if not ours */
};

/* Nanoseconds in one clock tick. */
int64_t procfs_tick_ns(void);

/*
 * A descriptor of `stat` to keep (owned by the caller).  It reads a zombie
 * still, fails after the reap, and never shows another process that was
 * given the same pid.  tid 0: the process itself.
 */
int procfs_stat_open(struct procfs *, pid_t, pid_t tid);

/* Read a kept descriptor once more: one pread(2).  Returns 0 or -1. */
int procfs_stat_read(int fd, struct proc_stat *);

/* Open, read and close. */
int procfs_stat(struct procfs *, pid_t, pid_t tid, struct proc_stat *);

/*
 * The children of one thread (tid 0: of the main one), at most `max`.
 * Returns how many; reliable only while none of them exits.  Where the
 * kernel keeps no list (FORKSHOP_WITHOUT=children), all of /proc is searched
 * and the children of all threads are given.
 */
int procfs_children(struct procfs *, pid_t, pid_t tid, pid_t *pids, int max);

/* The threads of a process, at most `max`, the main one first. */
int procfs_tasks(struct procfs *, pid_t, pid_t *tids, int max);

/* All processes of the machine: on demand only, it costs milliseconds. */
int procfs_all(struct procfs *, pid_t *pids, int max);

/* What /proc/PID/status says; values that were not there are 0. */
struct proc_status {
	unsigned uid, euid, gid, egid;
	uint64_t pending, shared_pending;  /* of the thread; of the process */
	uint64_t blocked, ignored, caught; /* bit sig-1, signal(7) */
	int64_t vm_size_kb, vm_rss_kb, vm_pte_kb, vm_stk_kb;
	int threads;
	int no_new_privs;
	uint64_t voluntary_switches, involuntary_switches;
	char cpus[64]; /* allowed list, as "0-1" */
};

int procfs_status(struct procfs *, pid_t, pid_t tid, struct proc_status *);

/* Totals of /proc/PID/smaps_rollup, in kB.  Walks page tables: on demand. */
struct proc_memory {
	int64_t rss_kb, pss_kb;
	int64_t private_kb; /* clean and dirty: its own */
	int64_t shared_kb;  /* clean and dirty: mapped elsewhere too */
};

int procfs_memory(struct procfs *, pid_t, struct proc_memory *);

/* The command line with blanks for NULs, cleaned; "[comm]" when empty. */
int procfs_cmdline(struct procfs *, pid_t, char *buf, size_t size);

/* A symbolic link of the process: "exe", "cwd", "fd/3".  Ends in NUL. */
int procfs_link(struct procfs *, pid_t, const char *name, char *buf,
                size_t size);

/* Its open descriptors, at most `max`, ascending. */
int procfs_fds(struct procfs *, pid_t, int *fds, int max);

/* Offset and flags of a descriptor, from fdinfo. */
int procfs_fdinfo(struct procfs *, pid_t, int fd, int64_t *pos, int *flags);

/* The process that a pidfd refers to; -1: it is gone, or that is no pidfd. */
pid_t procfs_fdinfo_pid(struct procfs *, pid_t, int fd);

/* The kernel function that it sleeps in ("do_wait"), or "". */
int procfs_wchan(struct procfs *, pid_t, pid_t tid, char *buf, size_t size);

/* The system call that it is in, by number; -1: running, or not to be known. */
int procfs_syscall(struct procfs *, pid_t, pid_t tid);

/* A line of /proc/PID/maps: a range of addresses with something behind it. */
struct proc_map {
	uint64_t start,
	    end; /* addresses; whole pages, end is the first behind */
	bool read, write, exec;
	bool shared;     /* MAP_SHARED: what one writes all see */
	uint64_t offset; /* in the file, bytes */
	unsigned major, minor;
	uint64_t inode; /* of the file; 0: there is none */
	char path[128]; /* of the file, or "[heap]", "[stack]"; "" */
};

/* The first `max` of them, by address.  Returns how many, or -1. */
int procfs_maps(struct procfs *, pid_t, struct proc_map *, int max);

#define PROC_PAGE_BYTES 4096

/*
 * What the page table says of a page.  Who may not see frames (all but root)
 * gets 0 there; the flags everybody gets of processes of his own.
 */
#define PROC_PAGE_PRESENT   (UINT64_C(1) << 63)
#define PROC_PAGE_SWAPPED   (UINT64_C(1) << 62)
#define PROC_PAGE_FILE      (UINT64_C(1) << 61) /* a file's, or shared */
#define PROC_PAGE_EXCLUSIVE (UINT64_C(1) << 56) /* nobody else maps it */
#define PROC_PAGE_FRAME     ((UINT64_C(1) << 55) - 1)

/* `n` entries of /proc/PID/pagemap from `address` up.  How many, or -1. */
int procfs_pages(struct procfs *, pid_t, uint64_t address, uint64_t *entries,
                 int n);

/* Where the stack of a thread ends now; 0: it runs, or that is hidden. */
uint64_t procfs_stack_pointer(struct procfs *, pid_t, pid_t tid);

/* Value of NAME in its environment at exec. */
int procfs_environ(struct procfs *, pid_t, const char *name, char *buf,
                   size_t size);

/* A line of /proc/net/tcp or tcp6; addresses in network byte order. */
struct proc_tcp {
	bool v6;
	uint32_t here[4], there[4]; /* of v4 the first one alone */
	uint16_t port, peer_port;   /* host byte order */
	int state;                  /* as in netinet/tcp.h */
	uint32_t queue;             /* listening: who waits to be accepted */
	uid_t uid;
	uint32_t inode;
};

/* Call fn for each line of both.  Returns 0, or -1 when they are not there. */
int procfs_each_tcp(struct procfs *,
                    void (*fn)(void *arg, const struct proc_tcp *), void *arg);

#endif
