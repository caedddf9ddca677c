/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any other line: a program, by sh(1), in a process group of its own.
 *
 * In the foreground it has the lab's terminal, and the prompt comes back when
 * it has ended or stopped.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"

struct job_waits {
	char name[NAME_SIZE];
};

static void
job_give_back(struct session *s, struct job *job)
{
	if (s->foreground == job)
		s->foreground = NULL;
	job->foreground = false;
	if (job->passed && s->front.passthrough)
		s->front.passthrough(s->front.arg, false, NULL);
	job->passed = false;
}

static enum outcome
job_over(struct session *s, struct job *job, struct err *err)
{
	char how[64];
	bool well = job->code == 0 && !job->killed;

	session_job_end(job, how, sizeof(how));
	if (!well)
		err_set(err, "%s %s%s: %.200s", job->name,
		        job->killed ? "was " : "", how, job->cmd);
	session_outlet_drain(&job->outlet);
	session_job_release(s, job);
	return well ? OUTCOME_DONE : OUTCOME_FAILED;
}

static enum outcome
job_poll(struct session *s, void *arg, struct err *err)
{
	struct job_waits *waits = arg;
	struct job *job = session_job_named(s, waits->name);
	int answer;

	if (!job)
		return OUTCOME_DONE;
	if (job->state == JOB_ASKED) {
		answer = session_answer(s, job->seq, NULL, err);
		if (answer >= 0)
			return OUTCOME_WAITS;
		job_give_back(s, job);
		session_job_free(s, job);
		return OUTCOME_FAILED;
	}
	if (job->state == JOB_RUNNING)
		return OUTCOME_WAITS;
	job_give_back(s, job);
	if (job->state == JOB_STOPPED) {
		job->background = true;
		return OUTCOME_DONE;
	}
	return job_over(s, job, err);
}

void
job_wait(struct session *s, struct job *job)
{
	struct job_waits *waits = calloc(1, sizeof(*waits));

	if (!waits)
		return;
	memcpy(waits->name, job->name, NAME_SIZE);
	session_wait(s, job_poll, NULL, waits, -1);
}

enum outcome
job_run(struct session *s, const char *line, bool background, bool passed,
        struct err *err)
{
	const char *argv[] = { "sh", "-c", line, NULL };
	struct start_plan plan = { .kind = START_JOB,
		                   .argv = argv,
		                   .foreground = !background,
		                   .on_terminal = !background,
		                   .cmd = line };
	char name[NAME_SIZE];
	struct job *job;

	if (passed && background) {
		err_set(err, "a program that has the terminal cannot be in the "
		             "background too: leave out the !, or the &");
		return OUTCOME_USAGE;
	}
	if (passed && !s->front.passthrough) {
		err_set(err, "there is no terminal to give away: run the "
		             "command without the !");
		return OUTCOME_FAILED;
	}
	if (!session_start(s, &plan, name, err))
		return OUTCOME_FAILED;
	job = session_job_named(s, name);
	job->background = background;
	if (background)
		return OUTCOME_DONE;
	s->foreground = job;
	job->passed = passed;
	if (passed && s->front.passthrough(s->front.arg, true, err) < 0)
		job->passed = false;
	job_wait(s, job);
	return OUTCOME_WAITS;
}

/* cd ********************************************************************/

static enum outcome
run_cd(struct session *s, const struct args *args, struct err *err)
{
	const char *home = getenv("HOME");
	const char *dir = args->argc ? args->argv[0] : home ? home : "/";

	(void)s;
	if (chdir(dir) == 0)
		return OUTCOME_DONE;
	err_sys(err, "cannot go to %.200s", dir);
	return OUTCOME_FAILED;
}

const struct command cmd_cd = {
	.name = "cd",
	.group = "shell",
	.blurb = "change the folder in which programs start",
	.args = { { .kind = ARG_FILE, .name = "FOLDER", .optional = true } },
	.run = run_cd,
};
