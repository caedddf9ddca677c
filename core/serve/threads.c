/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thread is born here (threads_start), is told things through its wire, and
 * says through it when it has ended: then it is joined, and its row folded.
 * How many connections it has is the difference of what we have given to it
 * and what it has closed: nobody is woken for each, but when the worker
 * waits for room, or leaves.
 */
#include "core/serve/threads.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/serve/lane.h"
#include "core/serve/model.h"
#include "core/sys/clock.h"
#include "core/wire/offer.h"
#include "core/sys/title.h"

#define THREADS_TIRED_NS (100 * NS_PER_MS)

struct thread {
	struct threads *all; /* borrowed */
	uint32_t number;
	int row;
	pthread_t handle;
	struct lane lane;  /* the thread's, from its start to its join */
	struct wire *wire; /* owned: our end */
	uint64_t given;    /* connections that it got from us */
	uint64_t turn;     /* when it got the last one */
	bool leaving;
	uint32_t seq; /* whom to answer when it has ended; 0 nobody */
};

/* Its life ****************************************************************/

/* In the thread. */
static void *
threads_main(void *arg)
{
	struct thread *t = arg;
	struct msg over = msg_make(MSG_LEAVING, NULL);
	char name[16];

	snprintf(name, sizeof(name), "w%u.t%u", t->lane.reporter.id, t->number);
	title_thread(name);
	lane_run(&t->lane);
	lane_say_ended(&t->lane.reporter, 0);
	wire_send(t->lane.wire, &over, NULL, 0, NULL);
	return NULL;
}

static void
threads_free(struct threads *ts, struct thread *t)
{
	for (int i = 0; i < ts->n; i++)
		if (ts->of[i] == t)
			ts->of[i] = ts->of[--ts->n];
	loop_drop(ts->worker->loop, wire_fd(t->wire));
	wire_close(t->wire);
	lane_close(&t->lane);
	page_row_fold(ts->worker->reporter.page, t->row);
	free(t);
}

/* It has said its last word. */
static void
threads_join(struct thread *t)
{
	struct threads *ts = t->all;
	uint32_t seq = t->seq;

	pthread_join(t->handle, NULL);
	threads_free(ts, t);
	worker_answer(ts->worker, seq, NULL);
	worker_closed(ts->worker);
}

static void
threads_ready(void *arg, uint32_t events)
{
	struct thread *t = arg;
	struct msg m;
	int fds[WIRE_FDS], nfds, got;

	(void)events;
	got = wire_recv(t->wire, &m, fds, &nfds);
	if (got > 0)
		wire_drop_fds(fds, nfds);
	if (got > 0 && m.type == MSG_LEAVING)
		threads_join(t);
	else if (got > 0)
		worker_closed(t->all->worker);
}

static int
threads_launch(struct threads *ts, struct thread *t, bool once, struct err *err)
{
	struct lane_plan plan = { .worker = ts->worker,
		                  .row = t->row,
		                  .number = t->number,
		                  .once = once,
		                  .wants = &ts->wants };
	int ends[2], failed;

	if (wire_pair(ends, err) < 0)
		return -1;
	plan.fd = ends[1];
	t->wire = wire_open(ends[0], err);
	if (!t->wire || lane_open(&t->lane, &plan, err) < 0)
		return -1;
	if (loop_watch(ts->worker->loop, ends[0], EPOLLIN, threads_ready, t,
	               err) < 0)
		return -1;
	failed = pthread_create(&t->handle, NULL, threads_main, t);
	return failed ? err_set(err, "cannot start another thread: %s",
	                        strerrordesc_np(failed))
	              : 0;
}

struct thread *
threads_start(struct threads *ts, bool once, struct err *err)
{
	struct worker *w = ts->worker;
	struct thread *t;

	if (ts->n == SETTINGS_THREADS) {
		err_set(err,
		        "w%u has %d serving threads, which is the most that a "
		        "worker has",
		        w->reporter.id, SETTINGS_THREADS);
		return NULL;
	}
	t = calloc(1, sizeof(*t));
	if (!t) {
		err_sys(err, "no memory for another thread");
		return NULL;
	}
	t->all = ts;
	t->number = ts->last + 1;
	t->row = page_row_take(w->reporter.page, w->reporter.id, t->number);
	if (t->row < 0) {
		err_set(err, "the page of counters has no free row for "
		             "another thread");
		free(t);
		return NULL;
	}
	ts->of[ts->n++] = t;
	if (threads_launch(ts, t, once, err) < 0) {
		threads_free(ts, t);
		return NULL;
	}
	ts->last = t->number;
	return t;
}

int
threads_add(struct threads *ts, int n, struct err *err)
{
	if (n > SETTINGS_THREADS - ts->n)
		return err_set(err,
		               "cannot start %d: w%u has %d serving threads "
		               "and may have %d",
		               n, ts->worker->reporter.id, ts->n,
		               SETTINGS_THREADS);
	for (int i = 0; i < n; i++) {
		struct err why;

		if (threads_start(ts, false, &why))
			continue;
		return err_set(err, "%d of %d threads were started: %.300s", i,
		               n, why.text);
	}
	return 0;
}

/* Connections *************************************************************/

static uint64_t
threads_open_in(const struct thread *t)
{
	return t->given - atomic_load(&t->lane.closed);
}

struct thread *
threads_waiting(const struct threads *ts)
{
	struct thread *best = NULL;

	for (int i = 0; i < ts->n; i++) {
		struct thread *t = ts->of[i];

		if (!t->leaving && threads_open_in(t) == 0 &&
		    (!best || t->turn < best->turn ||
		     (t->turn == best->turn && t->number < best->number)))
			best = t;
	}
	return best;
}

struct thread *
threads_find(const struct threads *ts, uint32_t number)
{
	for (int i = 0; i < ts->n; i++)
		if (ts->of[i]->number == number)
			return ts->of[i];
	return NULL;
}

/*
 * The master hears first: once the thread has read from it, the connection
 * cannot go to another worker any more, should this one die.  Of one that the
 * worker has accepted itself there is nothing to hear, and the number would
 * hide the one of a hand-off that the master has not seen yet.
 */
void
threads_give(struct threads *ts, struct thread *t, int fd,
             const struct msg_handoff *handoff)
{
	const struct reporter *who = &ts->worker->reporter;
	struct msg m = msg_make(MSG_HANDOFF, NULL);

	if (handoff->accepted != HANDOFF_TAKEN)
		offer_settle(&who->page->row[who->row], handoff->place,
		             handoff->connection);
	m.handoff = *handoff;
	if (!t || t->leaving ||
	    wire_try_send(wire_fd(t->wire), &m, &fd, 1) < 0) {
		worker_held(who, -1);
	} else {
		t->given++;
		t->turn = ++ts->turns;
	}
	close(fd);
}

int
threads_count(const struct threads *ts)
{
	uint64_t n = 0;

	for (int i = 0; i < ts->n; i++)
		n += threads_open_in(ts->of[i]);
	return (int)n;
}

/* After what it has open. */
static void
threads_stop(struct thread *t)
{
	struct msg m = msg_make(MSG_LEAVE, NULL);

	t->leaving = true;
	wire_send(t->wire, &m, NULL, 0, NULL);
}

/* All of them *************************************************************/

void
threads_tell(struct threads *ts, const struct msg *m)
{
	for (int i = 0; i < ts->n; i++) {
		ts->of[i]->leaving |= m->type == MSG_LEAVE;
		wire_send(ts->of[i]->wire, m, NULL, 0, NULL);
	}
}

static int
threads_staying(const struct threads *ts)
{
	int n = 0;

	for (int i = 0; i < ts->n; i++)
		n += !ts->of[i]->leaving;
	return n;
}

int
threads_retire(struct threads *ts, uint32_t number, uint32_t seq,
               struct err *err)
{
	struct thread *t = threads_find(ts, number);
	unsigned id = ts->worker->reporter.id;

	if (!t)
		return err_set(err, "w%u has no thread t%u", id, number);
	if (t->leaving)
		return err_set(err, "w%u.t%u is leaving already", id, number);
	if (threads_staying(ts) == 1)
		return err_set(err,
		               "w%u.t%u is the last serving thread of w%u: "
		               "retire w%u itself",
		               id, number, id, id);
	t->seq = seq;
	threads_stop(t);
	return 0;
}

void
threads_before_sleep(struct threads *ts)
{
	bool wants = ts->worker->busy || ts->worker->leaving;

	if (ts->main)
		http_before_sleep(ts->main);
	atomic_store(&ts->wants, wants);
	if (wants) /* perhaps just before we said so */
		worker_closed(ts->worker);
}

static void
threads_rested(void *arg)
{
	struct threads *ts = arg;

	ts->tired = false;
	worker_closed(ts->worker);
}

void
threads_tire(struct threads *ts, const char *why)
{
	if (!ts->tired)
		ts->tired =
		    loop_timer(ts->worker->loop, clock_ns() + THREADS_TIRED_NS,
		               threads_rested, ts) != 0;
	if (!ts->tired_said)
		worker_say(ts->worker, why);
	ts->tired_said = true;
}

struct threads *
threads_open(struct worker *w, struct err *err)
{
	struct threads *ts = calloc(1, sizeof(*ts));

	if (!ts) {
		err_sys(err, "no memory for threads");
		return NULL;
	}
	ts->worker = w;
	return ts;
}

void
threads_close(struct threads *ts)
{
	if (ts->main)
		http_close(ts->main);
	if (ts->n == 0)
		free(ts);
}
