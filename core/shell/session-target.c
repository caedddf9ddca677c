/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Processes as people name them: w1, web, w1.t1, %1, a pid.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/text.h"

/* The nearest name of a living process, or NULL. */
static const char *
session_target_nearest(const struct snapshot *snap, const char *name)
{
	const char *best = NULL;
	int least = 3;

	for (int i = 0; i < snap->nprocs; i++) {
		const struct proc *p = &snap->proc[i];
		int d;

		if (!p->name[0] || p->dead)
			continue;
		d = text_distance(name, p->name);
		if (d < least && d < (int)strlen(p->name)) {
			least = d;
			best = p->name;
		}
	}
	return best;
}

static int
session_target_unknown(const struct snapshot *snap, const char *name,
                       struct err *err)
{
	const char *near = session_target_nearest(snap, name);

	if (isdigit((unsigned char)*name))
		return err_set(err, "%.40s is not a process of the lab", name);
	return err_set(err, "there is no process %.40s in the lab%s%s%s", name,
	               near ? ": did you mean " : "", near ? near : "",
	               near ? "?" : "");
}

/* Two servers have one of that name: which is meant? */
static int
session_target_twice(const struct snapshot *snap, const struct proc *p,
                     const char *name, struct err *err)
{
	const struct proc *q = snapshot_twin(snap, p, name);

	if (!q)
		return 0;
	return err_set(err, "%s of which server: say %s.%s or %s.%s", name,
	               p->server, name, q->server, name);
}

const struct proc *
session_target(struct session *s, const char *name, struct err *err)
{
	const struct snapshot *snap = session_snapshot(s);
	const struct puppet *puppet;
	const struct proc *p;

	if (*name == '%') {
		struct job *job = session_job(s, name, err);

		if (!job)
			return NULL;
		p = snapshot_pid(snap, job->pid);
		if (!p)
			err_set(err, "%s is not in the tree yet", job->name);
		return p;
	}
	p = snapshot_find(snap, name);
	puppet = p ? NULL : troupe_find(s->troupe, name);
	if (puppet && puppet->tid)
		p = snapshot_pid(snap, puppet->tid);
	if (!p)
		session_target_unknown(snap, name, err);
	else if (session_target_twice(snap, p, name, err) < 0)
		return NULL;
	return p;
}
