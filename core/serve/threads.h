/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * threads - the serving threads of a worker, as its main thread knows them.
 *
 * Each runs a lane (lane.h).  All calls are for the main thread.
 */
#ifndef CORE_SERVE_THREADS_H
#define CORE_SERVE_THREADS_H

#include "core/serve/http.h"
#include "core/serve/worker.h"

struct thread;

struct threads {
	struct worker *worker; /* borrowed */
	struct http *main;     /* owned: what the main thread serves; or NULL */
	_Atomic bool wants;    /* we wait for a connection that is closed */
	bool tired;            /* no thread could be had: a timer is set */
	bool tired_said;
	uint32_t last;  /* number: t1, t2, never used again */
	uint64_t turns; /* hand-overs so far */
	int n;
	struct thread *of[SETTINGS_THREADS]; /* owned: the first n */
};

struct threads *threads_open(struct worker *, struct err *);

/*
 * The threads that still run are left alone: the process ends, and they end
 * with it.
 */
void threads_close(struct threads *);

/*
 * Start one; once: it ends with its first connection.  Returns NULL with err
 * when there is no room, no row or no thread to be had.
 */
struct thread *threads_start(struct threads *, bool once, struct err *);

/* Start several, or say why not. */
int threads_add(struct threads *, int n, struct err *);

/* One that waits and is not leaving, the longest first; or NULL. */
struct thread *threads_waiting(const struct threads *);
struct thread *threads_find(const struct threads *, uint32_t number);

/*
 * Hand over; `fd` is owned from here on.  Where there is no such thread
 * (NULL, or it is leaving) the client gets an end of file.
 */
void threads_give(struct threads *, struct thread *, int fd,
                  const struct msg_handoff *);

/* Connections that are open in them. */
int threads_count(const struct threads *);

/* Tell them all. */
void threads_tell(struct threads *, const struct msg *);

/* End one after what it has open; then `seq` is answered. */
int threads_retire(struct threads *, uint32_t number, uint32_t seq,
                   struct err *);

/* Want to hear when a connection is closed, where the worker waits for it. */
void threads_before_sleep(struct threads *);

/* No thread could be had: say so, and try again in a while. */
void threads_tire(struct threads *, const char *why);

#endif
