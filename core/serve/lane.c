/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at lane_run(); then lane_hear().
 */
#include "core/serve/lane.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/serve/counter.h"

/* One, and a few that are aimed at the same thread: memory that is cleared
   for each of them is what a thread for a connection would cost most. */
#define LANE_PLACES_ONCE 8

/* Connections *************************************************************/

/* The main thread waits to hear of it: this time it does. */
static void
lane_tell_closed(struct lane *l)
{
	struct msg m;

	atomic_fetch_add(&l->closed, 1);
	if (!l->wants || !atomic_exchange(l->wants, false))
		return;
	m = msg_make(MSG_TAKEN, NULL);
	if (l->wire)
		wire_send(l->wire, &m, NULL, 0, NULL);
}

static void
lane_check_over(struct lane *l)
{
	if ((l->leaving || l->once) && http_count(l->http) == 0)
		loop_stop(l->loop);
}

static void
lane_closed(void *arg)
{
	struct lane *l = arg;

	if (l->wants) /* a child's is counted by who reaps it */
		worker_held(&l->reporter, -1);
	lane_tell_closed(l);
	lane_check_over(l);
}

int
lane_add(struct lane *l, int fd, const struct msg_handoff *handoff)
{
	return http_add(l->http, fd, handoff);
}

/* The wire ****************************************************************/

static void
lane_take(struct lane *l, const struct msg_handoff *handoff, int fd)
{
	if (lane_add(l, fd, handoff) == 0)
		return;
	close(fd);
	lane_closed(l);
}

static void
lane_leave(struct lane *l)
{
	l->leaving = true;
	http_leave(l->http);
	lane_check_over(l);
}

static void
lane_peek(struct lane *l, const struct msg *ask)
{
	struct msg m = counter_peek(ask);

	memcpy(m.name, ask->name, sizeof(m.name));
	wire_send(l->wire, &m, NULL, 0, NULL);
}

static void
lane_hear(struct lane *l, const struct msg *m, const int *fds, int nfds)
{
	if (m->type == MSG_HANDOFF && nfds == 1) {
		lane_take(l, &m->handoff, fds[0]);
		return;
	}
	wire_drop_fds(fds, nfds);
	if (m->type == MSG_LEAVE) {
		lane_leave(l);
	} else if (m->type == MSG_WANTED) {
		http_yield(l->http);
	} else if (m->type == MSG_VARIABLE) {
		lane_peek(l, m);
	} else if (m->type == MSG_SET) {
		settings_change(&l->settings, m->set.name, m->set.value, NULL);
		gate_poke(&l->gate);
	}
}

/* The worker is gone: as a worker does when its master is (DESIGN 8). */
static void
lane_orphaned(struct lane *l)
{
	loop_drop(l->loop, wire_fd(l->wire));
	wire_close(l->wire);
	l->wire = NULL;
	if (l->settings.on_parent_death == DEATH_CHANNEL)
		loop_stop(l->loop);
}

static void
lane_ready(void *arg, uint32_t events)
{
	struct lane *l = arg;
	struct msg m;
	int fds[WIRE_FDS], nfds, got;

	(void)events;
	got = wire_recv(l->wire, &m, fds, &nfds);
	if (got > 0)
		lane_hear(l, &m, fds, nfds);
	else if (got < 0)
		lane_orphaned(l);
}

/* Its life ****************************************************************/

static int
lane_start(struct lane *l, const struct lane_plan *plan, struct err *err)
{
	struct http_plan http = { .loop = l->loop,
		                  .gate = &l->gate,
		                  .reporter = &l->reporter,
		                  .settings = &l->settings,
		                  .places = l->once ? LANE_PLACES_ONCE
		                                    : SETTINGS_CONNECTIONS,
		                  .closed = lane_closed,
		                  .arg = l };

	gate_init(&l->gate, l->loop, l->reporter.page);
	if (loop_watch(l->loop, plan->fd, EPOLLIN, lane_ready, l, err) < 0)
		return -1;
	l->http = http_open(&http, err);
	return l->http ? 0 : -1;
}

int
lane_open(struct lane *l, const struct lane_plan *plan, struct err *err)
{
	*l = (struct lane){ .settings = plan->worker->settings,
		            .reporter = plan->worker->reporter,
		            .once = plan->once,
		            .wants = plan->wants };
	l->reporter.row = plan->row;
	l->reporter.thread = plan->number;
	l->wire = wire_open(plan->fd, err);
	if (!l->wire) {
		close(plan->fd);
		return -1;
	}
	l->loop = loop_open(err);
	if (l->loop && lane_start(l, plan, err) == 0)
		return 0;
	lane_close(l);
	return -1;
}

void
lane_close(struct lane *l)
{
	if (l->http)
		http_close(l->http);
	wire_close(l->wire);
	loop_close(l->loop);
	l->http = NULL;
	l->wire = NULL;
	l->loop = NULL;
}

static void
lane_before_sleep(void *arg)
{
	http_before_sleep(((struct lane *)arg)->http);
}

void
lane_run(struct lane *l)
{
	struct row *row = &l->reporter.page->row[l->reporter.row];
	struct report r;
	struct err err;

	l->reporter.pid = getpid();
	l->reporter.tid = gettid();
	atomic_store(&row->pid, l->reporter.pid);
	atomic_store(&row->tid, l->reporter.tid);
	http_drive(l->http);
	r = report_make(&l->reporter, REPORT_THREAD);
	report_send(&l->reporter, &r);
	loop_before_sleep(l->loop, lane_before_sleep, l);
	loop_run(l->loop, &err);
}

void
lane_say_ended(const struct reporter *who, int raw)
{
	const struct row *row = &who->page->row[who->row];
	struct report r = report_make(who, REPORT_THREAD_ENDED);

	r.took_ns = raw;
	snprintf(r.text, sizeof(r.text),
	         "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64,
	         row->started, row->answered, row->done, row->failed,
	         row->accepted);
	report_send(who, &r);
}
