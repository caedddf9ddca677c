/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * jobs, fg, bg: the job control of a shell, by the lab.
 */
#include <stdio.h>

#include "core/shell/inside.h"

static enum outcome
run_jobs(struct session *s, const struct args *args, struct err *err)
{
	int n = 0;

	(void)args, (void)err;
	for (int i = 0; i < SESSION_PROGRAMS; i++) {
		const struct job *job = &s->jobs[i];

		if (job->kind != START_JOB ||
		    (job->state != JOB_RUNNING && job->state != JOB_STOPPED))
			continue;
		session_say(s, LINE_RESULT, "%%%s  %-8s pid %-7d %s",
		            job->name + 1,
		            job->state == JOB_STOPPED ? "stopped" : "running",
		            (int)job->pid, job->cmd);
		n++;
	}
	if (n == 0)
		session_say(s, LINE_RESULT,
		            "no jobs: a line that ends in & starts one, such "
		            "as sleep 60 &");
	return OUTCOME_DONE;
}

static enum outcome
run_fg(struct session *s, const struct args *args, struct err *err)
{
	struct job *job = session_job(s, args->argc ? args->argv[0] : "", err);

	if (!job)
		return OUTCOME_FAILED;
	session_say(s, LINE_RESULT, "%s", job->cmd);
	return job_continue(s, job, err);
}

static enum outcome
run_bg(struct session *s, const struct args *args, struct err *err)
{
	struct job *job = session_job(s, args->argc ? args->argv[0] : "", err);
	struct msg m = msg_make(MSG_BACKGROUND, NULL);

	if (!job)
		return OUTCOME_FAILED;
	if (job->state == JOB_RUNNING) {
		err_set(err, "%s runs already: %.200s", job->name, job->cmd);
		return OUTCOME_FAILED;
	}
	m.target.pid = job->pid;
	if (session_tell_lab(s, &m, err) < 0)
		return OUTCOME_FAILED;
	session_say(s, LINE_RESULT, "%s &", job->cmd);
	job->state = JOB_RUNNING;
	return OUTCOME_DONE;
}

const struct command cmd_jobs = {
	.name = "jobs",
	.group = "processes",
	.blurb = "list programs that run in the background or are stopped",
	.past = PAST_CANNOT,
	.run = run_jobs,
};

const struct command cmd_fg = {
	.name = "fg",
	.group = "processes",
	.blurb = "give a job the terminal, and continue it",
	.args = { { .kind = ARG_TARGET, .name = "%JOB", .optional = true } },
	.run = run_fg,
};

const struct command cmd_bg = {
	.name = "bg",
	.group = "processes",
	.blurb = "continue a stopped job in the background",
	.args = { { .kind = ARG_TARGET, .name = "%JOB", .optional = true } },
	.run = run_bg,
};
