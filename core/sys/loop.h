/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * loop - the one loop that turns in every one of our processes.
 *
 * A turn has one shape everywhere:
 *
 *	sleep until a descriptor is ready or the next timer is due;
 *	signals; then descriptors; then timers;
 *	then queued work until there is none; then before_sleep.
 *
 * While nothing happens and no timer is set, it sleeps without end: no tick
 * wakes anything.  Nothing here is for several threads: one loop, one thread.
 */
#ifndef CORE_SYS_LOOP_H
#define CORE_SYS_LOOP_H

#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "core/sys/err.h"

struct loop;
struct signalfd_siginfo;

#define LOOP_TIMERS 1024 /* timers that may be set at one time */

/* Called with `arg` as given; `events` as in epoll_ctl(2), EPOLLIN and so on. */
typedef void loop_fd_fn(void *arg, uint32_t events);
typedef void loop_fn(void *arg);
typedef void loop_signal_fn(void *arg, const struct signalfd_siginfo *);

/* Returns a new loop that the caller owns, or NULL. */
struct loop *loop_open(struct err *);
void loop_close(struct loop *);

/*
 * Call fn whenever `fd` (borrowed; level-triggered) has one of `events`.  One
 * watch for each descriptor.  loop_change sets other events (0 rests it but
 * for EPOLLHUP and EPOLLERR); loop_drop forgets it and must come before
 * close(fd).  Dropping what is not watched does nothing.  A watch may be
 * dropped from inside any call: it is then not called again in this turn.
 */
int loop_watch(struct loop *, int fd, uint32_t events, loop_fd_fn *, void *,
               struct err *);
void loop_change(struct loop *, int fd, uint32_t events);
void loop_drop(struct loop *, int fd);

/*
 * Call fn once, at the first turn after `at_ns` (clock_ns()).  Returns an id
 * greater than 0, or 0 when LOOP_TIMERS are set already.  loop_cancel of an
 * id that has fired, or of 0, does nothing.
 */
int loop_timer(struct loop *, int64_t at_ns, loop_fn *, void *arg);
void loop_cancel(struct loop *, int id);

/*
 * Block these signals in this thread and call fn for each that arrives
 * (signalfd(2)).  One call for each process; children must reset the mask,
 * which child.h does.  SIGCHLD coalesces: reap in a loop.
 */
int loop_signals(struct loop *, const sigset_t *, loop_signal_fn *, void *,
                 struct err *);

/*
 * Called after timers, again and again until it returns 0: the queue of
 * commands.  It returns whether it did something.  There may be two of them,
 * which take turns.  NULL: none any more.
 */
void loop_work(struct loop *, int (*fn)(void *arg), void *arg);

/* Called at the end of each turn: the place that draws, flushes, arms. */
void loop_before_sleep(struct loop *, loop_fn *, void *arg);

/*
 * One turn.  Sleeps at most until `until_ns` (-1: as long as needed, 0: not
 * at all).  Returns 0, or -1 when epoll_wait(2) failed for good.
 */
int loop_turn(struct loop *, int64_t until_ns, struct err *);

/* Turn until loop_stop() was called.  Returns 0, or -1 as loop_turn. */
int loop_run(struct loop *, struct err *);
void loop_stop(struct loop *);

/* The epoll descriptor (borrowed): readable when a watch is ready. */
int loop_fd(const struct loop *);

#endif
