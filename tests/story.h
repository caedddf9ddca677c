/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * story - a test that talks with the real shell, line by line, over pipes.
 *
 *	struct story *s = story_open(NULL);
 *	const char *const *m;
 *
 *	m = story_expect(s, "worker w2 \\(pid ([0-9]+)\\)");
 *	story_outside(s, "kill -TERM %s", m[1]);
 *	story_expect(s, "worker w2 .* died: killed by TERM");
 *	story_close(s);
 *
 * Every helper fails the running Check test instead of returning an error,
 * and shows what the program has printed.
 */
#ifndef TESTS_STORY_H
#define TESTS_STORY_H

#include <stdbool.h>

#include "tests/stage.h"

#define STORY_PARTS 10

struct story {
	struct stage stage;
	int to;     /* owned: its standard input; -1 once closed */
	int from;   /* owned: its output and its errors, in one pipe */
	char *text; /* owned: all that it has printed so far */
	size_t len;
	size_t seen;                  /* story_expect goes on from this byte */
	bool end_of_file;             /* it has closed its output */
	char *parts[STORY_PARTS + 1]; /* owned: of the last match */
};

/*
 * Start `forkshop --plain ARGS --port 0`, with a home of its own.
 *
 * argv: ARGS, ends in NULL; may be NULL.  When it holds "--port" or "--empty"
 * no port is added.
 */
struct story *story_open(const char *const argv[]);

/* Start any program: argv[0] is looked for by stage_program. */
struct story *story_start(const char *const argv[]);

/* Type one line. */
void story_send(struct story *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Wait for a line after the last expected one that matches the extended
 * regular expression (regex(7)).  The lines before it are passed over.
 * Returns the line's match and its parts, [0] to [9], "" where a part did not
 * take part; borrowed until the next expect.
 */
const char *const *story_expect(struct story *, const char *regex);

/*
 * Wait for lines that match each of the expressions, in any order, each after
 * the last expected one.  Goes on behind the last of them.  Ends in NULL.
 */
void story_expect_each(struct story *, ...) __attribute__((sentinel));

/* Has any line so far, from the very first, matched?  Does not wait. */
bool story_saw(struct story *, const char *regex);

/* The port of the first "listening on 127.0.0.1:PORT".  Waits for it. */
int story_port(struct story *);

/* See stage_outside. */
const char *story_outside(struct story *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Wait for the program's end by itself.  See stage_wait. */
int story_wait(struct story *);

/* See stage_nothing_left; the program has ended or is ending. */
void story_nothing_left(struct story *);

/*
 * Close the program's input, wait for its end, prove that nothing is left,
 * and free the story.  Returns the exit status.
 */
int story_close(struct story *);

#endif
