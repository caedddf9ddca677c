/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The workers: how they are born, what they say, how they end.  Everything
 * that happens to one goes through crew_fact() and the table of life.c.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/serve/master.h"
#include "core/serve/model.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/sig.h"

static void crew_channel(void *arg, uint32_t events);

/* Slots *******************************************************************/

struct slot *
crew_find(struct master *m, uint32_t id)
{
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].life != LIFE_NONE && m->slots[i].id == id)
			return &m->slots[i];
	return NULL;
}

static struct slot *
crew_find_pid(struct master *m, pid_t pid)
{
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].life != LIFE_NONE && m->slots[i].pid == pid)
			return &m->slots[i];
	return NULL;
}

static struct slot *
crew_spare(struct master *m)
{
	for (int i = 0; i < SETTINGS_WORKERS; i++)
		if (m->slots[i].life == LIFE_NONE) {
			if (i >= m->high)
				m->high = i + 1;
			return &m->slots[i];
		}
	return NULL;
}

int
crew_joined(const struct master *m)
{
	int n = 0;

	for (int i = 0; i < m->high; i++)
		n += m->slots[i].joined;
	return n;
}

/* Telling *****************************************************************/

void
crew_send_fd(struct master *m, struct slot *slot, const struct msg *msg, int fd)
{
	if (!slot->channel)
		return;
	wire_send(slot->channel, msg, &fd, fd >= 0 ? 1 : 0, NULL);
	if (wire_waiting(slot->channel))
		loop_change(m->loop, wire_fd(slot->channel),
		            EPOLLIN | EPOLLOUT);
}

void
crew_send(struct master *m, struct slot *slot, const struct msg *msg)
{
	crew_send_fd(m, slot, msg, -1);
}

void
crew_send_all(struct master *m, const struct msg *msg)
{
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].life != LIFE_NONE)
			crew_send(m, &m->slots[i], msg);
}

static struct msg
crew_message(const struct slot *slot, enum msg_type type)
{
	struct msg msg = msg_make(type, NULL);

	snprintf(msg.name, sizeof(msg.name), "w%u", slot->id);
	return msg;
}

static void
crew_say_target(struct master *m, const struct slot *slot, enum msg_type type)
{
	struct msg msg = crew_message(slot, type);

	msg.target.id = slot->id;
	msg.target.pid = slot->pid;
	say_message(m, &msg, NULL, 0);
}

static void
crew_say_forked(struct master *m, const struct slot *slot)
{
	struct msg msg = crew_message(slot, MSG_FORKED);
	int pidfd = child_pidfd(slot->pid, NULL);

	msg.born.pid = slot->pid;
	msg.born.ppid = getpid();
	msg.born.pgid = getpgrp();
	msg.born.id = slot->id;
	msg.born.row = slot->row;
	msg.born.start_ticks = slot->start_ticks;
	say_message(m, &msg, &pidfd, pidfd < 0 ? 0 : 1);
	if (pidfd >= 0)
		close(pidfd);
}

static void
crew_say_change(struct master *m, const struct slot *slot, enum msg_type type,
                const struct child_news *news)
{
	struct msg msg = crew_message(slot, type);

	msg.change.pid = slot->pid;
	msg.change.id = slot->id;
	msg.change.change = (int32_t)news->change;
	msg.change.code = news->code;
	msg.change.dumped = news->dumped;
	msg.change.raw = news->raw;
	msg.change.told = slot->told;
	msg.change.start_ticks = slot->start_ticks;
	say_message(m, &msg, NULL, 0);
}

/* Facts *******************************************************************/

/* It listens: answer the fork that asked for it when it is the last one. */
static void
crew_answer_fork(struct master *m, struct slot *slot)
{
	uint32_t seq = slot->fork_seq;

	slot->fork_seq = 0;
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].life != LIFE_NONE &&
		    m->slots[i].fork_seq == seq)
			return;
	for (int i = 0; i < m->norders; i++)
		if (m->orders[i].seq == seq)
			return;
	say_done(m, seq, "");
}

static void
crew_say_listening(struct master *m, struct slot *slot)
{
	say_listening(m, slot->id);
	if (slot->fork_seq)
		crew_answer_fork(m, slot);
}

/* It will never listen: so the fork has failed, for its siblings too. */
static void
crew_fail_fork(struct master *m, const struct slot *slot)
{
	uint32_t seq = slot->fork_seq;
	char text[64];

	if (!seq)
		return;
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].fork_seq == seq)
			m->slots[i].fork_seq = 0;
	snprintf(text, sizeof(text), "w%u is gone before it listened",
	         slot->id);
	say_failed(m, seq, text);
}

static void
crew_join(struct master *m, struct slot *slot)
{
	struct err err;

	slot->joined = true;
	slot->turn = m->last_turn; /* behind all, beside who joins now too */
	if (!m->public.listens && accept_start(m, &err) < 0)
		say_failed(m, slot->fork_seq, err.text);
	share_join(m, slot);
}

/*
 * After the last one nobody listens: connections are refused (N26).  Those
 * that were accepted wait for the next worker: only a worker's own clients
 * lose theirs with it (N24), and who hands over promises to lose none.
 * Node's primary closes them there, without an answer.
 */
static void
crew_part(struct master *m, struct slot *slot)
{
	slot->joined = false;
	share_part(m, slot);
	if (crew_joined(m) == 0)
		accept_stop(m);
}

/* The last one is gone. */
static void
crew_say_waiting(struct master *m)
{
	char text[128];

	snprintf(text, sizeof(text),
	         "connections are refused now; %d that were accepted wait for "
	         "a worker (fork 1)",
	         m->waiting);
	say_note(m, text);
}

static void
crew_close(struct master *m, struct slot *slot)
{
	loop_drop(m->loop, wire_fd(slot->channel));
	wire_close(slot->channel);
	slot->channel = NULL;
	handoff_return(m, slot);
	if (m->live == 1 && m->waiting && !m->stopping)
		crew_say_waiting(m);
	crew_fail_fork(m, slot);
	pass_gone(m, slot);
}

static void
crew_tell(struct master *m, struct slot *slot)
{
	struct msg msg = crew_message(slot, MSG_LEAVE);

	slot->told = true;
	crew_send(m, slot, &msg);
}

void
crew_fact(struct master *m, struct slot *slot, enum fact fact)
{
	unsigned act = life_step(&slot->life, fact);

	if (act & ACT_SAY_FORKED)
		crew_say_forked(m, slot);
	if (act & ACT_SAY_ONLINE)
		crew_say_target(m, slot, MSG_ONLINE);
	if (act & ACT_JOIN)
		crew_join(m, slot);
	if (act & ACT_SAY_LISTENING)
		crew_say_listening(m, slot);
	if (act & ACT_TELL)
		crew_tell(m, slot);
	if (act & ACT_PART)
		crew_part(m, slot);
	if (act & ACT_CLOSE)
		crew_close(m, slot);
	if (act & ACT_SAY_DISCONNECTED)
		crew_say_target(m, slot, MSG_DISCONNECTED);
}

/* The channel *************************************************************/

/* What it does not know it ignores (node-cluster.md N30). */
static void
crew_hear(struct master *m, struct slot *slot, const struct msg *msg)
{
	switch (msg->type) {
	case MSG_TAKEN:
		offers_answer(m, slot, &msg->handoff);
		break;
	case MSG_ONLINE:
		crew_fact(m, slot, FACT_ONLINE);
		break;
	case MSG_LISTENING:
		crew_fact(m, slot, FACT_LISTENING);
		break;
	case MSG_LEAVING:
		crew_fact(m, slot, FACT_LEAVING);
		break;
	case MSG_DONE:
	case MSG_FAILED:
		pass_answer(m, slot, msg);
		break;
	case MSG_SAY:
	case MSG_VALUE:
		say_message(m, msg, NULL, 0);
		break;
	}
}

/* Returns 1, 0 when there is nothing now, -1 at the end of file. */
static int
crew_read(struct master *m, struct slot *slot)
{
	static struct msg msg;
	int fds[WIRE_FDS], nfds;
	int got = wire_recv(slot->channel, &msg, fds, &nfds);

	if (got > 0) {
		wire_drop_fds(fds, nfds);
		crew_hear(m, slot, &msg);
	}
	return got;
}

static void
crew_channel(void *arg, uint32_t events)
{
	struct slot *slot = arg;
	struct master *m = slot->master;

	if (events & EPOLLOUT && wire_flush(slot->channel) == 0 &&
	    !wire_waiting(slot->channel))
		loop_change(m->loop, wire_fd(slot->channel), EPOLLIN);
	if (events & ~(uint32_t)EPOLLOUT && crew_read(m, slot) < 0)
		crew_fact(m, slot, FACT_DISCONNECTED);
}

/* Birth *******************************************************************/

/* In the child: what it takes along. */
static void
crew_born(struct master *m, const struct slot *slot, int channel, pid_t master)
{
	m->birth = (struct birth){ .id = slot->id,
		                   .row = slot->row,
		                   .channel = channel,
		                   .master = master,
		                   .page = m->page,
		                   .wake = m->wake,
		                   .stir = m->fleet.stir,
		                   .settings = &m->settings };
}

/* The slot, its row and its channel; ends[1] is the child's. */
static int
crew_prepare(struct master *m, struct slot *slot, int ends[2], struct err *err)
{
	if (!slot)
		return err_set(err,
		               "%d workers live already, which is the "
		               "most that a server has",
		               SETTINGS_WORKERS);
	if (wire_pair(ends, err) < 0)
		return -1;
	*slot = (struct slot){ .master = m,
		               .id = m->last_id + 1,
		               .ahead = m->settings.model->ahead };
	slot->row = page_row_take(m->page, slot->id, 0);
	slot->channel = wire_open(ends[0], err);
	if (slot->row < 0)
		err_set(err, "the page of counters has no free row");
	else if (slot->channel && loop_watch(m->loop, ends[0], EPOLLIN,
	                                     crew_channel, slot, err) == 0)
		return 0;
	close(ends[1]);
	return -1;
}

static void
crew_unprepare(struct master *m, struct slot *slot)
{
	if (slot->channel) {
		loop_drop(m->loop, wire_fd(slot->channel));
		wire_close(slot->channel);
	}
	if (slot->row >= 0)
		page_row_fold(m->page, slot->row);
	*slot = (struct slot){ .life = LIFE_NONE };
}

int
crew_fork(struct master *m, uint32_t seq, struct err *err)
{
	struct slot *slot = crew_spare(m);
	pid_t master = getpid();
	struct proc_stat st;
	int ends[2];

	if (crew_prepare(m, slot, ends, err) < 0) {
		if (slot)
			crew_unprepare(m, slot);
		return -1;
	}
	fflush(stdout); /* or the child would print it once more */
	slot->pid = child_fork(err);
	if (slot->pid == 0) {
		crew_born(m, slot, ends[1], master);
		return 1;
	}
	close(ends[1]);
	if (slot->pid < 0) {
		crew_unprepare(m, slot);
		return -1;
	}
	if (procfs_stat(m->proc, slot->pid, 0, &st) == 0)
		slot->start_ticks = st.start_ticks;
	atomic_store(&m->page->row[slot->row].pid, slot->pid);
	atomic_store(&m->page->row[slot->row].tid, slot->pid);
	m->last_id = slot->id;
	m->live++;
	slot->fork_seq = seq;
	slot->born_ns = clock_ns();
	crew_fact(m, slot, FACT_FORKED);
	return 0;
}

/* Death *******************************************************************/

/* Its last words first: they may be older than its death. */
static void
crew_ended(struct master *m, struct slot *slot, const struct child_news *news)
{
	uint32_t seq = slot->retire_seq;

	while (slot->channel && crew_read(m, slot) > 0)
		continue;
	crew_fact(m, slot, FACT_EXITED);
	crew_say_change(m, slot, MSG_CHANGED, news);
	child_reap(news->pid);
	pass_fold(m, slot);
	crew_say_change(m, slot, MSG_REAPED, news);
	crew_fact(m, slot, FACT_REAPED);
	m->live--;
	fleet_ended(m, slot, news);
	say_done(m, seq, "");
}

void
crew_reap(struct master *m)
{
	struct child_news news;

	while (child_next(&news) > 0) {
		struct slot *slot = crew_find_pid(m, news.pid);
		bool ended =
		    news.change == CHILD_EXITED || news.change == CHILD_KILLED;

		if (!slot) {
			if (ended)
				child_reap(news.pid);
			continue;
		}
		if (ended) {
			crew_ended(m, slot, &news);
			continue;
		}
		slot->stopped = news.change == CHILD_STOPPED;
		crew_say_change(m, slot, MSG_CHANGED, &news);
	}
}
