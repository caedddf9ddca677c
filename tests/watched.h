/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watched - a watch over a real lab, with real servers and jobs; the test is
 * the shell, and its loop turns only in until() and watched_turns().
 *
 * Every helper fails the running Check test instead of returning an error.
 */
#ifndef TESTS_WATCHED_H
#define TESTS_WATCHED_H

#include <stdbool.h>

#include "core/sys/loop.h"
#include "core/watch/watch.h"
#include "core/wire/wire.h"
#include "tests/front.h"

struct watched {
	struct stage stage;
	struct front front;
	struct loop *loop;         /* owned */
	struct timeline *timeline; /* owned */
	struct watch *watch;       /* owned */
	int changes;               /* calls of changed() */
	struct wire *wire;         /* owned: of the server, or NULL */
	struct page *page;         /* owned: of the server, or NULL */
};

/* The one that all helpers are about. */
extern struct watched watched;

/* Start a lab and watch it; `without` is FORKSHOP_WITHOUT, or NULL. */
void watched_open(const char *without);

/* End it; nothing is left. */
void watched_close(void);

/* Start the server "web" on any port, or `sh -c command` as a job. */
void watched_server(const char *workers, const char *on_parent_death);
void watched_model(const char *workers, const char *on_parent_death,
                   const char *model);
void watched_job(const char *name, const char *command);

/* n requests, one after the other, each on a connection of its own. */
void watched_get(int n);

/* The oldest event of that type that happened to `name` ("": anybody). */
const struct event *watched_event(enum event_type, const char *name);

/* All events as sentences, all rows as lines.  Borrowed until the next call. */
const char *watched_log(void);
const char *watched_tree(void);

/* The row of that name; one without a name, by its command; or NULL. */
const struct proc *watched_row(const char *name);
const struct proc *watched_command(const char *cmd);

/* Turn for a while; returns how often the loop woke. */
int watched_turns(int ms);

/* Turn the loop until it is so. */
#define until(condition)                                                       \
	while (!(condition))                                                   \
	watched_turn(#condition)

/* One turn; fails when the last until() began stage_limit_ms() ago. */
void watched_turn(const char *what);

#endif
