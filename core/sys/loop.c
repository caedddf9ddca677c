/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at loop_turn().  Watches live in a table indexed by the
 * descriptor; each has a generation, so that an event that epoll reported
 * before its watch was dropped finds nobody.  Timers are a small heap.
 */
#include "core/sys/loop.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/sys/clock.h"

#define LOOP_EVENTS 64 /* taken from the kernel at one time */
#define LOOP_WORKS  2

struct watch_slot {
	loop_fd_fn *fn; /* NULL: nobody */
	void *arg;
	uint32_t generation;
	uint32_t events; /* that the kernel looks for */
};

struct timer {
	int64_t at_ns;
	int id;
	loop_fn *fn;
	void *arg;
};

struct loop {
	int epoll;  /* owned */
	int signal; /* owned: signalfd, or -1 */
	bool stopped;

	struct watch_slot *slots; /* owned: indexed by descriptor */
	int nslots;

	struct timer heap[LOOP_TIMERS]; /* earliest first */
	int ntimers;
	int last_id;

	loop_signal_fn *on_signal;
	void *signal_arg;
	struct {
		int (*fn)(void *);
		void *arg;
	} work[LOOP_WORKS];
	int nworks;
	loop_fn *before_sleep;
	void *before_sleep_arg;
};

struct loop *
loop_open(struct err *err)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop) {
		err_sys(err, "cannot make an event loop");
		return NULL;
	}
	loop->signal = -1;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		err_sys(err, "cannot make an event loop (epoll_create1)");
		free(loop);
		return NULL;
	}
	return loop;
}

void
loop_close(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->signal >= 0)
		close(loop->signal);
	close(loop->epoll);
	free(loop->slots);
	free(loop);
}

/* Watches ***************************************************************/

static int
loop_grow(struct loop *loop, int fd, struct err *err)
{
	int want = (fd + 64) & ~63;
	struct watch_slot *slots;

	if (fd < loop->nslots)
		return 0;
	slots = realloc(loop->slots, (size_t)want * sizeof(*slots));
	if (!slots)
		return err_sys(err, "cannot watch descriptor %d", fd);
	memset(slots + loop->nslots, 0,
	       (size_t)(want - loop->nslots) * sizeof(*slots));
	loop->slots = slots;
	loop->nslots = want;
	return 0;
}

static int
loop_ctl(struct loop *loop, int op, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events };

	loop->slots[fd].events = events;
	ev.data.u64 = (uint64_t)loop->slots[fd].generation << 32 | (uint32_t)fd;
	return epoll_ctl(loop->epoll, op, fd, &ev);
}

int
loop_watch(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn,
           void *arg, struct err *err)
{
	struct watch_slot *slot;

	if (loop_grow(loop, fd, err) < 0)
		return -1;
	slot = &loop->slots[fd];
	slot->generation++;
	slot->fn = fn;
	slot->arg = arg;
	if (loop_ctl(loop, EPOLL_CTL_ADD, fd, events) < 0) {
		slot->fn = NULL;
		return err_sys(err, "cannot watch descriptor %d", fd);
	}
	return 0;
}

void
loop_change(struct loop *loop, int fd, uint32_t events)
{
	if (fd >= 0 && fd < loop->nslots && loop->slots[fd].fn &&
	    loop->slots[fd].events != events)
		loop_ctl(loop, EPOLL_CTL_MOD, fd, events);
}

void
loop_drop(struct loop *loop, int fd)
{
	if (fd < 0 || fd >= loop->nslots || !loop->slots[fd].fn)
		return;
	loop->slots[fd].fn = NULL;
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void
loop_call_watch(struct loop *loop, const struct epoll_event *ev)
{
	int fd = (int)(uint32_t)ev->data.u64;
	uint32_t generation = (uint32_t)(ev->data.u64 >> 32);
	struct watch_slot *slot = &loop->slots[fd];

	if (slot->fn && slot->generation == generation)
		slot->fn(slot->arg, ev->events);
}

/* Timers ****************************************************************/

static void
loop_swap(struct loop *loop, int a, int b)
{
	struct timer t = loop->heap[a];

	loop->heap[a] = loop->heap[b];
	loop->heap[b] = t;
}

static bool
loop_earlier(const struct loop *loop, int a, int b)
{
	const struct timer *x = &loop->heap[a], *y = &loop->heap[b];

	return x->at_ns != y->at_ns ? x->at_ns < y->at_ns : x->id < y->id;
}

static void
loop_sift_up(struct loop *loop, int i)
{
	while (i > 0 && loop_earlier(loop, i, (i - 1) / 2)) {
		loop_swap(loop, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void
loop_sift_down(struct loop *loop, int i)
{
	for (;;) {
		int least = i, left = 2 * i + 1, right = 2 * i + 2;

		if (left < loop->ntimers && loop_earlier(loop, left, least))
			least = left;
		if (right < loop->ntimers && loop_earlier(loop, right, least))
			least = right;
		if (least == i)
			return;
		loop_swap(loop, i, least);
		i = least;
	}
}

static void
loop_remove_timer(struct loop *loop, int i)
{
	loop->heap[i] = loop->heap[--loop->ntimers];
	if (i < loop->ntimers) {
		loop_sift_down(loop, i);
		loop_sift_up(loop, i);
	}
}

int
loop_timer(struct loop *loop, int64_t at_ns, loop_fn *fn, void *arg)
{
	int i = loop->ntimers;

	if (i == LOOP_TIMERS)
		return 0;
	loop->last_id = loop->last_id == INT32_MAX ? 1 : loop->last_id + 1;
	loop->heap[i] = (struct timer){ at_ns, loop->last_id, fn, arg };
	loop->ntimers++;
	loop_sift_up(loop, i);
	return loop->last_id;
}

void
loop_cancel(struct loop *loop, int id)
{
	for (int i = 0; i < loop->ntimers; i++)
		if (loop->heap[i].id == id) {
			loop_remove_timer(loop, i);
			return;
		}
}

/* Timers that a timer sets for now wait for the next turn. */
static void
loop_call_timers(struct loop *loop)
{
	int64_t now_ns = clock_ns();
	int last_id = loop->last_id;

	while (loop->ntimers && loop->heap[0].at_ns <= now_ns &&
	       loop->heap[0].id <= last_id) {
		struct timer t = loop->heap[0];

		loop_remove_timer(loop, 0);
		t.fn(t.arg);
	}
}

/* Signals ***************************************************************/

int
loop_signals(struct loop *loop, const sigset_t *set, loop_signal_fn *fn,
             void *arg, struct err *err)
{
	sigprocmask(SIG_BLOCK, set, NULL);
	loop->on_signal = fn;
	loop->signal_arg = arg;
	loop->signal = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signal < 0)
		return err_sys(err, "cannot listen for signals (signalfd)");
	/* The watch only wakes the loop; loop_turn() reads it first. */
	return loop_watch(loop, loop->signal, EPOLLIN, (loop_fd_fn *)NULL, NULL,
	                  err);
}

static void
loop_call_signals(struct loop *loop)
{
	struct signalfd_siginfo info;

	while (loop->signal >= 0 &&
	       read(loop->signal, &info, sizeof(info)) == (ssize_t)sizeof(info))
		loop->on_signal(loop->signal_arg, &info);
}

/* The turn **************************************************************/

void
loop_work(struct loop *loop, int (*fn)(void *), void *arg)
{
	if (!fn)
		loop->nworks = 0;
	if (!fn || loop->nworks == LOOP_WORKS)
		return;
	loop->work[loop->nworks].fn = fn;
	loop->work[loop->nworks++].arg = arg;
}

/* Returns whether anything was done. */
static bool
loop_call_work(struct loop *loop)
{
	bool done = false;

	for (int i = 0; i < loop->nworks; i++)
		done |= loop->work[i].fn(loop->work[i].arg) != 0;
	return done;
}

void
loop_before_sleep(struct loop *loop, loop_fn *fn, void *arg)
{
	loop->before_sleep = fn;
	loop->before_sleep_arg = arg;
}

/* Milliseconds to sleep, rounded up so that no timer is found too early. */
static int
loop_patience_ms(const struct loop *loop, int64_t until_ns)
{
	int64_t at_ns = until_ns, left_ns;

	if (loop->ntimers && (at_ns < 0 || loop->heap[0].at_ns < at_ns))
		at_ns = loop->heap[0].at_ns;
	if (at_ns < 0)
		return -1;
	if (at_ns == 0)
		return 0;
	left_ns = at_ns - clock_ns();
	if (left_ns <= 0)
		return 0;
	left_ns = (left_ns + NS_PER_MS - 1) / NS_PER_MS;
	return left_ns > INT32_MAX ? INT32_MAX : (int)left_ns;
}

int
loop_turn(struct loop *loop, int64_t until_ns, struct err *err)
{
	struct epoll_event events[LOOP_EVENTS];
	int n;

	n = epoll_wait(loop->epoll, events, LOOP_EVENTS,
	               loop_patience_ms(loop, until_ns));
	if (n < 0 && errno != EINTR)
		return err_sys(err, "the event loop cannot wait (epoll_wait)");
	for (int i = 0; i < n; i++)
		if ((int)(uint32_t)events[i].data.u64 == loop->signal)
			loop_call_signals(loop);
	for (int i = 0; i < n; i++)
		loop_call_watch(loop, &events[i]);
	loop_call_timers(loop);
	while (loop_call_work(loop))
		continue;
	if (loop->before_sleep)
		loop->before_sleep(loop->before_sleep_arg);
	return 0;
}

int
loop_run(struct loop *loop, struct err *err)
{
	loop->stopped = false;
	while (!loop->stopped)
		if (loop_turn(loop, -1, err) < 0)
			return -1;
	return 0;
}

void
loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

int
loop_fd(const struct loop *loop)
{
	return loop->epoll;
}
