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

/* listen(2).  defer: hear only of those that have spoken (tcp(7)). */
int listener_start(struct listener *, int backlog, bool defer, struct err *);

/* Refuse from now on, and keep the port for the next listener_start(). */
void listener_stop(struct listener *);
void listener_defer(struct listener *, bool defer);

void listener_close(struct listener *);

#endif
