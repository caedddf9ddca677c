/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The past is looked at, never changed: while it is shown, session_snapshot()
 * and session_timeline() give what was, to views, facts and `tree` alike, and
 * commands that would change something are refused (session-queue.c).  What
 * happens meanwhile goes on, and is kept.
 */
#include "core/shell/inside.h"
#include "core/sys/clock.h"

#define PAST_BURST 64

int
session_past_open(struct session *s, struct err *err)
{
	s->past = past_open(PAST_SNAPSHOTS, PAST_BYTES);
	return s->past ? 0 : err_sys(err, "cannot keep the past");
}

void
session_past_close(struct session *s)
{
	loop_cancel(s->loop, s->past_timer);
	timeline_close(s->past_line);
	past_close(s->past);
}

/* Keeping ***************************************************************/

static void
session_past_look(struct session *s)
{
	int64_t rested_ns = clock_ns() - (PAST_BURST - 1) * PAST_FRAME_NS;

	if (s->past_due_ns < rested_ns)
		s->past_due_ns = rested_ns;
	s->past_due_ns += PAST_FRAME_NS;
	past_keep(s->past, watch_snapshot(s->watch));
}

static void
session_past_on_time(void *arg)
{
	struct session *s = arg;

	s->past_timer = 0;
	session_past_look(s);
}

/*
 * Each change is looked at; of a flood, sixty in a second and its end: looks
 * that were not needed in the last PAST_BURST may follow one another at once.
 */
void
session_past_keep(struct session *s)
{
	if (s->past_timer)
		return;
	if (clock_ns() >= s->past_due_ns)
		session_past_look(s);
	else
		s->past_timer = loop_timer(s->loop, s->past_due_ns,
		                           session_past_on_time, s);
}

void
session_past_clear(struct session *s)
{
	loop_cancel(s->loop, s->past_timer);
	s->past_timer = 0;
	past_clear(s->past);
	timeline_close(s->past_line);
	s->past_line = NULL;
}

/* Showing ***************************************************************/

void
session_past_moved(struct session *s)
{
	const struct snapshot *shown = past_shown(s->past);

	timeline_close(s->past_line);
	s->past_line = NULL;
	if (shown)
		s->past_line = timeline_until(s->timeline, shown->events);
	s->front.changed(s->front.arg);
}

const struct snapshot *
session_snapshot(struct session *s)
{
	const struct snapshot *shown = past_shown(s->past);

	return shown ? shown : watch_snapshot(s->watch);
}

struct timeline *
session_timeline(struct session *s)
{
	return s->past_line ? s->past_line : s->timeline;
}

struct timeline *
session_present(struct session *s)
{
	return s->timeline;
}

int64_t
session_now_ns(struct session *s)
{
	const struct snapshot *shown = past_shown(s->past);

	return shown ? shown->t_ns : clock_ns();
}

bool
session_past(const struct session *s, int64_t *ago_ns, int64_t *left_ns)
{
	const struct snapshot *shown = past_shown(s->past);

	if (shown && ago_ns)
		*ago_ns = s->past_since_ns - shown->t_ns;
	if (shown && left_ns)
		*left_ns = s->past_since_ns;
	return shown != NULL;
}
