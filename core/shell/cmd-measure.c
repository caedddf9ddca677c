/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measure WHAT [N]: what processes and threads cost, on this machine and now.
 *
 * The measured ones are children of a program of ours that the lab starts
 * (core/puppet/measure.h), which prints the table.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/shell/measure.h"
#include "core/sys/child.h"

struct measure {
	uint32_t seq; /* of its START: its identity */
};

static enum outcome
measure_poll(struct session *s, void *arg, struct err *err)
{
	struct measure *m = arg;
	struct job *job = session_job_seq(s, m->seq);
	bool well;

	if (!job)
		return OUTCOME_DONE;
	if (job->state != JOB_ENDED)
		return OUTCOME_WAITS;
	well = job->code == 0 && !job->killed && !job->why[0];
	if (job->why[0])
		err_set(err, "%s", job->why);
	else if (job->killed)
		err_set(err, "%s was killed before it was done", job->name);
	session_job_release(s, job);
	return well ? OUTCOME_DONE : OUTCOME_FAILED;
}

static void
measure_interrupt(struct session *s, void *arg)
{
	struct measure *m = arg;
	struct job *job = session_job_seq(s, m->seq);
	int pidfd = job ? watch_pidfd(s->watch, job->pid, NULL) : -1;

	if (pidfd >= 0)
		child_signal(pidfd, SIGINT, NULL);
}

/* With a wire, on which it says how far it is; our end is kept. */
static uint32_t
measure_launch(struct session *s, struct start_plan *plan, struct err *err)
{
	char name[NAME_SIZE];
	struct job *job;
	uint32_t seq;
	int pair[2];

	if (wire_pair(pair, err) < 0)
		return 0;
	plan->fds = &pair[1];
	plan->nfds = 1;
	seq = session_start(s, plan, name, err);
	close(pair[1]);
	job = seq ? session_job_seq(s, seq) : NULL;
	if (!job)
		close(pair[0]);
	else if (session_link(s, &job->wire, pair[0], "", err) < 0)
		return 0;
	return seq;
}

static uint32_t
measure_start(struct session *s, const struct args *args, struct err *err)
{
	const char *argv[] = { "forkshop-puppet", "--measure", args->argv[0],
		               args->argv[1], NULL };
	char name[NAME_SIZE], cmd[120];
	struct start_plan plan = {
		.kind = START_MEASURE, .name = name, .argv = argv, .cmd = cmd
	};

	snprintf(name, sizeof(name), "m%u", s->last_measure + 1);
	snprintf(cmd, sizeof(cmd), "forkshop-puppet --measure %.60s",
	         args->rest);
	s->last_measure++;
	return measure_launch(s, &plan, err);
}

static enum outcome
run_measure(struct session *s, const struct args *args, struct err *err)
{
	bool memory = strcmp(args->argv[0], "memory") == 0;
	struct measure *m;
	uint32_t seq;

	if (args->argc > 1 && !memory) {
		err_set(err,
		        "measure %s takes no number: measure memory 50 "
		        "does",
		        args->argv[0]);
		return OUTCOME_USAGE;
	}
	if (strcmp(args->argv[0], "serve") == 0)
		return measure_serve(s, err);
	seq = measure_start(s, args, err);
	m = seq ? calloc(1, sizeof(*m)) : NULL;
	if (!m)
		return OUTCOME_FAILED;
	m->seq = seq;
	session_wait(s, measure_poll, measure_interrupt, m, -1);
	return OUTCOME_WAITS;
}

static const char *const measure_words[] = { "create", "switch", "memory",
	                                     "serve", NULL };

const struct command cmd_measure = {
	.name = "measure",
	.group = "measuring",
	.blurb = "what processes and threads cost, here and now",
	.detail =
	    "create: to make one and wait for its end. switch: to go from one "
	    "to another on one processor. memory N: to keep N of them (20). "
	    "serve: the same requests to a server of every model. "
	    "Each takes a few seconds; the measured ones are real, and seen in "
	    "the tree. The digits are those of this machine: what matters is "
	    "how many times dearer one is than the other.",
	.example = "measure create",
	.args = { { .kind = ARG_WORD, .name = "WHAT", .words = measure_words },
	          { .kind = ARG_NUMBER,
	            .name = "N",
	            .optional = true,
	            .min = 1,
	            .max = 200 } },
	.run = run_measure,
};
