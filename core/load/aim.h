/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * aim - the line to a master, on which a client says for which worker each
 * of its connections is.
 *
 * The client binds a source port, tells the master port and target
 * (MSG_AIM), and after the answer (MSG_AIMED) connects from there to a
 * private port of the master.
 */
#ifndef CORE_LOAD_AIM_H
#define CORE_LOAD_AIM_H

#include <stdint.h>

#include "core/sys/err.h"

struct aim {
	int line;            /* borrowed: our end of the wire, or -1 */
	uint32_t id, thread; /* of the worker; 0: any thread */
	uint16_t private_port;
	int ready; /* owned: a socket announced already, or -1 */
	uint32_t seq;
};

/*
 * Announce a first socket, and so learn the private port.  `line` is
 * borrowed.  Returns 0, or -1 with the master's sentence.
 */
int aim_open(struct aim *, int line, uint32_t id, uint32_t thread,
             struct err *);
void aim_close(struct aim *);

/*
 * A socket (owned by the caller) bound to a port that the master knows.
 * Waits for the master, two seconds at most.  Returns -1 with err.
 */
int aim_socket(struct aim *, struct err *);

#endif
