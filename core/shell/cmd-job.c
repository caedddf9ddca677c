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

#define CD_PATH 4096

struct job_waits {
	uint32_t seq; /* of the job's START: its identity */
};

/* The real terminal goes to the job, or comes back. */
static int
job_pass(struct session *s, bool on, struct err *err)
{
	if (!s->front.passthrough)
		return err_set(err, "there is no terminal to give away: run "
		                    "the command without the !");
	return s->front.passthrough(s->front.arg, on, err);
}

static void
job_give_back(struct session *s, struct job *job)
{
	if (job->passed)
		job_pass(s, false, NULL);
	if (s->foreground == job)
		s->foreground = NULL;
	if (job->draws)
		session_job_draws(s, job);
	job->draws = job->foreground = false;
	job->background = true;
}

static enum outcome
job_over(struct session *s, struct job *job, struct err *err)
{
	bool well = job->code == 0 && !job->killed && !job->why[0];
	char how[64];

	session_job_end(job, how, sizeof(how));
	if (job->why[0])
		err_set(err, "%s", job->why);
	else if (!well)
		err_set(err, "%s %s%s: %.200s", job->name,
		        job->killed ? "was " : "", how, job->cmd);
	session_job_release(s, job);
	return well ? OUTCOME_DONE : OUTCOME_FAILED;
}

static enum outcome
job_poll(struct session *s, void *arg, struct err *err)
{
	struct job_waits *waits = arg;
	struct job *job = session_job_seq(s, waits->seq);

	if (!job)
		return OUTCOME_DONE;
	if (job->state == JOB_ASKED || job->state == JOB_RUNNING)
		return OUTCOME_WAITS;
	job_give_back(s, job);
	return job->state == JOB_STOPPED ? OUTCOME_DONE : job_over(s, job, err);
}

/* In the background; the next command may already speak of it. */
static enum outcome
job_birth_poll(struct session *s, void *arg, struct err *err)
{
	struct job_waits *waits = arg;
	struct job *job = session_job_seq(s, waits->seq);

	(void)err;
	return job && job->state == JOB_ASKED ? OUTCOME_WAITS : OUTCOME_DONE;
}

/* Wait for its birth only, or for its end in the foreground. */
static enum outcome
job_wait(struct session *s, struct job *job, bool background, struct err *err)
{
	struct job_waits *waits = calloc(1, sizeof(*waits));

	if (!waits) {
		err_sys(err, "cannot wait for %s", job->name);
		return OUTCOME_FAILED;
	}
	waits->seq = job->seq;
	job->foreground = !background;
	job->background = background;
	if (!background) {
		s->foreground = job;
		s->terminal_group = 0;
		job->interrupt = false;
	}
	session_wait(s, background ? job_birth_poll : job_poll, NULL, waits,
	             -1);
	return OUTCOME_WAITS;
}

static enum outcome
job_start(struct session *s, const char *line, bool background, bool passed,
          struct err *err)
{
	const char *argv[] = { "sh", "-c", line, NULL };
	struct start_plan plan = { .kind = START_JOB,
		                   .argv = argv,
		                   .foreground = !background,
		                   .on_terminal = !background,
		                   .cmd = line };
	char name[NAME_SIZE];
	uint32_t seq = session_start(s, &plan, name, err);
	struct job *job = seq ? session_job_seq(s, seq) : NULL;

	if (!job)
		return OUTCOME_FAILED;
	job->passed = passed;
	return job_wait(s, job, background, err);
}

enum outcome
job_run(struct session *s, const char *line, bool background, bool passed,
        struct err *err)
{
	enum outcome outcome;

	if (passed && background) {
		err_set(err, "a program that has the terminal cannot be in the "
		             "background too: leave out the !, or the &");
		return OUTCOME_USAGE;
	}
	if (passed && job_pass(s, true, err) < 0)
		return OUTCOME_FAILED;
	outcome = job_start(s, line, background, passed, err);
	if (passed && outcome == OUTCOME_FAILED)
		job_pass(s, false, NULL);
	return outcome;
}

/* The job has the terminal before it goes on. */
enum outcome
job_continue(struct session *s, struct job *job, struct err *err)
{
	struct msg m = msg_make(MSG_FOREGROUND, NULL);

	m.target.pid = job->pid;
	if (job->passed && job_pass(s, true, err) < 0)
		return OUTCOME_FAILED;
	if (session_tell_lab(s, &m, err) < 0) {
		if (job->passed)
			job_pass(s, false, NULL);
		return OUTCOME_FAILED;
	}
	job->state = JOB_RUNNING;
	return job_wait(s, job, false, err);
}

/* cd ********************************************************************/

/* Where "cd", "cd -" and "cd FOLDER" go to. */
static const char *
cd_folder(const struct args *args, struct err *err)
{
	const char *word = args->argc ? args->argv[0] : NULL;
	const char *dir = word;

	if (!word)
		dir = getenv("HOME");
	else if (strcmp(word, "-") == 0)
		dir = getenv("OLDPWD");
	if (!dir)
		err_set(err, word ? "there is no folder to go back to"
		                  : "HOME is not set: say which folder");
	return dir;
}

/* The session's programs start where it stands. */
static enum outcome
run_cd(struct session *s, const struct args *args, struct err *err)
{
	const char *dir = cd_folder(args, err);
	char old[CD_PATH], now[CD_PATH];
	bool known = getcwd(old, sizeof(old)) != NULL;

	if (!dir)
		return OUTCOME_FAILED;
	if (chdir(dir) < 0) {
		err_sys(err, "cannot go to %.200s", dir);
		return OUTCOME_FAILED;
	}
	if (known)
		setenv("OLDPWD", old, 1);
	if (getcwd(now, sizeof(now)))
		session_say(s, LINE_RESULT, "%s", now);
	return OUTCOME_DONE;
}

const struct command cmd_cd = {
	.name = "cd",
	.group = "shell",
	.blurb = "change the folder in which programs start",
	.args = { { .kind = ARG_FILE, .name = "FOLDER", .optional = true } },
	.past = PAST_LOOKS,
	.run = run_cd,
};
