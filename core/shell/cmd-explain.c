/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * explain TARGET: one process or thread, as the kernel knows it.
 *
 * Start reading at run_explain().
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/shell/explain.h"
#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

/* Where a line of at most `room` bytes ends: at its last blank. */
static size_t
explain_cut(const char *text, size_t room)
{
	size_t cut = room;

	if (strlen(text) <= room)
		return strlen(text);
	while (cut && text[cut] != ' ')
		cut--;
	return cut ? cut : room;
}

void
explain_say(const struct explain *e, const char *label, const char *fmt, ...)
{
	char all[1024], *text = all;
	size_t cut;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(all, sizeof(all), fmt, ap);
	va_end(ap);
	do {
		cut = explain_cut(text, EXPLAIN_WIDTH - EXPLAIN_LABEL);
		session_say(e->session, LINE_RESULT, "%-*s%.*s", EXPLAIN_LABEL,
		            label, (int)cut, text);
		text += cut;
		text += strspn(text, " ");
		label = "";
	} while (*text);
}

const char *
explain_name(const struct proc *p, char buf[NAME_SIZE])
{
	if (p->name[0])
		snprintf(buf, NAME_SIZE, "%s", p->name);
	else if (p->kind == KIND_SHELL || p->kind == KIND_LAB)
		snprintf(buf, NAME_SIZE, "%s", kind_word(p->kind));
	else if (p->tid)
		snprintf(buf, NAME_SIZE, "tid %d", (int)p->tid);
	else
		snprintf(buf, NAME_SIZE, "pid %d", (int)p->pid);
	return buf;
}

/* Who it is *************************************************************/

/* "12.3 s", "5 min", "2 h". */
static const char *
explain_age(int64_t ns, char buf[32])
{
	double s = (double)ns / NS_PER_S;

	if (s < 120)
		snprintf(buf, 32, "%.1f s", s);
	else if (s < 7200)
		snprintf(buf, 32, "%.0f min", s / 60);
	else
		snprintf(buf, 32, "%.0f h", s / 3600);
	return buf;
}

static void
explain_since(const struct explain *e, const struct proc_stat *st)
{
	int64_t born_ns = (int64_t)st->start_ticks * procfs_tick_ns();
	int64_t age_ns;
	char age[32], at[16] = "?";
	struct tm tm;
	time_t then;

	if (e->proc->born_ns > 0)
		born_ns = e->proc->born_ns;
	age_ns = clock_ns() - born_ns;
	then = (time_t)(clock_wall_s() - age_ns / NS_PER_S);
	if (localtime_r(&then, &tm))
		strftime(at, sizeof(at), "%H:%M:%S", &tm);
	explain_say(e, "started", "at %s, %s ago", at,
	            explain_age(age_ns, age));
}

static void
explain_heading(const struct explain *e)
{
	const struct proc *p = e->proc;
	char name[NAME_SIZE], text[320];

	snprintf(text, sizeof(text), "%s, pid %d", kind_word(p->kind),
	         (int)p->pid);
	if (p->tid)
		text_add(text, sizeof(text), ", tid %d", (int)p->tid);
	if (p->server[0] && strcmp(p->server, p->name) != 0)
		text_add(text, sizeof(text), ", of %s", p->server);
	explain_say(e, explain_name(p, name), "%s: %s", text, p->cmd);
}

static void
explain_family(const struct explain *e, const struct proc_stat *st,
               const struct proc_status *status)
{
	const struct proc *p = e->proc;
	const struct proc *parent =
	    p->parent >= 0 ? &e->snap->proc[p->parent] : NULL;
	char name[NAME_SIZE], exe[256];

	if (p->tid && parent) { /* the tree hangs it below its process */
		explain_say(e, "thread", "of %s (pid %d), which has %d",
		            explain_name(parent, name), (int)p->pid,
		            status->threads);
		parent =
		    parent->parent >= 0 ? &e->snap->proc[parent->parent] : NULL;
	}
	explain_say(e, "parent", "%s (pid %d)%s; group %d, session %d%s",
	            parent ? explain_name(parent, name) : "outside the lab",
	            (int)st->ppid,
	            p->adopted ? ", who adopted it when its own had died" : "",
	            (int)st->pgrp, (int)st->session,
	            p->foreground ? ", has the lab's terminal" : "");
	if (procfs_link(e->fs, p->pid, "exe", exe, sizeof(exe)) == 0)
		explain_say(e, "program", "%s", exe);
	explain_say(e, "user", "uid %u%s", status->uid,
	            status->no_new_privs
	                ? ", and exec cannot give it more rights"
	                : "");
}

/* What it does **********************************************************/

static void
explain_state(const struct explain *e, const struct proc_stat *st)
{
	const struct proc *p = e->proc;
	char wchan[64], text[256];

	if (procfs_wchan(e->fs, p->pid, p->tid, wchan, sizeof(wchan)) < 0)
		wchan[0] = '\0';
	explain_doing(st->state, procfs_syscall(e->fs, p->pid, p->tid), wchan,
	              text, sizeof(text));
	explain_say(e, "state", "%s%s%s", text, p->doing[0] ? "; it is " : "",
	            p->doing);
}

static void
explain_requests(const struct explain *e)
{
	const struct proc *p = e->proc;

	if (p->counts)
		explain_say(e, "requests",
		            "%llu started, %llu answered, %llu failed; %u "
		            "connections open",
		            (unsigned long long)p->started,
		            (unsigned long long)p->answered,
		            (unsigned long long)p->failed, p->open);
}

/* Who counts lost answers wants to know it. */
static void
explain_died_along(const struct explain *e, const struct server *v)
{
	const struct serving *serving = session_serving(e->session, v->name);

	if (serving && serving->page)
		explain_say(e, "broken",
		            "%llu connections were in the hands of workers as "
		            "they died",
		            (unsigned long long)serving->page->ended_held);
}

/* What a master is for. */
static void
explain_server(const struct explain *e)
{
	const struct server *v = snapshot_server(e->snap, e->proc->name);
	int workers = 0;

	if (e->proc->kind != KIND_MASTER || !v)
		return;
	for (int i = 0; i < e->snap->nprocs; i++) {
		const struct proc *p = &e->snap->proc[i];

		workers += p->kind == KIND_WORKER && !p->dead &&
		           strcmp(p->server, v->name) == 0;
	}
	explain_say(e, "serves",
	            "port %d, policy %s, model %s, %d workers; at its death: "
	            "%s",
	            v->port, v->policy, v->model, workers, v->on_parent_death);
	explain_say(e, "requests",
	            "%llu started, %llu answered, %llu failed, by all of its "
	            "workers",
	            (unsigned long long)v->started,
	            (unsigned long long)v->answered,
	            (unsigned long long)v->failed);
	explain_died_along(e, v);
}

static void
explain_life(const struct explain *e, const struct proc_stat *st)
{
	const struct proc *p = e->proc;
	struct proc_status status;

	if (procfs_status(e->fs, p->pid, p->tid, &status) < 0)
		return;
	explain_family(e, st, &status);
	explain_since(e, st);
	explain_state(e, st);
	explain_server(e);
	explain_balancer(e);
	if (p->kind != KIND_MASTER && p->kind != KIND_BALANCER)
		explain_requests(e);
	explain_processor(e, st, &status);
	if (!p->tid)
		explain_say(e, "threads", "%d", status.threads);
	explain_memory(e, &status);
	explain_signals(e, &status);
	explain_descriptors(e);
}

/* A row that ended ******************************************************/

static void
explain_death(const struct explain *e)
{
	const struct proc *p = e->proc;
	const struct proc *parent =
	    p->parent >= 0 ? &e->snap->proc[p->parent] : NULL;
	char text[64], age[32] = "", name[NAME_SIZE];

	if (p->ended_ns > 0)
		explain_age(clock_ns() - p->ended_ns, age);
	explain_say(e, "ended", "%s%s%s%s", ending_text(p, text, sizeof(text)),
	            age[0] ? ", " : "", age, age[0] ? " ago" : "");
	if (p->reaped)
		explain_say(e, "reaped",
		            "yes: its parent has waited, and the kernel has "
		            "forgotten it; only this row remembers");
	else
		explain_say(e, "reaped",
		            "no: %s has not waited, so the kernel keeps its "
		            "pid and how it ended; memory and descriptors "
		            "are gone",
		            parent ? explain_name(parent, name) : "its parent");
	explain_requests(e);
}

static enum outcome
run_explain(struct session *s, const struct args *args, struct err *err)
{
	struct explain e = { .session = s, .fs = s->procfs };
	struct proc_stat st;

	watch_refresh(session_watch(s));
	e.proc = session_target(s, args->argv[0], err);
	if (!e.proc)
		return OUTCOME_FAILED;
	e.snap = session_snapshot(s);
	explain_heading(&e);
	if (!e.proc->dead &&
	    procfs_stat(e.fs, e.proc->pid, e.proc->tid, &st) == 0)
		explain_life(&e, &st);
	else
		explain_death(&e);
	return OUTCOME_DONE;
}

const struct command cmd_explain = {
	.name = "explain",
	.group = "looking",
	.blurb = "tell all that the kernel knows about one process",
	.detail =
	    "Who it is, its state and what it waits for, processor, memory, "
	    "signals, and what each of its descriptors is. Works for workers "
	    "(w1), servers (web), threads (w1.t1), jobs (%1), puppets, pids.",
	.example = "explain w1",
	.args = { { .kind = ARG_TARGET, .name = "TARGET" } },
	.past = PAST_CANNOT,
	.run = run_explain,
};
