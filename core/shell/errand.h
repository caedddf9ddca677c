/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * errand - one of our programs that a command starts and waits for: a client,
 * a measurement.  It has a wire, on which it says how far it is.
 */
#ifndef CORE_SHELL_ERRAND_H
#define CORE_SHELL_ERRAND_H

#include "core/shell/session.h"

/*
 * Start it.  plan->fds has room for one descriptor more, which becomes its
 * wire: fds[0] is filled here, those behind it are the caller's.  Returns the
 * seq of its START, or 0 and err.
 */
uint32_t errand_launch(struct session *, struct start_plan *, int *fds,
                       struct err *);

/*
 * Wait for its end: what a command returns.  Ctrl-C sends it INT, upon which
 * it prints what it has.  seq 0: it could not be started, err says why.
 */
enum outcome errand_wait(struct session *, uint32_t seq, struct err *);

#endif
