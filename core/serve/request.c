/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A request goes through phases, each of which may have to wait: its
 * connection is then suspended, and who ends the wait calls request_go(),
 * after which libmicrohttpd calls http_handle() again.
 *
 *	HEAD -stage-> SERVE -> WORK -> ANSWERED -stage-> SEND -> SENT
 *
 * Start reading at request_step().
 */
#include "core/serve/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/serve/pages.h"
#include "core/sys/clock.h"

void
request_bump(_Atomic uint64_t *counter)
{
	atomic_store_explicit(
	    counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
	    memory_order_release);
}

struct report
request_report(const struct request *rq, enum report_type type)
{
	struct report r = report_make(rq->http->plan.reporter, type);

	r.connection = rq->handoff.connection;
	r.uid = rq->handoff.uid;
	return r;
}

/* The phases of a request *************************************************/

void
request_go(struct request *rq)
{
	if (!rq->suspended)
		return;
	rq->suspended = false;
	http_resume(rq);
}

/* It may pass the stage that it stands at. */
static void
request_passed(void *arg)
{
	struct request *rq = arg;

	rq->phase++;
	request_go(rq);
}

/* A health check is served as any request, but is none for who counts. */
static void
request_count_begin(struct request *rq)
{
	struct report r;

	if (rq->handoff.check)
		return;
	request_bump(&rq->http->row->started);
	report_stir(rq->http->plan.reporter);
	atomic_store(&rq->http->row->last_ns, rq->begun_ns);
	r = request_report(rq, REPORT_REQUEST);
	report_text(&r, rq->path);
	report_send(rq->http->plan.reporter, &r);
}

void
request_begin(struct request *rq, const char *method, const char *path)
{
	rq->phase = PHASE_HEAD;
	rq->begun_ns = clock_ns();
	rq->refused = strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
	snprintf(rq->path, sizeof(rq->path), "%s", path);
	request_count_begin(rq);
}

static void
request_serve(struct request *rq)
{
	rq->phase = PHASE_WORK;
	if (rq->refused)
		request_answer(rq, 405, "only GET and HEAD are served here\n");
	else
		pages_serve(rq);
}

/* Through a stage; a health check is not slowed. */
static bool
request_passes(struct request *rq)
{
	return rq->handoff.check ||
	       stage_pass(rq->http->plan.gate, &rq->stage, request_passed, rq);
}

/* Go on as far as it goes without waiting. */
void
request_step(struct request *rq)
{
	if (rq->phase == PHASE_HEAD && request_passes(rq))
		rq->phase = PHASE_SERVE;
	if (rq->phase == PHASE_SERVE)
		request_serve(rq);
	if (rq->phase == PHASE_ANSWERED && !rq->stage.waits &&
	    request_passes(rq))
		rq->phase = PHASE_SEND;
	if (rq->phase == PHASE_SEND)
		http_reply(rq);
	else if (rq->phase != PHASE_SENT)
		http_suspend(rq);
}

static void
request_count_end(struct request *rq, bool whole)
{
	struct row *row = rq->http->row;
	struct report r;

	if (rq->handoff.check)
		return;
	request_bump(&row->answered);
	if (!whole || rq->status >= 500)
		request_bump(&row->failed);
	request_bump(&row->done);
	r = request_report(rq, whole ? REPORT_ANSWER : REPORT_BROKEN);
	r.status = (uint16_t)rq->status;
	r.took_ns = r.t_ns - rq->begun_ns;
	report_text(&r, rq->path);
	report_send(rq->http->plan.reporter, &r);
}

/* The request is over: completed, or its connection broke. */
void
request_end(struct request *rq, bool whole)
{
	stage_cancel(rq->http->plan.gate, &rq->stage);
	loop_cancel(rq->http->plan.loop, rq->timer);
	rq->timer = 0;
	request_count_end(rq, whole);
	rq->phase = PHASE_IDLE;
	rq->status = 0;
	rq->served++;
}

/* For pages **************************************************************/

const struct reporter *
request_worker(const struct request *rq)
{
	return rq->http->plan.reporter;
}

const char *
request_server(const struct request *rq)
{
	return rq->http->worker;
}

const char *
request_path(const struct request *rq)
{
	return rq->path;
}

const struct msg_handoff *
request_handoff(const struct request *rq)
{
	return &rq->handoff;
}

int
request_fd(const struct request *rq)
{
	return rq->fd;
}

void
request_answer(struct request *rq, int status, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(rq->body, sizeof(rq->body), fmt, ap);
	va_end(ap);
	rq->size = n < 0           ? 0
	           : n < HTTP_BODY ? (size_t)n
	                           : (size_t)HTTP_BODY - 1;
	rq->status = status;
	rq->phase = PHASE_ANSWERED;
	request_go(rq);
}

static void
request_timer(void *arg)
{
	struct request *rq = arg;

	rq->timer = 0;
	rq->then(rq);
}

int
request_after(struct request *rq, int64_t ms, void (*fn)(struct request *))
{
	rq->then = fn;
	rq->timer = loop_timer(rq->http->plan.loop, clock_ns() + ms * NS_PER_MS,
	                       request_timer, rq);
	return rq->timer ? 0 : -1;
}
