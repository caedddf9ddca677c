/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The shared pages: reports become events, counters go into snapshots.
 *
 * One eventfd wakes us for all servers.  A writer pays for it only when the
 * rings are armed (page_sleep).  After a drain they are armed again at once,
 * so that a single request is seen stage by stage; but when that happened
 * FRAME_DRAINS times in one frame, a storm is on, and the next drain comes
 * with the next frame: sixty times a second, whatever the load.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/watch/inside.h"

#define FRAME_NS     (16 * NS_PER_MS)
#define FRAME_DRAINS 4
#define BATCH_MAX    65536 /* reports taken in one drain */

/* A report on its way from a ring into the timeline. */
struct reported {
	struct report report;
	struct served *served;
	int row;
};

/* Who ******************************************************************/

static struct member *
pages_worker(const struct served *served, uint32_t id, uint32_t thread)
{
	for (int i = 1; i < PAGE_ROWS; i++) {
		struct member *m = served->of[i];

		if (m && m->p.id == id && m->p.thread == thread)
			return m;
	}
	return NULL;
}

/* The thread where it is known, else its worker; id 0: the master. */
static struct member *
pages_member(const struct served *served, const struct report *r)
{
	struct member *m = NULL;

	if (!r->id)
		return served->master;
	if (r->thread)
		m = pages_worker(served, r->id, r->thread);
	return m ? m : pages_worker(served, r->id, 0);
}

int
pages_thread_row(const struct served *served, uint32_t id, pid_t tid)
{
	if (!served->page)
		return -1;
	for (uint32_t i = 1; i < served->page->high && i < PAGE_ROWS; i++) {
		const struct row *row = &served->page->row[i];

		if (row->used && row->id == id && row->thread &&
		    row->tid == tid)
			return (int)i;
	}
	return -1;
}

/* Reports ***************************************************************/

static const enum event_type pages_events[] = {
	// clang-format off
	[0]                   = EVENT_NONE,
	[REPORT_ACCEPTED]     = EVENT_ACCEPTED,
	[REPORT_HANDOFF]      = EVENT_HANDOFF,
	[REPORT_REFUSED]      = EVENT_REFUSED_BY,
	[REPORT_REQUEST]      = EVENT_REQUEST,
	[REPORT_ANSWER]       = EVENT_ANSWER,
	[REPORT_BROKEN]       = EVENT_BROKEN,
	[REPORT_CLOSED]       = EVENT_CLOSED,
	[REPORT_SKIPPED]      = EVENT_SKIPPED,
	[REPORT_HARM]         = EVENT_HARM,
	[REPORT_DISTURBED]    = EVENT_DISTURBED,
	[REPORT_SPIED]        = EVENT_SPIED,
	[REPORT_ROUTED]       = EVENT_ROUTED,
	// clang-format on
};

/* Ports join what several servers tell of one request. */
static void
pages_route(struct watch *w, const struct served *served,
            const struct report *r, struct event *e)
{
	switch (r->type) {
	case REPORT_ACCEPTED:
		route_accepted(w, served, r->connection, r->port);
		break;
	case REPORT_ROUTED:
		route_taken(w, served, r->connection, r->port);
		break;
	case REPORT_CLOSED:
		route_closed(w, served, r->connection);
		break;
	case REPORT_REQUEST:
	case REPORT_ANSWER:
	case REPORT_BROKEN:
		route_text(w, served, r->connection, e->via, sizeof(e->via));
		break;
	}
}

/*
 * The reason comes with the connection, from the master that hands it over or
 * the worker that accepts it; each answer on it says it again.
 */
static void
pages_why(struct served *served, const struct report *r, struct event *e)
{
	struct why *why = &served->why[r->connection % WATCH_WHYS];

	if (r->type == REPORT_HANDOFF || r->type == REPORT_ACCEPTED) {
		*why = (struct why){ .connection = r->connection };
		memcpy(why->text, r->text, sizeof(why->text));
		return;
	}
	if ((r->type != REPORT_ANSWER && r->type != REPORT_BROKEN) ||
	    why->connection != r->connection)
		return;
	snprintf(e->why, sizeof(e->why), "%s",
	         why->answered ? "kept-alive: same connection as before"
	                       : why->text);
	why->answered = true;
}

/* What peek was told of its variables may be different from now on. */
static void
pages_forget(struct member *m)
{
	if (m->p.tid && m->parent)
		m = m->parent;
	m->p.nvars = 0;
}

static void
pages_say(struct watch *w, const struct reported *rd)
{
	const struct report *r = &rd->report;
	struct member *m = pages_member(rd->served, r);
	struct event e;

	if (r->type >= sizeof(pages_events) / sizeof(pages_events[0]))
		return;
	e = watch_about(pages_events[r->type], m, r->t_ns);
	if (e.type == EVENT_NONE)
		return;
	if (m && e.type == EVENT_REQUEST)
		pages_forget(m);
	if (!m)
		snprintf(e.who.name, sizeof(e.who.name), "w%u", r->id);
	memcpy(e.server, rd->served->s.name, sizeof(e.server));
	e.connection = r->connection;
	e.a = r->status;
	e.b = r->took_ns;
	memcpy(e.text, r->text, sizeof(r->text));
	pages_route(w, rd->served, r, &e);
	pages_why(rd->served, r, &e);
	watch_add(w, &e);
}

struct pages_drain {
	struct watch *w;
	struct served *served;
};

static void
pages_collect(void *arg, int row, const struct report *report)
{
	struct pages_drain *d = arg;
	struct watch *w = d->w;

	if (w->nbatch == w->batch_room) {
		size_t room = w->batch_room ? 2 * w->batch_room : 256;
		struct reported *more =
		    room > BATCH_MAX ? NULL
		                     : realloc(w->batch, room * sizeof(*more));

		if (!more)
			return;
		w->batch = more;
		w->batch_room = room;
	}
	w->batch[w->nbatch++] = (struct reported){ *report, d->served, row };
}

static int
pages_by_time(const void *a, const void *b)
{
	const struct reported *x = a, *y = b;

	return (x->report.t_ns > y->report.t_ns) -
	       (x->report.t_ns < y->report.t_ns);
}

static void
pages_lost(struct watch *w, struct served *served, uint64_t lost)
{
	struct event e = { .type = EVENT_LOST, .a = (int64_t)lost };

	if (!lost)
		return;
	memcpy(e.server, served->s.name, sizeof(e.server));
	watch_add(w, &e);
}

/* only: of balancers.  Returns whether there is one. */
static bool
pages_collect_all(struct watch *w, bool only)
{
	bool balanced = false;

	for (int i = 0; i < SNAPSHOT_SERVERS; i++) {
		struct pages_drain d = { w, &w->served[i] };
		uint64_t lost = 0;

		if (!d.served->page || (only && !d.served->s.balancer))
			continue;
		balanced = balanced || d.served->s.balancer;
		page_drain(d.served->page, pages_collect, &d, &lost);
		pages_lost(w, d.served, lost);
	}
	return balanced;
}

void
pages_drain(struct watch *w)
{
	bool balanced = pages_collect_all(w, false);

	if (!w->nbatch)
		return;
	/* The way to an answer was told before it: now it is here. */
	if (balanced && pages_collect_all(w, true) && w->hear_first)
		w->hear_first(w->arg);
	/* Ring by ring they came; one sorted batch is cheap to put in. */
	qsort(w->batch, w->nbatch, sizeof(*w->batch), pages_by_time);
	for (size_t i = 0; i < w->nbatch; i++) {
		struct reported *rd = &w->batch[i];

		if (rd->report.type == REPORT_THREAD ||
		    rd->report.type == REPORT_THREAD_ENDED)
			lanes_hear(w, rd->served, rd->row, &rd->report);
		else
			pages_say(w, rd);
	}
	w->nbatch = 0;
	watch_stale(w);
}

/* Waking ****************************************************************/

/* Arm every ring.  False when something came in the meantime. */
static bool
pages_sleep(struct watch *w)
{
	bool quiet = true;

	for (int i = 0; i < SNAPSHOT_SERVERS; i++)
		if (w->served[i].page && !page_sleep(w->served[i].page))
			quiet = false;
	return quiet;
}

static void
pages_awake(struct watch *w)
{
	for (int i = 0; i < SNAPSHOT_SERVERS; i++)
		if (w->served[i].page)
			page_awake(w->served[i].page);
}

static void pages_frame(void *arg);

/* Drain, and sleep until there is more, or until the next frame. */
static void
pages_turn(struct watch *w)
{
	int64_t now_ns = clock_ns();

	if (now_ns - w->frame_ns >= FRAME_NS) {
		w->frame_ns = now_ns;
		w->frame_drains = 0;
	}
	for (;;) {
		pages_drain(w);
		if (++w->frame_drains > FRAME_DRAINS)
			break;
		if (pages_sleep(w))
			return;
	}
	pages_awake(w);
	w->frame_timer =
	    loop_timer(w->loop, w->frame_ns + FRAME_NS, pages_frame, w);
}

static void
pages_frame(void *arg)
{
	struct watch *w = arg;

	w->frame_timer = 0;
	pages_turn(w);
}

static void
pages_woken(void *arg, uint32_t events)
{
	struct watch *w = arg;
	uint64_t count;

	(void)events;
	if (read(w->wake_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return;
	if (!w->frame_timer)
		pages_turn(w);
}

int
pages_open(struct watch *w, struct err *err)
{
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->wake_fd < 0)
		return err_sys(err, "cannot make an eventfd for the servers");
	return loop_watch(w->loop, w->wake_fd, EPOLLIN, pages_woken, w, err);
}

void
pages_close(struct watch *w)
{
	loop_cancel(w->loop, w->frame_timer);
	if (w->wake_fd >= 0) {
		loop_drop(w->loop, w->wake_fd);
		close(w->wake_fd);
	}
	free(w->batch);
}

/* Counters **************************************************************/

/*
 * Counters only grow.  The row of a dead worker is given to the next one at
 * some moment; what we have read of it then stays.
 */
static void
pages_raise(uint64_t *value, uint64_t now)
{
	if (now > *value)
		*value = now;
}

/* The row still tells of this member. */
static bool
pages_owns(const struct member *m, const struct row *row)
{
	return row->id == m->p.id && row->thread == m->p.thread;
}

static void
pages_read(struct member *m)
{
	struct page *page = m->served ? m->served->page : NULL;
	struct row *row;

	if (!page || m->row < 0)
		return;
	row = &page->row[m->row];
	if (!pages_owns(m, row))
		return;
	/* From the last stage to the first, so that done <= started. */
	pages_raise(&m->own.done, row->done);
	pages_raise(&m->own.answered, row->answered);
	pages_raise(&m->own.started, row->started);
	pages_raise(&m->own.failed, row->failed);
	pages_raise(&m->own.accepted, row->accepted);
	m->p.open = m->p.dead ? 0 : row->open;
	if (row->last_ns > m->p.last_ns)
		m->p.last_ns = row->last_ns;
}

static void
pages_sum(struct proc *p, const struct counts *c)
{
	p->started += c->started;
	p->answered += c->answered;
	p->done += c->done;
	p->failed += c->failed;
	p->accepted += c->accepted;
}

/*
 * What a child had begun when it was killed is not in service any more, and
 * is no request of its worker.
 */
static struct counts
pages_ended(const struct member *t)
{
	struct counts c = t->own;

	if (t->p.dead && !t->p.tid)
		c.started = c.answered = c.done;
	return c;
}

static void
pages_sum_lane(struct proc *p, const struct member *t)
{
	struct counts c = pages_ended(t);

	pages_sum(p, &c);
}

/* A thread or a child that serves for this worker. */
bool
pages_of(const struct member *t, const struct member *worker)
{
	return t->p.thread && t->p.id == worker->p.id && !worker->p.thread &&
	       t->served == worker->served;
}

void
pages_count(struct member *m)
{
	m->p.counts = m->row >= 0;
	if (!m->p.counts)
		return;
	pages_read(m);
	m->p.started = m->p.answered = m->p.done = 0;
	m->p.failed = m->p.accepted = 0;
	pages_sum(&m->p, &m->own);
	pages_sum(&m->p, &m->gone);
	for (struct member *t = m->first; t; t = t->next) {
		if (!pages_of(t, m))
			continue;
		pages_count(t);
		pages_sum_lane(&m->p, t);
		m->p.open += t->p.open;
	}
}

void
pages_leave(const struct member *thread, struct member *worker)
{
	struct counts *gone = &worker->gone, c = pages_ended(thread);

	gone->started += c.started;
	gone->answered += c.answered;
	gone->done += c.done;
	gone->failed += c.failed;
	gone->accepted += c.accepted;
}

static void
pages_backends(struct served *served)
{
	struct server *s = &served->s;

	s->backends = s->backends_up = 0;
	for (int i = 0; i < PAGE_BACKENDS; i++) {
		const struct backend *b = &served->page->backend[i];

		s->backends += b->state != BACKEND_NONE;
		s->backends_up += b->state == BACKEND_UP && !b->draining;
	}
}

void
pages_total(struct served *served)
{
	struct server *s = &served->s;
	struct page_totals t;

	if (!served->page)
		return;
	t = page_totals(served->page);
	s->started = t.started;
	s->answered = t.answered;
	s->done = t.done;
	s->failed = t.failed;
	s->lost = t.lost;
	pages_backends(served);
	/* What a master hands over is counted by both: take its word. */
	s->accepted = served->page->row[0].accepted;
	if (!s->accepted)
		s->accepted = t.accepted;
}
