/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/errand.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/sys/child.h"

struct errand {
	uint32_t seq; /* of its START: its identity */
};

uint32_t
errand_launch(struct session *s, struct start_plan *plan, int *fds,
              struct err *err)
{
	char name[NAME_SIZE];
	struct job *job;
	uint32_t seq;
	int pair[2];

	if (wire_pair(pair, err) < 0)
		return 0;
	fds[0] = pair[1];
	plan->fds = fds;
	seq = session_start(s, plan, name, err);
	close(pair[1]);
	job = seq ? session_job_seq(s, seq) : NULL;
	if (!job)
		close(pair[0]);
	else if (session_link(s, &job->wire, pair[0], "", err) < 0)
		return 0;
	return seq;
}

static enum outcome
errand_poll(struct session *s, void *arg, struct err *err)
{
	struct errand *errand = arg;
	struct job *job = session_job_seq(s, errand->seq);
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
errand_interrupt(struct session *s, void *arg)
{
	struct errand *errand = arg;
	struct job *job = session_job_seq(s, errand->seq);
	int pidfd = job ? watch_pidfd(s->watch, job->pid, NULL) : -1;

	if (pidfd >= 0)
		child_signal(pidfd, SIGINT, NULL);
}

enum outcome
errand_wait(struct session *s, uint32_t seq, struct err *err)
{
	struct errand *errand = seq ? calloc(1, sizeof(*errand)) : NULL;

	if (!errand) {
		if (seq)
			err_sys(err, "no memory to wait for what was started");
		return OUTCOME_FAILED;
	}
	errand->seq = seq;
	session_wait(s, errand_poll, errand_interrupt, errand, -1);
	return OUTCOME_WAITS;
}
