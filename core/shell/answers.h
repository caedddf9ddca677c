/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * answers - how a front of lines keeps up with a busy server.
 *
 * A few answers are told one by one; a burst becomes one line, "w1 answered
 * 120, w2 119", so that a thousand requests do not bury everything else.
 */
#ifndef CORE_SHELL_ANSWERS_H
#define CORE_SHELL_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/watch/timeline.h"

#define ANSWERS_TOLD    20 /* in one burst, one by one */
#define ANSWERS_WORKERS 16 /* the others are one number */
#define ANSWERS_TEXT    200

/* All zero is a fresh one. */
struct answers {
	int waiting; /* events of this turn, not yet told */
	int told;    /* lines of this burst */
	int64_t burst_ns;
	char text[ANSWERS_TOLD][ANSWERS_TEXT];
	int nworkers;
	struct {
		char name[NAME_SIZE]; /* "" stands for the others */
		unsigned answered, broken;
	} worker[ANSWERS_WORKERS + 1];
};

/* Take an event that is an ANSWER or BROKEN. */
void answers_add(struct answers *, const struct event *);

/*
 * The turn is over: tell what it had, one by one where the burst allows it.
 * Returns whether something waits to be told in one line: call answers_sum
 * when another line is to be printed, or after a quarter of a second.
 */
bool answers_turn(struct answers *, int64_t now_ns,
                  void (*line)(void *arg, const char *text), void *arg);
void answers_sum(struct answers *, void (*line)(void *arg, const char *text),
                 void *arg);

#endif
