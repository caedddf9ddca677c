/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fresh laboratory in an open session: every process is ended, names begin
 * at 1 again and nothing is remembered of what was, but for the log and the
 * settings.  Start reading at session_clear().
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/sys/clock.h"

#define CLEAR_NS (15 * NS_PER_S) /* the lab has ten seconds */

/* All that the lab says before it is clear is about what will be forgotten. */
static int
clear_hear(struct session *s)
{
	struct pollfd p = { .fd = wire_fd(s->lab_link.wire), .events = POLLIN };
	int64_t until_ns = clock_ns() + CLEAR_NS;
	static struct msg m;
	int fds[WIRE_FDS], nfds, got = 0;

	while (got >= 0 && clock_ns() < until_ns) {
		wire_flush(s->lab_link.wire);
		poll(&p, 1, (int)((until_ns - clock_ns()) / NS_PER_MS) + 1);
		while ((got = wire_recv(s->lab_link.wire, &m, fds, &nfds)) >
		       0) {
			wire_drop_fds(fds, nfds);
			if (m.type == MSG_CLEARED)
				return 0;
		}
	}
	return -1;
}

/* The lab ends what it has started; if it is gone, there is a new one. */
static int
clear_lab(struct session *s, struct err *err)
{
	struct msg m = msg_make(MSG_CLEAR, NULL);

	if (s->lab_pidfd < 0 || !s->lab_link.wire) {
		session_lab_close(s);
		session_terminal_close(s);
		return 0;
	}
	if (wire_send(s->lab_link.wire, &m, NULL, 0, err) < 0)
		return -1;
	if (clear_hear(s) < 0)
		return err_set(err,
		               "the lab could not end all that runs: look with "
		               "ps af, then quit");
	return 0;
}

static void
clear_tables(struct session *s)
{
	troupe_close(s->troupe);
	s->troupe = NULL;
	for (int i = 0; i < SESSION_PROGRAMS; i++)
		if (s->jobs[i].state != JOB_FREE) {
			session_outlet_drain(&s->jobs[i].outlet);
			session_job_free(s, &s->jobs[i]);
		}
	session_past_clear(s);
	watch_close(s->watch);
	s->watch = NULL;
	session_servers_close(s);
	memset(s->servers, 0, sizeof(s->servers));
	for (int i = 0; i < SESSION_ASKS; i++)
		free(s->asks[i].answer);
	memset(s->asks, 0, sizeof(s->asks));
	s->last_used = s->last_job = s->last_client = 0;
	s->terminal_group = 0;
	s->slow_ms = 0;
	s->told = 0;
	s->requests_told = 0;
}

static int
clear_open(struct session *s, struct err *err)
{
	timeline_close(s->timeline);
	s->timeline = timeline_open(SESSION_EVENTS);
	if (!s->timeline)
		return err_sys(err, "cannot keep a timeline");
	s->watch = watch_open(s->loop, s->timeline, session_changed, s, err);
	s->troupe = s->watch ? troupe_open(s, err) : NULL;
	if (!s->troupe)
		return -1;
	watch_hear_first(s->watch, session_hear_clients);
	session_settings_apply(s);
	session_want(s, 0);
	if (s->lab_pidfd >= 0) {
		watch_lab(s->watch, s->lab);
		return 0;
	}
	if (session_lab_open(s, err) < 0)
		return -1;
	s->screen_sent = false;
	if (s->screen_fd >= 0)
		session_screen(s, s->screen_fd);
	return 0;
}

int
session_clear(struct session *s, struct err *err)
{
	session_wait_drop(s);
	if (clear_lab(s, err) < 0)
		return -1;
	clear_tables(s);
	if (clear_open(s, err) < 0) {
		s->quits = true;
		s->status = 1;
		return -1;
	}
	session_catch_up(s);
	return 0;
}
