/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * wait [TARGET]: until it has ended; without one, until all jobs have.
 */
#include <stdlib.h>

#include "core/shell/inside.h"

struct wait {
	pid_t pid; /* 0: all jobs */
	uint64_t start_ticks;
};

static bool
wait_jobs_run(const struct session *s)
{
	for (int i = 0; i < SESSION_PROGRAMS; i++)
		if (s->jobs[i].kind == START_JOB &&
		    (s->jobs[i].state == JOB_ASKED ||
		     s->jobs[i].state == JOB_RUNNING))
			return true;
	return false;
}

static enum outcome
wait_poll(struct session *s, void *arg, struct err *err)
{
	struct wait *wait = arg;
	const struct proc *p;

	(void)err;
	if (!wait->pid)
		return wait_jobs_run(s) ? OUTCOME_WAITS : OUTCOME_DONE;
	p = snapshot_pid(session_snapshot(s), wait->pid);
	return p && !p->dead && p->start_ticks == wait->start_ticks
	           ? OUTCOME_WAITS
	           : OUTCOME_DONE;
}

static enum outcome
run_wait(struct session *s, const struct args *args, struct err *err)
{
	const struct proc *p = NULL;
	struct wait *wait;

	if (args->argc && !(p = session_target(s, args->argv[0], err)))
		return OUTCOME_FAILED;
	wait = calloc(1, sizeof(*wait));
	if (!wait)
		return OUTCOME_FAILED;
	wait->pid = p ? p->pid : 0;
	wait->start_ticks = p ? p->start_ticks : 0;
	session_wait(s, wait_poll, NULL, wait, -1);
	return OUTCOME_WAITS;
}

const struct command cmd_wait = {
	.name = "wait",
	.group = "processes",
	.blurb = "wait until a process, or every job, has ended",
	.example = "wait %1",
	.args = { { .kind = ARG_TARGET, .name = "TARGET", .optional = true } },
	.past = PAST_CANNOT,
	.run = run_wait,
};
