/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages of the lab and of the masters: the watch hears each, then those
 * whom it concerns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "core/wire/offer.h"

#define WIRE_TURN 64 /* messages of one wire in one turn */

int
session_send(struct link *link, const struct msg *m, const int *fds, int nfds,
             struct err *err)
{
	if (wire_send(link->wire, m, fds, nfds, err) < 0)
		return -1;
	if (wire_waiting(link->wire))
		loop_change(link->session->loop, wire_fd(link->wire),
		            EPOLLIN | EPOLLOUT);
	return 0;
}

/* Answers ***************************************************************/

uint32_t
session_seq(struct session *s)
{
	if (++s->last_seq == 0)
		s->last_seq = 1;
	return s->last_seq;
}

static struct ask *
session_ask_find(struct session *s, uint32_t seq)
{
	for (int i = 0; i < SESSION_ASKS; i++)
		if (s->asks[i].seq == seq)
			return &s->asks[i];
	return NULL;
}

static void
session_ask_free(struct ask *ask)
{
	free(ask->answer);
	*ask = (struct ask){ .seq = 0 };
}

/* A free slot, or that of the oldest answer that nobody came for. */
static struct ask *
session_ask_slot(struct session *s)
{
	struct ask *slot = session_ask_find(s, 0);

	for (int i = 0; !slot && i < SESSION_ASKS; i++)
		if (s->asks[i].result != 0)
			slot = &s->asks[i];
	if (slot)
		session_ask_free(slot);
	return slot;
}

uint32_t
session_ask(struct session *s, struct link *link, struct msg *m, const int *fds,
            int nfds, struct err *err)
{
	struct ask *ask = session_ask_slot(s);

	if (!ask) {
		err_set(err, "%d requests are not answered yet: wait a little",
		        SESSION_ASKS);
		return 0;
	}
	m->seq = session_seq(s);
	if (session_send(link, m, fds, nfds, err) < 0)
		return 0;
	ask->seq = m->seq;
	ask->link = link;
	return m->seq;
}

uint32_t
session_ask_wire(struct session *s, struct wire *wire, struct msg *m,
                 struct err *err)
{
	struct link link = { .session = s, .wire = wire };
	uint32_t seq = session_ask(s, &link, m, NULL, 0, err);
	struct ask *ask = seq ? session_ask_find(s, seq) : NULL;

	if (ask)
		ask->link = NULL;
	return seq;
}

void
session_unask(struct session *s, uint32_t seq)
{
	struct ask *ask = seq ? session_ask_find(s, seq) : NULL;

	if (ask)
		session_ask_free(ask);
}

void
session_answered(struct session *s, const struct msg *m, int result)
{
	struct ask *ask = m->seq ? session_ask_find(s, m->seq) : NULL;
	size_t size = msg_size(m);

	if (!ask || ask->result != 0)
		return;
	ask->result = result;
	if (result < 0) {
		snprintf(ask->why, sizeof(ask->why), "%s", m->text.text);
		return;
	}
	ask->answer = calloc(1, sizeof(*m));
	if (ask->answer)
		memcpy(ask->answer, m, size < sizeof(*m) ? size : sizeof(*m));
}

int
session_answer(struct session *s, uint32_t seq, struct msg *answer,
               struct err *err)
{
	struct ask *ask = seq ? session_ask_find(s, seq) : NULL;
	int result;

	if (!ask)
		return err_set(err, "nothing was asked");
	if (ask->result == 0)
		return 0;
	result = ask->result;
	if (result < 0)
		err_set(err, "%s", ask->why);
	else if (answer && ask->answer)
		*answer = *ask->answer;
	session_ask_free(ask);
	return result;
}

/* Whoever was asked over this wire will not answer any more. */
static void
session_fail_asks(struct session *s, const struct link *link)
{
	for (int i = 0; i < SESSION_ASKS; i++) {
		struct ask *ask = &s->asks[i];

		if (!ask->seq || ask->link != link || ask->result != 0)
			continue;
		ask->result = -1;
		snprintf(ask->why, sizeof(ask->why),
		         "%s ended before it had answered",
		         link->server[0] ? link->server : "the lab");
	}
}

uint32_t
session_ask_lab(struct session *s, struct msg *m, const int *fds, int nfds,
                struct err *err)
{
	if (!session_lab_lives(s, err))
		return 0;
	if (!s->lab_link.wire) {
		err_set(err, "the lab does not listen any more");
		return 0;
	}
	return session_ask(s, &s->lab_link, m, fds, nfds, err);
}

int
session_tell_lab(struct session *s, const struct msg *m, struct err *err)
{
	if (!session_lab_lives(s, err))
		return -1;
	if (!s->lab_link.wire)
		return err_set(err, "the lab does not listen any more");
	return session_send(&s->lab_link, m, NULL, 0, err);
}

uint32_t
session_ask_server(struct session *s, const char *server, struct msg *m,
                   const int *fds, int nfds, struct err *err)
{
	struct serving *v = session_serving(s, server);

	if (v && v->link.wire)
		return session_ask(s, &v->link, m, fds, nfds, err);
	err_set(err, "there is no server %s: `serve %s` starts one", server,
	        server);
	return 0;
}

/* Messages **************************************************************/

/* What a client came to, for who asks: failed(c1), refused(3000). */
static void
session_result(struct session *s, const struct msg *m)
{
	struct event e = { .type = EVENT_FIRED,
		           .t_ns = clock_ns(),
		           .who = { .kind = KIND_CLIENT },
		           .a = (int64_t)m->progress.answered,
		           .b = (int64_t)m->progress.failed,
		           .took_ns = m->progress.took_ns };

	s->last_run = m->progress;
	memcpy(e.who.name, m->name, sizeof(e.who.name));
	timeline_add(s->timeline, &e);
	if (m->progress.refused) {
		e = (struct event){ .type = EVENT_REFUSED,
			            .t_ns = e.t_ns,
			            .a = m->progress.port };
		timeline_add(s->timeline, &e);
	}
	session_news(s);
}

/* A stopped worker that a connection waits for; NULL: there is none. */
static const struct proc *
session_held_up(struct session *s)
{
	const struct snapshot *snap = session_snapshot(s);

	for (int i = 0; i < snap->nprocs; i++) {
		const struct proc *p = &snap->proc[i];
		const struct serving *on =
		    p->kind == KIND_WORKER && p->state == 'T' && !p->dead
		        ? session_serving(s, p->server)
		        : NULL;

		for (int r = 1; on && on->page && r < PAGE_ROWS; r++) {
			const struct row *row = &on->page->row[r];

			if (row->pid == p->pid &&
			    (row->held > 0 || offer_waits(row)))
				return p;
		}
	}
	return NULL;
}

static void
session_progress(struct session *s, const struct msg *m)
{
	const struct proc *stopped;
	char text[128], server[NAME_SIZE + 1] = "";

	if (m->type == MSG_RESULT)
		session_result(s, m);
	if (m->type != MSG_PROGRESS)
		return;
	snprintf(text, sizeof(text), "%llu answered",
	         (unsigned long long)m->progress.answered);
	if (m->progress.wanted)
		snprintf(text, sizeof(text), "%llu of %llu",
		         (unsigned long long)m->progress.answered,
		         (unsigned long long)m->progress.wanted);
	stopped = session_held_up(s);
	if (stopped &&
	    snapshot_twin(session_snapshot(s), stopped, stopped->name))
		snprintf(server, sizeof(server), "%s.", stopped->server);
	if (stopped) /* short: it stands beside what is typed */
		text_add(text, sizeof(text), ": %s%s is stopped", server,
		         stopped->name);
	s->front.progress(s->front.arg, text);
}

/* A client found nobody at a port; that it says itself. */
static void
session_refused(struct session *s, const struct msg *m)
{
	struct event e = { .type = EVENT_REFUSED,
		           .t_ns = m->t_ns,
		           .a = m->target.value };

	timeline_add(s->timeline, &e);
	session_news(s);
}

static void
session_message(struct link *link, const struct msg *m, int *fds, int nfds)
{
	struct session *s = link->session;
	const char *server = link->server[0] ? link->server : NULL;

	if (m->type == MSG_PROGRESS || m->type == MSG_RESULT) {
		session_progress(s, m);
		return;
	}
	if (m->type == MSG_REFUSED) {
		session_refused(s, m);
		return;
	}
	watch_message(s->watch, server, m, fds, nfds);
	if (m->type == MSG_DONE || m->type == MSG_STARTED ||
	    m->type == MSG_VALUE)
		session_answered(s, m, 1);
	if (m->type == MSG_FAILED || m->type == MSG_NOT_STARTED ||
	    (m->type == MSG_SAY && m->seq))
		session_answered(s, m, -1);
	if (server)
		session_servers_message(s, server, m);
	else
		session_jobs_message(s, m);
}

void
session_hear(struct link *link)
{
	static struct msg m;
	int fds[WIRE_FDS], nfds, got = 0;

	for (int i = 0; i < WIRE_TURN && link->wire; i++) {
		got = wire_recv(link->wire, &m, fds, &nfds);
		if (got <= 0)
			break;
		session_message(link, &m, fds, nfds);
		wire_drop_fds(fds, nfds);
	}
	if (got < 0)
		session_unlink(link);
}

/* This may be called while another message is taken in: m is not theirs. */
static void
session_hear_client(struct link *link)
{
	static struct msg m;
	int fds[WIRE_FDS], nfds;

	while (link->wire && wire_recv(link->wire, &m, fds, &nfds) > 0) {
		session_message(link, &m, fds, nfds);
		wire_drop_fds(fds, nfds);
	}
}

void
session_hear_clients(void *session)
{
	struct session *s = session;

	for (int i = 0; i < SESSION_PROGRAMS; i++)
		if (s->jobs[i].state != JOB_FREE &&
		    s->jobs[i].kind == START_CLIENT)
			session_hear_client(&s->jobs[i].wire);
}

static void
session_on_wire(void *arg, uint32_t events)
{
	struct link *link = arg;
	struct session *s = link->session;

	if ((events & EPOLLOUT) && wire_flush(link->wire) == 0 &&
	    !wire_waiting(link->wire))
		loop_change(s->loop, wire_fd(link->wire), EPOLLIN);
	if (events & ~(uint32_t)EPOLLOUT)
		session_hear(link);
	session_news(s);
}

int
session_link(struct session *s, struct link *link, int fd, const char *server,
             struct err *err)
{
	link->session = s;
	snprintf(link->server, sizeof(link->server), "%s", server);
	link->wire = wire_open(fd, err);
	if (!link->wire)
		return -1;
	return loop_watch(s->loop, fd, EPOLLIN, session_on_wire, link, err);
}

void
session_unlink(struct link *link)
{
	if (!link->wire)
		return;
	loop_drop(link->session->loop, wire_fd(link->wire));
	wire_close(link->wire);
	link->wire = NULL;
	session_fail_asks(link->session, link);
	if (link->server[0])
		session_server_ended(link->session, link->server);
}
