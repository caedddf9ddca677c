/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * little - a little HTTP server in a thread of the test, which behaves as the
 * path says:
 *
 *	/close    closes                /garbage  does not speak HTTP
 *	/reset    resets                /cut      sends a part of its body
 *	/hang     says nothing          /big      sends 100 kB
 *	/503      is not well           /once     closes, but only the first
 *
 * and says hello to everything else, in turn as w1 and w2.
 */
#ifndef TESTS_LITTLE_H
#define TESTS_LITTLE_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define LITTLE_CONNECTIONS 64

extern struct little {
	int fd; /* owned: listens */
	uint16_t port;
	pthread_t thread;
	int quit[2]; /* owned: a pipe; written to end the thread */
	struct pollfd polls[LITTLE_CONNECTIONS + 2];
	int npolls;
	atomic_int accepted, hanging, requests;
	uint16_t last_peer; /* source port of the latest connection */
} little;

/*
 * Open it on a port of its own; all signals are blocked from then on.  Close
 * it and its connections.
 */
void little_open(void);
void little_close(void);

#endif
