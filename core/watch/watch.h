/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch - what is true now, and what was.
 *
 * It is told every message of the lab and the masters, drains the rings of
 * the shared pages, hears the kernel's births where the probe allows, keeps a
 * `stat` descriptor for each process, and makes of it events (timeline) and
 * snapshots.  While nothing happens it reads nothing and sets no timer.
 */
#ifndef CORE_WATCH_WATCH_H
#define CORE_WATCH_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/sys/err.h"
#include "core/sys/loop.h"
#include "core/watch/snapshot.h"
#include "core/watch/timeline.h"
#include "core/wire/msg.h"
#include "core/wire/page.h"

struct watch;

/* Values that make no event and are read only while somebody wants them. */
enum watch_want {
	WANT_MEMORY = 1, /* private_kb */
	WANT_STATUS = 2, /* switches, processors, masks, uid */
	WANT_FDS = 4,
	WANT_STAT = 8, /* state, threads, rss_kb, cpu_ns: what `stat` says */
};

/*
 * `loop` and `timeline` are borrowed.  The root of the tree is this process.
 * `changed` is called, at most once per turn of the loop, when there are
 * new events or a new snapshot: among the timers, so after all messages of
 * the turn were heard and before its commands run and anything is drawn.
 */
struct watch *watch_open(struct loop *, struct timeline *, loop_fn *changed,
                         void *arg, struct err *);
void watch_close(struct watch *);

/*
 * `fn` is called before what balancers and servers report becomes events: it
 * takes in what clients have said by wire, as they say from where they
 * connect before they do.
 */
void watch_hear_first(struct watch *, loop_fn *fn);

/* The lab runs.  Its pidfd stays the caller's. */
void watch_lab(struct watch *, pid_t lab);

/*
 * Tell it a name before the process is born: the lab's STARTED of `name`
 * will be of this kind, drawn with this command.
 */
void watch_expect(struct watch *, const char *name, enum kind, const char *cmd);

/*
 * A server: its page is borrowed, and read until watch_forget, which comes
 * before the page is unmapped; its rows keep what was counted last.  A
 * server that is started again under its name begins anew.  Returns -1 when
 * SNAPSHOT_SERVERS are there.  A balancer has no model: NULL.  One eventfd wakes us for all servers.
 */
int watch_server(struct watch *, const char *name, struct page *,
                 const char *policy, const char *model,
                 const char *on_parent_death);
void watch_forget(struct watch *, const char *name);

/* It has that many workers, as the load asks; most 0: not any more. */
void watch_server_scale(struct watch *, const char *name, int least, int most);
void watch_server_set(struct watch *, const char *name, const char *policy,
                      const char *model);
int watch_wake_fd(struct watch *); /* the eventfd to hand to servers */

/*
 * A message from the lab (server NULL) or from the master of `server`.
 * Descriptors that it keeps (pidfds) are set to -1 in fds; the caller closes
 * the others.
 */
void watch_message(struct watch *, const char *server, const struct msg *,
                   int *fds, int nfds);

/* What a puppet or a thread (tid) of it does: "in wait4()"; "" nothing. */
void watch_doing(struct watch *, pid_t, const char *text);

/*
 * A puppet's string was cut inside execve(2): it has become this program,
 * which may have ended before anybody could look.
 */
void watch_became(struct watch *, pid_t, const char *cmd);

/* A puppet has reaped a child of its own, and says what wait(2) told. */
void watch_waited(struct watch *, pid_t parent, pid_t, int status);

/* What a process says of a variable of its own; a worker, until it serves. */
void watch_variable(struct watch *, pid_t, const char *name,
                    const struct msg_variable *);

/* Something that the shell itself did or knows: SIGNAL, REFUSED, NOTE ... */
void watch_event(struct watch *, const struct event *);

/*
 * The pidfd of a process of the lab (borrowed), -1 when it is not one or is
 * gone.  For one that was not sent by its parent, it is opened and its
 * identity (pid, start time) is checked afterwards, so no stranger is hit.
 */
int watch_pidfd(struct watch *, pid_t, struct err *);

/* What is true now (borrowed until the next turn; snapshot_take to keep). */
const struct snapshot *watch_snapshot(struct watch *);

/* Read values without events from now on (a mask of enum watch_want), or 0. */
void watch_want(struct watch *, int mask);

/*
 * How long a dead row stays: nanoseconds, or -1: until watch_next_command().
 */
void watch_linger(struct watch *, int64_t ns);
void watch_next_command(struct watch *);

/* Read everything once, now: the tree command, facts, tests want the truth. */
void watch_refresh(struct watch *);

#endif
