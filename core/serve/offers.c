/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is on its way to the workers.  Each offer is a word in the row of its
 * worker (core/wire/offer.h), which says when it is taken: nobody is woken
 * for that.  Only when we wait for one does the worker send a message.  We
 * keep our copy of the descriptor until then.
 *
 * What the worker has not claimed yet can be taken back.  Its copy of the
 * descriptor then waits in the channel until it is read and closed; who
 * serves the connection shuts it down, so the client sees its end in time.
 */
#include <string.h>

#include "core/serve/master.h"
#include "core/serve/policy.h"
#include "core/sys/clock.h"
#include "core/wire/offer.h"

#define OFFERS_LATE_NS (100 * NS_PER_MS)

/* Who is ready *************************************************************/

/*
 * How many offers on their way count against a worker.  One that has moved a
 * moment ago may just not have had a processor yet: it keeps its turn, and
 * what comes in a burst goes round.
 */
int
offers_pending(const struct slot *slot, int64_t now_ns)
{
	bool fresh = now_ns - slot->moved_ns < OFFERS_FRESH_NS;

	if (slot->ahead && fresh && !slot->aimed.first &&
	    slot->noffers < ROW_OFFERS)
		return 0;
	return slot->noffers;
}

/* level: so many pending ones are no reason not to be chosen. */
enum busy
offers_busy(const struct slot *slot, int level, int64_t now_ns)
{
	if (slot->noffers && slot->stopped)
		return BUSY_STOPPED;
	if (slot->noffers && now_ns - slot->moved_ns > OFFERS_LATE_NS)
		return BUSY_LATE;
	if (slot->full)
		return BUSY_FULL;
	if (slot->choked)
		return BUSY_CHANNEL;
	return offers_pending(slot, now_ns) > level ? BUSY_TAKING : BUSY_NO;
}

/* Could it be offered one more?  Who is aimed at it comes first. */
static bool
offers_room(const struct slot *slot, int64_t now_ns)
{
	bool ahead = slot->ahead && !slot->aimed.first;

	return slot->joined && slot->noffers < (ahead ? ROW_OFFERS : 1) &&
	       offers_busy(slot, ROW_OFFERS, now_ns) == BUSY_NO;
}

/* The fewest pending ones of any who could be offered one more. */
int
offers_level(const struct master *m, int64_t now_ns)
{
	int level = ROW_OFFERS;

	for (int i = 0; i < m->high; i++) {
		int pending = offers_pending(&m->slots[i], now_ns);

		if (pending < level && offers_room(&m->slots[i], now_ns))
			level = pending;
	}
	return level < ROW_OFFERS ? level : 0;
}

/* How many workers could take one at once. */
int
offers_idle(const struct master *m)
{
	int64_t now_ns = clock_ns();
	int n = 0;

	for (int i = 0; i < m->high; i++)
		n += m->slots[i].noffers == 0 &&
		     offers_room(&m->slots[i], now_ns);
	return n;
}

/* On their way ************************************************************/

static struct row *
offers_row(struct master *m, const struct slot *slot)
{
	return &m->page->row[slot->row];
}

/* A place that no offer of this worker has. */
static int
offers_place(const struct slot *slot)
{
	unsigned used = 0;
	int place = 0;

	for (int i = 0; i < slot->noffers; i++)
		used |= 1u << slot->offers[i]->place;
	while (used & 1u << place)
		place++;
	return place;
}

int
offers_send(struct master *m, struct slot *slot, struct arrival *a,
            struct msg *msg)
{
	a->place = offers_place(slot);
	msg->handoff.place = (uint8_t)a->place;
	offer_make(offers_row(m, slot), a->place, a->number);
	if (wire_waiting(slot->channel) ||
	    wire_try_send(wire_fd(slot->channel), msg, &a->fd, 1) < 0) {
		offer_clear(offers_row(m, slot), a->place);
		return -1;
	}
	if (slot->noffers == 0)
		slot->moved_ns = msg->t_ns;
	else
		m->ahead++;
	slot->offers[slot->noffers++] = a;
	return 0;
}

/* The i-th one is not on its way any more. */
static struct arrival *
offers_remove(struct master *m, struct slot *slot, int i)
{
	struct arrival *a = slot->offers[i];

	slot->noffers--;
	if (slot->noffers > 0)
		m->ahead--;
	memmove(slot->offers + i, slot->offers + i + 1,
	        sizeof(a) * (size_t)(slot->noffers - i));
	return a;
}

/* The i-th one is the worker's. */
static void
offers_taken(struct master *m, struct slot *slot, int i)
{
	struct arrival *a = offers_remove(m, slot, i);

	if (slot->skip_said) /* passed over: back, at the end of the line */
		slot->turn = ++m->last_turn;
	slot->moved_ns = clock_ns();
	handoff_drop(m, a);
}

static void
offers_refused(struct master *m, struct slot *slot, int i)
{
	struct arrival *a = offers_remove(m, slot, i);

	offer_clear(offers_row(m, slot), a->place);
	handoff_report(m, a, REPORT_REFUSED, slot->id, "there is no room");
	if (a->aim_thread) /* which does not wait for room: not at once */
		handoff_choke(m, slot);
	handoff_again(m, slot, a);
}

void
offers_answer(struct master *m, struct slot *slot,
              const struct msg_handoff *answer)
{
	int i = 0;

	slot->full = answer->accepted != HANDOFF_TAKEN;
	slot->wanted &= slot->full;
	slot->ahead &= !slot->full;
	while (i < slot->noffers &&
	       slot->offers[i]->number != answer->connection)
		i++;
	if (i == slot->noffers)
		return; /* "there is room again", or it was seen before */
	if (answer->accepted == HANDOFF_REFUSED) {
		offers_refused(m, slot, i);
	} else {
		offer_clear(offers_row(m, slot), slot->offers[i]->place);
		offers_taken(m, slot, i);
	}
}

static bool
offers_look_at(struct master *m, struct slot *slot)
{
	bool news = false;

	for (int i = 0; i < slot->noffers;) {
		struct arrival *a = slot->offers[i];

		if (offer_settled(offers_row(m, slot), a->place, a->number)) {
			slot->full = slot->wanted = false;
			offers_taken(m, slot, i);
			news = true;
		} else {
			i++;
		}
	}
	return news;
}

bool
offers_look(struct master *m)
{
	bool news = false;

	for (int i = 0; i < m->high; i++)
		news |= offers_look_at(m, &m->slots[i]);
	return news;
}

bool
offers_take_back(struct master *m, struct slot *slot)
{
	int last = slot->noffers - 1;
	struct arrival *a;

	if (last < 1 || slot->offers[last]->aim_id)
		return false;
	a = slot->offers[last];
	if (!offer_withdraw(offers_row(m, slot), a->place, a->number))
		return false; /* it has just been claimed */
	offers_remove(m, slot, last);
	a->back_from = slot->id;
	handoff_again(m, slot, a);
	return true;
}

void
offers_return(struct master *m, struct slot *slot)
{
	offers_look_at(m, slot);
	while (slot->noffers > 0)
		handoff_again(m, slot,
		              offers_remove(m, slot, slot->noffers - 1));
}
