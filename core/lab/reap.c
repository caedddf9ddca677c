/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/lab/reap.h"

#include <string.h>
#include <unistd.h>

#include "core/lab/jobs.h"
#include "core/lab/lab.h"
#include "core/sys/child.h"

#define REAP_LIST  8192 /* children looked at in one go */
#define REAP_CROWD 2048 /* children, from where on zombies are a danger */

static pid_t reap_pids[REAP_LIST];

static void
reap_tell_crowd(struct lab *lab)
{
	struct err err;

	if (lab->told_crowd)
		return;
	lab->told_crowd = true;
	err_set(&err,
	        "the lab has %d children: further orphans are adopted, but "
	        "shown only when they end",
	        KIN_MAX);
	lab_say(lab, 0, &err);
}

/* An orphan: enter it into the table and tell the shell. */
static void
reap_adopt(struct lab *lab, const struct proc_stat *st)
{
	struct msg m = msg_make(MSG_ADOPTED, NULL);
	struct child *child = kin_add(lab->kin, st->pid);
	int pidfd;

	if (!child) {
		reap_tell_crowd(lab);
		return;
	}
	child->adopted = true;
	child->start_ticks = st->start_ticks;
	m.born.pid = st->pid;
	m.born.ppid = getpid();
	m.born.pgid = st->pgrp;
	m.born.start_ticks = st->start_ticks;
	pidfd = child_pidfd(st->pid, NULL);
	lab_send(lab, &m, pidfd);
	if (pidfd >= 0)
		close(pidfd);
}

static struct msg
reap_report(const struct child_news *news, const struct child *child,
            const struct proc_stat *st)
{
	struct msg m = msg_make(MSG_CHANGED, child ? child->name : NULL);

	m.change.pid = news->pid;
	m.change.change = (int)news->change;
	m.change.code = news->code;
	m.change.dumped = news->dumped;
	m.change.raw = news->raw;
	m.change.adopted = !child || child->adopted;
	m.change.start_ticks = st->start_ticks;
	return m;
}

static void
reap_bury(struct lab *lab, struct msg *m)
{
	pid_t pid = m->change.pid;
	struct msg reaped = msg_make(MSG_REAPED, m->name);

	if (child_reap(pid) < 0)
		return;
	kin_drop(lab->kin, pid);
	lab->told_crowd = lab->told_crowd && kin_count(lab->kin) >= KIN_MAX;
	lab->look = true; /* its children, if it had any, are ours now */
	reaped.change = m->change;
	lab_send(lab, &reaped, -1);
}

bool
reap_next(struct lab *lab)
{
	struct child_news news;
	struct proc_stat st = { 0 };
	struct msg m;

	if (child_next(&news) != 1)
		return false;
	procfs_stat(lab->proc, news.pid, 0, &st);
	st.pid = news.pid;
	if (!kin_find(lab->kin, news.pid))
		reap_adopt(lab, &st);
	m = reap_report(&news, kin_find(lab->kin, news.pid), &st);
	lab_send(lab, &m, -1);
	jobs_changed(lab, &news, st.pgrp);
	if (news.change == CHILD_EXITED || news.change == CHILD_KILLED)
		reap_bury(lab, &m);
	return true;
}

bool
reap_look(struct lab *lab)
{
	const pid_t *pids = reap_pids;
	int n = procfs_children(lab->proc, getpid(), 0, reap_pids, REAP_LIST);
	struct proc_stat st;

	for (int i = 0; i < n; i++) {
		if (wire_waiting(lab->wire))
			return false;
		if (!kin_find(lab->kin, pids[i]) &&
		    procfs_stat(lab->proc, pids[i], 0, &st) == 0 &&
		    st.ppid == getpid())
			reap_adopt(lab, &st);
	}
	return true;
}

void
reap_crowd(struct lab *lab)
{
	int n = procfs_children(lab->proc, getpid(), 0, reap_pids, REAP_LIST);

	for (int i = 0; n >= REAP_CROWD && i < n; i++)
		if (!kin_find(lab->kin, reap_pids[i]) &&
		    child_reap(reap_pids[i]) == 0)
			lab->lost++;
}
