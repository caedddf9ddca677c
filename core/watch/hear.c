/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the lab and the masters tell, message by message.  Each type has its
 * function in hear_table; the rest is for the session alone.
 */
#include <stdio.h>
#include <string.h>

#include "core/sys/child.h"
#include "core/sys/text.h"
#include "core/watch/inside.h"

/* One message on its way through this file. */
struct heard {
	const struct msg *msg;
	struct served *served; /* whose master said it; NULL: the lab did */
	int *fds;
	int nfds;
};

/* Take its first descriptor; -1 when there is none. */
static int
hear_take_fd(struct heard *h)
{
	int fd = h->nfds > 0 ? h->fds[0] : -1;

	if (fd >= 0)
		h->fds[0] = -1;
	return fd;
}

static void
hear_hold(struct watch *w, struct member *m, struct heard *h)
{
	int fd = hear_take_fd(h);

	if (fd >= 0)
		fate_hold(w, m, fd);
}

/* Births ****************************************************************/

static struct expect *
hear_expected(struct watch *w, const char *name)
{
	for (int i = 0; i < WATCH_EXPECT; i++)
		if (name[0] && strcmp(w->expect[i].name, name) == 0)
			return &w->expect[i];
	return NULL;
}

static void
hear_not_started(struct watch *w, struct heard *h)
{
	struct expect *expect = hear_expected(w, h->msg->name);

	if (expect)
		expect->name[0] = '\0';
	watch_soon(w);
}

bool
hear_expects(const struct watch *w)
{
	for (int i = 0; i < WATCH_EXPECT; i++)
		if (w->expect[i].name[0] && (w->expect[i].kind == KIND_JOB ||
		                             w->expect[i].kind == KIND_PUPPET))
			return true;
	return false;
}

/* The kernel may have told of the birth before its parent did. */
static int64_t
hear_born_ns(const struct heard *h, const struct member *m)
{
	return m->p.born_ns < h->msg->t_ns ? m->p.born_ns : h->msg->t_ns;
}

static void
hear_name(struct member *m, const char *name, enum kind kind)
{
	snprintf(m->p.name, sizeof(m->p.name), "%s", name);
	m->p.kind = kind;
	m->named = true;
}

/* A master: the server of its name is up. */
static void
hear_master(struct watch *w, struct member *m)
{
	struct served *served = watch_served(w, m->p.name);

	m->reports = true;
	if (!served)
		return;
	m->served = served;
	m->row = 0;
	served->master = served->of[0] = m;
	served->s.pid = m->p.pid;
	served->s.up = true;
	snprintf(m->p.server, sizeof(m->p.server), "%s", m->p.name);
}

static struct member *
hear_lab(const struct watch *w)
{
	return w->lab ? w->lab : w->table.root;
}

/*
 * The master that said this.  Its wire is not the lab's, so it may be heard
 * before the lab's STARTED.
 */
static struct member *
hear_speaker(struct watch *w, const struct heard *h, pid_t pid)
{
	struct member *m;

	if (!h->served || h->served->master)
		return h->served ? h->served->master : NULL;
	m = fate_born(w, hear_lab(w), pid, 0, h->msg->t_ns);
	if (!m)
		return NULL;
	hear_name(m, h->served->s.name,
	          h->served->s.balancer ? KIND_BALANCER : KIND_MASTER);
	hear_master(w, m);
	return m;
}

static struct member *
hear_parent(struct watch *w, const struct heard *h)
{
	struct member *master = hear_speaker(w, h, h->msg->born.ppid);
	struct member *m = table_find(&w->table, h->msg->born.ppid, 0);

	if (m && !m->p.dead)
		return m;
	return master ? master : hear_lab(w);
}

static void
hear_started(struct watch *w, struct heard *h)
{
	const struct msg_born *born = &h->msg->born;
	struct expect *expect = hear_expected(w, h->msg->name);
	struct member *m = fate_born(w, hear_parent(w, h), born->pid,
	                             born->start_ticks, h->msg->t_ns);
	struct event e;

	if (!m)
		return;
	hear_hold(w, m, h);
	hear_name(m, h->msg->name, expect ? expect->kind : KIND_JOB);
	m->p.pgrp = born->pgid;
	if (expect)
		memcpy(m->p.cmd, expect->cmd, sizeof(m->p.cmd));
	if (expect)
		expect->name[0] = '\0';
	if (m->p.kind == KIND_MASTER || m->p.kind == KIND_BALANCER)
		hear_master(w, m);
	e = watch_about(EVENT_STARTED, m, hear_born_ns(h, m));
	text_add(e.text, sizeof(e.text), "%s", m->p.cmd);
	watch_add(w, &e);
}

static void
hear_worker(struct watch *w, struct served *served, struct member *m,
            const struct heard *h)
{
	const struct msg_born *born = &h->msg->born;

	hear_name(m, h->msg->name, KIND_WORKER);
	if (!m->p.name[0])
		snprintf(m->p.name, sizeof(m->p.name), "w%u", born->id);
	snprintf(m->p.cmd, sizeof(m->p.cmd), "forkshop-server %s", m->p.name);
	m->p.id = born->id;
	m->p.life = LIFE_STARTING;
	m->reports = true;
	m->served = served;
	if (served)
		memcpy(m->p.server, served->s.name, sizeof(m->p.server));
	if (served && born->row > 0 && born->row < PAGE_ROWS)
		lanes_worker(w, served, m, (int)born->row);
}

static void
hear_forked(struct watch *w, struct heard *h)
{
	const struct msg_born *born = &h->msg->born;
	struct member *m = fate_born(w, hear_parent(w, h), born->pid,
	                             born->start_ticks, h->msg->t_ns);
	struct event e;

	if (!m)
		return;
	hear_hold(w, m, h);
	if (born->id)
		hear_worker(w, h->served, m, h);
	e = watch_about(EVENT_FORKED, m, hear_born_ns(h, m));
	if (m->parent)
		e.other = watch_who(m->parent);
	watch_add(w, &e);
}

/* A thread's row is found by reading, perhaps before it had its name. */
static void
hear_thread(struct watch *w, const struct msg *msg)
{
	for (struct member *m = w->table.root; m; m = table_next(m))
		if (m->p.tid && m->p.tid == msg->born.pid)
			hear_name(m, msg->name, KIND_THREAD);
}

/*
 * A puppet's child says its name itself, before or after the kernel tells of
 * its birth.
 */
static void
hear_awake(struct watch *w, struct heard *h)
{
	const struct msg_born *born = &h->msg->born;
	struct member *m;
	struct event e;

	watch_soon(w);
	if (strchr(h->msg->name, '.')) {
		hear_thread(w, h->msg);
		return;
	}
	m = fate_born(w, hear_parent(w, h), born->pid, 0, h->msg->t_ns);
	if (!m || m->named)
		return;
	hear_hold(w, m, h);
	hear_name(m, h->msg->name, KIND_PUPPET);
	snprintf(m->p.cmd, sizeof(m->p.cmd), "forkshop-puppet %s", m->p.name);
	e = watch_about(EVENT_FORKED, m, hear_born_ns(h, m));
	if (m->parent)
		e.other = watch_who(m->parent);
	watch_add(w, &e);
}

static void
hear_adopted(struct watch *w, struct heard *h)
{
	const struct msg_born *born = &h->msg->born;
	struct member *lab = hear_lab(w);
	struct member *m =
	    fate_born(w, lab, born->pid, born->start_ticks, h->msg->t_ns);

	if (!m)
		return;
	if (!m->p.adopted && m->parent == lab && !m->named)
		m->p.generation = -1; /* who bore it we have not seen */
	hear_hold(w, m, h);
	fate_adopted(w, m, lab, h->msg->t_ns);
}

/* Changes ***************************************************************/

/* Who it is about; a stranger (the table was full) is only in events. */
static struct member *
hear_changed_member(struct watch *w, const struct msg *msg)
{
	const struct msg_change *c = &msg->change;

	return table_find(&w->table, c->pid, c->start_ticks);
}

static void
hear_stranger(struct watch *w, const struct msg *msg, enum event_type type)
{
	struct event e = { .type = type, .t_ns = msg->t_ns };
	const struct msg_change *c = &msg->change;
	bool killed = c->change == CHILD_KILLED;

	memcpy(e.who.name, msg->name, sizeof(e.who.name));
	e.who.pid = c->pid;
	e.who.kind = KIND_OTHER;
	e.a = killed ? -1 : c->code;
	e.b = killed ? c->code : 0;
	watch_add(w, &e);
}

static void
hear_end(struct watch *w, struct member *m, const struct msg *msg)
{
	const struct msg_change *c = &msg->change;
	struct ending ending = { .known = true,
		                 .killed = c->change == CHILD_KILLED,
		                 .dumped = c->dumped,
		                 .code = c->code,
		                 .raw = c->raw };

	/* What it reported before it ended comes before its end. */
	pages_drain(w);
	fate_ended(w, m, &ending, c->told, msg->t_ns);
}

static void
hear_changed(struct watch *w, struct heard *h)
{
	const struct msg_change *c = &h->msg->change;
	struct member *m = hear_changed_member(w, h->msg);

	switch (c->change) {
	case CHILD_STOPPED:
		if (m && !m->p.dead)
			fate_stopped(w, m, c->code, h->msg->t_ns);
		break;
	case CHILD_CONTINUED:
		if (m && !m->p.dead)
			fate_continued(w, m, h->msg->t_ns);
		break;
	default:
		if (m)
			hear_end(w, m, h->msg);
		else
			hear_stranger(w, h->msg, EVENT_EXITED);
	}
}

static void
hear_reaped(struct watch *w, struct heard *h)
{
	struct member *m = hear_changed_member(w, h->msg);

	if (!m) {
		hear_stranger(w, h->msg, EVENT_REAPED);
		return;
	}
	if (!m->p.dead)
		hear_end(w, m, h->msg);
	fate_reaped(w, m, h->msg->t_ns);
}

/* A worker's life *******************************************************/

/* The worker with that id, or the master itself (id 0). */
static struct member *
hear_of(const struct heard *h, uint32_t id)
{
	if (!h->served)
		return NULL;
	if (!id)
		return h->served->master;
	for (int i = 1; i < PAGE_ROWS; i++) {
		struct member *m = h->served->of[i];

		if (m && m->p.id == id && !m->p.thread)
			return m;
	}
	return NULL;
}

static void
hear_live(struct member *m, enum worker_life life)
{
	bool lives = m->p.kind == KIND_WORKER || m->p.kind == KIND_BALANCER;

	if (lives && !m->p.dead && life > m->p.life)
		m->p.life = life;
}

static void
hear_online(struct watch *w, struct heard *h)
{
	const struct msg_target *t = &h->msg->target;
	struct member *m =
	    t->id ? hear_of(h, t->id) : hear_speaker(w, h, t->pid);
	struct event e;

	if (!m)
		return;
	hear_live(m, LIFE_ONLINE);
	if (!t->id && t->value)
		h->served->s.port = (uint16_t)t->value;
	procfs_cmdline(w->proc, m->p.pid, m->p.cmd, sizeof(m->p.cmd));
	e = watch_about(EVENT_ONLINE, m, h->msg->t_ns);
	e.a = t->value;
	watch_add(w, &e);
}

static void
hear_listening(struct watch *w, struct heard *h)
{
	const struct msg_listening *l = &h->msg->listening;
	struct member *m = hear_of(h, l->id);
	struct event e;

	if (!m)
		return;
	hear_live(m, LIFE_LISTENING);
	if (l->port)
		h->served->s.port = l->port;
	if (l->private_port)
		h->served->s.private_port = l->private_port;
	e = watch_about(EVENT_LISTENING, m, h->msg->t_ns);
	e.a = l->port;
	snprintf(e.text, sizeof(e.text), "%s", l->address);
	watch_add(w, &e);
}

static void
hear_leaving(struct watch *w, struct heard *h)
{
	struct member *m = hear_of(h, h->msg->target.id);
	struct event e;

	if (!m)
		return;
	hear_live(m, LIFE_LEAVING);
	e = watch_about(h->msg->type == MSG_LEAVING ? EVENT_LEAVING
	                                            : EVENT_DISCONNECTED,
	                m, h->msg->t_ns);
	watch_add(w, &e);
}

static void
hear_respawned(struct watch *w, struct heard *h)
{
	struct member *m = hear_of(h, h->msg->target.id);
	struct event e;

	if (!m)
		return;
	e = watch_about(EVENT_RESPAWNED, m, h->msg->t_ns);
	e.a = h->msg->target.value;
	watch_add(w, &e);
}

/* The rest **************************************************************/

static void
hear_terminal(struct watch *w, struct heard *h)
{
	pid_t group = h->msg->target.pid;
	struct member *m = table_find(&w->table, group, 0);
	struct event e;

	if (w->lab && group == w->lab->p.pgrp)
		group = 0;
	w->foreground = group;
	e = watch_about(EVENT_TERMINAL, group ? m : w->lab, h->msg->t_ns);
	e.who.pid = group ? group : e.who.pid;
	watch_add(w, &e);
}

static void
hear_say(struct watch *w, struct heard *h)
{
	struct event e = { .type = EVENT_NOTE, .t_ns = h->msg->t_ns };

	if (h->msg->seq)
		return; /* the answer to an order: who gave it says it */
	memcpy(e.who.name, h->msg->name, sizeof(e.who.name));
	if (h->served)
		memcpy(e.server, h->served->s.name, sizeof(e.server));
	text_clean(e.text, sizeof(e.text), h->msg->text.text,
	           strlen(h->msg->text.text));
	watch_add(w, &e);
}

static void
hear_from(struct watch *w, struct heard *h)
{
	route_client(w, h->msg->name, (uint16_t)h->msg->target.value);
}

static void (*const hear_table[MSG_COUNT])(struct watch *, struct heard *) = {
	// clang-format off
	[MSG_STARTED]      = hear_started,
	[MSG_NOT_STARTED]  = hear_not_started,
	[MSG_FORKED]       = hear_forked,
	[MSG_AWAKE]        = hear_awake,
	[MSG_ADOPTED]      = hear_adopted,
	[MSG_CHANGED]      = hear_changed,
	[MSG_REAPED]       = hear_reaped,
	[MSG_ONLINE]       = hear_online,
	[MSG_LISTENING]    = hear_listening,
	[MSG_LEAVING]      = hear_leaving,
	[MSG_DISCONNECTED] = hear_leaving,
	[MSG_RESPAWNED]    = hear_respawned,
	[MSG_TERMINAL]     = hear_terminal,
	[MSG_SAY]          = hear_say,
	[MSG_FROM]         = hear_from,
	// clang-format on
};

void
watch_message(struct watch *w, const char *server, const struct msg *msg,
              int *fds, int nfds)
{
	struct heard h = { .msg = msg, .fds = fds, .nfds = nfds };

	if (server)
		h.served = watch_served(w, server);
	if (msg->type < MSG_COUNT && hear_table[msg->type])
		hear_table[msg->type](w, &h);
}
