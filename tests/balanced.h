/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * balanced - a real balancer before servers that the test plays itself, so
 * that they can be as bad as they like.
 *
 * Every helper fails the running Check test instead of returning an error.
 */
#ifndef TESTS_BALANCED_H
#define TESTS_BALANCED_H

#include <stdint.h>

#include "tests/cluster.h"

/* A listening socket on a port of its own; the caller closes it. */
int balanced_server(int *port);

/* A port where nobody listens. */
int balanced_dead_port(void);

/* The next connection to it that is no health check. */
int balanced_accept(int listener);

/*
 * A balancer with these servers ("a=3000,b=%d"), one more option or NULL, and
 * checks that only connect.  End it by cluster_close().
 */
struct cluster *balanced_open(const char *more, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A server of it, as the shared page has it. */
const struct backend *balanced_backend(struct cluster *, const char *name);
int64_t balanced_resident_kb(struct cluster *);

/* Send all; wait for exactly this text; for the end: 0, or the error. */
void balanced_say(int fd, const char *text);
void balanced_hear(int fd, const char *text);
int balanced_hear_end(int fd);

#endif
