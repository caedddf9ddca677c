/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signals that a master obeys, a row each (core/wire/orders.h).  TERM and
 * INT are not among them: they end it at once, as the kernel does by default,
 * and what becomes of its workers is on_parent_death.
 */
#include <signal.h>
#include <sys/signalfd.h>

#include "core/serve/master.h"
#include "core/wire/orders.h"

static int
obey_more(struct master *m, struct err *err)
{
	return fleet_add(m, err);
}

static int
obey_less(struct master *m, struct err *err)
{
	return fleet_remove(m, err);
}

static int
obey_reload(struct master *m, struct err *err)
{
	return reload_start(m, 0, err);
}

static int
obey_quit(struct master *m, struct err *err)
{
	if (m->stopping)
		return err_set(err, "%s is stopping already", m->settings.name);
	master_stop(m, 0);
	return 0;
}

static void
obey_count_worker(struct master *m, const struct slot *slot)
{
	const struct row *row = &m->page->row[slot->row];

	say_line(m, "w%u (pid %d): %llu answered, %llu failed, %u open",
	         slot->id, (int)slot->pid, (unsigned long long)row->answered,
	         (unsigned long long)row->failed, (unsigned)row->open);
}

static int
obey_count(struct master *m, struct err *err)
{
	struct page_totals t = page_totals(m->page);

	(void)err;
	say_line(m,
	         "%s: %d workers; %llu begun, %llu answered, %llu failed; "
	         "%d wait",
	         m->settings.name, m->live, (unsigned long long)t.started,
	         (unsigned long long)t.answered, (unsigned long long)t.failed,
	         m->waiting);
	for (int i = 0; i < m->high; i++)
		if (m->slots[i].life != LIFE_NONE)
			obey_count_worker(m, &m->slots[i]);
	return 0;
}

static const struct obey {
	int sig;
	const char *name, *help;
	int (*fn)(struct master *, struct err *);
} obey_rows[] = {
#define X(SIGNAL, id, text) { SIG##SIGNAL, #SIGNAL, (text), obey_##id },
	ORDERS(X)
#undef X
};

#define OBEY_ROWS (sizeof(obey_rows) / sizeof(obey_rows[0]))

static void
obey_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct master *m = arg;
	struct err err;

	if (info->ssi_signo == SIGCHLD)
		crew_reap(m);
	for (size_t i = 0; i < OBEY_ROWS; i++) {
		const struct obey *o = &obey_rows[i];

		if ((int)info->ssi_signo != o->sig)
			continue;
		say_line(m, "%s got %s: %s", m->settings.name, o->name,
		         o->help);
		if (o->fn(m, &err) < 0)
			say_line(m, "%s", err.text);
	}
}

int
obey_signals(struct master *m, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < OBEY_ROWS; i++)
		sigaddset(&set, obey_rows[i].sig);
	return loop_signals(m->loop, &set, obey_signal, m, err);
}
