/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Threads are a worker's own affair: what the shell asks about them is passed
 * to it, and so is its answer.  A worker that is gone is answered for.
 */
#include <stdio.h>

#include "core/serve/master.h"
#include "core/serve/model.h"
#include "core/sys/clock.h"

/* It has a serving thread of that number. */
static bool
pass_has_thread(struct master *m, const struct slot *slot, uint32_t number)
{
	for (uint32_t i = 1; i < m->page->high && i < PAGE_ROWS; i++) {
		const struct row *row = &m->page->row[i];

		if (row->used && row->id == slot->id && row->thread == number)
			return true;
	}
	return false;
}

bool
pass_aims(struct master *m, const struct slot *slot, uint32_t number, char *why,
          size_t size)
{
	if (m->settings.model == &model_thread ||
	    m->settings.model == &model_fork)
		snprintf(why, size,
		         "whoever serves for w%u does so for one connection "
		         "only: aim at w%u itself",
		         slot->id, slot->id);
	else if (!pass_has_thread(m, slot, number))
		snprintf(why, size,
		         "w%u has no thread t%u: `thread 1 w%u` starts one",
		         slot->id, number, slot->id);
	else
		return true;
	return false;
}

/* Why it cannot be asked now, or NULL. */
static const char *
pass_refusal(const struct slot *slot, uint32_t id)
{
	static char text[128];

	if (!slot)
		snprintf(text, sizeof(text), "there is no worker w%u", id);
	else if (slot->life >= LIFE_LEAVING)
		snprintf(text, sizeof(text), "w%u is leaving already", id);
	else if (slot->life != LIFE_LISTENING)
		snprintf(text, sizeof(text),
		         "w%u does not listen yet: it is %s", id,
		         life_name(slot->life));
	else if (slot->stopped)
		snprintf(text, sizeof(text),
		         "w%u is stopped, so it cannot do that: kill -CONT w%u "
		         "lets it go on",
		         id, id);
	else
		return NULL;
	return text;
}

static bool
pass_note(struct slot *slot, uint32_t was, uint32_t seq)
{
	for (int i = 0; i < SLOT_ASKS; i++)
		if (slot->asked[i] == was) {
			slot->asked[i] = seq;
			return true;
		}
	return false;
}

void
pass_ask(struct master *m, const struct msg *msg)
{
	struct slot *slot = crew_find(m, msg->target.id);
	const char *why = pass_refusal(slot, msg->target.id);

	if (!why && msg->target.value < 1)
		why = "a number of threads is 1 or more";
	if (!why && !pass_note(slot, 0, msg->seq))
		why = "that worker has not answered other requests yet";
	if (why)
		say_failed(m, msg->seq, why);
	else
		crew_send(m, slot, msg);
}

void
pass_answer(struct master *m, struct slot *slot, const struct msg *msg)
{
	if (msg->seq && pass_note(slot, msg->seq, 0))
		say_message(m, msg, NULL, 0);
}

void
pass_gone(struct master *m, struct slot *slot)
{
	char text[64];

	snprintf(text, sizeof(text), "w%u is gone", slot->id);
	for (int i = 0; i < SLOT_ASKS; i++) {
		if (slot->asked[i])
			say_failed(m, slot->asked[i], text);
		slot->asked[i] = 0;
	}
}

/* A child of a worker that is dead may live on; it cannot be waited for. */
static bool
pass_lives(struct master *m, pid_t pid)
{
	struct proc_stat st;

	return pid && procfs_stat(m->proc, pid, 0, &st) == 0 &&
	       st.state != 'Z' && st.state != 'X';
}

/* Rows of nobody's children: fold those of the dead, look again later. */
static void
pass_fold_strays(void *arg)
{
	struct master *m = arg;
	bool some = false;

	m->strays = 0;
	for (uint32_t i = 1; i < m->page->high && i < PAGE_ROWS; i++) {
		const struct row *row = &m->page->row[i];

		if (row->used != ROW_USED || crew_find(m, row->id))
			continue;
		if (pass_lives(m, row->pid))
			some = true;
		else
			page_row_fold(m->page, (int)i);
	}
	if (some)
		m->strays = loop_timer(m->loop, clock_ns() + NS_PER_S,
		                       pass_fold_strays, m);
}

void
pass_fold(struct master *m, const struct slot *slot)
{
	bool some = false;

	for (uint32_t i = 1; i < m->page->high && i < PAGE_ROWS; i++) {
		const struct row *row = &m->page->row[i];

		if (row->used != ROW_USED || row->id != slot->id)
			continue;
		if (row->pid != slot->pid && pass_lives(m, row->pid))
			some = true;
		else
			page_row_fold(m->page, (int)i);
	}
	if (some && !m->strays)
		m->strays = loop_timer(m->loop, clock_ns() + NS_PER_S,
		                       pass_fold_strays, m);
}
