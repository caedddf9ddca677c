/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cast - a story with its players: web, its first two workers and their pids.
 *
 *	struct cast c = cast_open(NULL);
 *
 *	cast_assert_answers(&c, "w1");
 *	story_outside(c.s, "kill %d", cast_pid(&c, "w2"));
 *
 * Helpers fail the running Check test, as those of story do.
 */
#ifndef TESTS_CAST_H
#define TESTS_CAST_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/story.h"

struct cast {
	struct story *s; /* owned until story_close */
	int port;        /* of web */
};

/* Start as story_open and wait until web, w1 and w2 listen. */
struct cast cast_open(const char *const argv[]);

/* The pid that was told last for a name: "web", "w1", "j1". */
pid_t cast_pid(struct cast *, const char *name);

/* The real curl gets / and is answered by this worker. */
void cast_assert_answers(struct cast *, const char *worker);

/* Wait until there is no process of that pid, or only a zombie. */
void cast_wait_gone(pid_t);

/* Its state and its parent now, as ps(1) shows them; 0 when it is gone. */
char cast_state(pid_t, pid_t *parent);

#endif
