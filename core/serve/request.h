/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * request - a request on its way, between http.c, which speaks with
 * libmicrohttpd, and the pages, which see it through http.h.
 */
#ifndef CORE_SERVE_REQUEST_H
#define CORE_SERVE_REQUEST_H

#include <stdbool.h>
#include <sys/select.h>

#include "core/serve/http.h"
#include "core/serve/stage.h"

#define HTTP_FDS FD_SETSIZE /* descriptors up to here can be served */

struct MHD_Connection;
struct MHD_Daemon;

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
	int fd;           /* borrowed from libmicrohttpd; -1: a free slot */
	uint32_t watched; /* what the loop looks for at fd; 0: it does not */
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
	fd_set readable, writable; /* for the daemon's next run */
	int timer, grace;
	int64_t timer_ns; /* when `timer` is due */
	int timeout_s;    /* that the daemon was started with */
	bool dirty;       /* the daemon has something to do */
	bool leaving;
	bool yields;     /* nothing is kept alive until all are closed */
	int count, high; /* open; slots from here on were never used */
	char worker[32], pid[16], tid[16]; /* values of headers */
	struct request *slots;             /* owned: plan.places */
	struct request *free;
	struct request *by_fd[HTTP_FDS];
};

/* request.c: its begin, a step as far as it goes, its end (whole or broken). */
void request_begin(struct request *, const char *method, const char *path);
void request_step(struct request *);
void request_end(struct request *, bool whole);

/* Let it go on, when it rests. */
void request_go(struct request *);

/* A report about it, to be filled further; one more in a counter of the row. */
struct report request_report(const struct request *, enum report_type);
void request_bump(_Atomic uint64_t *counter);

/* http.c: let its connection rest, wake it, hand its answer over. */
void http_suspend(struct request *);
void http_resume(struct request *);
void http_reply(struct request *);

#endif
