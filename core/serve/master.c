/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at master_run(): one turn of the loop, then the forks that
 * were asked for.
 */
#include "core/serve/master.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/serve/counter.h"
#include "core/serve/model.h"
#include "core/serve/policy.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"

/* What the shell asks for *************************************************/

int
master_order(struct master *m, const struct order *order, struct err *err)
{
	int wanted = m->live;

	for (int i = 0; i < m->norders; i++)
		wanted += m->orders[i].n;
	if (m->stopping)
		return err_set(err, "%s is stopping", m->settings.name);
	if (order->n < 1 || order->n > SETTINGS_WORKERS - wanted ||
	    m->norders == MASTER_ORDERS)
		return err_set(err,
		               "cannot fork %d: %s has %d workers and may "
		               "have %d",
		               order->n, m->settings.name, wanted,
		               SETTINGS_WORKERS);
	m->orders[m->norders++] = *order;
	return 0;
}

static void
master_ask_fork(struct master *m, const struct msg *msg)
{
	struct order order = { .n = msg->target.value, .seq = msg->seq };
	struct err err;

	if (master_order(m, &order, &err) < 0)
		say_failed(m, msg->seq, err.text);
}

/* How many there are to be; without a number, how many are? */
static void
master_ask_scale(struct master *m, const struct msg *msg)
{
	char text[128];
	struct err err;

	if (!msg->target.id && !msg->target.value) {
		fleet_text(m, text, sizeof(text));
		say_done(m, msg->seq, text);
	} else if (fleet_scale(m, msg->seq, (int)msg->target.id,
	                       msg->target.value, &err) < 0) {
		say_failed(m, msg->seq, err.text);
	}
}

static void
master_ask_reload(struct master *m, const struct msg *msg)
{
	struct err err;

	if (reload_start(m, msg->seq, &err) < 0)
		say_failed(m, msg->seq, err.text);
}

static void
master_retire(struct master *m, const struct msg *msg)
{
	struct slot *slot = crew_find(m, msg->target.id);
	char text[64] = "";

	if (!slot)
		snprintf(text, sizeof(text), "there is no worker w%u",
		         msg->target.id);
	else if (slot->life >= LIFE_LEAVING)
		snprintf(text, sizeof(text), "w%u is leaving already",
		         slot->id);
	if (!slot || text[0]) {
		say_failed(m, msg->seq, text);
		return;
	}
	slot->retire_seq = msg->seq;
	crew_fact(m, slot, FACT_TOLD);
}

/* Refuse new connections, answer what waits, then send everybody home. */
void
master_stop(struct master *m, uint32_t seq)
{
	if (m->stopping) {
		say_failed(m, seq, "it is stopping already");
		return;
	}
	accept_what_waits(m, &m->public);
	accept_stop(m);
	m->stopping = true;
	m->stop_seq = seq;
	m->norders = 0;
	fleet_rest(m);
}

/* Their values stand in the page; the message only says that they changed. */
static bool
master_set_in_page(const char *name)
{
	return strcmp(name, "slow") == 0 || strcmp(name, "frozen") == 0 ||
	       strcmp(name, "steps") == 0;
}

/* One that only new workers can have: so all are replaced by new ones. */
static void
master_set_by_reload(struct master *m, const struct msg *msg)
{
	struct settings changed = m->settings;
	struct err err;

	if (settings_change(&changed, msg->set.name, msg->set.value, &err) <
	        0 ||
	    reload_start(m, msg->seq, &err) < 0)
		say_failed(m, msg->seq, err.text);
	else
		m->settings = changed;
}

/* A setting by name; with the name of a worker, for that one alone. */
static void
master_set(struct master *m, const struct msg *msg)
{
	const struct policy *policy = m->settings.policy;
	struct slot *slot = NULL;
	unsigned id = 0;
	struct err err;

	if (settings_of_birth(msg->set.name)) {
		master_set_by_reload(m, msg);
		return;
	}
	if (sscanf(msg->name, "w%u", &id) == 1)
		slot = crew_find(m, id);
	if (!master_set_in_page(msg->set.name) && !slot &&
	    (settings_change(&m->settings, msg->set.name, msg->set.value,
	                     &err) < 0 ||
	     share_change(m, policy, &err) < 0)) {
		say_failed(m, msg->seq, err.text);
		return;
	}
	if (slot)
		crew_send(m, slot, msg);
	else
		crew_send_all(m, msg);
	gate_poke(&m->gate);
	accept_defer(m);
	if (strcmp(msg->set.name, "respawn") == 0)
		fleet_set_respawn(m);
	say_done(m, msg->seq, "");
}

/* Of a worker, which answers itself, or of the master. */
static void
master_peek(struct master *m, const struct msg *msg)
{
	struct msg answer;
	unsigned id = 0;
	struct slot *slot =
	    sscanf(msg->name, "w%u", &id) == 1 ? crew_find(m, id) : NULL;

	if (slot) {
		crew_send(m, slot, msg);
	} else if (id) {
		say_failed(m, msg->seq, "it is gone");
	} else {
		answer = counter_peek(msg);
		memcpy(answer.name, m->settings.name, sizeof(answer.name));
		say_message(m, &answer, NULL, 0);
	}
}

static void
master_hear(struct master *m, const struct msg *msg, const int *fds, int nfds)
{
	if (msg->type == MSG_AIM_LINE && nfds == 1) {
		aim_line(m, fds[0]);
		return;
	}
	wire_drop_fds(fds, nfds);
	switch (msg->type) {
	case MSG_FORK:
		master_ask_fork(m, msg);
		break;
	case MSG_SCALE:
		master_ask_scale(m, msg);
		break;
	case MSG_RELOAD:
		master_ask_reload(m, msg);
		break;
	case MSG_RETIRE:
		if (msg->target.value)
			pass_ask(m, msg);
		else
			master_retire(m, msg);
		break;
	case MSG_THREAD:
		pass_ask(m, msg);
		break;
	case MSG_STOP:
		master_stop(m, msg->seq);
		break;
	case MSG_SET:
		master_set(m, msg);
		break;
	case MSG_VARIABLE:
		master_peek(m, msg);
		break;
	}
}

static void
master_shell(void *arg, uint32_t events)
{
	static struct msg msg;
	struct master *m = arg;
	int fds[WIRE_FDS], nfds, got;

	if (events & EPOLLOUT && wire_flush(m->shell) == 0 &&
	    !wire_waiting(m->shell))
		loop_change(m->loop, wire_fd(m->shell), EPOLLIN);
	if (!(events & ~(uint32_t)EPOLLOUT))
		return;
	got = wire_recv(m->shell, &msg, fds, &nfds);
	if (got > 0)
		master_hear(m, &msg, fds, nfds);
	else if (got < 0)
		m->over = true; /* the shell is gone: so are we */
}

/* The turn ****************************************************************/

/* On the way to the end: whatever can be done now. */
static void
master_stop_step(struct master *m)
{
	if (crew_joined(m) == 0)
		handoff_close_all(m);
	if (!m->parted && m->waiting == 0) {
		m->parted = true;
		for (int i = 0; i < m->high; i++)
			if (m->slots[i].life != LIFE_NONE)
				crew_fact(m, &m->slots[i], FACT_TOLD);
	}
	if (m->live > 0)
		return;
	say_done(m, m->stop_seq, "");
	m->over = true;
}

static int
master_work(void *arg)
{
	struct master *m = arg;

	handoff_run(m);
	reload_step(m);
	fleet_step(m);
	if (m->stopping && !m->over)
		master_stop_step(m);
	return handoff_before_sleep(m);
}

/* The first fork that was asked for; returns true in the child. */
static bool
master_fork(struct master *m)
{
	struct order order = m->orders[0];
	struct err err;
	int born;

	if (--m->orders[0].n == 0)
		memmove(m->orders, m->orders + 1,
		        sizeof(order) * (size_t)--m->norders);
	born = crew_fork(m, order.seq, &err);
	if (born < 0)
		fleet_not_forked(m, &order, err.text);
	else if (born == 0)
		fleet_forked(m, &order, m->last_id);
	return born > 0;
}

enum master_end
master_run(struct master *m)
{
	struct err err;

	while (!m->over) {
		while (m->norders > 0)
			if (master_fork(m))
				return MASTER_FORKED;
		if (reload_fork(m) > 0)
			return MASTER_FORKED;
		if (loop_turn(m->loop, -1, &err) < 0) {
			say_failed(m, 0, err.text);
			return MASTER_OVER;
		}
	}
	return MASTER_OVER;
}

/* Opening *****************************************************************/

/* Is there a wire, a page, an eventfd where the lab puts them? */
static bool
master_has_shell(void)
{
	struct stat page;
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(WIRE_CHILD_FD, SOL_SOCKET, SO_TYPE, &type, &len) ==
	           0 &&
	       type == SOCK_SEQPACKET && fstat(PAGE_CHILD_FD, &page) == 0 &&
	       page.st_size == (off_t)sizeof(struct page);
}

static int
master_meet_shell(struct master *m, struct err *err)
{
	m->page = page_map(PAGE_CHILD_FD, err);
	m->shell = wire_open(WIRE_CHILD_FD, err);
	close(PAGE_CHILD_FD);
	m->wake = WAKE_CHILD_FD;
	if (!m->page || !m->shell)
		return -1;
	return loop_watch(m->loop, WIRE_CHILD_FD, EPOLLIN, master_shell, m,
	                  err);
}

/* By hand: a page of our own, and words on the terminal. */
static int
master_do_without(struct master *m, struct err *err)
{
	int fd;

	m->wake = -1;
	m->page = page_create(&fd, err);
	if (!m->page)
		return -1;
	close(fd);
	setvbuf(stdout, NULL, _IOLBF, 0);
	return 0;
}

static void
master_say_online(struct master *m)
{
	struct msg msg = msg_make(MSG_ONLINE, m->settings.name);
	char text[160];

	msg.target.pid = getpid();
	msg.target.value = m->public.port;
	say_message(m, &msg, NULL, 0);
	snprintf(text, sizeof(text), "policy %s: %s", m->settings.policy->name,
	         m->settings.policy->help);
	say_note(m, text);
	snprintf(text, sizeof(text), "model %s: %s",
	         model_name(m->settings.model), model_help(m->settings.model));
	say_note(m, text);
}

static int
master_begin(struct master *m, struct err *err)
{
	int row = page_row_take(m->page, 0, 0);

	m->reporter = (struct reporter){ .page = m->page,
		                         .row = row < 0 ? 0 : row,
		                         .wake = m->wake,
		                         .pid = getpid(),
		                         .tid = getpid() };
	atomic_store(&m->page->row[0].pid, getpid());
	atomic_store(&m->page->row[0].tid, getpid());
	gate_init(&m->gate, m->loop, m->page);
	m->proc = procfs_open(NULL, err);
	if (!m->proc || fleet_open(m, err) < 0 || obey_signals(m, err) < 0)
		return -1;
	loop_work(m->loop, master_work, m);
	if (listener_bind(&m->public, m->settings.port, err) < 0) {
		say_failed(m, 0, err->text);
		return -1;
	}
	master_say_online(m);
	if (m->settings.workers)
		m->orders[m->norders++] =
		    (struct order){ .n = m->settings.workers };
	return 0;
}

int
master_open(struct master *m, const struct settings *settings, struct err *err)
{
	m->settings = *settings;
	m->public.fd = m->private.fd = m->diag = m->fleet.stir = -1;
	for (int i = 0; i < SETTINGS_WORKERS; i++)
		m->own[i].fd = -1;
	m->dice = (uint64_t)clock_ns() | 1;
	counter_init();
	handoff_init(m);
	m->loop = loop_open(err);
	if (!m->loop)
		return -1;
	if (master_has_shell() ? master_meet_shell(m, err) < 0
	                       : master_do_without(m, err) < 0)
		return -1;
	return master_begin(m, err);
}

void
master_close(struct master *m)
{
	aim_close(m);
	accept_stop(m);
	listener_close(&m->public);
	if (m->shell)
		wire_flush(m->shell);
	wire_close(m->shell);
	procfs_close(m->proc);
	loop_close(m->loop);
	page_unmap(m->page);
}
