/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * candidates - ways to complete a word, each with a few words about it.
 */
#ifndef TUI_CANDIDATES_H
#define TUI_CANDIDATES_H

#include <stddef.h>

#define CANDIDATES_MAX        512 /* more are not offered */
#define CANDIDATES_WORD_SIZE  128 /* longer words are not offered */
#define CANDIDATES_BLURB_SIZE 96

struct candidate {
	char word[CANDIDATES_WORD_SIZE];
	char blurb[CANDIDATES_BLURB_SIZE]; /* "" for names of files */
};

struct candidates {
	size_t n;
	struct candidate list[CANDIDATES_MAX];
};

/*
 * Add one to a struct candidates; what is full or too long is left out.  The
 * blurb may be NULL.  Of the type that hooks for completion call.
 */
void candidates_add(void *candidates, const char *word, const char *blurb);

/* The blurb of the candidate whose word `match` ends in, or "". */
const char *candidates_blurb(const struct candidates *, const char *match);

/* What of the name of a file is to be seen: the part behind the folders. */
const char *candidates_base(const char *file);

/* Is there but one, and does it ask for more right behind it ("--port=")? */
int candidates_go_on(const struct candidates *);

/*
 * The i-th word, begun at `start` of the line although it was offered for
 * `word_start`: longer or shorter by what stands between the two.  Returns a
 * string to free(), or NULL without memory.
 */
char *candidates_word(const struct candidates *, size_t i, const char *line,
                      size_t word_start, size_t start);

#endif
