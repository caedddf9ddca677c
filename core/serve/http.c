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
#include "core/serve/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/serve/pages.h"
#include "core/sys/clock.h"

#define HTTP_MEMORY   16384 /* for the head of a request */
#define HTTP_FDS      4096  /* descriptors up to here can be served */
#define HTTP_GRACE_NS NS_PER_S

enum phase {
	PHASE_IDLE,     /* between requests */
	PHASE_HEAD,     /* at the stage "serving" */
	PHASE_SERVE,    /* through it */
	PHASE_WORK,     /* the page is at work */
	PHASE_ANSWERED, /* at the stage "reply" */
	PHASE_SEND,     /* through it */
	PHASE_SENT
};

/* A connection, and the request that is on it now. */
struct request {
	struct http *http;
	struct request *next_free;
	struct MHD_Connection *mhd; /* borrowed */
	struct msg_handoff handoff;
	int fd; /* borrowed from libmicrohttpd; -1: a free slot */
	unsigned served;

	enum phase phase;
	bool suspended, refused; /* refused: neither GET nor HEAD */
	struct stage stage;
	int timer;
	void (*then)(struct request *);
	int64_t begun_ns;
	char path[256];
	int status;
	size_t size;
	char body[HTTP_BODY];
};

struct http {
	struct http_plan plan;
	struct MHD_Daemon *daemon; /* owned */
	struct row *row;           /* borrowed */
	int fd;                    /* borrowed: epoll of the daemon */
	int timer, grace;
	int64_t timer_ns; /* when `timer` is due */
	int timeout_s;    /* that the daemon was started with */
	bool dirty;       /* the daemon has something to do */
	bool leaving;
	int count;
	char worker[16], pid[16], tid[16]; /* values of headers */
	struct request *slots;             /* owned: SETTINGS_CONNECTIONS */
	struct request *free;
	struct request *by_fd[HTTP_FDS];
};

static void
http_bump(_Atomic uint64_t *counter)
{
	atomic_store_explicit(
	    counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
	    memory_order_release);
}

static struct report
request_report(const struct request *rq, enum report_type type)
{
	struct report r = report_make(rq->http->plan.reporter, type);

	r.connection = rq->handoff.connection;
	r.uid = rq->handoff.uid;
	return r;
}

/* The phases of a request *************************************************/

static void
request_suspend(struct request *rq)
{
	MHD_suspend_connection(rq->mhd);
	rq->suspended = true;
}

static void
request_go(struct request *rq)
{
	if (!rq->suspended)
		return;
	rq->suspended = false;
	MHD_resume_connection(rq->mhd);
	rq->http->dirty = true;
}

/* It may pass the stage that it stands at. */
static void
request_passed(void *arg)
{
	struct request *rq = arg;

	rq->phase++;
	request_go(rq);
}

static void
request_begin(struct request *rq, const char *method, const char *path)
{
	struct report r;

	http_bump(&rq->http->row->started);
	rq->phase = PHASE_HEAD;
	rq->begun_ns = clock_ns();
	rq->refused = strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
	snprintf(rq->path, sizeof(rq->path), "%s", path);
	atomic_store(&rq->http->row->last_ns, rq->begun_ns);
	r = request_report(rq, REPORT_REQUEST);
	report_text(&r, rq->path);
	report_send(rq->http->plan.reporter, &r);
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

static void
request_send(struct request *rq)
{
	struct http *h = rq->http;
	struct MHD_Response *r;

	rq->phase = PHASE_SENT;
	r = MHD_create_response_from_buffer(rq->size, rq->body,
	                                    MHD_RESPMEM_PERSISTENT);
	if (!r)
		return;
	MHD_add_response_header(r, "Content-Type", "text/plain; charset=utf-8");
	MHD_add_response_header(r, "X-Worker", h->worker);
	MHD_add_response_header(r, "X-Pid", h->pid);
	MHD_add_response_header(r, "X-Tid", h->tid);
	MHD_add_response_header(r, "X-Why",
	                        rq->served
	                            ? "kept-alive: same connection as before"
	                            : rq->handoff.why);
	if (rq->refused)
		MHD_add_response_header(r, "Allow", "GET, HEAD");
	if (h->leaving)
		MHD_add_response_header(r, "Connection", "close");
	MHD_queue_response(rq->mhd, (unsigned)rq->status, r);
	MHD_destroy_response(r);
}

/* Go on as far as it goes without waiting. */
static void
request_step(struct request *rq)
{
	struct gate *gate = rq->http->plan.gate;

	if (rq->phase == PHASE_HEAD &&
	    stage_pass(gate, &rq->stage, request_passed, rq))
		rq->phase = PHASE_SERVE;
	if (rq->phase == PHASE_SERVE)
		request_serve(rq);
	if (rq->phase == PHASE_ANSWERED && !rq->stage.waits &&
	    stage_pass(gate, &rq->stage, request_passed, rq))
		rq->phase = PHASE_SEND;
	if (rq->phase == PHASE_SEND)
		request_send(rq);
	else if (rq->phase != PHASE_SENT)
		request_suspend(rq);
}

/* The request is over: completed, or its connection broke. */
static void
request_end(struct request *rq, bool whole)
{
	struct row *row = rq->http->row;
	struct report r;

	stage_cancel(rq->http->plan.gate, &rq->stage);
	loop_cancel(rq->http->plan.loop, rq->timer);
	rq->timer = 0;
	http_bump(&row->answered);
	if (!whole || rq->status >= 500)
		http_bump(&row->failed);
	http_bump(&row->done);
	r = request_report(rq, whole ? REPORT_ANSWER : REPORT_BROKEN);
	r.status = (uint16_t)rq->status;
	r.took_ns = r.t_ns - rq->begun_ns;
	report_text(&r, rq->path);
	report_send(rq->http->plan.reporter, &r);
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
request_path(const struct request *rq)
{
	return rq->path;
}

const char *
request_query(const struct request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->mhd, MHD_GET_ARGUMENT_KIND,
	                                   name);
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

/* What libmicrohttpd calls ************************************************/

static enum MHD_Result
http_handle(void *cls, struct MHD_Connection *mhd, const char *url,
            const char *method, const char *version, const char *upload_data,
            size_t *upload_size, void **context)
{
	struct request *rq = *context;

	(void)cls;
	(void)version;
	(void)upload_data;
	if (*upload_size > 0) { /* a body is read and thrown away */
		*upload_size = 0;
		return MHD_YES;
	}
	if (!rq) {
		rq = MHD_get_connection_info(mhd,
		                             MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		         ->socket_context;
		*context = rq;
		request_begin(rq, method, url);
		/* An answer before the whole request ends the connection. */
		if (!rq->refused)
			return MHD_YES;
	}
	request_step(rq);
	return MHD_YES;
}

static void
http_completed(void *cls, struct MHD_Connection *mhd, void **context,
               enum MHD_RequestTerminationCode code)
{
	(void)cls;
	(void)mhd;
	if (*context)
		request_end(*context,
		            code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	*context = NULL;
}

static void
http_started(struct http *h, struct MHD_Connection *mhd, void **context)
{
	int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
	             ->connect_fd;
	struct request *rq = h->by_fd[fd];

	rq->mhd = mhd;
	*context = rq;
	if (h->plan.settings->timeout_s != h->timeout_s)
		MHD_set_connection_option(
		    mhd, MHD_CONNECTION_OPTION_TIMEOUT,
		    (unsigned)h->plan.settings->timeout_s);
}

static void
http_ended(struct http *h, struct request *rq)
{
	struct report r = request_report(rq, REPORT_CLOSED);

	report_send(h->plan.reporter, &r);
	h->by_fd[rq->fd] = NULL;
	rq->fd = -1;
	rq->next_free = h->free;
	h->free = rq;
	h->count--;
	atomic_store(&h->row->open, (uint32_t)h->count);
	h->plan.closed(h->plan.arg);
}

static void
http_notify(void *cls, struct MHD_Connection *mhd, void **context,
            enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		http_started(cls, mhd, context);
	else
		http_ended(cls, *context);
}

/* In the loop *************************************************************/

static void
http_ready(void *arg, uint32_t events)
{
	(void)events;
	((struct http *)arg)->dirty = true;
}

static void
http_timer(void *arg)
{
	struct http *h = arg;

	h->timer = 0;
	h->dirty = true;
}

static int
http_work(void *arg)
{
	struct http *h = arg;

	if (!h->dirty)
		return 0;
	h->dirty = false;
	MHD_run(h->daemon);
	return 1;
}

/* A timer for the daemon's next time limit; none while nothing is open. */
void
http_before_sleep(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;
	int64_t at_ns;

	if (MHD_get_timeout(h->daemon, &ms) != MHD_YES) {
		loop_cancel(h->plan.loop, h->timer);
		h->timer = 0;
		return;
	}
	at_ns = clock_ns() + (int64_t)ms * NS_PER_MS;
	if (h->timer && h->timer_ns <= at_ns)
		return;
	loop_cancel(h->plan.loop, h->timer);
	h->timer_ns = at_ns;
	h->timer = loop_timer(h->plan.loop, at_ns, http_timer, h);
}

/* From outside ************************************************************/

static int
http_slots(struct http *h, struct err *err)
{
	h->slots = calloc(SETTINGS_CONNECTIONS, sizeof(*h->slots));
	if (!h->slots)
		return err_sys(err, "no memory for connections");
	for (int i = SETTINGS_CONNECTIONS - 1; i >= 0; i--) {
		h->slots[i].http = h;
		h->slots[i].fd = -1;
		h->slots[i].next_free = h->free;
		h->free = &h->slots[i];
	}
	return 0;
}

static int
http_start(struct http *h, struct err *err)
{
	const struct reporter *who = h->plan.reporter;

	h->timeout_s = h->plan.settings->timeout_s;
	h->daemon = MHD_start_daemon(
	    MHD_USE_NO_LISTEN_SOCKET | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME,
	    0, NULL, NULL, http_handle, h, MHD_OPTION_NOTIFY_COMPLETED,
	    http_completed, h, MHD_OPTION_NOTIFY_CONNECTION, http_notify, h,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)h->timeout_s,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)SETTINGS_CONNECTIONS + 16,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY,
	    MHD_OPTION_END);
	if (!h->daemon)
		return err_sys(err, "cannot start libmicrohttpd");
	snprintf(h->worker, sizeof(h->worker), "w%u", who->id);
	snprintf(h->pid, sizeof(h->pid), "%d", (int)who->pid);
	snprintf(h->tid, sizeof(h->tid), "%d", (int)who->tid);
	h->row = &who->page->row[who->row];
	h->fd =
	    MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	loop_work(h->plan.loop, http_work, h);
	return loop_watch(h->plan.loop, h->fd, EPOLLIN, http_ready, h, err);
}

struct http *
http_open(const struct http_plan *plan, struct err *err)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h) {
		err_sys(err, "no memory to serve with");
		return NULL;
	}
	h->plan = *plan;
	if (http_slots(h, err) < 0 || http_start(h, err) < 0) {
		http_close(h);
		return NULL;
	}
	return h;
}

void
http_close(struct http *h)
{
	if (h->daemon) {
		loop_drop(h->plan.loop, h->fd);
		for (int i = 0; i < SETTINGS_CONNECTIONS; i++)
			if (h->slots[i].fd >= 0)
				request_go(&h->slots[i]);
		MHD_stop_daemon(h->daemon);
	}
	free(h->slots);
	free(h);
}

int
http_add(struct http *h, int fd, const struct msg_handoff *handoff)
{
	struct sockaddr_storage nobody = { .ss_family = AF_INET };
	struct request *rq = h->free;

	if (!rq || fd >= HTTP_FDS)
		return -1;
	h->free = rq->next_free;
	rq->handoff = *handoff;
	rq->fd = fd;
	rq->served = 0;
	h->by_fd[fd] = rq;
	h->count++;
	/* It owns the descriptor from here on, even when it fails. */
	MHD_add_connection(h->daemon, fd, (struct sockaddr *)&nobody,
	                   sizeof(struct sockaddr_in));
	http_bump(&h->row->accepted);
	atomic_store(&h->row->open, (uint32_t)h->count);
	h->dirty = true;
	return 0;
}

int
http_count(const struct http *h)
{
	return h->count;
}

/* Nothing of a next request has come yet. */
static bool
request_silent(const struct request *rq)
{
	char byte;

	return rq->phase == PHASE_IDLE &&
	       recv(rq->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       errno == EAGAIN;
}

/* The daemon reads the end of file and closes. */
static void
http_close_silent(struct http *h, unsigned served_from)
{
	for (int i = 0; i < SETTINGS_CONNECTIONS; i++) {
		struct request *rq = &h->slots[i];

		if (rq->fd >= 0 && rq->served >= served_from &&
		    request_silent(rq))
			shutdown(rq->fd, SHUT_RDWR);
	}
}

static void
http_grace_over(void *arg)
{
	http_close_silent(arg, 0);
}

void
http_leave(struct http *h)
{
	if (h->leaving)
		return;
	h->leaving = true;
	http_close_silent(h, 1);
	h->grace = loop_timer(h->plan.loop, clock_ns() + HTTP_GRACE_NS,
	                      http_grace_over, h);
}
