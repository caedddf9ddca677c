/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * balance - what commands about balancers have in common.
 *
 * A balancer is called lb1, lb2 and so on, so that its name can be a command,
 * as a puppet's: `lb1 add web3`.  Its servers are servers of this lab by
 * their names, or any port of this machine: 8081, node=8081.
 */
#ifndef CORE_SHELL_BALANCE_H
#define CORE_SHELL_BALANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/shell/session.h"

struct serving;

/* "lb7" is a balancer's name, whether there is one or not. */
bool balance_name_ok(const char *name);

/* A balancer that runs, or NULL and a sentence. */
struct serving *balance_find(struct session *, const char *name, struct err *);

/*
 * What is typed for one server, "web1", "8081" or "node=8081", as the
 * balancer `name` (listening on `port`, 0 not known) wants it: "web1=3000".
 * Refuses what is not there, and a balancer that would get its own
 * connections back.
 */
int balance_resolve(struct session *, const char *name, uint16_t port,
                    const char *word, char *buf, size_t size, struct err *);

/*
 * The balancer that clients know: the first one that was not shut down, even
 * when it was killed, as clients do not learn another address by that.  NULL
 * when there is none.
 */
struct serving *balance_front(struct session *);

/* A server is up, at this port: balancers that have it are told. */
void balance_moved(struct session *, const char *server, uint16_t port);

/*
 * Ask a balancer for a setting, and wait for its answer (OUTCOME_WAITS);
 * then say `done`.
 */
enum outcome balance_set(struct session *, const char *name,
                         const char *setting, const char *value,
                         const char *done, struct err *);

#endif
