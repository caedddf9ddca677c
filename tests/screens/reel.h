/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reel - a recording (asciicast v2) as a viewer sees it: its events, and the
 * screen up to any of them, on a terminal of libvterm.
 *
 * Helpers fail the running Check test.
 */
#ifndef TESTS_SCREENS_REEL_H
#define TESTS_SCREENS_REEL_H

#include <stdbool.h>
#include <stddef.h>

#define REEL_EVENTS 4096

struct reel_event {
	double t_s;
	char type;  /* 'o', 'm', 'i', 'r' */
	char *data; /* owned */
};

struct reel {
	int rows, cols;
	int n;
	struct reel_event event[REEL_EVENTS];
	char *text; /* owned: of reel_text */
};

/* Read a file; each line must be JSON, times must not go back. */
struct reel *reel_open(const char *path);
void reel_close(struct reel *);

/* The index of the event with this type and data, or -1. */
int reel_find(const struct reel *, char type, const char *data);

/*
 * The screen after the first `n` events, as screen_text() would write it.
 * from_marker: begin with the event behind the last marker before n, as who
 * jumps there does.  Borrowed until the next call.
 */
const char *reel_text(struct reel *, int n, bool from_marker);

/*
 * The same chapters, and at each and at the end the same screen, but for
 * pids, figures and times.  Who jumps to a chapter sees what who watched
 * sees.  Returns how many chapters there are.
 */
int reel_assert_same(struct reel *, struct reel *);

/*
 * The same chapters, of which each begins with the whole screen, and the same
 * lines of the log, but for pids, figures and times: what ran, what happened,
 * what programs printed.  Which of two processes was first is left open.
 */
int reel_assert_same_log(struct reel *, struct reel *);

#endif
