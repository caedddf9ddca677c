/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Node's round-robin (node-cluster.md): accepted connections queue; the next
 * free worker gets one by SCM_RIGHTS and is free again when it has
 * acknowledged it (offers.c).  A connection that was refused, or whose worker
 * died, goes to the next.
 *
 * While many connections come they are offered ahead: each worker may have
 * several on their way, which it takes one after another without waking us
 * for each.  Only the oldest of them is bound to it; when it does not move
 * and another worker is free, or when it is stopped or late, the rest is
 * taken back.  So at most one waits for a worker that does not come.
 *
 * Start reading at handoff_run().
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/serve/master.h"
#include "core/serve/policy.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

#define HANDOFF_RETRY_NS (100 * NS_PER_MS)
#define HANDOFF_TIDY_NS  (20 * NS_PER_MS)

/* Lists *******************************************************************/

static void
handoff_push(struct arrivals *list, struct arrival *a)
{
	a->next = NULL;
	*(list->last ? &list->last->next : &list->first) = a;
	list->last = a;
}

static void
handoff_push_front(struct arrivals *list, struct arrival *a)
{
	a->next = list->first;
	list->first = a;
	if (!list->last)
		list->last = a;
}

static struct arrival *
handoff_pop(struct arrivals *list)
{
	struct arrival *a = list->first;

	list->first = a->next;
	if (!list->first)
		list->last = NULL;
	return a;
}

void
handoff_init(struct master *m)
{
	for (size_t i = 0; i < sizeof(m->pool) / sizeof(m->pool[0]); i++) {
		m->pool[i].next = m->spares;
		m->spares = &m->pool[i];
	}
}

/* Our copy is not needed any more. */
void
handoff_drop(struct master *m, struct arrival *a)
{
	close(a->fd);
	a->next = m->spares;
	m->spares = a;
}

/* Arrivals ****************************************************************/

void
handoff_report(struct master *m, const struct arrival *a, enum report_type type,
               uint32_t id, const char *text)
{
	struct report r = report_make(&m->reporter, type);

	if (a->check)
		return;
	r.id = id;
	r.port = a->port;
	r.connection = a->number;
	r.uid = a->uid;
	snprintf(r.text, sizeof(r.text), "%.*s", (int)sizeof(r.text) - 1, text);
	report_send(&m->reporter, &r);
}

/* Nobody will take it: the client gets an end of file. */
static void
handoff_give_up(struct master *m, struct arrival *a)
{
	m->waiting--;
	handoff_drop(m, a);
}

static void
handoff_admit_aimed(struct master *m, struct arrival *a)
{
	struct slot *slot = crew_find(m, a->aim_id);

	if (!slot || !slot->joined) {
		handoff_give_up(m, a);
		return;
	}
	handoff_push(&slot->aimed, a);
	m->aimed++;
}

/* Through the stage "hand-off". */
static void
handoff_admit(void *arg)
{
	struct arrival *a = arg;

	if (a->aim_id)
		handoff_admit_aimed(a->master, a);
	else
		handoff_push(&a->master->queue, a);
}

void
handoff_arrive(struct master *m, struct arrival *a)
{
	m->waiting++;
	handoff_report(m, a, REPORT_ACCEPTED, 0, "");
	if (a->check || stage_pass(&m->gate, &a->stage, handoff_admit, a))
		handoff_admit(a);
}

/* Handing over ************************************************************/

/* Who may be chosen, in any order; slots[i] is candidate i. */
static int
handoff_candidates(struct master *m, struct candidate *c, struct slot **slots)
{
	int64_t now_ns = clock_ns();
	int n = 0, level = offers_level(m, now_ns);

	for (int i = 0; i < m->high; i++) {
		struct slot *slot = &m->slots[i];
		int its = slot->ahead ? level : 0;

		if (!slot->joined)
			continue;
		c[n] = (struct candidate){
			.id = slot->id,
			.busy = offers_busy(slot, its, now_ns),
			.turn = slot->turn,
			.open = m->page->row[slot->row].held +
			        (uint32_t)slot->noffers,
		};
		slots[n++] = slot;
	}
	return n;
}

static void
handoff_say_skipped(struct master *m, const struct arrival *a,
                    struct slot *slot, enum busy busy)
{
	if (slot->skip_said)
		return;
	slot->skip_said = true;
	handoff_report(m, a, REPORT_SKIPPED, slot->id, policy_busy_text(busy));
}

/* xorshift: cheap, and good enough to choose a worker with. */
static uint64_t
handoff_dice(struct master *m)
{
	m->dice ^= m->dice << 13;
	m->dice ^= m->dice >> 7;
	m->dice ^= m->dice << 17;
	return m->dice;
}

/* Ask the policy.  Returns whom it chose, why[], or NULL: nobody is free. */
static struct slot *
handoff_choose(struct master *m, char *why, size_t size)
{
	struct candidate c[SETTINGS_WORKERS];
	struct slot *slots[SETTINGS_WORKERS];
	int n = handoff_candidates(m, c, slots);
	const struct policy *p = m->settings.policy;
	uint64_t dice = handoff_dice(m);
	int i = p->next(c, n, dice);
	int skipped = i < 0 ? -1 : policy_skipped(p, c, n, dice);

	if (i < 0)
		return NULL;
	p->say(c, n, dice, why, size);
	if (skipped < 0)
		return slots[i];
	text_add(why, size, "; w%u skipped: %s", c[skipped].id,
	         policy_busy_text(c[skipped].busy));
	handoff_say_skipped(m, m->queue.first, slots[skipped], c[skipped].busy);
	return slots[i];
}

static void
handoff_retry(void *arg)
{
	struct master *m = arg;

	m->retry = 0;
	for (int i = 0; i < m->high; i++)
		m->slots[i].choked = false;
}

/* EAGAIN, ETOOMANYREFS: skip that worker for a while. */
void
handoff_choke(struct master *m, struct slot *slot)
{
	slot->choked = true;
	if (!m->retry)
		m->retry = loop_timer(m->loop, clock_ns() + HANDOFF_RETRY_NS,
		                      handoff_retry, m);
}

/*
 * Offer one to a worker.  Returns false when its channel does not take it
 * now.
 */
static bool
handoff_send(struct master *m, struct slot *slot, struct arrival *a,
             struct msg *msg)
{
	if (a->back_from)
		text_add(msg->handoff.why, sizeof(msg->handoff.why),
		         "; taken back from w%u", a->back_from);
	/* First the report: what the worker does then comes after it. */
	handoff_report(m, a, REPORT_HANDOFF, slot->id, msg->handoff.why);
	if (offers_send(m, slot, a, msg) < 0) {
		handoff_say_skipped(m, a, slot, BUSY_CHANNEL);
		handoff_choke(m, slot);
		return false;
	}
	m->waiting--;
	if (!a->aim_id && !a->check)
		slot->turn = ++m->last_turn;
	slot->skip_said = false;
	m->impatient = false;
	return true;
}

/* The one message that is filled again and again: nothing is copied. */
static struct msg *
handoff_message(const struct arrival *a)
{
	static struct msg msg = { .type = MSG_HANDOFF };

	msg.t_ns = clock_ns();
	msg.handoff.connection = a->number;
	msg.handoff.id = a->aim_id;
	msg.handoff.thread = a->aim_thread;
	msg.handoff.uid = a->uid;
	msg.handoff.port = a->port;
	msg.handoff.check = a->check;
	return &msg;
}

/* Connections wait for who is full: it need not keep idle ones alive. */
static void
handoff_want(struct master *m, struct slot *slot)
{
	struct msg msg;

	if (!slot->joined || !slot->full || slot->wanted)
		return;
	slot->wanted = true;
	msg = msg_make(MSG_WANTED, NULL);
	crew_send(m, slot, &msg);
}

static void
handoff_want_all(struct master *m)
{
	for (int i = 0; i < m->high; i++)
		handoff_want(m, &m->slots[i]);
}

static void
handoff_run_queue(struct master *m)
{
	while (m->queue.first) {
		struct arrival *a = m->queue.first;
		struct msg *msg = handoff_message(a);
		struct slot *slot = handoff_choose(m, msg->handoff.why,
		                                   sizeof(msg->handoff.why));

		if (!slot) {
			handoff_want_all(m);
			return;
		}
		if (handoff_send(m, slot, a, msg))
			handoff_pop(&m->queue);
	}
}

/* Aimed ones go past the policy, but not past the acknowledgement. */
static void
handoff_run_aimed(struct master *m)
{
	for (int i = 0; m->aimed && i < m->high; i++) {
		struct slot *slot = &m->slots[i];
		struct arrival *a = slot->aimed.first;
		struct msg *msg;

		if (a)
			handoff_want(m, slot);
		if (!a || slot->noffers || slot->choked ||
		    (slot->full && !a->aim_thread))
			continue;
		msg = handoff_message(a);
		snprintf(msg->handoff.why, sizeof(msg->handoff.why),
		         a->aim_thread ? "aimed at w%u.t%u" : "aimed at w%u",
		         slot->id, a->aim_thread);
		if (!handoff_send(m, slot, a, msg))
			continue;
		handoff_pop(&slot->aimed);
		m->aimed--;
	}
}

/* Back to whom it was for, before all others. */
void
handoff_again(struct master *m, struct slot *slot, struct arrival *a)
{
	m->waiting++;
	if (!a->aim_id) {
		handoff_push_front(&m->queue, a);
	} else if (slot->joined) {
		handoff_push_front(&slot->aimed, a);
		m->aimed++;
	} else {
		handoff_give_up(m, a);
	}
}

/* The turn ****************************************************************/

/* From who does not come all but one; else as many as others could take. */
static void
handoff_take_back(struct master *m)
{
	int64_t now_ns = clock_ns();
	int idle = m->queue.first ? 0 : offers_idle(m);

	for (int i = 0; i < m->high; i++) {
		struct slot *slot = &m->slots[i];
		enum busy busy = offers_busy(slot, ROW_OFFERS, now_ns);
		bool stuck = busy == BUSY_STOPPED || busy == BUSY_LATE;
		bool slow = offers_pending(slot, now_ns) > 0;

		while ((stuck || (slow && idle > 0)) &&
		       offers_take_back(m, slot))
			idle--;
	}
}

void
handoff_run(struct master *m)
{
	if (atomic_load_explicit(&m->page->master_waits, memory_order_relaxed))
		atomic_store(&m->page->master_waits, 0);
	offers_look(m);
	if (m->aimed)
		handoff_run_aimed(m);
	if (m->ahead)
		handoff_take_back(m);
	if (m->queue.first)
		handoff_run_queue(m);
	accept_check_full(m);
}

static void
handoff_tidy(void *arg)
{
	struct master *m = arg;

	m->tidy = 0;
	m->impatient = true;
}

/* Offers ahead may have to be taken back: the turn that follows looks. */
static void
handoff_stale(void *arg)
{
	((struct master *)arg)->stale = 0;
}

/*
 * Who needs a worker now asks for a message.  Otherwise acknowledgements are
 * looked at in the next turn, or in a while: nobody is woken for each.
 */
bool
handoff_before_sleep(struct master *m)
{
	bool offered = false;

	for (int i = 0; i < m->high && !offered; i++)
		offered = m->slots[i].noffers > 0;
	if (!offered)
		return false;
	if (m->ahead && !m->stale)
		m->stale = loop_timer(m->loop, clock_ns() + OFFERS_FRESH_NS,
		                      handoff_stale, m);
	if (m->queue.first || m->aimed || m->ahead || m->impatient) {
		atomic_store(&m->page->master_waits, 1);
		return offers_look(m); /* just before we asked */
	}
	if (!m->tidy)
		m->tidy = loop_timer(m->loop, clock_ns() + HANDOFF_TIDY_NS,
		                     handoff_tidy, m);
	return false;
}

void
handoff_return(struct master *m, struct slot *slot)
{
	offers_return(m, slot);
	while (slot->aimed.first) {
		m->aimed--;
		handoff_give_up(m, handoff_pop(&slot->aimed));
	}
}

void
handoff_close_all(struct master *m)
{
	while (m->queue.first)
		handoff_give_up(m, handoff_pop(&m->queue));
	while (m->gate.first) {
		struct arrival *a = m->gate.first->arg;

		stage_cancel(&m->gate, &a->stage);
		handoff_give_up(m, a);
	}
}
