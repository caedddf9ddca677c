/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * explain - what the kernel knows about one process or thread, in words.
 *
 *	cmd-explain.c       the command: who it is, and in which order
 *	explain-use.c       processor, memory, signals
 *	explain-doing.c     its state, and what it waits for
 *	explain-fd.c        its descriptors: what each one is
 *	explain-holders.c   and who of the lab has the other end
 *	explain-balancer.c  what a balancer has
 */
#ifndef CORE_SHELL_EXPLAIN_H
#define CORE_SHELL_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/shell/session.h"
#include "core/sys/diag.h"
#include "core/sys/procfs.h"

#define EXPLAIN_LABEL 12 /* columns before the text */
#define EXPLAIN_WIDTH 78 /* columns of a line */
#define EXPLAIN_FDS   40 /* descriptors that are listed */

/* Who is explained.  All borrowed, for one command. */
struct explain {
	struct session *session;
	struct procfs *fs;
	const struct snapshot *snap;
	const struct proc *proc;
};

/* A label and its text, broken at blanks so that no line is too long. */
void explain_say(const struct explain *, const char *label, const char *fmt,
                 ...) __attribute__((format(printf, 3, 4)));

/* "w1", "shell", "lab", "pid 9412"; returns buf. */
const char *explain_name(const struct proc *, char buf[NAME_SIZE]);

/* explain-balancer.c: of a balancer, its servers */
void explain_balancer(const struct explain *);

/* explain-use.c: a line or more of each */
void explain_processor(const struct explain *, const struct proc_stat *,
                       const struct proc_status *);
void explain_memory(const struct explain *, const struct proc_status *);
void explain_signals(const struct explain *, const struct proc_status *);

/* "INT TERM", "all but KILL STOP": nearly full masks by what is missing. */
void explain_mask(uint64_t mask, char *buf, size_t size);

/*
 * "S: sleeps in epoll_wait: waits for ...".  state: as in proc(5); call: as
 * procfs_syscall() gives it; wchan: the kernel's function, or "".
 */
void explain_doing(char state, int call, const char *wchan, char *buf,
                   size_t size);

enum explain_fd_kind { FD_OTHER, FD_PIPE, FD_SOCKET };

/* Those of the lab that hold something. */
struct explain_who {
	char text[120]; /* "w1 (fd 5), w2 (fd 5)", or "" */
	int more;       /* that found no place there */
	pid_t last;     /* who was added last */
};

/* One descriptor. */
struct explain_fd {
	int fd;
	char link[200]; /* what /proc says: "pipe:[123]" */
	int flags;      /* as for open(2) */
	int64_t pos;    /* offset */
	pid_t pid;      /* of a pidfd; -1 */
	enum explain_fd_kind kind;
	uint32_t inode;       /* of a pipe or socket */
	bool asked;           /* a socket: the kernel told of all there are */
	bool is_tcp, is_unix; /* then these are filled */
	struct diag_tcp tcp;
	struct diag_unix unix_socket;

	uint32_t other; /* inode whose holders are looked for: the other
	                      end's, of a listening socket its own; 0 none */
	struct explain_who ends; /* who holds that */
	struct explain_who same; /* who else holds what it is itself */
};

struct explain_fds {
	int n, all; /* listed, and how many there are; all -1: not known */
	struct explain_fd at[EXPLAIN_FDS];
};

/* "pipe:[123]", "socket:[123]": its kind, and the inode. */
enum explain_fd_kind explain_fd_kind(const char *link, uint32_t *inode);

/* What stands in the list for one; returns buf. */
const char *explain_fd_text(const struct explain *, const struct explain_fd *,
                            char *buf, size_t size);

/* Read and say all of them. */
void explain_descriptors(const struct explain *);

/* explain-holders.c: fill in tcp, unix_socket, other, ends and same. */
void explain_sockets(struct explain_fds *);
void explain_holders(const struct explain *, struct explain_fds *);

#endif
