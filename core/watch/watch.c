/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One timer decides when /proc is read: in this frame, when the structure
 * changed; five times a second, while something moves without events; never,
 * while nothing does.  Snapshots are made when somebody asks for one.
 */
#include "core/watch/watch.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "core/watch/ending.h"
#include "core/watch/inside.h"

#define WATCH_FRAME_NS  (16 * NS_PER_MS)
#define WATCH_BUSY_NS   (200 * NS_PER_MS)
#define WATCH_RECENT_NS (1 * NS_PER_S)
#define WATCH_LINGER_NS (3 * NS_PER_S)

/* Telling ***************************************************************/

void
watch_drop_old(struct watch *w)
{
	while (w->nold)
		snapshot_drop(w->old[--w->nold]);
}

static void
watch_tell(void *arg)
{
	struct watch *w = arg;

	w->tell_timer = 0;
	watch_drop_old(w);
	w->changed(w->arg);
}

void
watch_stale(struct watch *w)
{
	w->stale = true;
	if (!w->tell_timer && w->changed)
		w->tell_timer = loop_timer(w->loop, 0, watch_tell, w);
}

struct who
watch_who(const struct member *m)
{
	struct who who = { .pid = m->p.pid,
		           .tid = m->p.tid,
		           .kind = m->p.kind };

	memcpy(who.name, m->p.name, sizeof(who.name));
	return who;
}

struct event
watch_about(enum event_type type, const struct member *m, int64_t t_ns)
{
	struct event e = { .type = type, .t_ns = t_ns };

	if (!m)
		return e;
	e.who = watch_who(m);
	memcpy(e.server, m->p.server, sizeof(e.server));
	return e;
}

/* The timer *************************************************************/

static void watch_tick(void *arg);

static int64_t
watch_read_at_ns(const struct watch *w)
{
	if (w->soon)
		return w->read_ns + WATCH_FRAME_NS;
	if (w->busy || w->read_ns - w->event_ns < WATCH_RECENT_NS)
		return w->read_ns + WATCH_BUSY_NS;
	return INT64_MAX;
}

/* Set the timer for whatever comes first. */
static void
watch_schedule(struct watch *w)
{
	int64_t at_ns = watch_read_at_ns(w), burial_ns = fate_next_burial_ns(w);

	if (burial_ns < at_ns)
		at_ns = burial_ns;
	if (w->timer && at_ns == w->timer_ns)
		return;
	loop_cancel(w->loop, w->timer);
	w->timer_ns = at_ns;
	w->timer =
	    at_ns < INT64_MAX ? loop_timer(w->loop, at_ns, watch_tick, w) : 0;
}

static void
watch_read(struct watch *w, bool children)
{
	w->soon = false;
	w->read_ns = clock_ns();
	look_all(w, children);
	watch_stale(w);
}

static void
watch_tick(void *arg)
{
	struct watch *w = arg;

	w->timer = 0;
	if (watch_read_at_ns(w) <= clock_ns())
		watch_read(w, false);
	fate_bury(w, false);
	watch_schedule(w);
}

void
watch_soon(struct watch *w)
{
	watch_stale(w);
	if (w->soon)
		return;
	w->soon = true;
	watch_schedule(w);
}

/* Are two servers with workers up? */
static bool
watch_several(const struct watch *w)
{
	int n = 0;

	for (int i = 0; i < SNAPSHOT_SERVERS; i++)
		n += w->served[i].s.name[0] && w->served[i].s.up &&
		     !w->served[i].s.balancer;
	return n > 1;
}

void
watch_add(struct watch *w, const struct event *e)
{
	struct event copy = *e;
	bool quiet = watch_read_at_ns(w) == INT64_MAX;

	w->event_ns = clock_ns();
	if (!copy.t_ns)
		copy.t_ns = w->event_ns;
	copy.several = watch_several(w);
	timeline_add(w->timeline, &copy);
	watch_stale(w);
	if (quiet)
		watch_schedule(w);
}

/* Opening ***************************************************************/

static int
watch_root(struct watch *w, struct err *err)
{
	struct member *root = table_add(&w->table, NULL, getpid(), 0);

	if (!root)
		return err_sys(err, "cannot watch the lab");
	root->p.kind = KIND_SHELL;
	root->p.ppid = getppid();
	root->stat_fd = procfs_stat_open(w->proc, getpid(), 0);
	snprintf(root->p.name, sizeof(root->p.name), "shell");
	root->reports = true;
	root->p.born_ns = root->p.changed_ns = clock_ns();
	look_one(w, root);
	return 0;
}

struct watch *
watch_open(struct loop *loop, struct timeline *timeline, loop_fn *changed,
           void *arg, struct err *err)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w) {
		err_sys(err, "cannot watch the lab");
		return NULL;
	}
	w->loop = loop;
	w->timeline = timeline;
	w->changed = changed;
	w->arg = arg;
	w->wake_fd = -1;
	w->linger_ns = WATCH_LINGER_NS;
	w->event_ns = clock_ns();
	births_open(w);
	w->proc = procfs_open(NULL, err);
	if (!w->proc || pages_open(w, err) < 0 || watch_root(w, err) < 0) {
		watch_close(w);
		return NULL;
	}
	return w;
}

void
watch_hear_first(struct watch *w, loop_fn *fn)
{
	w->hear_first = fn;
}

void
watch_close(struct watch *w)
{
	if (!w)
		return;
	births_close(w);
	pages_close(w);
	for (struct member *m = w->table.root; m; m = table_next(m))
		if (m->polled)
			loop_drop(w->loop, m->pidfd);
	table_close(&w->table);
	loop_cancel(w->loop, w->timer);
	loop_cancel(w->loop, w->tell_timer);
	watch_drop_old(w);
	snapshot_drop(w->snapshot);
	procfs_close(w->proc);
	free(w);
}

void
watch_lab(struct watch *w, pid_t lab)
{
	struct member *m = fate_born(w, w->table.root, lab, 0, clock_ns());

	if (!m)
		return;
	m->p.kind = KIND_LAB;
	m->reports = m->named = true;
	snprintf(m->p.name, sizeof(m->p.name), "lab");
	w->lab = m;
}

void
watch_expect(struct watch *w, const char *name, enum kind kind, const char *cmd)
{
	struct expect *e = &w->expect[w->next_expect];

	w->next_expect = (w->next_expect + 1) % WATCH_EXPECT;
	snprintf(e->name, sizeof(e->name), "%s", name);
	text_clean(e->cmd, sizeof(e->cmd), cmd ? cmd : "",
	           cmd ? strlen(cmd) : 0);
	e->kind = kind;
	births_want(w, hear_expects(w) || w->births.state != BIRTHS_OFF);
}

void
watch_doing(struct watch *w, pid_t pid, const char *text)
{
	struct member *m = table_find(&w->table, pid, 0);

	if (!m || strcmp(m->p.doing, text) == 0)
		return;
	snprintf(m->p.doing, sizeof(m->p.doing), "%s", text);
	watch_stale(w);
}

void
watch_waited(struct watch *w, pid_t parent, pid_t pid, int status)
{
	struct member *m = table_find(&w->table, pid, 0);
	struct ending ending = ending_of(status);

	if (!m || !m->parent || m->parent->p.pid != parent)
		return;
	if (!m->p.end.known)
		fate_ended(w, m, &ending, false, clock_ns());
	fate_reaped(w, m, clock_ns());
}

void
watch_variable(struct watch *w, pid_t pid, const char *name,
               const struct msg_variable *v)
{
	struct member *m = table_find(&w->table, pid, 0);
	int i = 0;

	if (!m || !v->address)
		return;
	pages_drain(w); /* what was served before makes it no older */
	while (i < m->p.nvars && strcmp(m->p.var[i].name, name) != 0)
		i++;
	if (i == CALL_VARS)
		return;
	if (i == m->p.nvars)
		snprintf(m->p.var[m->p.nvars++].name, CALL_VAR_SIZE, "%s",
		         name);
	m->p.var[i].value = v->value;
	m->p.var[i].address = v->address;
	watch_stale(w);
}

/* Servers ***************************************************************/

struct served *
watch_served(struct watch *w, const char *name)
{
	for (int i = 0; i < SNAPSHOT_SERVERS; i++)
		if (strcmp(w->served[i].s.name, name) == 0)
			return &w->served[i];
	return NULL;
}

/* One that is down, and of which no row is shown any more. */
static void
watch_clear_served(struct watch *w)
{
	for (int i = 0; i < SNAPSHOT_SERVERS; i++) {
		struct served *served = &w->served[i];
		bool shown = served->page || served->master;

		for (int row = 0; row < PAGE_ROWS && !shown; row++)
			shown = served->of[row] != NULL;
		if (!shown)
			served->s.name[0] = '\0';
	}
}

/* The rows of an earlier server of that name are not this one's. */
static void
watch_leave_served(struct watch *w, struct served *served)
{
	for (struct member *m = w->table.root; m; m = table_next(m)) {
		if (m->served != served)
			continue;
		pages_count(m);
		m->served = NULL;
	}
	memset(served, 0, sizeof(*served));
}

int
watch_server(struct watch *w, const char *name, struct page *page,
             const char *policy, const char *model, const char *on_parent_death)
{
	struct served *served = watch_served(w, name);

	if (!served) {
		watch_clear_served(w);
		served = watch_served(w, "");
	}
	if (!served)
		return -1;
	watch_leave_served(w, served);
	snprintf(served->s.name, sizeof(served->s.name), "%s", name);
	snprintf(served->s.on_parent_death, sizeof(served->s.on_parent_death),
	         "%s", on_parent_death ? on_parent_death : "");
	served->s.balancer = !model;
	served->page = page;
	watch_server_set(w, name, policy, model);
	return 0;
}

void
watch_server_set(struct watch *w, const char *name, const char *policy,
                 const char *model)
{
	struct served *served = watch_served(w, name);

	if (!served || !name[0])
		return;
	if (policy)
		snprintf(served->s.policy, sizeof(served->s.policy), "%s",
		         policy);
	if (model)
		snprintf(served->s.model, sizeof(served->s.model), "%s", model);
	watch_stale(w);
}

void
watch_server_scale(struct watch *w, const char *name, int least, int most)
{
	struct served *served = watch_served(w, name);

	if (!served || !name[0])
		return;
	served->s.least_workers = least;
	served->s.most_workers = most;
	watch_stale(w);
}

void
watch_forget(struct watch *w, const char *name)
{
	struct served *served = watch_served(w, name);

	if (!served || !name[0])
		return;
	pages_drain(w);
	pages_total(served);
	for (struct member *m = w->table.root; m; m = table_next(m))
		if (m->served == served)
			pages_count(m);
	served->page = NULL;
	watch_stale(w);
}

int
watch_wake_fd(struct watch *w)
{
	return w->wake_fd;
}

/* Small things **********************************************************/

void
watch_event(struct watch *w, const struct event *e)
{
	struct event copy = *e;
	struct member *m = NULL;

	if (e->who.pid)
		m = table_find(&w->table, e->who.tid ? e->who.tid : e->who.pid,
		               0);
	if (m && !copy.who.name[0])
		copy.who = watch_who(m);
	if (m && copy.who.kind == KIND_SHELL)
		copy.who.kind = m->p.kind;
	if (m && !copy.server[0])
		memcpy(copy.server, m->p.server, sizeof(copy.server));
	watch_add(w, &copy);
}

int
watch_pidfd(struct watch *w, pid_t pid, struct err *err)
{
	struct member *m = table_find(&w->table, pid, 0);

	if (!m || m->p.tid)
		return err_set(err, "pid %d is not a process of this lab",
		               (int)pid);
	if (m->p.reaped)
		return err_set(err, "%s (pid %d) has ended already",
		               m->p.name[0] ? m->p.name : "that process",
		               (int)pid);
	fate_open_pidfd(w, m, err);
	return m->pidfd;
}

void
watch_want(struct watch *w, int mask)
{
	if (mask & ~w->want)
		watch_soon(w);
	w->want = mask;
}

void
watch_linger(struct watch *w, int64_t ns)
{
	w->linger_ns = ns;
	fate_bury(w, false);
	watch_schedule(w);
}

void
watch_next_command(struct watch *w)
{
	if (w->linger_ns < 0)
		fate_bury(w, true);
}

void
watch_refresh(struct watch *w)
{
	pages_drain(w);
	watch_read(w, true);
	fate_bury(w, false);
	watch_schedule(w);
}
