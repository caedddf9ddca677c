/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client that wants one certain worker says so on its line to the master:
 * which port it will come from, and for whom.  Then it connects to the
 * private listener, which only the master holds.
 */
#include <stdio.h>

#include "core/serve/master.h"

static struct aim *
aim_find(struct master *m, uint16_t port)
{
	for (int i = 0; i < MASTER_AIMS; i++)
		if (m->aims[i].port == port)
			return &m->aims[i];
	return NULL;
}

uint32_t
aim_take(struct master *m, uint16_t port, uint32_t *thread)
{
	struct aim *aim = aim_find(m, port);
	uint32_t id = aim ? aim->id : 0;

	*thread = aim ? aim->thread : 0;
	if (aim)
		aim->port = 0;
	return id;
}

static void
aim_hang_up(struct caller *c)
{
	struct master *m = c->master;

	for (int i = 0; i < MASTER_AIMS; i++)
		if (m->aims[i].line == c->wire)
			m->aims[i] = (struct aim){ .port = 0 };
	loop_drop(m->loop, wire_fd(c->wire));
	wire_close(c->wire);
	c->wire = NULL;
}

static void
aim_answer(struct caller *c, const struct msg *m, uint32_t seq)
{
	struct msg answer = *m;

	answer.seq = seq;
	wire_send(c->wire, &answer, NULL, 0, NULL);
	if (wire_waiting(c->wire))
		loop_change(c->master->loop, wire_fd(c->wire),
		            EPOLLIN | EPOLLOUT);
}

/* Why it cannot be aimed at, or NULL. */
static const char *
aim_refusal(struct master *m, const struct msg_handoff *want)
{
	static char text[128];
	const struct slot *slot = crew_find(m, want->id);

	if (!slot)
		snprintf(text, sizeof(text), "there is no worker w%u",
		         want->id);
	else if (!slot->joined)
		snprintf(text, sizeof(text),
		         "w%u takes no connections: it is %s", want->id,
		         life_name(slot->life));
	else if (!want->port)
		snprintf(text, sizeof(text), "port 0 is nobody's");
	else if (!want->thread ||
	         pass_aims(m, slot, want->thread, text, sizeof(text)))
		return NULL;
	return text;
}

static void
aim_hear(struct caller *c, const struct msg *msg)
{
	struct master *m = c->master;
	const char *refusal = aim_refusal(m, &msg->handoff);
	struct aim *aim = aim_find(m, msg->handoff.port);
	struct msg answer;

	if (!aim)
		aim = aim_find(m, 0);
	if (!refusal && !aim)
		refusal = "too many requests are aimed at one worker already";
	if (refusal) {
		answer = msg_say(MSG_FAILED, "%s", refusal);
		aim_answer(c, &answer, msg->seq);
		return;
	}
	*aim = (struct aim){ .port = msg->handoff.port,
		             .id = msg->handoff.id,
		             .thread = msg->handoff.thread,
		             .line = c->wire };
	answer = msg_make(MSG_AIMED, m->settings.name);
	answer.listening.id = msg->handoff.id;
	answer.listening.port = (uint16_t)m->public.port;
	answer.listening.private_port = (uint16_t)m->private.port;
	aim_answer(c, &answer, msg->seq);
}

static void
aim_ready(void *arg, uint32_t events)
{
	static struct msg msg;
	struct caller *c = arg;
	int fds[WIRE_FDS], nfds, got;

	if (events & EPOLLOUT && wire_flush(c->wire) == 0 &&
	    !wire_waiting(c->wire))
		loop_change(c->master->loop, wire_fd(c->wire), EPOLLIN);
	if (!(events & ~(uint32_t)EPOLLOUT))
		return;
	got = wire_recv(c->wire, &msg, fds, &nfds);
	if (got > 0)
		wire_drop_fds(fds, nfds);
	if (got > 0 && msg.type == MSG_AIM)
		aim_hear(c, &msg);
	else if (got < 0)
		aim_hang_up(c);
}

void
aim_line(struct master *m, int fd)
{
	for (int i = 0; i < MASTER_CALLERS; i++) {
		struct caller *c = &m->callers[i];

		if (c->wire)
			continue;
		c->master = m;
		c->wire = wire_open(fd, NULL);
		if (c->wire)
			loop_watch(m->loop, fd, EPOLLIN, aim_ready, c, NULL);
		return;
	}
	wire_drop_fds(&fd, 1);
}

void
aim_close(struct master *m)
{
	for (int i = 0; i < MASTER_CALLERS; i++)
		if (m->callers[i].wire)
			aim_hang_up(&m->callers[i]);
}
