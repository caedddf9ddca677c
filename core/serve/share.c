/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Listening sockets for workers, where the kernel chooses (policy.h).
 *
 * ACCEPTS_ALL: every worker gets the public socket, by SCM_RIGHTS, as a child
 * closes all that it inherits.
 *
 * ACCEPTS_EACH: one gets the public socket, the others one each that shares
 * its port.  They stay the master's: what the kernel has queued at one
 * survives a worker, and the next worker inherits it.
 *
 * A socket that ends is emptied first: a filter leads new connections to the
 * public one, those that wait come into the master's queue, who is in the
 * middle of connect(2) is waited for (accept_last), and then it is shut down,
 * which ends the copies of its worker as well.
 */
#include <stdio.h>

#include "core/serve/master.h"
#include "core/serve/policy.h"

static enum accepts
share_accepts(const struct master *m)
{
	return m->settings.policy->accepts;
}

/* Lending *****************************************************************/

/* NULL: accept no more. */
static void
share_lend(struct master *m, struct slot *slot, struct listener *l)
{
	struct msg msg = msg_make(MSG_ACCEPT, NULL);

	slot->lent = l;
	msg.handoff.connection = m->page->lending;
	snprintf(msg.handoff.why, sizeof(msg.handoff.why),
	         share_accepts(m) == ACCEPTS_EACH
	             ? "kernel's choice (reuseport): by its hash, w%u's socket"
	             : "kernel's choice (shared): w%u called accept first",
	         slot->id);
	crew_send_fd(m, slot, &msg, l ? l->fd : -1);
}

static const struct slot *
share_borrower(const struct master *m, const struct listener *l)
{
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].lent == l)
			return &m->slots[i];
	return NULL;
}

/*
 * For ACCEPTS_EACH: one that has lost its worker, the public one first, or
 * a new one.  NULL with err.
 */
static struct listener *
share_spare(struct master *m, struct err *err)
{
	struct listener *fresh = NULL;

	if (!share_borrower(m, &m->public))
		return &m->public;
	for (int i = 0; i < SETTINGS_WORKERS; i++) {
		struct listener *l = &m->own[i];

		if (l->listens && !share_borrower(m, l))
			return l;
		if (!l->listens && !fresh)
			fresh = l;
	}
	listener_share(&m->public, true);
	if (!fresh) /* as many as workers, and one is public */
		err_set(err, "there is no place for one more socket");
	else if (listener_join(fresh, &m->public, m->settings.backlog,
	                       m->settings.defer_accept, err) == 0)
		return fresh;
	return NULL;
}

/* What the policy says; only ACCEPTS_EACH can fail. */
static int
share_give(struct master *m, struct slot *slot, struct err *err)
{
	struct listener *l = NULL;

	if (share_accepts(m) == ACCEPTS_ALL)
		l = &m->public;
	else if (share_accepts(m) == ACCEPTS_EACH && !(l = share_spare(m, err)))
		return -1;
	share_lend(m, slot, l);
	return 0;
}

static int
share_give_all(struct master *m, struct err *err)
{
	m->page->lending++;
	for (int i = 0; i < m->high; i++)
		m->slots[i].lent = NULL;
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].joined && share_give(m, &m->slots[i], err) < 0)
			return -1;
	accept_set_rest(m);
	return 0;
}

/* Ending ******************************************************************/

/* What waits at a socket goes to others; then it is no more. */
static void
share_end(struct master *m, struct listener *l)
{
	bool steered = listener_steer(&m->public, true);
	int moved = accept_last(m, l);
	char text[160];

	listener_stop(l);
	listener_close(l);
	if (steered)
		listener_steer(&m->public, false);
	snprintf(text, sizeof(text),
	         "a worker's socket is closed: %d that waited there go to "
	         "others",
	         moved);
	say_note(m, text);
}

void
share_close(struct master *m)
{
	for (int i = 0; i < SETTINGS_WORKERS; i++)
		if (m->own[i].listens)
			share_end(m, &m->own[i]);
	if (m->public.listens)
		listener_share(&m->public, false);
}

/* The public socket stays: another worker gets it, for its own. */
static struct listener *
share_swap(struct master *m)
{
	for (int i = m->high - 1; i >= 0; i--) {
		struct slot *slot = &m->slots[i];
		struct listener *l = slot->lent;

		if (!slot->joined)
			continue;
		share_lend(m, slot, &m->public);
		return l;
	}
	return NULL;
}

/* Its worker is dead, and others go on. */
static void
share_say_waits(struct master *m, const struct slot *slot)
{
	char text[160];

	snprintf(text, sizeof(text),
	         "w%u's socket stays: what the kernel puts there waits for "
	         "the next worker (fork 1)",
	         slot->id);
	say_note(m, text);
}

/* From outside ************************************************************/

void
share_join(struct master *m, struct slot *slot)
{
	struct err err;

	if (share_accepts(m) != ACCEPTS_MASTER && m->public.listens &&
	    share_give(m, slot, &err) < 0)
		say_failed(m, slot->fork_seq, err.text);
}

void
share_part(struct master *m, struct slot *slot)
{
	struct listener *l = slot->lent;

	slot->lent = NULL;
	if (!l || share_accepts(m) != ACCEPTS_EACH || crew_joined(m) == 0)
		return;
	if (slot->life != LIFE_LEAVING) {
		share_say_waits(m, slot);
		return;
	}
	if (l == &m->public)
		l = share_swap(m);
	if (l)
		share_end(m, l);
}

int
share_change(struct master *m, const struct policy *old, struct err *err)
{
	if (share_accepts(m) == old->accepts || !m->public.listens)
		return 0;
	if (old->accepts == ACCEPTS_EACH)
		share_close(m);
	if (share_give_all(m, err) == 0)
		return 0;
	share_close(m);
	m->settings.policy = old;
	share_give_all(m, NULL);
	return -1;
}
