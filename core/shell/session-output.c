/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What programs print comes by pipes, and becomes lines of the log.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"

#define OUTPUT_CHUNK 16384 /* bytes of one pipe in one turn */
#define OUTPUT_LAST  64    /* chunks that a program leaves at its end */

/* Whose outlet is it?  NULL: the lab's own. */
static struct job *
session_outlet_job(struct outlet *o)
{
	struct session *s = o->session;

	if (o == &s->lab_outlet)
		return NULL;
	return (struct job *)(void *)((char *)o - offsetof(struct job, outlet));
}

/* Why a server does not start is what `serve` will say; it is said once. */
static bool
session_outlet_refusal(struct session *s, const struct job *job,
                       const char *line)
{
	static const char mine[] = "forkshop-server: ";
	struct serving *v;

	if (job->kind != START_SERVER ||
	    strncmp(line, mine, sizeof(mine) - 1) != 0)
		return false;
	v = session_serving(s, job->name);
	if (!v || v->up)
		return false;
	if (!v->why[0])
		snprintf(v->why, sizeof(v->why), "%s", line + sizeof(mine) - 1);
	return true;
}

static void
session_on_line(void *arg, const char *line)
{
	struct outlet *o = arg;
	struct job *job = session_outlet_job(o);

	if (!job)
		session_say_as(o->session, LINE_OUTPUT, "lab", line);
	else if (session_outlet_refusal(o->session, job, line))
		return;
	else if (job->kind == START_CLIENT || job->kind == START_MEASURE)
		session_say_as(o->session, LINE_RESULT, NULL, line);
	else
		session_say_as(o->session, LINE_OUTPUT, job->name, line);
}

/* Read once.  Returns bytes, 0 at the end, -1 when there is nothing now. */
static ssize_t
session_outlet_read(struct outlet *o)
{
	char bytes[OUTPUT_CHUNK];
	ssize_t n = read(o->fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? -1 : 0;
	lines_feed(&o->lines, bytes, (size_t)n, session_on_line, o);
	return n;
}

void
session_outlet_close(struct outlet *o)
{
	if (o->fd < 0)
		return;
	lines_end(&o->lines, session_on_line, o);
	loop_drop(o->session->loop, o->fd);
	close(o->fd);
	o->fd = -1;
}

/*
 * Nobody writes any more: a job that ended before was kept for this, unless
 * somebody still waits to see its end.
 */
static void
session_outlet_over(struct outlet *o)
{
	struct job *job = session_outlet_job(o);

	session_outlet_close(o);
	if (job && job->state == JOB_ENDED && job->background)
		session_job_free(o->session, job);
}

/*
 * What happened before it was printed is told before it: requests before
 * their table; and a master that cannot start says why by its wire first.
 */
static void
session_outlet_hear_first(struct outlet *o)
{
	struct job *job = session_outlet_job(o);
	struct serving *v = NULL;

	if (job && job->kind == START_CLIENT)
		session_catch_up(o->session);
	if (job && job->kind == START_SERVER)
		v = session_serving(o->session, job->name);
	if (v && !v->up && v->link.wire)
		session_hear(&v->link);
}

static void
session_on_output(void *arg, uint32_t events)
{
	struct outlet *o = arg;
	struct session *s = o->session;

	(void)events;
	session_outlet_hear_first(o);
	if (session_outlet_read(o) == 0)
		session_outlet_over(o);
	session_news(s);
}

void
session_outlet_drain(struct outlet *o)
{
	for (int i = 0; o->fd >= 0 && i < OUTPUT_LAST; i++)
		if (session_outlet_read(o) <= 0)
			return;
}

int
session_outlet_open(struct session *s, struct outlet *o, int fd,
                    struct err *err)
{
	o->session = s;
	o->fd = fd;
	memset(&o->lines, 0, sizeof(o->lines));
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return loop_watch(s->loop, fd, EPOLLIN, session_on_output, o, err);
}
