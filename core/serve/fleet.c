/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many workers there are: as many as were asked for, as many as the load
 * asks for, and new ones in the place of the dead.
 *
 * The load of an elastic server is read from the page, because there it
 * stands for every model and policy, also where the master never sees a
 * connection: requests started and not done, and, where the master hands
 * over, connections that wait.  It is looked at ELASTIC_LOOK_NS apart, but
 * only while there is load or a worker too many.  Otherwise we doze: whoever
 * begins a request then writes our eventfd (page.master_dozes), once.
 */
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/serve/master.h"
#include "core/sys/clock.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

#define RESPAWN_AT_ONCE_NS (5 * NS_PER_S) /* who lived shorter, failed */
#define RESPAWN_FIRST_NS   (100 * NS_PER_MS)
#define RESPAWN_TRIES      6
#define RESPAWN_FORGET_NS  (30 * NS_PER_S)

static void fleet_awake(struct master *m);

/* Counting ****************************************************************/

static bool
fleet_stays(const struct slot *slot)
{
	return slot->life >= LIFE_STARTING && slot->life < LIFE_LEAVING &&
	       !slot->told;
}

int
fleet_count(const struct master *m)
{
	int n = 0;

	for (int i = 0; i < m->high; i++)
		n += fleet_stays(&m->slots[i]);
	for (int i = 0; i < m->norders; i++)
		n += m->orders[i].n;
	return n;
}

/* Is one to come that does not listen yet? */
static bool
fleet_grows(const struct master *m)
{
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].life == LIFE_STARTING ||
		    m->slots[i].life == LIFE_ONLINE)
			return true;
	return m->norders > 0 || m->fleet.respawn || reload_running(m);
}

/* Has everybody left who was told to? */
static bool
fleet_shrinks(const struct master *m)
{
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].life >= LIFE_LEAVING)
			return true;
	return false;
}

static struct slot *
fleet_newest(struct master *m)
{
	struct slot *newest = NULL;

	for (int i = 0; i < m->high; i++)
		if (fleet_stays(&m->slots[i]) &&
		    (!newest || m->slots[i].id > newest->id))
			newest = &m->slots[i];
	return newest;
}

/* The newest ones leave; those that are ordered are not forked at all. */
static void
fleet_retire(struct master *m, int n)
{
	struct slot *slot;

	while (n > 0 && m->norders > 0 && !m->orders[m->norders - 1].seq) {
		n--;
		if (--m->orders[m->norders - 1].n == 0)
			m->norders--;
	}
	while (n-- > 0 && (slot = fleet_newest(m)))
		crew_fact(m, slot, FACT_TOLD);
}

static int
fleet_fork(struct master *m, int n, struct err *err)
{
	struct order order = { .n = n };

	return master_order(m, &order, err);
}

int
fleet_add(struct master *m, struct err *err)
{
	return fleet_fork(m, 1, err);
}

int
fleet_remove(struct master *m, struct err *err)
{
	if (fleet_count(m) <= 1)
		return err_set(err, "the last worker stays: QUIT ends %s",
		               m->settings.name);
	fleet_retire(m, 1);
	return 0;
}

/* In the place of the dead ************************************************/

static void
fleet_respawn(void *arg)
{
	struct master *m = arg;
	struct order order = { .n = m->fleet.ndead, .respawn = true };
	int room = SETTINGS_WORKERS - m->live;
	struct err err;

	m->fleet.respawn = 0;
	if (order.n > room)
		order.n = m->fleet.ndead = room;
	if (order.n && master_order(m, &order, &err) < 0)
		say_failed(m, 0, err.text);
}

static void
fleet_respawn_in(struct master *m, int64_t ns)
{
	m->fleet.respawn =
	    loop_timer(m->loop, clock_ns() + ns, fleet_respawn, m);
}

static void
fleet_strike(struct master *m)
{
	struct fleet *f = &m->fleet;
	int64_t now_ns = clock_ns();

	if (now_ns - f->strike_ns > RESPAWN_FORGET_NS)
		f->strikes = 0;
	f->strike_ns = now_ns;
	f->strikes++;
}

/* "exited 1", "was killed by SEGV" */
static void
fleet_how(const struct child_news *news, char *buf, size_t size)
{
	char sig[SIG_NAME_SIZE];

	if (news->change == CHILD_KILLED)
		snprintf(buf, size, "was killed by %s",
		         sig_name(news->code, sig));
	else
		snprintf(buf, size, "exited %d", news->code);
}

/* One that lived long is replaced at once; others later and later. */
static void
fleet_back_off(struct master *m, const char *who, const char *how)
{
	struct fleet *f = &m->fleet;
	int64_t ns = RESPAWN_FIRST_NS;

	if (f->strikes > RESPAWN_TRIES) {
		m->settings.respawn = false;
		f->gave_up = true;
		say_line(m,
		         "%s %s at once, as %d before it: respawn gives up; "
		         "`respawn on` tries again",
		         who, how, RESPAWN_TRIES);
		return;
	}
	for (int i = 1; i < f->strikes; i++)
		ns *= 2;
	if (!f->strikes)
		ns = 0;
	else
		say_line(
		    m, "%s %s at once: the next one in %d ms, try %d of %d",
		    who, how, (int)(ns / NS_PER_MS), f->strikes, RESPAWN_TRIES);
	fleet_respawn_in(m, ns);
}

static void
fleet_replace(struct master *m, const struct slot *slot,
              const struct child_news *news)
{
	struct fleet *f = &m->fleet;
	bool at_once = clock_ns() - slot->born_ns < RESPAWN_AT_ONCE_NS;
	char who[16], how[48];

	if (f->ndead < SETTINGS_WORKERS)
		f->dead[f->ndead++] = slot->id;
	if (f->respawn)
		return; /* it goes with others */
	if (at_once)
		fleet_strike(m);
	else
		f->strikes = 0;
	snprintf(who, sizeof(who), "w%u", slot->id);
	fleet_how(news, how, sizeof(how));
	fleet_back_off(m, who, how);
}

void
fleet_ended(struct master *m, const struct slot *slot,
            const struct child_news *news)
{
	bool few = m->fleet.elastic.max &&
	           fleet_count(m) + m->fleet.ndead < m->fleet.elastic.min;

	if (m->stopping || m->fleet.gave_up || (!m->settings.respawn && !few))
		return;
	if (!slot->told)
		fleet_replace(m, slot, news);
	else if (few)
		fleet_fork(m, 1, NULL);
}

void
fleet_forked(struct master *m, const struct order *order, uint32_t id)
{
	struct fleet *f = &m->fleet;
	struct msg msg = msg_make(MSG_RESPAWNED, NULL);
	const struct slot *slot = crew_find(m, id);

	if (!order->respawn || !f->ndead || !slot)
		return;
	snprintf(msg.name, sizeof(msg.name), "w%u", id);
	msg.target.id = id;
	msg.target.pid = slot->pid;
	msg.target.value = (int32_t)f->dead[0];
	memmove(f->dead, f->dead + 1, sizeof(f->dead[0]) * (size_t)--f->ndead);
	say_message(m, &msg, NULL, 0);
}

void
fleet_not_forked(struct master *m, const struct order *order, const char *why)
{
	say_failed(m, order->seq, why);
	if (!order->respawn || m->fleet.respawn)
		return;
	fleet_strike(m);
	fleet_back_off(m, "a worker", "could not be forked");
}

void
fleet_set_respawn(struct master *m)
{
	struct fleet *f = &m->fleet;

	f->strikes = 0;
	f->gave_up = false;
	if (!m->settings.respawn) {
		loop_cancel(m->loop, f->respawn);
		f->respawn = f->ndead = 0;
	} else if (f->ndead && !f->respawn) {
		fleet_respawn_in(m, 0);
	}
}

void
fleet_rest(struct master *m)
{
	struct fleet *f = &m->fleet;

	loop_cancel(m->loop, f->respawn);
	loop_cancel(m->loop, f->look);
	f->respawn = f->look = f->ndead = 0;
	f->elastic.max = 0;
	f->dozing = false;
	atomic_store(&m->page->master_dozes, 0);
}

/* As the load asks ********************************************************/

/* Requests that wait or are served, in all workers of any kind. */
static int
fleet_under_way(const struct master *m)
{
	uint32_t high = atomic_load(&m->page->high);
	int64_t n = m->waiting;

	for (int i = 0; i < m->high; i++)
		n += m->slots[i].noffers;
	for (uint32_t i = 1; i < high; i++) {
		const struct row *row = &m->page->row[i];
		uint64_t done = atomic_load(&row->done);

		if (atomic_load(&row->used))
			n += (int64_t)(atomic_load(&row->started) - done);
	}
	return n < 0 ? 0 : (int)n;
}

static struct elastic_look
fleet_see(const struct master *m)
{
	return (struct elastic_look){ .now_ns = clock_ns(),
		                      .workers =
		                          fleet_count(m) + m->fleet.ndead,
		                      .under_way = fleet_under_way(m) };
}

/* Fork or retire, and say which numbers decided so. */
static void
fleet_change(struct master *m, const struct elastic_look *look, int by)
{
	const struct elastic *e = &m->fleet.elastic;
	int n = by < 0 ? -by : by;

	say_line(m, "%s %d..%d: %d worker%s, %.1f requests under way: %s %d",
	         m->settings.name, e->min, e->max, look->workers,
	         look->workers == 1 ? "" : "s", e->load,
	         by < 0 ? "retire" : "fork", n);
	if (by < 0)
		fleet_retire(m, n);
	else
		fleet_fork(m, n, NULL);
}

static void
fleet_look(void *arg)
{
	struct master *m = arg;
	struct fleet *f = &m->fleet;
	struct elastic_look look = fleet_see(m);
	int by = 0;

	f->look = 0;
	if (!f->elastic.max)
		return;
	if (!fleet_grows(m))
		by = elastic_decide(&f->elastic, &look);
	if (by)
		fleet_change(m, &look, by);
	if (by || !elastic_at_rest(&f->elastic, &look) || fleet_grows(m)) {
		f->look = loop_timer(m->loop, look.now_ns + ELASTIC_LOOK_NS,
		                     fleet_look, m);
		return;
	}
	f->dozing = true;
	atomic_store(&m->page->master_dozes, 1);
	if (fleet_under_way(m)) /* just before we asked to be told */
		fleet_awake(m);
}

static void
fleet_awake(struct master *m)
{
	struct fleet *f = &m->fleet;

	atomic_store(&m->page->master_dozes, 0);
	f->dozing = false;
	if (!f->elastic.max || f->look)
		return;
	elastic_wake(&f->elastic, clock_ns());
	f->look =
	    loop_timer(m->loop, clock_ns() + ELASTIC_LOOK_NS, fleet_look, m);
}

static void
fleet_stirred(void *arg, uint32_t events)
{
	struct master *m = arg;
	uint64_t n;

	(void)events;
	if (read(m->fleet.stir, &n, sizeof(n)) > 0)
		fleet_awake(m);
}

int
fleet_open(struct master *m, struct err *err)
{
	m->fleet.stir = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (m->fleet.stir < 0)
		return err_sys(err, "cannot make an eventfd");
	return loop_watch(m->loop, m->fleet.stir, EPOLLIN, fleet_stirred, m,
	                  err);
}

/* Scaling *****************************************************************/

static int
fleet_check(const struct master *m, int min, int max, struct err *err)
{
	const char *name = m->settings.name;

	if (m->stopping)
		return err_set(err, "%s is stopping", name);
	if (reload_running(m))
		return err_set(err,
		               "the workers of %s are being replaced: wait a "
		               "little",
		               name);
	if (min < 1 || max > SETTINGS_WORKERS || max < min)
		return err_set(err,
		               "%s can have 1 to %d workers: scale N, or "
		               "scale MIN..MAX",
		               name, SETTINGS_WORKERS);
	return 0;
}

static void
fleet_say_scaled(struct master *m)
{
	const struct elastic *e = &m->fleet.elastic;
	struct msg msg = msg_make(MSG_SCALED, m->settings.name);

	msg.target.id = e->max ? (uint32_t)e->min : 0;
	msg.target.value = e->max;
	say_message(m, &msg, NULL, 0);
}

int
fleet_scale(struct master *m, uint32_t seq, int min, int max, struct err *err)
{
	struct fleet *f = &m->fleet;
	int have, want;

	if (fleet_check(m, min, max, err) < 0)
		return -1;
	loop_cancel(m->loop, f->respawn);
	f->respawn = f->ndead = f->strikes = 0;
	f->gave_up = false;
	have = fleet_count(m);
	want = have < min ? min : have > max ? max : have;
	if (want > have && fleet_fork(m, want - have, err) < 0)
		return -1;
	fleet_retire(m, have - want);
	if (f->seq)
		say_failed(m, f->seq, "another scale came before it was done");
	f->seq = seq;
	f->goal = min == max ? min : 0;
	f->elastic = elastic_make(min, min == max ? 0 : max);
	fleet_say_scaled(m);
	if (f->elastic.max)
		fleet_awake(m);
	return 0;
}

void
fleet_text(struct master *m, char *buf, size_t size)
{
	const struct elastic *e = &m->fleet.elastic;
	int n = fleet_count(m);

	buf[0] = '\0';
	text_add(buf, size, "%s has %d worker%s", m->settings.name, n,
	         n == 1 ? "" : "s");
	if (e->max)
		text_add(buf, size, ", %d to %d as the load asks", e->min,
		         e->max);
	text_add(buf, size, "; respawn %s", m->settings.respawn ? "on" : "off");
}

void
fleet_step(struct master *m)
{
	struct fleet *f = &m->fleet;
	uint32_t seq = f->seq;
	char text[128];

	if (!seq || (!m->stopping && (fleet_grows(m) || fleet_shrinks(m))))
		return;
	f->seq = 0;
	fleet_text(m, text, sizeof(text));
	if (m->stopping)
		say_failed(m, seq, "it is stopping");
	else if (f->goal && f->goal != fleet_count(m))
		say_failed(m, seq, text);
	else
		say_done(m, seq, text);
}
