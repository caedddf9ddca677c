/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of a process, whoever tells it: the lab, a master, the kernel
 * or /proc.  The same thing may be told twice and in any order, so each step
 * is taken once, and its event is made once.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "core/watch/inside.h"
#include "core/watch/loss.h"

#define FATE_DEAD 64 /* rows of the dead that are kept */

/* Birth *****************************************************************/

/* The shell and the lab are before all generations. */
static int
fate_generation(const struct watch *w, const struct member *parent)
{
	if (!w->lab || !parent || parent->p.generation < 0)
		return w->lab ? -1 : 0;
	return parent->p.generation + 1;
}

struct member *
fate_born(struct watch *w, struct member *parent, pid_t pid,
          uint64_t start_ticks, int64_t t_ns)
{
	struct member *m = table_find(&w->table, pid, start_ticks);

	if (m && (start_ticks || !m->p.reaped))
		return m;
	m = table_add(&w->table, parent, pid, 0);
	if (!m)
		return NULL;
	m->p.start_ticks = start_ticks;
	m->p.ppid = parent ? parent->p.pid : 0;
	m->p.generation = fate_generation(w, parent);
	m->p.state = 'R';
	m->p.born_ns = m->p.changed_ns = t_ns;
	m->stat_fd = procfs_stat_open(w->proc, pid, 0);
	look_first(w, m);
	watch_soon(w);
	return m;
}

static void
fate_pidfd_ready(void *arg, uint32_t events)
{
	struct watch *w = arg;

	(void)events;
	/* Level-triggered: whose pidfd it was shows in /proc as well. */
	for (struct member *m = w->table.root; m; m = table_next(m))
		if (m->polled && child_ended(m->pidfd)) {
			loop_drop(w->loop, m->pidfd);
			m->polled = false;
		}
	watch_soon(w);
}

void
fate_hold(struct watch *w, struct member *m, int pidfd)
{
	if (m->pidfd >= 0) {
		close(pidfd);
		return;
	}
	m->pidfd = pidfd;
	m->polled =
	    loop_watch(w->loop, pidfd, EPOLLIN, fate_pidfd_ready, w, NULL) == 0;
}

static void
fate_release(struct watch *w, struct member *m)
{
	if (m->polled)
		loop_drop(w->loop, m->pidfd);
	m->polled = false;
}

/*
 * The pidfd is opened between two reads of the same start time, so it is not
 * a later process with that pid.
 */
void
fate_open_pidfd(struct watch *w, struct member *m, struct err *err)
{
	struct proc_stat st;
	int pidfd = m->pidfd < 0 ? child_pidfd(m->p.pid, err) : -1;

	if (pidfd < 0)
		return;
	if (m->stat_fd >= 0 && procfs_stat_read(m->stat_fd, &st) == 0 &&
	    m->p.start_ticks && st.start_ticks == m->p.start_ticks) {
		fate_hold(w, m, pidfd);
		return;
	}
	close(pidfd);
	err_set(err, "%s (pid %d) has ended already",
	        m->p.name[0] ? m->p.name : "that process", (int)m->p.pid);
}

static bool
fate_is_puppet(const char *cmd)
{
	return strncmp(cmd, "forkshop-puppet", 15) == 0;
}

/* A puppet's child, which will say its name itself (hear_awake). */
static bool
fate_speaks(const struct member *m)
{
	return m->parent->p.kind == KIND_PUPPET && fate_is_puppet(m->p.cmd);
}

void
fate_found(struct watch *w, struct member *m)
{
	struct event e;

	fate_open_pidfd(w, m, NULL);
	if (m->parent->reports || fate_speaks(m))
		return;
	e = watch_about(EVENT_FORKED, m, m->p.born_ns);
	e.other = watch_who(m->parent);
	watch_add(w, &e);
}

bool
fate_unreported(const struct member *m)
{
	return m->parent && !m->p.tid && !m->p.reaped && !m->parent->reports;
}

/* End *******************************************************************/

/* Why a worker ended, when that was not its own doing. */
static void
fate_reason(const struct member *m, char *buf, size_t size)
{
	const struct server *s = m->served ? &m->served->s : NULL;

	if (m->p.kind == KIND_JOB || m->p.kind == KIND_OTHER)
		text_add(buf, size, "%s", m->p.cmd);
	else if (m->p.kind != KIND_WORKER || !s || s->up || !m->p.end.known)
		return;
	else if (!m->p.end.killed)
		snprintf(buf, size, "its channel to %s closed", s->name);
	else if (strcmp(s->on_parent_death, "kill") == 0)
		snprintf(buf, size,
		         "the kernel sent that, as it had asked, when %s ended",
		         s->name);
}

static void
fate_say_ended(struct watch *w, struct member *m, int64_t t_ns)
{
	struct event e = watch_about(EVENT_EXITED, m, t_ns);

	m->exit_said = true;
	e.a = m->p.end.known && !m->p.end.killed ? m->p.end.code : -1;
	e.b = !m->p.end.known ? -1 : m->p.end.killed ? m->p.end.code : 0;
	e.told = m->p.told;
	fate_reason(m, e.text, sizeof(e.text));
	if (m->p.kind == KIND_WORKER || m->p.thread)
		loss_text(w, m, e.text, sizeof(e.text));
	watch_add(w, &e);
}

/* Its threads ended with it. */
static void
fate_end_threads(struct watch *w, struct member *m, int64_t t_ns)
{
	for (struct member *t = m->first; t && t->p.tid; t = t->next)
		fate_reaped(w, t, t_ns);
}

void
fate_ended(struct watch *w, struct member *m, const struct ending *ending,
           bool told, int64_t t_ns)
{
	m->p.told |= told;
	if (!m->p.dead || ending->known)
		m->p.end = *ending;
	watch_soon(w);
	if (m->p.dead)
		return;
	pages_count(m);
	if (m->p.kind == KIND_CLIENT)
		route_forget_client(w, m->p.name);
	m->p.dead = true;
	m->p.state = 'Z';
	m->p.open = 0;
	m->p.foreground = false;
	m->p.ended_ns = m->p.changed_ns = t_ns;
	m->missed_ns = 0;
	if (m->p.life != LIFE_NONE)
		m->p.life = LIFE_DEAD;
	if (m->served && m->served->master == m)
		m->served->s.up = m->served->s.listening = false;
	fate_end_threads(w, m, t_ns);
	if (!m->p.tid)
		fate_say_ended(w, m, t_ns);
}

static void
fate_say_reaped(struct watch *w, struct member *m, int64_t t_ns)
{
	struct event e =
	    watch_about(m->p.tid ? EVENT_THREAD_ENDED : EVENT_REAPED, m, t_ns);

	m->reap_said = true;
	if (m->parent)
		e.other = watch_who(m->parent);
	watch_add(w, &e);
}

void
fate_reaped(struct watch *w, struct member *m, int64_t t_ns)
{
	static const struct ending unknown;

	if (m->p.reaped)
		return;
	if (!m->p.dead)
		fate_ended(w, m, &unknown, false, t_ns);
	m->p.reaped = true;
	m->p.state = 'X';
	m->p.changed_ns = t_ns;
	w->table.ndead++;
	fate_release(w, m);
	if (m->stat_fd >= 0)
		close(m->stat_fd);
	m->stat_fd = -1;
	fate_say_reaped(w, m, t_ns);
}

/* Stop and go ***********************************************************/

void
fate_stopped(struct watch *w, struct member *m, int sig, int64_t t_ns)
{
	struct event e = watch_about(EVENT_STOPPED, m, t_ns);

	m->p.state = 'T';
	m->p.changed_ns = t_ns;
	e.a = sig;
	watch_add(w, &e);
	watch_soon(w);
}

void
fate_continued(struct watch *w, struct member *m, int64_t t_ns)
{
	struct event e = watch_about(EVENT_CONTINUED, m, t_ns);

	m->p.state = 'S';
	m->p.changed_ns = t_ns;
	watch_add(w, &e);
	watch_soon(w);
}

/* Adoption **************************************************************/

void
fate_adopted(struct watch *w, struct member *m, struct member *parent,
             int64_t t_ns)
{
	struct event e;

	if (parent != m->parent) {
		/* It is an orphan only because its parent is dead. */
		if (m->parent && m->parent->p.ended_ns > t_ns)
			t_ns = m->parent->p.ended_ns;
		table_move(m, parent);
	}
	m->p.ppid = parent->p.pid;
	m->p.adopted = true;
	if (m->adoption_said)
		return;
	m->adoption_said = true;
	m->p.changed_ns = t_ns;
	e = watch_about(EVENT_ADOPTED, m, t_ns);
	e.other = watch_who(parent);
	watch_add(w, &e);
	watch_soon(w);
}

/* A job's line as it was typed, without the shell that runs it. */
static const char *
fate_typed(const struct member *m, const char *cmd)
{
	static const char shell[] = "sh -c ";
	size_t len = sizeof(shell) - 1;

	return m->p.kind == KIND_JOB && strncmp(cmd, shell, len) == 0
	           ? cmd + len
	           : cmd;
}

static void
fate_became(struct watch *w, struct member *m, const char *cmd, int64_t t_ns)
{
	struct event e;

	snprintf(m->p.cmd, sizeof(m->p.cmd), "%s", cmd);
	m->p.nvars = 0;
	watch_stale(w);
	if (m->p.kind != KIND_OTHER && m->p.kind != KIND_PUPPET)
		return;
	e = watch_about(EVENT_EXEC, m, t_ns);
	text_add(e.text, sizeof(e.text), "%s", cmd);
	watch_add(w, &e);
}

void
fate_exec(struct watch *w, struct member *m, int64_t t_ns)
{
	char line[sizeof(m->p.cmd)];
	const char *cmd;

	if (procfs_cmdline(w->proc, m->p.pid, line, sizeof(line)) < 0)
		return;
	cmd = fate_typed(m, line);
	/* What a puppet is called is told, and only then set as its title;
	   what it has become is told, and only then in /proc. */
	if (strcmp(cmd, m->p.cmd) == 0 ||
	    (m->p.kind == KIND_PUPPET &&
	     (fate_is_puppet(cmd) ||
	      (cmd[0] == '[' && !fate_is_puppet(m->p.cmd)))))
		return;
	fate_became(w, m, cmd, t_ns);
}

void
watch_became(struct watch *w, pid_t pid, const char *cmd)
{
	struct member *m = table_find(&w->table, pid, 0);
	int64_t t_ns = clock_ns();

	if (!m || m->p.kind != KIND_PUPPET || !fate_is_puppet(m->p.cmd))
		return;
	if (m->p.dead && m->p.ended_ns <= t_ns)
		t_ns = m->p.ended_ns - 1;
	fate_became(w, m, cmd, t_ns);
}

/* Burial ****************************************************************/

static void
fate_forget(struct watch *w, struct member *m)
{
	struct member *up = m->parent;

	fate_release(w, m);
	if (m->served && m->row >= 0 && m->served->of[m->row] == m)
		m->served->of[m->row] = NULL;
	if (m->served && m->served->master == m)
		m->served->master = NULL;
	if (up && pages_of(m, up))
		pages_leave(m, up);
	table_remove(&w->table, m);
	watch_stale(w);
}

static struct member *
fate_last(struct member *m)
{
	while (m->last)
		m = m->last;
	return m;
}

/* The one before in drawing order: children come before their parents. */
static struct member *
fate_back(struct member *m)
{
	return m->prev ? fate_last(m->prev) : m->parent;
}

static bool
fate_over(const struct watch *w, const struct member *m, int64_t now_ns)
{
	return m->p.reaped && !m->first && w->linger_ns >= 0 &&
	       m->p.changed_ns + w->linger_ns <= now_ns;
}

void
fate_bury(struct watch *w, bool all)
{
	int64_t now_ns = clock_ns();
	struct member *m = fate_last(w->table.root), *back;

	for (; m && m != w->table.root; m = back) {
		back = fate_back(m);
		if (fate_over(w, m, now_ns) || (all && m->p.reaped))
			fate_forget(w, m);
	}
	while (w->table.ndead > FATE_DEAD)
		fate_forget(w, table_oldest_dead(&w->table));
}

int64_t
fate_next_burial_ns(const struct watch *w)
{
	int64_t at_ns = INT64_MAX;

	if (w->linger_ns < 0 || !w->table.ndead)
		return at_ns;
	for (struct member *m = w->table.root; m; m = table_next(m))
		if (m->p.reaped && !m->first &&
		    m->p.changed_ns + w->linger_ns < at_ns)
			at_ns = m->p.changed_ns + w->linger_ns;
	return at_ns;
}
