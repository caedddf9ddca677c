/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * affinity TARGET CPU[,CPU]...|all: on which processors it may run.
 */
#include <errno.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/cpus.h"

#define AFFINITY_TASKS 512

static const struct proc *
affinity_target(struct session *s, const char *name, struct err *err)
{
	const struct proc *p;

	watch_refresh(session_watch(s)); /* a thread may have just been born */
	p = session_target(s, name, err);
	if (!p)
		return NULL;
	if (p->kind != KIND_SHELL && p->kind != KIND_LAB && !p->dead)
		return p;
	if (p->dead)
		err_set(err, "%s has ended: it runs nowhere", name);
	else
		err_set(err,
		        "%s runs where it likes: choose processors for a "
		        "worker, as in `affinity w1 0`",
		        name);
	return NULL;
}

/* One thread, or all that a process has; returns how many. */
static int
affinity_tasks(struct session *s, const struct proc *p, pid_t *tids)
{
	if (!p->tid)
		return procfs_tasks(s->procfs, p->pid, tids, AFFINITY_TASKS);
	tids[0] = p->tid;
	return 1;
}

/* How many threads were moved; one that ends meanwhile is none. */
static int
affinity_set(struct session *s, const struct proc *p, const cpu_set_t *set,
             struct err *err)
{
	pid_t tids[AFFINITY_TASKS];
	int n = affinity_tasks(s, p, tids), moved = 0;

	for (int i = 0; i < n; i++) {
		if (sched_setaffinity(tids[i], sizeof(*set), set) == 0)
			moved++;
		else if (errno == EINVAL)
			return err_set(err,
			               "%s may use none of these processors: "
			               "`explain %s` says which it may",
			               p->name, p->name);
		else if (errno != ESRCH)
			return err_sys(err, "cannot move %s", p->name);
	}
	return moved ? moved : err_set(err, "%s has ended", p->name);
}

static enum outcome
run_affinity(struct session *s, const struct args *args, struct err *err)
{
	const struct proc *p = affinity_target(s, args->argv[0], err);
	struct proc_status status;
	cpu_set_t set;
	int n;

	if (!p)
		return OUTCOME_FAILED;
	if (!cpus_parse(args->argv[1], &set)) {
		err_set(err,
		        "processors are written 0, or 0,1, or all, not "
		        "\"%.40s\"",
		        args->argv[1]);
		return OUTCOME_FAILED;
	}
	n = affinity_set(s, p, &set, err);
	if (n < 0)
		return OUTCOME_FAILED;
	if (procfs_status(s->procfs, p->pid, p->tid, &status) < 0) {
		err_set(err, "%s has ended", args->argv[0]);
		return OUTCOME_FAILED;
	}
	session_say(s, LINE_RESULT, "%s%s may run on processor%s %s now",
	            args->argv[0], n > 1 ? " and its threads" : "",
	            strpbrk(status.cpus, ",-") ? "s" : "", status.cpus);
	return OUTCOME_DONE;
}

const struct command cmd_affinity = {
	.name = "affinity",
	.group = "processes",
	.blurb = "choose the processors that a process may run on",
	.detail = "For a process all its threads are moved, those that it "
	          "starts later too; for a thread, w1.t1, it alone. As "
	          "taskset(1) does by pid; sched_setaffinity(2). `explain` "
	          "tells where it may run, and the column CPU where it did.",
	.example = "affinity w1 0",
	.args = { { .kind = ARG_TARGET, .name = "TARGET" },
	          { .kind = ARG_TEXT, .name = "CPU[,CPU]...|all" } },
	.run = run_affinity,
};
