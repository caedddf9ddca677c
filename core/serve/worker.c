/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at worker_run(); then worker_hear(), which is called for each
 * message of the master.
 */
#include "core/serve/worker.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/serve/counter.h"
#include "core/serve/model.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/title.h"
#include "core/wire/offer.h"

static void worker_channel(void *arg, uint32_t events);

void
worker_tell(struct worker *w, struct msg *m)
{
	if (!w->channel)
		return;
	snprintf(m->name, sizeof(m->name), "w%u", w->reporter.id);
	wire_send(w->channel, m, NULL, 0, NULL);
	if (wire_waiting(w->channel))
		loop_change(w->loop, wire_fd(w->channel), EPOLLIN | EPOLLOUT);
}

static void
worker_tell_state(struct worker *w, enum msg_type type)
{
	struct msg m = msg_make(type, NULL);

	if (type == MSG_LISTENING) {
		m.listening.id = w->reporter.id;
		snprintf(m.listening.address, sizeof(m.listening.address),
		         "127.0.0.1");
	} else {
		m.target.id = w->reporter.id;
		m.target.pid = w->reporter.pid;
	}
	worker_tell(w, &m);
}

/* Connections *************************************************************/

static bool
worker_has_room(const struct worker *w)
{
	const struct model *model = w->settings.model;

	return model->count(w) < w->settings.connections &&
	       (!model->room || model->room(w));
}

/* The answer to a hand-off; `connection` 0: there is room again. */
static void
worker_acknowledge(struct worker *w, uint64_t connection, int accepted)
{
	static struct msg m = { .type = MSG_TAKEN };

	m.t_ns = clock_ns();
	m.handoff.connection = connection;
	m.handoff.id = w->reporter.id;
	m.handoff.accepted = (uint8_t)accepted;
	worker_tell(w, &m);
}

static struct row *
worker_row(const struct worker *w)
{
	return &w->reporter.page->row[w->reporter.row];
}

/*
 * Taken, and ready for another: a word in our row says so.  The master looks
 * there when the next connection comes; if it waits for us now, it gets a
 * message before we sleep (worker_before_sleep).
 */
static void
worker_note_taken(struct worker *w, const struct msg_handoff *handoff)
{
	w->noted = handoff->connection;
	offer_settle(worker_row(w), handoff->place, handoff->connection);
}

static void
worker_before_sleep(void *arg)
{
	struct worker *w = arg;
	struct page *page = w->reporter.page;

	if (w->settings.model->before_sleep)
		w->settings.model->before_sleep(w);
	if (w->noted && atomic_load(&page->master_waits) &&
	    atomic_exchange(&page->master_waits, 0))
		worker_acknowledge(w, w->noted, HANDOFF_TAKEN);
	w->noted = 0;
	w->patience = ROW_OFFERS;
}

enum taken
worker_offer(struct worker *w, int fd, const struct msg_handoff *handoff)
{
	enum taken taken = TAKEN_NOT;

	/* Who aims at one thread need not wait for another one. */
	if (!w->leaving &&
	    ((!w->busy && worker_has_room(w)) || handoff->thread)) {
		worker_held(&w->reporter, 1);
		taken = w->settings.model->take(w, fd, handoff);
		if (taken == TAKEN_NOT)
			worker_held(&w->reporter, -1);
	}
	w->busy = taken != TAKEN_FREE || !worker_has_room(w);
	worker_accept_check(w);
	return taken;
}

static void
worker_take(struct worker *w, const struct msg_handoff *handoff, int fd)
{
	enum taken taken;

	if (!offer_claim(worker_row(w), handoff->place, handoff->connection)) {
		close(fd); /* the master has given it to another */
		return;
	}
	taken = worker_offer(w, fd, handoff);
	if (taken == TAKEN_NOT)
		close(fd);
	w->owes_room = w->busy;
	if (taken == TAKEN_NOT)
		worker_acknowledge(w, handoff->connection, HANDOFF_REFUSED);
	else if (w->owes_room)
		worker_acknowledge(w, handoff->connection, HANDOFF_LAST);
	else
		worker_note_taken(w, handoff);
}

void
worker_closed(struct worker *w)
{
	if (w->leaving) {
		if (w->settings.model->count(w) == 0)
			w->over = true;
		return;
	}
	if (!w->busy || !worker_has_room(w))
		return;
	w->busy = false;
	worker_accept_check(w);
	if (w->owes_room)
		worker_acknowledge(w, 0, HANDOFF_TAKEN);
	w->owes_room = false;
}

void
worker_held(const struct reporter *who, int more)
{
	struct row *row = &who->page->row[who->worker_row];

	atomic_fetch_add(&row->held, (uint32_t)more);
}

/* What it says ************************************************************/

void
worker_answer(struct worker *w, uint32_t seq, const char *why)
{
	struct msg m =
	    msg_say(why ? MSG_FAILED : MSG_DONE, "%s", why ? why : "");

	if (!seq)
		return;
	m.seq = seq;
	worker_tell(w, &m);
}

void
worker_say(struct worker *w, const char *text)
{
	struct msg m = msg_say(MSG_SAY, "%s", text);

	worker_tell(w, &m);
}

/* The channel *************************************************************/

/* "thread 2 w1". */
static void
worker_threads(struct worker *w, const struct msg *m)
{
	const struct model *model = w->settings.model;
	struct err err;

	if (w->leaving)
		err_set(&err, "w%u is leaving", w->reporter.id);
	else if (!model->threads)
		err_set(&err, "w%u gets no more threads: %s", w->reporter.id,
		        model->one_thread);
	else if (model->threads(w, m->target.value, &err) == 0)
		err.text[0] = '\0';
	worker_answer(w, m->seq, err.text[0] ? err.text : NULL);
}

/* "retire w1.t1": answered when it has ended. */
static void
worker_retire(struct worker *w, const struct msg *m)
{
	const struct model *model = w->settings.model;
	struct err err;

	if (w->leaving)
		err_set(&err, "w%u is leaving", w->reporter.id);
	else if (!model->retire)
		err_set(&err, "w%u.t%d cannot be retired alone: %s",
		        w->reporter.id, m->target.value, model->one_thread);
	else if (model->retire(w, (uint32_t)m->target.value, m->seq, &err) == 0)
		return;
	worker_answer(w, m->seq, err.text);
}

static void
worker_leave(struct worker *w)
{
	if (w->leaving)
		return;
	worker_accept_close(w);
	w->leaving = true;
	worker_tell_state(w, MSG_LEAVING);
	w->settings.model->leave(w);
	worker_closed(w);
}

static void
worker_set(struct worker *w, const struct msg *m)
{
	settings_change(&w->settings, m->set.name, m->set.value, NULL);
	gate_poke(&w->gate);
	if (w->settings.model->poke)
		w->settings.model->poke(w, m);
	worker_closed(w); /* there may be more room than before */
}

/* Ours, or that of a child, "w1.f3", which has memory of its own. */
static void
worker_peek(struct worker *w, const struct msg *ask)
{
	const struct model *model = w->settings.model;
	unsigned number = 0;
	struct msg m;

	if (sscanf(ask->name, "w%*u.f%u", &number) == 1) {
		if (!model->peek || model->peek(w, number, ask) < 0)
			worker_answer(w, ask->seq, "it is gone");
		return;
	}
	m = counter_peek(ask);
	worker_tell(w, &m);
}

void
worker_yield(struct worker *w)
{
	if (w->settings.model->yield && !worker_has_room(w))
		w->settings.model->yield(w);
}

/* What it does not know it ignores (node-cluster.md N30). */
static void
worker_hear(struct worker *w, const struct msg *m, const int *fds, int nfds)
{
	if (m->type == MSG_HANDOFF && nfds == 1) {
		worker_take(w, &m->handoff, fds[0]);
		return;
	}
	if (m->type == MSG_ACCEPT && nfds <= 1) {
		worker_accept_open(w, nfds ? fds[0] : -1, &m->handoff);
		return;
	}
	wire_drop_fds(fds, nfds);
	if (m->type == MSG_LEAVE)
		worker_leave(w);
	else if (m->type == MSG_WANTED)
		worker_yield(w);
	else if (m->type == MSG_SET)
		worker_set(w, m);
	else if (m->type == MSG_THREAD)
		worker_threads(w, m);
	else if (m->type == MSG_RETIRE)
		worker_retire(w, m);
	else if (m->type == MSG_VARIABLE)
		worker_peek(w, m);
}

/*
 * The master is gone (DESIGN 8).  Its files are closed a moment before the
 * kernel sends the signal that a worker has asked for: that one waits.
 */
static void
worker_orphaned(struct worker *w)
{
	loop_drop(w->loop, wire_fd(w->channel));
	wire_close(w->channel);
	w->channel = NULL;
	if (w->settings.on_parent_death == DEATH_CHANNEL)
		w->over = true;
}

/* The next message.  Returns whether there was one. */
static bool
worker_read(struct worker *w)
{
	static struct msg m;
	int fds[WIRE_FDS], nfds;
	int got = wire_recv(w->channel, &m, fds, &nfds);

	if (got > 0)
		worker_hear(w, &m, fds, nfds);
	else if (got < 0)
		worker_orphaned(w);
	return got > 0;
}

static void
worker_channel(void *arg, uint32_t events)
{
	struct worker *w = arg;

	if (events & EPOLLOUT && wire_flush(w->channel) == 0 &&
	    !wire_waiting(w->channel))
		loop_change(w->loop, wire_fd(w->channel), EPOLLIN);
	if (!(events & ~(uint32_t)EPOLLOUT))
		return;
	worker_read(w);
}

/*
 * One is served, another has been offered: its descriptor is in the channel,
 * and nobody need ask epoll.  What else there is gets its turn after a few.
 */
static int
worker_next(void *arg)
{
	struct worker *w = arg;

	return w->channel && w->patience-- > 0 && offer_waits(worker_row(w)) &&
	       worker_read(w);
}

/* Birth *******************************************************************/

/* Nothing of the master's but the page, the way to the shell, the channel. */
static void
worker_part(const struct birth *b)
{
	struct rlimit no_core = { 0, 0 };
	int keep[] = { b->channel, b->wake, b->stir };

	child_reset_signals();
	child_close_from(3, keep, 3);
	setrlimit(RLIMIT_CORE, &no_core);
	title_set("forkshop-server w%u", b->id);
}

static int
worker_open(struct worker *w, const struct birth *b, struct err *err)
{
	w->settings = *b->settings;
	w->accept.fd = w->accept.held = w->accept.diag = -1;
	w->reporter = (struct reporter){ .page = b->page,
		                         .row = b->row,
		                         .worker_row = b->row,
		                         .wake = b->wake,
		                         .stir = b->stir,
		                         .id = b->id,
		                         .pid = getpid(),
		                         .tid = gettid() };
	atomic_store(&b->page->row[b->row].pid, w->reporter.pid);
	atomic_store(&b->page->row[b->row].tid, w->reporter.tid);
	w->loop = loop_open(err);
	if (!w->loop)
		return -1;
	gate_init(&w->gate, w->loop, b->page);
	w->channel = wire_open(b->channel, err);
	if (!w->channel)
		return -1;
	return loop_watch(w->loop, b->channel, EPOLLIN, worker_channel, w, err);
}

/* Returns 1 in a child that the model has forked, -1 when nothing turns. */
static int
worker_turns(struct worker *w)
{
	struct err err;

	while (!w->over) {
		if (loop_turn(w->loop, -1, &err) < 0)
			return -1;
		if (w->settings.model->fork && w->settings.model->fork(w) > 0)
			return 1;
	}
	return 0;
}

int
worker_run(const struct birth *b)
{
	static struct worker w;
	struct err err;
	bool alive = true;
	int turns;

	worker_part(b);
	if (b->settings->on_parent_death == DEATH_KILL)
		alive = child_follow_parent(b->master, SIGKILL);
	if (!alive)
		return 0;
	if (worker_open(&w, b, &err) < 0) {
		fprintf(stderr, "forkshop-server w%u: %s\n", b->id, err.text);
		return 1;
	}
	worker_tell_state(&w, MSG_ONLINE);
	if (w.settings.model->open(&w, &err) < 0) {
		fprintf(stderr, "forkshop-server w%u: %s\n", b->id, err.text);
		return 1;
	}
	loop_work(w.loop, worker_next, &w);
	loop_before_sleep(w.loop, worker_before_sleep, &w);
	worker_tell_state(&w, MSG_LISTENING);
	turns = worker_turns(&w);
	if (turns != 0)
		return turns < 0 ? 1 : w.settings.model->child(&w);
	worker_accept_close(&w);
	w.settings.model->close(&w);
	wire_close(w.channel);
	loop_close(w.loop);
	return 0;
}
