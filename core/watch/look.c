/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading /proc, as little as will do: one pread(2) of a kept descriptor for
 * each process and thread that is shown; `task/` only when the number of
 * threads changed; `children` only of those who do not report their
 * children; the dear files only while somebody wants them.
 *
 * What it finds of processes that nobody reports becomes events.  For those
 * whose parent reports, it waits PATIENCE_NS for the parent's word.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/probe.h"
#include "core/watch/ending.h"
#include "core/watch/inside.h"

#define PATIENCE_NS  (500 * NS_PER_MS)
#define UNWAITED_NS  (100 * NS_PER_MS) /* a zombie that its parent leaves */
#define LOOK_THREADS 64                /* rows of threads below one process */
#define LOOK_LIST    4096

/* Threads ***************************************************************/

/* "p1.t1": the thread gives itself that name before it is told anything. */
static void
look_name_puppet_thread(struct member *t, const struct member *m,
                        const char *comm)
{
	size_t len = strlen(m->p.name);

	if (len && strncmp(comm, m->p.name, len) == 0 &&
	    strncmp(comm + len, ".t", 2) == 0)
		snprintf(t->p.name, sizeof(t->p.name), "%.15s", comm);
}

/* "w1.t1" by its row in the page, or the name that it gave itself. */
static void
look_name_thread(struct member *t, struct member *m, const char *comm)
{
	t->p.id = m->p.id;
	memcpy(t->p.server, m->p.server, sizeof(t->p.server));
	snprintf(t->p.cmd, sizeof(t->p.cmd), "%s", comm);
	if (m->p.kind == KIND_PUPPET)
		look_name_puppet_thread(t, m, comm);
	if (!m->served || !m->p.id || t->row >= 0)
		return;
	t->row = pages_thread_row(m->served, m->p.id, t->p.tid);
	if (t->row < 0)
		return;
	t->served = m->served;
	t->served->of[t->row] = t;
	t->p.thread = m->served->page->row[t->row].thread;
	snprintf(t->p.name, sizeof(t->p.name), "%.12s.t%u", m->p.name,
	         t->p.thread);
}

static void
look_new_thread(struct watch *w, struct member *m, pid_t tid)
{
	struct member *t = table_add(&w->table, m, m->p.pid, tid);
	struct proc_stat st;
	struct event e;

	if (!t)
		return;
	t->stat_fd = procfs_stat_open(w->proc, m->p.pid, tid);
	if (t->stat_fd < 0 || procfs_stat_read(t->stat_fd, &st) < 0) {
		table_remove(&w->table, t);
		return;
	}
	t->p.born_ns = t->p.changed_ns = clock_ns();
	t->p.start_ticks = st.start_ticks;
	look_name_thread(t, m, st.comm);
	look_one(w, t);
	e = watch_about(EVENT_THREAD, t, t->p.born_ns);
	watch_add(w, &e);
}

static struct member *
look_find_thread(const struct member *m, pid_t tid)
{
	for (struct member *t = m->first; t && t->p.tid; t = t->next)
		if (t->p.tid == tid && !t->p.reaped)
			return t;
	return NULL;
}

static void
look_threads(struct watch *w, struct member *m, int threads)
{
	pid_t tids[LOOK_THREADS + 1];
	int n = 0, known = 0;

	if (threads > 1)
		n = procfs_tasks(w->proc, m->p.pid, tids, LOOK_THREADS + 1);
	for (int i = 0; i < n; i++) {
		if (tids[i] == m->p.pid)
			continue;
		if (!look_find_thread(m, tids[i]))
			look_new_thread(w, m, tids[i]);
		known++;
	}
	/* Those that ended since fail their next pread. */
	m->threads_seen =
	    known == threads - 1 || n > LOOK_THREADS ? threads : 0;
}

/* One member ************************************************************/

static void
look_state(struct watch *w, struct member *m, const struct proc_stat *st)
{
	bool stood = m->p.state == 'T', stands = st->state == 'T';

	/*
	 * A worker tells of its children, but not of their stops.  Who is
	 * killed while it is stopped runs, but to its end.
	 */
	if (stood != stands && st->state != 'Z' && !st->ending && !m->p.tid &&
	    (fate_unreported(m) || (m->parent && pages_of(m, m->parent)))) {
		if (stands)
			fate_stopped(w, m, 0, clock_ns());
		else
			fate_continued(w, m, clock_ns());
	}
	m->p.state = st->state;
}

static void
look_values(struct member *m, const struct proc_stat *st)
{
	struct proc *p = &m->p;

	if (!p->start_ticks)
		p->start_ticks = st->start_ticks;
	p->pgrp = st->pgrp;
	p->session = st->session;
	p->processor = st->processor;
	p->threads = st->threads;
	p->rss_kb = st->rss_kb;
	p->cpu_ns =
	    (int64_t)(st->utime_ticks + st->stime_ticks) * procfs_tick_ns();
}

/*
 * Its command line, when it runs another program than we have read.  In the
 * middle of an exec it is empty, and procfs gives "[comm]": read once more.
 */
static void
look_command(struct watch *w, struct member *m, const char *comm)
{
	bool torn = !m->named && m->p.cmd[0] == '[';

	if (strcmp(m->comm, comm) == 0 && !torn)
		return;
	snprintf(m->comm, sizeof(m->comm), "%s", comm);
	if (!m->p.cmd[0] || torn)
		procfs_cmdline(w->proc, m->p.pid, m->p.cmd, sizeof(m->p.cmd));
	else if (m->p.kind == KIND_OTHER || m->p.kind == KIND_JOB ||
	         m->p.kind == KIND_PUPPET)
		fate_exec(w, m, clock_ns());
}

/* Its parent's death is told first: we shall hear of it, or find it. */
static void
look_parent(struct watch *w, struct member *m, pid_t ppid)
{
	struct member *parent;

	if (ppid == m->p.ppid || !m->parent || !m->parent->p.dead)
		return;
	parent = table_find(&w->table, ppid, 0);
	if (parent && !parent->p.dead)
		fate_adopted(w, m, parent, clock_ns());
}

static void
look_tidings(struct watch *w, struct member *m, const struct proc_stat *st)
{
	struct ending ending = ending_of(st->exit_code);

	/* A leader that ended before its threads looks like a zombie. */
	if ((st->state != 'Z' && st->state != 'X') || st->threads > 1 ||
	    m->p.dead)
		return;
	if (!m->missed_ns)
		m->missed_ns = clock_ns();
	if (fate_unreported(m) || clock_ns() - m->missed_ns > PATIENCE_NS)
		fate_ended(w, m, &ending, false, clock_ns());
}

static void
look_process(struct watch *w, struct member *m, const struct proc_stat *st)
{
	look_parent(w, m, st->ppid);
	if (st->state != 'Z') {
		look_command(w, m, st->comm);
		if (st->threads != (m->threads_seen ? m->threads_seen : 1))
			look_threads(w, m, st->threads);
	}
	if (m == w->lab)
		w->foreground =
		    st->tpgid == st->pgrp || st->tpgid < 0 ? 0 : st->tpgid;
	look_tidings(w, m, st);
}

/* Neither its parent nor the kernel will say how it ended. */
static bool
look_nobody_tells(const struct watch *w, const struct member *m)
{
	return fate_unreported(m) &&
	       (m->p.dead || w->births.state != BIRTHS_HEARD);
}

/*
 * It was a zombie for a while, so its parent is not one that waits at once;
 * and its parent has ended, whether or not we have heard of it: then it was
 * not the parent that has waited, and who adopted it is about to say so.
 */
static bool
look_orphaned(struct watch *w, const struct member *m)
{
	const struct member *parent = m->parent;
	struct proc_stat st;

	if (m->p.tid || !parent || !m->p.dead ||
	    clock_ns() - m->p.ended_ns < UNWAITED_NS)
		return false;
	return parent->p.dead ||
	       procfs_stat(w->proc, parent->p.pid, 0, &st) < 0 ||
	       st.state == 'Z' || st.state == 'X' ||
	       (parent->p.start_ticks &&
	        st.start_ticks != parent->p.start_ticks);
}

/* Its stat is gone: it was reaped, or a thread ended. */
static void
look_gone(struct watch *w, struct member *m)
{
	struct ending ending;

	if (!m->missed_ns)
		m->missed_ns = clock_ns();
	if (m->p.tid) {
		if (m->parent)
			m->parent->threads_seen = 0;
	} else if (!m->p.end.known && fate_unreported(m) &&
	           ending_ask(m->pidfd, &ending)) {
		fate_ended(w, m, &ending, false, clock_ns());
	} else if ((!look_nobody_tells(w, m) || look_orphaned(w, m)) &&
	           clock_ns() - m->missed_ns < PATIENCE_NS) {
		return;
	}
	fate_reaped(w, m, clock_ns());
}

void
look_first(struct watch *w, struct member *m)
{
	struct proc_stat st;

	if (m->stat_fd < 0 || procfs_stat_read(m->stat_fd, &st) < 0 ||
	    (m->p.start_ticks && st.start_ticks != m->p.start_ticks))
		return;
	look_values(m, &st);
	m->p.state = st.state == 'Z' ? 'R' : st.state;
	look_command(w, m, st.comm);
}

void
look_one(struct watch *w, struct member *m)
{
	struct proc_stat st;
	int result;

	if (m->p.reaped)
		return;
	if (m->stat_fd >= 0)
		result = procfs_stat_read(m->stat_fd, &st);
	else /* no descriptor was left to keep */
		result = procfs_stat(w->proc, m->p.pid, m->p.tid, &st);
	if (result < 0 ||
	    (m->p.start_ticks && st.start_ticks != m->p.start_ticks)) {
		look_gone(w, m);
		return;
	}
	look_values(m, &st);
	if (!m->p.dead)
		look_state(w, m, &st);
	if (!m->p.tid)
		look_process(w, m, &st);
}

/* Children **************************************************************/

static void
look_found(struct watch *w, struct member *parent, pid_t pid)
{
	struct proc_stat st;
	struct member *m = table_find(&w->table, pid, 0);

	if ((m && !m->p.reaped) || procfs_stat(w->proc, pid, 0, &st) < 0 ||
	    st.ppid != parent->p.pid)
		return;
	m = fate_born(w, parent, pid, st.start_ticks, clock_ns());
	if (m)
		fate_found(w, m);
}

/* They hang on the thread that forked them. */
static void
look_children(struct watch *w, struct member *m)
{
	static pid_t pids[LOOK_LIST];
	pid_t tids[LOOK_THREADS + 1] = { m->p.pid };
	int ntids = 1;

	if (m->p.threads > 1)
		ntids = procfs_tasks(w->proc, m->p.pid, tids, LOOK_THREADS + 1);
	for (int t = 0; t < ntids; t++) {
		int n = procfs_children(w->proc, m->p.pid, tids[t], pids,
		                        LOOK_LIST);

		for (int i = 0; i < n; i++)
			look_found(w, m, pids[i]);
	}
}

/* Where the kernel has no `children` files: everybody, by his parent. */
static void
look_everybody(struct watch *w)
{
	static pid_t pids[LOOK_LIST];
	int n = procfs_all(w->proc, pids, LOOK_LIST);

	for (int i = 0; i < n; i++) {
		struct member *parent;
		struct proc_stat st;

		if (table_find(&w->table, pids[i], 0) ||
		    procfs_stat(w->proc, pids[i], 0, &st) < 0)
			continue;
		parent = table_find(&w->table, st.ppid, 0);
		if (parent && !parent->p.dead)
			look_found(w, parent, pids[i]);
	}
}

bool
look_may_fork(const struct member *m)
{
	if (m->p.dead || m->p.tid || m->reports || m->p.kind == KIND_SHELL)
		return false;
	return m->p.kind != KIND_CLIENT;
}

/* What costs ************************************************************/

/* How many are in a list such as "0-1,3"?  -1: none, or cut off. */
static int64_t
look_processors(const char *list)
{
	int64_t n = 0;
	int first, last, used;

	while (sscanf(list, "%d%n", &first, &used) == 1) {
		list += used;
		last = first;
		if (sscanf(list, "-%d%n", &last, &used) == 1)
			list += used;
		n += last - first + 1;
		if (*list != ',')
			return *list ? -1 : n;
		list++;
	}
	return -1;
}

static void
look_dear(struct watch *w, struct member *m)
{
	struct proc_memory memory;
	struct proc_status status;
	int fds[1024];

	if (m->p.dead)
		return;
	if (w->want & WANT_MEMORY && !m->p.tid &&
	    procfs_memory(w->proc, m->p.pid, &memory) == 0)
		m->p.private_kb = memory.private_kb;
	if (w->want & WANT_FDS && !m->p.tid)
		m->p.fds = procfs_fds(w->proc, m->p.pid, fds, 1024);
	if (!(w->want & WANT_STATUS) ||
	    procfs_status(w->proc, m->p.pid, m->p.tid, &status) < 0)
		return;
	m->p.switches =
	    (int64_t)(status.voluntary_switches + status.involuntary_switches);
	m->p.processors = look_processors(status.cpus);
	m->p.pending = (int64_t)(status.pending | status.shared_pending);
	m->p.blocked = (int64_t)status.blocked;
	m->p.ignored = (int64_t)status.ignored;
	m->p.caught = (int64_t)status.caught;
	m->p.uid = (int)status.uid;
}

/* All *******************************************************************/

/* Is it a reason to read again, though no event comes? */
static bool
look_restless(const struct member *m)
{
	if (m->p.reaped || m->p.kind == KIND_SHELL)
		return false;
	if (m->missed_ns || fate_unreported(m) || m->p.state == 'R')
		return true;
	return !m->p.dead && m->p.state != 'T' &&
	       (m->p.kind == KIND_JOB || m->p.kind == KIND_PUPPET ||
	        m->p.kind == KIND_CLIENT);
}

void
look_all(struct watch *w, bool children)
{
	static struct member *list[TABLE_MAX];
	bool everybody = !probe_allowed("children");
	bool births = hear_expects(w);
	int n = 0;

	for (struct member *m = w->table.root; m; m = table_next(m))
		list[n++] = m;
	for (int i = 0; i < n; i++)
		look_one(w, list[i]);
	for (struct member *m = w->table.root; m; m = table_next(m)) {
		bool may = look_may_fork(m);

		births |= may;
		if (!everybody && !m->p.dead && !m->p.tid && (may || children))
			look_children(w, m);
	}
	if (everybody && (births || children))
		look_everybody(w);
	births_want(w, births);
	w->busy = w->want != 0;
	for (struct member *m = w->table.root; m; m = table_next(m)) {
		w->busy |= look_restless(m);
		if (w->want)
			look_dear(w, m);
	}
}
