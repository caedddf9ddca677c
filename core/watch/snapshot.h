/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * snapshot - the tree at one instant, immutable.
 *
 * Views draw it, facts are evaluated over it, tests print it as text.
 * Nobody who holds one asks the kernel anything.
 */
#ifndef CORE_WATCH_SNAPSHOT_H
#define CORE_WATCH_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/wire/call.h"
#include "core/wire/msg.h"

/* X(NAME, word): what a row of the tree is. */
#define KINDS(X)                                                               \
	X(SHELL, "shell")                                                      \
	X(LAB, "lab")                                                          \
	X(MASTER, "master")                                                    \
	X(WORKER, "worker")                                                    \
	X(BALANCER, "balancer")                                                \
	X(CLIENT, "client")                                                    \
	X(PUPPET, "puppet")                                                    \
	X(JOB, "job")                                                          \
	X(CHILD, "child")                                                      \
	X(OTHER, "process")                                                    \
	X(THREAD, "thread")

enum kind {
#define X(NAME, word) KIND_##NAME,
	KINDS(X)
#undef X
};

const char *kind_word(enum kind);

/* Where a worker is in its life (node-cluster.md N1). */
enum worker_life {
	LIFE_NONE, /* not a worker */
	LIFE_STARTING,
	LIFE_ONLINE,
	LIFE_LISTENING,
	LIFE_LEAVING,
	LIFE_DEAD
};

/* How a process ended; what is not known is said so. */
struct ending {
	bool known;
	bool killed; /* by a signal: code is its number; else the exit code */
	bool dumped;
	int code;
	int raw; /* as from wait(2) */
};

/* A variable, as its process has told; see value(p1, x) of facts. */
struct proc_var {
	char name[CALL_VAR_SIZE];
	int64_t value;
	uint64_t address;
};

struct proc {
	/* identity */
	char name[NAME_SIZE]; /* "w1", "w1.t1", "j3"; "" when it has none */
	enum kind kind;
	pid_t pid;
	pid_t tid; /* of a thread; 0 for a process */
	uint64_t start_ticks;
	uint32_t id, thread;    /* of a worker and its thread */
	char server[NAME_SIZE]; /* of a worker, thread: its master's name */
	char cmd[160];          /* as ps shows it, cleaned */

	/* the tree: rows stand in drawing order, a parent before its children */
	int parent; /* index of the parent's row, -1: the root */
	int depth;
	bool last; /* the last child of its parent */
	pid_t ppid, pgrp, session;
	int generation;  /* by birth: 1 a child of the lab's; -1 not known */
	bool foreground; /* its group has the lab's terminal */

	/* life */
	char state; /* R S D T t Z I as in proc(5); X: reaped */
	enum worker_life life;
	bool dead;         /* ended; a zombie or reaped row that lingers */
	bool reaped;       /* its parent has waited */
	bool adopted;      /* its first parent has died */
	bool told;         /* it was told to leave */
	struct ending end; /* where dead */
	int64_t born_ns, ended_ns, changed_ns; /* clock_ns(); 0 unknown */

	char doing[48]; /* "in wait4(), 1 call waits": of a puppet */

	int nvars; /* of a puppet, until it execs; of a worker that was asked */
	struct proc_var var[CALL_VARS];

	/* use of the machine */
	int processor;
	int threads;
	int64_t rss_kb;
	int64_t private_kb; /* -1: not read (it costs; see watch_want) */
	int64_t cpu_ns;     /* user and system time */
	int64_t switches;   /* voluntary and not; -1: not read */
	int64_t processors; /* that it may run on; -1: not read */
	int fds;            /* open descriptors; -1: not read */
	int64_t pending, blocked, ignored, caught; /* masks; -1: not read */
	int uid;                                   /* -1: not read */

	/* requests; only where `counts` */
	bool counts;
	uint64_t started, answered, done, failed, accepted;
	uint32_t open;      /* connections open now */
	int64_t last_ns;    /* of the last request */
	bool answered_last; /* the row that answered last, in the whole lab */
};

struct server {
	char name[NAME_SIZE];
	pid_t pid;
	bool up;       /* its master lives */
	bool balancer; /* it has servers, and no workers: */
	int backends, backends_up;
	uint16_t port, private_port;
	bool listening;
	char policy[24], model[24], on_parent_death[16];
	int least_workers, most_workers; /* as the load asks; most 0: not */
	uint64_t started, answered, done, failed, accepted; /* ended ones too */
	uint64_t lost; /* reports that were dropped */
};

#define SNAPSHOT_SERVERS 16

struct snapshot {
	int refs; /* private to snapshot.c */
	int64_t t_ns;
	uint64_t events;  /* number of the newest event that it contains */
	pid_t foreground; /* group that has the lab's terminal; 0 the lab */
	int nservers;
	struct server server[SNAPSHOT_SERVERS];
	int nprocs;
	struct proc proc[]; /* in drawing order */
};

/*
 * Make one: room for `room` rows, then its rows in drawing order, the root
 * first.  `parent` is the index of a row that was added before; depth and
 * last are found here.  Whoever made it owns the first reference.
 */
struct snapshot *snapshot_make(int room);
struct proc *snapshot_add(struct snapshot *, int parent, const struct proc *);

/* A row of which nothing is known: what was not read is -1. */
struct proc proc_none(void);

/* Take another reference; give one up (NULL is fine). */
const struct snapshot *snapshot_take(const struct snapshot *);
void snapshot_drop(const struct snapshot *);

/*
 * Find a row: by name ("w1", "web", "w1.t1", "web.w1" where two servers have
 * one), or by pid or tid in digits.  The living one is preferred to a dead
 * row of the same name.  NULL when there is none.
 */
const struct proc *snapshot_find(const struct snapshot *, const char *name);

/*
 * Another one that lives and has the same name in another server: then the
 * name alone does not say which.  NULL when there is none.
 */
const struct proc *snapshot_twin(const struct snapshot *, const struct proc *,
                                 const char *name);
const struct proc *snapshot_pid(const struct snapshot *, pid_t);
const struct server *snapshot_server(const struct snapshot *, const char *);

/* "killed by TERM", "exited 7", "<defunct>, exited 0", "ended, unknown how". */
const char *ending_text(const struct proc *, char *buf, size_t size);

#endif
