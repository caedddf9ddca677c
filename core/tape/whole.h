/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * whole - bytes of a terminal, cut only where a player may stop.
 *
 * A program's output comes in pieces that end anywhere.  A recording must not
 * split a character (its text is JSON, which is UTF-8) nor an escape sequence
 * (a player that seeks would show its rest as text): what is not whole yet
 * waits for its end.  What is no UTF-8 becomes U+FFFD.
 */
#ifndef CORE_TAPE_WHOLE_H
#define CORE_TAPE_WHOLE_H

#include <stddef.h>

#define WHOLE_WAITS 4096 /* bytes of a sequence; a longer one is cut */

/* All zero is a fresh one. */
struct whole {
	char bytes[WHOLE_WAITS]; /* that are not whole yet */
	size_t len;
};

/*
 * Take `len` bytes; all that is whole by now, in UTF-8, goes to *out, which
 * is to be freed.  Returns its length, 0 and NULL when nothing is whole or
 * there is no memory.
 */
size_t whole_take(struct whole *, const char *bytes, size_t len, char **out);

#endif
