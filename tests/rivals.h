/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rivals - the servers of others, two workers each, that a bench compares
 * ours with: they answer "hello world" on fixed ports.
 */
#ifndef TESTS_RIVALS_H
#define TESTS_RIVALS_H

#include "tests/stage.h"

/* Who listens where. */
enum rival {
	RIVAL_NGINX = 5180,
	RIVAL_DEFER,  /* the same nginx, accepts only what has spoken */
	RIVAL_NODE,   /* Node's cluster */
	RIVAL_SYNC,   /* gunicorn, its plain worker: closes each connection */
	RIVAL_GTHREAD /* gunicorn with threads: keeps connections alive */
};

/* Start those that are installed; says of each of the others that it is not. */
void rivals_open(const struct stage *);

/* The first process of who listens on a port; 0: nobody. */
pid_t rivals_pid(int port);

void rivals_close(void);

#endif
