/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * play-state - a laboratory in one line, to compare two of them by.
 */
#ifndef LESSONS_PLAY_STATE_H
#define LESSONS_PLAY_STATE_H

#include <stdbool.h>

#include "core/watch/snapshot.h"

/*
 * "p1 S of lab, p2 Z of p1": who there is, not what differs from run to run
 * (pids, times, who runs at the moment, zombies whose parent is about to
 * wait).  To be freed; NULL without memory.
 */
char *play_state(const struct snapshot *);

/* Threads of workers are seen a moment before they have their names. */
bool play_state_named(const struct snapshot *);

#endif
