/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The programs that the lab runs for us: jobs, clients, servers.  A row is
 * free again when its program has ended and its pipe is empty.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>

#include "core/shell/inside.h"
#include "core/sys/child.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

/* The table *************************************************************/

static int
session_jobs_count(const struct session *s)
{
	int n = 0;

	for (int i = 0; i < SESSION_PROGRAMS; i++)
		n += s->jobs[i].state != JOB_FREE &&
		     s->jobs[i].state != JOB_ENDED &&
		     s->jobs[i].kind != START_SERVER;
	return n;
}

struct job *
session_job_new(struct session *s, enum start_kind kind, const char *name,
                struct err *err)
{
	struct job *job = NULL;

	if (kind != START_SERVER && session_jobs_count(s) >= SESSION_JOBS) {
		err_set(err,
		        "%d jobs run already: end one first (jobs lists them, "
		        "kill %%1 ends one)",
		        SESSION_JOBS);
		return NULL;
	}
	for (int i = 0; i < SESSION_PROGRAMS && !job; i++)
		if (s->jobs[i].state == JOB_FREE)
			job = &s->jobs[i];
	if (!job) {
		err_set(err, "%d programs run already", SESSION_PROGRAMS);
		return NULL;
	}
	*job = (struct job){ .kind = kind, .state = JOB_ASKED };
	job->outlet.fd = -1;
	job->used = ++s->last_used;
	if (name)
		snprintf(job->name, NAME_SIZE, "%s", name);
	else if (kind == START_CLIENT)
		snprintf(job->name, NAME_SIZE, "c%u", ++s->last_client);
	else
		snprintf(job->name, NAME_SIZE, "j%u", ++s->last_job);
	return job;
}

void
session_job_free(struct session *s, struct job *job)
{
	session_outlet_close(&job->outlet);
	session_unlink(&job->wire);
	if (s->foreground == job)
		s->foreground = NULL;
	job->state = JOB_FREE;
}

void
session_job_release(struct session *s, struct job *job)
{
	job->background = true;
	if (job->outlet.fd < 0)
		session_job_free(s, job);
}

struct job *
session_job_seq(struct session *s, uint32_t seq)
{
	for (int i = 0; i < SESSION_PROGRAMS; i++)
		if (s->jobs[i].state != JOB_FREE && s->jobs[i].seq == seq)
			return &s->jobs[i];
	return NULL;
}

struct job *
session_job_pid(struct session *s, pid_t pid)
{
	for (int i = 0; i < SESSION_PROGRAMS; i++)
		if ((s->jobs[i].state == JOB_RUNNING ||
		     s->jobs[i].state == JOB_STOPPED) &&
		    s->jobs[i].pid == pid)
			return &s->jobs[i];
	return NULL;
}

/* A living one is meant rather than one whose pipe is only not empty yet. */
struct job *
session_job_named(struct session *s, const char *name)
{
	struct job *found = NULL;

	for (int i = 0; i < SESSION_PROGRAMS; i++)
		if (s->jobs[i].state != JOB_FREE &&
		    strcmp(s->jobs[i].name, name) == 0 &&
		    (!found || found->state == JOB_ENDED))
			found = &s->jobs[i];
	return found;
}

/* Names of jobs *********************************************************/

static bool
session_job_open(const struct job *job)
{
	return job->kind == START_JOB &&
	       (job->state == JOB_RUNNING || job->state == JOB_STOPPED);
}

/* The job used last, but for that used at `but`; a stopped one goes first. */
static struct job *
session_job_last(struct session *s, unsigned but)
{
	struct job *best = NULL;

	for (int i = 0; i < SESSION_PROGRAMS; i++) {
		struct job *job = &s->jobs[i];
		bool stopped = job->state == JOB_STOPPED;

		if (!session_job_open(job) || job->used == but)
			continue;
		if (!best || stopped > (best->state == JOB_STOPPED) ||
		    (stopped == (best->state == JOB_STOPPED) &&
		     job->used > best->used))
			best = job;
	}
	return best;
}

struct job *
session_job(struct session *s, const char *spec, struct err *err)
{
	struct job *job = session_job_last(s, 0);
	char name[NAME_SIZE];

	spec += *spec == '%';
	if (strcmp(spec, "-") == 0) {
		job = job ? session_job_last(s, job->used) : NULL;
	} else if (*spec && strcmp(spec, "%") && strcmp(spec, "+")) {
		snprintf(name, sizeof(name), "%s%s", *spec == 'j' ? "" : "j",
		         spec);
		job = session_job_named(s, name);
		if (!job || !session_job_open(job)) {
			err_set(err,
			        "there is no job %.40s: jobs lists those that "
			        "there are",
			        spec);
			return NULL;
		}
	}
	if (!job)
		err_set(err,
		        "there is no%s job: a line that ends in & starts "
		        "one, such as sleep 60 &",
		        strcmp(spec, "-") == 0 ? " other" : "");
	return job;
}

/* What becomes of them **************************************************/

void
session_job_end(const struct job *job, char *buf, size_t size)
{
	char name[SIG_NAME_SIZE];

	if (job->why[0])
		snprintf(buf, size, "did not start");
	else if (job->killed)
		snprintf(buf, size, "killed by %s%s", sig_name(job->code, name),
		         job->dumped ? " (core dumped)" : "");
	else
		snprintf(buf, size, "exited %d", job->code);
}

static void
session_job_tell_stop(struct session *s, const struct job *job)
{
	char name[SIG_NAME_SIZE];
	const char *why = "";

	if (job->code == SIGTTIN)
		why = ": it wants to read from the terminal, fg lets it";
	if (job->code == SIGTTOU)
		why = ": it wants the terminal, fg gives it";
	session_say(s, LINE_EVENT, "%s stopped (%s): %s%s", job->name,
	            sig_name(job->code, name), job->cmd, why);
}

static void
session_job_tell_end(struct session *s, const struct job *job)
{
	char how[64];

	session_job_end(job, how, sizeof(how));
	if (job->code == 0 && !job->killed)
		snprintf(how, sizeof(how), "done");
	session_say(s, LINE_EVENT, "%s %s: %s", job->name, how, job->cmd);
}

static void
session_job_stopped(struct session *s, struct job *job, int sig)
{
	job->state = JOB_STOPPED;
	job->code = sig;
	job->used = ++s->last_used;
	if (job == s->foreground)
		session_terminal_drain(s);
	if (job->kind == START_JOB)
		session_job_tell_stop(s, job);
}

static void
session_job_ended(struct session *s, struct job *job,
                  const struct msg_change *c)
{
	job->state = JOB_ENDED;
	job->killed = c->change == CHILD_KILLED;
	job->dumped = c->dumped;
	job->code = c->code;
	if (job == s->foreground)
		session_terminal_drain(s);
	session_outlet_drain(&job->outlet);
	if (job->kind == START_JOB && job->background)
		session_job_tell_end(s, job);
	/* What somebody waits for is released when he has seen it. */
	if (job->kind == START_SERVER || job->background)
		session_job_release(s, job);
}

static void
session_job_changed(struct session *s, const struct msg_change *c)
{
	struct job *job = session_job_pid(s, c->pid);

	if (!job)
		return;
	switch (c->change) {
	case CHILD_STOPPED:
		session_job_stopped(s, job, c->code);
		break;
	case CHILD_CONTINUED:
		job->state = JOB_RUNNING;
		break;
	default:
		session_job_ended(s, job, c);
	}
}

/* A ^C that comes before the job has the terminal would be the lab's. */
void
session_job_interrupt(struct session *s, struct job *job)
{
	job->interrupt = !session_typed_to(s);
	if (!job->interrupt)
		session_terminal_input(s, "\003", 1);
}

static void
session_job_started(struct session *s, const struct msg *m)
{
	struct job *job = session_job_seq(s, m->seq);

	if (!job)
		return;
	job->pid = m->born.pid;
	job->state = JOB_RUNNING;
	if (job->background && job->kind == START_JOB)
		session_say(s, LINE_RESULT, "%s (pid %d): %s", job->name,
		            (int)job->pid, job->cmd);
}

static void
session_job_refused(struct session *s, const struct msg *m)
{
	struct job *job = session_job_seq(s, m->seq);

	if (!job)
		return;
	job->state = JOB_ENDED;
	snprintf(job->why, sizeof(job->why), "%.*s", (int)sizeof(job->why) - 1,
	         m->text.text);
	if (job->background) {
		session_say(s, LINE_ERROR, "%s", job->why);
		session_fail(s, 1);
	}
	if (job->background || job->kind == START_SERVER)
		session_job_free(s, job);
}

void
session_jobs_lost(struct session *s)
{
	for (int i = 0; i < SESSION_PROGRAMS; i++) {
		struct job *job = &s->jobs[i];

		if (job->state == JOB_FREE || job->state == JOB_ENDED)
			continue;
		job->state = JOB_ENDED;
		job->killed = true;
		job->code = SIGKILL;
		session_outlet_drain(&job->outlet);
		if (job->kind == START_SERVER || job->background)
			session_job_release(s, job);
	}
}

void
session_job_draws(struct session *s, struct job *job)
{
	job->draws = s->front.passthrough != NULL;
	if (job->draws)
		session_say(s, LINE_RESULT,
		            "%s draws on a whole screen, and this is a log: "
		            "`!%.80s` gives it the terminal",
		            job->name, job->cmd);
}

/* The lab says which group has the terminal now. */
static void
session_job_fronted(struct session *s, pid_t group)
{
	s->terminal_group = group;
	if (s->foreground && s->foreground->interrupt)
		session_job_interrupt(s, s->foreground);
	session_news(s);
}

void
session_jobs_message(struct session *s, const struct msg *m)
{
	switch (m->type) {
	case MSG_STARTED:
		session_job_started(s, m);
		break;
	case MSG_NOT_STARTED:
		session_job_refused(s, m);
		break;
	case MSG_CHANGED:
		session_job_changed(s, &m->change);
		break;
	case MSG_TERMINAL:
		session_job_fronted(s, m->target.pid);
		break;
	}
}
