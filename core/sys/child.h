/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * child - the only fork and the only exec, and what belongs to them:
 * waiting, and signals that cannot reach a stranger.
 */
#ifndef CORE_SYS_CHILD_H
#define CORE_SYS_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/sys/err.h"

#define CHILD_FDS 8

/*
 * fork(2) without exec: the child goes on from here with a copy of
 * everything.  Returns twice: 0 in the child, the child's pid in the parent,
 * or -1 in the parent with err filled.  Call it only from a process with one
 * thread.
 */
pid_t child_fork(struct err *);

/*
 * End a process that child_fork() made: without what its parent has
 * registered for its own end, and has in its buffers (_exit(2)).
 */
_Noreturn void child_leave(int status);

/*
 * For a forked child that goes on without exec: default dispositions and an
 * empty mask for all signals, so that the parent's signalfd and handlers are
 * not its own.
 */
void child_reset_signals(void);

/* Close every descriptor from `first` up, but for the `nkeep` in keep[]. */
void child_close_from(int first, const int *keep, int nkeep);

/*
 * Ask for a signal when the parent ends (PR_SET_PDEATHSIG, prctl(2)).
 * Returns false when the parent was not `parent` any more: it died before
 * we asked, and nothing will come.
 */
bool child_follow_parent(pid_t parent, int sig);

/* What a new program gets.  Everything is borrowed for the call. */
struct child_plan {
	const char *file;        /* looked for in PATH when without a slash */
	const char *const *argv; /* ends in NULL */
	const char *const *env;  /* more NAME=VALUE, ends in NULL; or NULL */
	const char *cwd;         /* or NULL: ours */
	int fds[CHILD_FDS];      /* fds[i] becomes descriptor i; -1: closed */
	int nfds;                /* all other descriptors are closed */
	bool own_group;          /* a process group of its own */
	int tty;                 /* make that group its foreground; or -1 */
	int death_signal;        /* when we end; 0: none */
};

/*
 * Fork and exec one program, with default signal mask, dispositions and
 * limits as `child_limits_keep` remembered them, with no_new_privs (prctl(2))
 * and without our descriptors.  Returns its pid once the exec has succeeded,
 * or -1 with err ("cannot start X: No such file or directory").  *pidfd
 * (owned by the caller) refers to it.
 */
pid_t child_spawn(const struct child_plan *, int *pidfd, struct err *);

/*
 * First of all in main(): where 0, 1 or 2 are closed (`forkshop >&-`), the
 * next descriptors of ours would be taken for them.  /dev/null stands there
 * from now on; it is empty, and what is written to it fails with EBADF.
 */
void child_standard_fds(void);

/* execvp(3): become `file`.  Returns only when that failed, with errno. */
void child_exec(const char *file, char *const *argv);

/*
 * A session of its own with `tty` as its controlling terminal (setsid(2),
 * TIOCSCTTY).  Fails in a group leader.
 */
int child_new_session(int tty, struct err *);

/*
 * Adopt the orphans of our descendants (PR_SET_CHILD_SUBREAPER).
 */
int child_adopt_orphans(struct err *);

/*
 * Raise the soft limit of descriptors to the hard one for ourselves, and
 * remember the old one for child_spawn.
 */
void child_raise_limits(void);

/* What waitid(2) had to tell.  Exactly one of the four. */
enum child_change {
	CHILD_EXITED,
	CHILD_KILLED,
	CHILD_STOPPED,
	CHILD_CONTINUED
};

struct child_news {
	pid_t pid;
	enum child_change change;
	int code;    /* exit code, or the signal */
	bool dumped; /* CHILD_KILLED with a core */
	int raw;     /* the status as wait(2) would give it */
};

/*
 * Look, without waiting, for a child that ended, stopped or went on.  An
 * ended one stays a zombie, so that its pid cannot become another's before
 * everybody was told: call child_reap() before the next child_next().
 * Returns 1 with *news filled, 0 when there is none now, -1 when there are no
 * children at all.
 */
int child_next(struct child_news *news);

/* Reap a child.  Returns 0, or -1 when it has not ended or is not ours. */
int child_reap(pid_t);

/* A pidfd (owned by the caller, close-on-exec) of a process, or -1. */
int child_pidfd(pid_t, struct err *);

/* Has the process of this pidfd ended? */
bool child_ended(int pidfd);

/* Signal the process of a pidfd (pidfd_send_signal(2)); 0 only asks. */
int child_signal(int pidfd, int sig, struct err *);

/* Signal one thread of a process, held in place by its leader's pidfd. */
int child_signal_thread(int pidfd, pid_t pid, pid_t tid, int sig, struct err *);

/* Signal a group of which the caller holds an unreaped member. */
int child_signal_group(pid_t pgid, int sig, struct err *);

#endif
