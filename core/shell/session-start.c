/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The shell starts nothing itself: it asks the lab to.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"

/* Append strings, each with its NUL, at *used.  Returns -1 when full. */
static int
session_start_pack(struct msg_start *start, size_t *used,
                   const char *const *words, struct err *err)
{
	for (; words && *words; words++) {
		size_t size = strlen(*words) + 1;

		if (*used + size + 1 > MSG_ARGV)
			return err_set(err,
			               "that command line is too long: at most "
			               "%d bytes",
			               MSG_ARGV);
		memcpy(start->argv + *used, *words, size);
		*used += size;
	}
	return 0;
}

static int
session_start_message(const struct start_plan *plan, struct msg *m,
                      struct err *err)
{
	size_t used = 0;

	m->start.kind = plan->kind;
	m->start.foreground = plan->foreground;
	m->start.on_terminal = plan->on_terminal;
	while (plan->argv[m->start.argc])
		m->start.argc++;
	if (!getcwd(m->start.cwd, sizeof(m->start.cwd)))
		return err_sys(err, "cannot tell which folder this is: cd /");
	/* Begun where one may stay, but not go: the lab stands there, too. */
	if (access(m->start.cwd, X_OK) < 0)
		m->start.cwd[0] = '\0';
	if (session_start_pack(&m->start, &used, plan->argv, err) < 0)
		return -1;
	return session_start_pack(&m->start, &used, plan->env, err);
}

/*
 * Ask the lab.  What the program prints comes by a pipe, whose end for the
 * program goes first among the descriptors.
 */
static int
session_start_ask(struct session *s, const struct start_plan *plan,
                  struct job *job, struct msg *m, struct err *err)
{
	int fds[WIRE_FDS], nfds = 0, pipes[2] = { -1, -1 };

	if (!plan->on_terminal) {
		if (pipe2(pipes, O_CLOEXEC) < 0)
			return err_sys(err, "cannot make a pipe for %s",
			               job->name);
		fds[nfds++] = pipes[1];
	}
	for (int i = 0; i < plan->nfds && nfds < WIRE_FDS; i++)
		fds[nfds++] = plan->fds[i];
	job->seq = session_ask_lab(s, m, fds, nfds, err);
	if (pipes[1] >= 0)
		close(pipes[1]);
	if (pipes[0] >= 0 &&
	    session_outlet_open(s, &job->outlet, pipes[0], err) < 0)
		return -1;
	return job->seq ? 0 : -1;
}

static void
session_expect(struct session *s, const struct start_plan *plan,
               const char *name)
{
	static const enum kind kinds[] = {
		[START_SERVER] = KIND_MASTER, [START_CLIENT] = KIND_CLIENT,
		[START_PUPPET] = KIND_PUPPET, [START_JOB] = KIND_JOB,
		[START_MEASURE] = KIND_JOB,
	};

	watch_expect(s->watch, name,
	             plan->balancer ? KIND_BALANCER : kinds[plan->kind],
	             plan->cmd);
}

uint32_t
session_start(struct session *s, const struct start_plan *plan,
              char name[NAME_SIZE], struct err *err)
{
	static struct msg m;
	struct job *job;

	if (!session_lab_lives(s, err))
		return 0;
	if (session_snapshot(s)->nprocs >= SESSION_PROCS) {
		err_set(err,
		        "the lab has %d processes already, and may have no "
		        "more: end some with kill",
		        SESSION_PROCS);
		return 0;
	}
	job = session_job_new(s, plan->kind, plan->name, err);
	if (!job)
		return 0;
	snprintf(name, NAME_SIZE, "%s", job->name);
	snprintf(job->cmd, sizeof(job->cmd), "%s", plan->cmd);
	job->foreground = plan->foreground;
	m = msg_make(MSG_START, job->name);
	if (session_start_message(plan, &m, err) < 0) {
		session_job_free(s, job);
		return 0;
	}
	session_expect(s, plan, job->name);
	if (session_start_ask(s, plan, job, &m, err) < 0) {
		session_job_free(s, job);
		return 0;
	}
	return job->seq;
}
