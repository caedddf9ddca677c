/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * asciicast - a recording of a terminal as a file, asciicast v2
 * (docs.asciinema.org/manual/asciicast/v2): a header, then one event a line,
 *
 *	[1.002003, "o", "hello"]    what the terminal was sent
 *	[1.502003, "m", "fork"]     a marker: here a chapter begins
 *	[2.000000, "i", "q"]        a key
 *	[3.000000, "r", "100x40"]   another size
 *
 * Each event is one write(2) of one whole line, so whoever is killed leaves a
 * file that can be played.
 */
#ifndef CORE_TAPE_ASCIICAST_H
#define CORE_TAPE_ASCIICAST_H

#include <stddef.h>
#include <stdint.h>

#include "core/sys/err.h"

enum asciicast_event {
	CAST_OUTPUT = 'o',
	CAST_INPUT = 'i',
	CAST_MARKER = 'm',
	CAST_RESIZE = 'r',
};

struct asciicast_header {
	int rows, cols;
	int64_t wall_s;    /* clock_wall_s() */
	int64_t now_ns;    /* clock_ns(): events count from here */
	const char *term;  /* TERM and SHELL, or NULL */
	const char *shell; /* borrowed, as is title */
	const char *title; /* or NULL */
};

struct asciicast;

/*
 * Make the file and write the header.  What stands in a file already is never
 * overwritten.  Returns a cast that the caller owns, or NULL.
 */
struct asciicast *asciicast_open(const char *path,
                                 const struct asciicast_header *, struct err *);

/*
 * Add an event of `len` bytes of UTF-8 at now_ns; an earlier time than the
 * last one's counts as that one.  Returns -1 and err when the file takes no
 * more: it ends with the event before, and so it does for good.
 */
int asciicast_add(struct asciicast *, enum asciicast_event, int64_t now_ns,
                  const char *bytes, size_t len, struct err *);

const char *asciicast_path(const struct asciicast *);

/* NULL is fine. */
void asciicast_close(struct asciicast *);

#endif
