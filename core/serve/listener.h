/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * listener - a listening socket on 127.0.0.1 that keeps its port while it
 * does not listen.
 */
#ifndef CORE_SERVE_LISTENER_H
#define CORE_SERVE_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sys/err.h"

struct listener {
	int fd;   /* owned; -1: none */
	int port; /* the real one, also when 0 was asked for */
	bool listens;
};

/*
 * Bind to a port (0: any free one), plainly: a port that another one uses is
 * refused, and the sentence says by whom where that can be known.
 * Connections are refused until listener_start().
 */
int listener_bind(struct listener *, int port, struct err *);

/*
 * Bind beside another one of ours that shares its port (listener_share), and
 * listen: the kernel's hash gives a connection to one of them.
 */
int listener_join(struct listener *, const struct listener *other, int backlog,
                  bool defer, struct err *);

/*
 * SO_REUSEPORT (socket(7)), set after listen(2): programs that bind plainly
 * still get "address in use".
 */
void listener_share(struct listener *, bool);

/*
 * While on: the first of those that share a port gets every connection, by a
 * filter (SO_ATTACH_REUSEPORT_CBPF) instead of the hash.  So another one can
 * be emptied and closed.  Returns false when the kernel
 * would not.
 */
bool listener_steer(struct listener *first, bool);

/* listen(2).  defer: hear only of those that have spoken (tcp(7)). */
int listener_start(struct listener *, int backlog, bool defer, struct err *);

/*
 * Begin no connection from now on until listener_stop(): a filter drops each
 * first packet (SYN), which its client sends again a second later.  Who has
 * begun to connect arrives.  So the queue can be emptied for good.
 */
void listener_deafen(struct listener *);

/*
 * Are connections to its port on their way that have begun and are not in a
 * queue yet?  *diag is opened when it is -1.  False when nobody knows.
 */
bool listener_half_open(const struct listener *, int *diag);

/* Refuse from now on, and keep the port for the next listener_start(). */
void listener_stop(struct listener *);
void listener_defer(struct listener *, bool defer);

void listener_close(struct listener *);

/* Whose connection it is. */
struct listener_client {
	uint16_t port;
	bool check; /* a health check, by its address (loopback.h) */
};

/*
 * accept4(2), non-blocking and close-on-exec.  Returns the descriptor (the
 * caller's), or -1 with errno.
 */
int listener_accept(int fd, struct listener_client *);

/* Did it fail for want of descriptors or memory?  Then rest for a while. */
bool listener_short(int error);
#define LISTENER_REST_NS 1000000000 /* so long */

/*
 * The uid of a client, by its port and ours; (uint32_t)-1 unknown.  *diag
 * (diag.h, -1 at first) is opened when needed and stays the caller's.
 */
uint32_t listener_ask_uid(int *diag, uint16_t client, uint16_t server);

#endif
