/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at http_handle(), which is called for each request, and again
 * whenever request.c has let its connection go on; then http_work(), which
 * runs the daemon.
 *
 * The daemon is told which sockets are ready, as if by select(2); it asks the
 * kernel nothing.  A new connection counts as readable: most have brought
 * their request along, are answered and closed in the same run, and the loop
 * never hears of them.  Only those that are left, who wait for more, are
 * watched.  So a connection for one request costs no epoll_ctl(2) and no
 * second epoll_wait(2), which a daemon with MHD_USE_EPOLL makes for each.
 */
#include "core/serve/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "core/serve/request.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

#define HTTP_MEMORY   16384 /* for the head of a request */
#define HTTP_GRACE_NS NS_PER_S

/* For request.c *********************************************************/

void
http_suspend(struct request *rq)
{
	MHD_suspend_connection(rq->mhd);
	rq->suspended = true;
}

void
http_resume(struct request *rq)
{
	MHD_resume_connection(rq->mhd);
	rq->http->dirty = true;
}

void
http_reply(struct request *rq)
{
	struct http *h = rq->http;
	struct MHD_Response *r;

	rq->phase = PHASE_SENT;
	r = MHD_create_response_from_buffer(rq->size, rq->body,
	                                    MHD_RESPMEM_PERSISTENT);
	if (!r)
		return;
	MHD_add_response_header(r, "Content-Type", "text/plain; charset=utf-8");
	MHD_add_response_header(r, "X-Server", h->plan.settings->name);
	MHD_add_response_header(r, "X-Worker", h->worker);
	MHD_add_response_header(r, "X-Pid", h->pid);
	MHD_add_response_header(r, "X-Tid", h->tid);
	MHD_add_response_header(r, "X-Why",
	                        rq->served
	                            ? "kept-alive: same connection as before"
	                            : rq->handoff.why);
	if (rq->refused)
		MHD_add_response_header(r, "Allow", "GET, HEAD");
	if (h->leaving || h->yields)
		MHD_add_response_header(r, "Connection", "close");
	MHD_queue_response(rq->mhd, (unsigned)rq->status, r);
	MHD_destroy_response(r);
}

const char *
request_query(const struct request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->mhd, MHD_GET_ARGUMENT_KIND,
	                                   name);
}

/* Sockets that wait *******************************************************/

static void
http_ready(void *arg, uint32_t events)
{
	struct request *rq = arg;

	if (events & ~(uint32_t)EPOLLOUT)
		FD_SET(rq->fd, &rq->http->readable);
	if (events & ~(uint32_t)EPOLLIN)
		FD_SET(rq->fd, &rq->http->writable);
	rq->http->dirty = true;
}

/* Have the loop look for `events` at its socket, 0 for nothing. */
static void
http_watch(struct request *rq, uint32_t events)
{
	struct loop *loop = rq->http->plan.loop;

	if (events == rq->watched)
		return;
	if (!events)
		loop_drop(loop, rq->fd);
	else if (rq->watched)
		loop_change(loop, rq->fd, events);
	else if (loop_watch(loop, rq->fd, events, http_ready, rq, NULL) < 0)
		events = 0;
	rq->watched = events;
}

/* What the daemon waits for, now that it has run. */
static void
http_watch_all(struct http *h)
{
	fd_set in, out, except;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&except);
	MHD_get_fdset(h->daemon, &in, &out, &except, NULL);
	for (int i = 0; i < h->high; i++) {
		struct request *rq = &h->slots[i];

		if (rq->fd >= 0)
			http_watch(rq,
			           (FD_ISSET(rq->fd, &in) ? EPOLLIN : 0) |
			               (FD_ISSET(rq->fd, &out) ? EPOLLOUT : 0));
	}
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

	if (!rq->handoff.check)
		report_send(h->plan.reporter, &r);
	http_watch(rq, 0);
	h->by_fd[rq->fd] = NULL;
	rq->fd = -1;
	rq->next_free = h->free;
	h->free = rq;
	h->count--;
	if (!h->count)
		h->yields = false;
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

/* Idle connections ********************************************************/

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
	for (int i = 0; i < h->high; i++) {
		struct request *rq = &h->slots[i];

		if (rq->fd >= 0 && rq->served >= served_from &&
		    request_silent(rq))
			shutdown(rq->fd, SHUT_RDWR);
	}
}

/* In the loop *************************************************************/

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
	fd_set in = h->readable, out = h->writable, except;

	if (!h->dirty)
		return 0;
	h->dirty = false;
	FD_ZERO(&h->readable);
	FD_ZERO(&h->writable);
	FD_ZERO(&except);
	MHD_run_from_select(h->daemon, &in, &out, &except);
	if (h->count)
		http_watch_all(h);
	return 1;
}

/* A timer for the daemon's next time limit; none while nothing is open. */
void
http_before_sleep(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;
	int64_t at_ns;

	if (h->yields) /* an answer may have been under way at that time */
		http_close_silent(h, 1);
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
	h->slots = calloc((size_t)h->plan.places, sizeof(*h->slots));
	if (!h->slots)
		return err_sys(err, "no memory for connections");
	return 0;
}

static struct request *
http_spare(struct http *h)
{
	struct request *rq = h->free;

	if (rq) {
		h->free = rq->next_free;
	} else if (h->high < h->plan.places) {
		rq = &h->slots[h->high++];
		rq->http = h;
	}
	return rq;
}

void
http_drive(struct http *h)
{
	const struct reporter *who = h->plan.reporter;

	snprintf(h->worker, sizeof(h->worker), "w%u", who->id);
	if (who->thread && who->tid != who->pid)
		text_add(h->worker, sizeof(h->worker), ".t%u", who->thread);
	snprintf(h->pid, sizeof(h->pid), "%d", (int)who->pid);
	snprintf(h->tid, sizeof(h->tid), "%d", (int)who->tid);
	if (h->dirty && !h->timer) /* it came before the loop turned */
		h->timer = loop_timer(h->plan.loop, 0, http_timer, h);
}

static int
http_start(struct http *h, struct err *err)
{
	const struct reporter *who = h->plan.reporter;

	h->timeout_s = h->plan.settings->timeout_s;
	h->daemon = MHD_start_daemon(
	    MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
	    http_handle, h, MHD_OPTION_NOTIFY_COMPLETED, http_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, http_notify, h,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)h->timeout_s,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)h->plan.places + 16,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY,
	    MHD_OPTION_END);
	if (!h->daemon)
		return err_sys(err, "cannot start libmicrohttpd");
	http_drive(h);
	h->row = &who->page->row[who->row];
	loop_work(h->plan.loop, http_work, h);
	return 0;
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
		for (int i = 0; i < h->high; i++)
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
	struct request *rq = fd < HTTP_FDS ? http_spare(h) : NULL;

	if (!rq)
		return -1;
	rq->handoff = *handoff;
	rq->fd = fd;
	rq->watched = 0;
	rq->served = 0;
	h->by_fd[fd] = rq;
	h->count++;
	/* It owns the descriptor from here on, even when it fails. */
	MHD_add_connection(h->daemon, fd, (struct sockaddr *)&nobody,
	                   sizeof(struct sockaddr_in));
	if (!handoff->check)
		request_bump(&h->row->accepted);
	atomic_store(&h->row->open, (uint32_t)h->count);
	FD_SET(fd, &h->readable);
	h->dirty = true;
	return 0;
}

int
http_count(const struct http *h)
{
	return h->count;
}

static void
http_grace_over(void *arg)
{
	http_close_silent(arg, 0);
}

void
http_yield(struct http *h)
{
	h->yields = h->count > 0;
	http_close_silent(h, 1);
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
