/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Replacing the workers, one after another: fork a new one, wait until it
 * listens, tell the oldest of the old ones to leave, and so on.  At any
 * moment as many serve as before, so no request is lost.  Where there is no
 * room for one more worker, an old one leaves first.
 *
 * Start reading at reload_step(), a part of each turn of the loop.
 */
#include <stdio.h>

#include "core/serve/master.h"

bool
reload_running(const struct master *m)
{
	return m->reload.running;
}

/* The oldest of those that are to go; `told`: of those that go already. */
static struct slot *
reload_oldest(struct master *m, bool told)
{
	struct slot *oldest = NULL;

	for (int i = 0; i < m->high; i++) {
		struct slot *slot = &m->slots[i];

		if (slot->life != LIFE_NONE && slot->id <= m->reload.newest &&
		    (slot->life >= LIFE_LEAVING) == told &&
		    (!oldest || slot->id < oldest->id))
			oldest = slot;
	}
	return oldest;
}

static int
reload_refuse(struct master *m, struct err *err)
{
	const struct slot *slot = reload_oldest(m, true);

	if (slot)
		return err_set(err,
		               "the workers of %s are being replaced already: "
		               "w%u has not left yet%s",
		               m->settings.name, slot->id,
		               slot->stopped ? ", it is stopped" : "");
	return err_set(err, "the workers of %s are being replaced already",
	               m->settings.name);
}

int
reload_start(struct master *m, uint32_t seq, struct err *err)
{
	if (m->stopping)
		return err_set(err, "%s is stopping", m->settings.name);
	if (m->reload.running)
		return reload_refuse(m, err);
	m->reload = (struct reload){ .running = true,
		                     .seq = seq,
		                     .newest = m->last_id };
	return 0;
}

static void
reload_fail(struct master *m, const char *text)
{
	m->reload.running = false;
	m->reload.forks = false;
	say_failed(m, m->reload.seq, text);
}

/* Does the new one listen?  -1: it never will. */
static int
reload_fresh_listens(struct master *m)
{
	const struct slot *slot = crew_find(m, m->reload.fresh);

	if (!slot || slot->life > LIFE_LISTENING)
		return -1;
	return slot->life == LIFE_LISTENING;
}

/* There is a new one more: an old one may go. */
static void
reload_swap(struct master *m, struct slot *old)
{
	m->reload.fresh = 0;
	m->reload.ahead = false;
	if (old)
		crew_fact(m, old, FACT_TOLD);
}

static void
reload_wait_for_fresh(struct master *m)
{
	int listens = reload_fresh_listens(m);
	char text[128];

	if (listens < 0) {
		snprintf(text, sizeof(text),
		         "w%u is gone before it listened: the workers that are "
		         "left stay as they are",
		         m->reload.fresh);
		reload_fail(m, text);
	} else if (listens > 0) {
		reload_swap(m,
		            m->reload.ahead ? NULL : reload_oldest(m, false));
	}
}

/* The next one: first fork, unless there is no room. */
static void
reload_next(struct master *m, struct slot *old)
{
	if (m->live < SETTINGS_WORKERS) {
		m->reload.forks = true;
	} else if (!m->reload.ahead) {
		m->reload.ahead = true;
		crew_fact(m, old, FACT_TOLD);
	}
}

/* All leave, the new ones too.  One by a signal (HUP) has nobody to tell. */
static void
reload_give_up(struct master *m)
{
	if (m->reload.seq)
		reload_fail(m, "it is stopping, so the reload goes no further");
	m->reload.running = false;
	m->reload.forks = false;
}

void
reload_step(struct master *m)
{
	struct slot *old;

	if (!m->reload.running || m->reload.forks)
		return;
	if (m->stopping) {
		reload_give_up(m);
		return;
	}
	if (m->reload.fresh) {
		reload_wait_for_fresh(m);
		if (!m->reload.running || m->reload.fresh)
			return;
	}
	old = reload_oldest(m, false);
	if (old || m->reload.ahead) {
		reload_next(m, old);
	} else if (!reload_oldest(m, true)) {
		m->reload.running = false;
		say_done(m, m->reload.seq, "");
	}
}

int
reload_fork(struct master *m)
{
	struct err err;
	int born;

	if (!m->reload.forks)
		return 0;
	m->reload.forks = false;
	born = crew_fork(m, 0, &err);
	if (born < 0)
		reload_fail(m, err.text);
	else if (born == 0)
		m->reload.fresh = m->last_id;
	return born;
}
