/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http - serving over connections that somebody else has accepted: the only
 * door to libmicrohttpd.
 *
 * Each serving thread has one struct http, driven by its own loop; it has no
 * listening socket and no threads.  Requests are counted and reported here;
 * what is answered is the business of the pages (pages.h), which see a
 * request through the calls at the end of this file.
 */
#ifndef CORE_SERVE_HTTP_H
#define CORE_SERVE_HTTP_H

#include <stdint.h>

#include "core/serve/report.h"
#include "core/serve/settings.h"
#include "core/serve/stage.h"

#define HTTP_BODY 1024 /* bytes of an answer */

struct http;
struct request;

/* Everything is borrowed for as long as the struct http lives. */
struct http_plan {
	struct loop *loop; /* its work becomes ours */
	struct gate *gate;
	const struct reporter *reporter;
	const struct settings *settings; /* timeout_s: for new connections */
	int places;                      /* connections at one time */
	void (*closed)(void *arg);       /* one connection is closed */
	void *arg;
};

/* The caller owns what is returned. */
struct http *http_open(const struct http_plan *, struct err *);
void http_close(struct http *);

/*
 * Serve one connection.  `fd` is owned from here on when 0 is returned; on
 * -1 (there is no room) it stays the caller's.
 */
int http_add(struct http *, int fd, const struct msg_handoff *);

/* Before the loop sleeps: sets the timer of the next time limit. */
void http_before_sleep(struct http *);

/* How many connections are open. */
int http_count(const struct http *);

/*
 * Finish what is open, and keep nothing alive any longer: idle kept-alive
 * connections are closed now, those that never spoke in a second, all others
 * with their answer.
 */
void http_leave(struct http *);

/*
 * Others wait for a place that is taken here: give up idle kept-alive
 * connections, and keep alive none of those that are open now.
 */
void http_yield(struct http *);

/*
 * The reporter has changed (its tid): another thread drives it from here on.
 */
void http_drive(struct http *);

/* For pages **************************************************************/

const struct reporter *request_worker(const struct request *);

/* Who serves it, as X-Worker says: "w1", or "w1.t2", a thread of it. */
const char *request_server(const struct request *);
const char *request_path(const struct request *);

/* Its connection: how it came to us, and the socket (borrowed). */
const struct msg_handoff *request_handoff(const struct request *);
int request_fd(const struct request *);

/* The value of ?name=, or NULL. */
const char *request_query(const struct request *, const char *name);

/* Answer in plain text; once for each request. */
void request_answer(struct request *, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Let the request wait and call fn after `ms`; others are served meanwhile.
 * Returns -1 when too many wait already.
 */
int request_after(struct request *, int64_t ms, void (*fn)(struct request *));

#endif
