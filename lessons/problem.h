/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * problem - what is wrong with a lesson, each with its file and line.
 *
 * A writer wants to see all of it at once, so reading goes on after a
 * mistake, and a list is kept instead of one struct err.
 */
#ifndef LESSONS_PROBLEM_H
#define LESSONS_PROBLEM_H

#include "core/sys/err.h"

#define PROBLEMS_MAX 100 /* more are only counted */

struct problem {
	char *file; /* owned */
	int line;   /* from 1; 0: the file as a whole */
	char text[ERR_TEXT_SIZE];
};

/* All zero is an empty list. */
struct problems {
	struct problem *list; /* owned */
	int n;                /* how many there were, kept or not */
};

/* One sentence without a newline. */
void problem_add(struct problems *, const char *file, int line, const char *fmt,
                 ...) __attribute__((format(printf, 4, 5)));

/* How many are kept; the i-th of them, by file and line. */
int problems_kept(const struct problems *);
const struct problem *problems_nth(const struct problems *, int i);
void problems_sort(struct problems *);

/* "FILE:LINE: sentence" of the first, as an err.  Returns -1. */
int problems_err(const struct problems *, struct err *);

void problems_free(struct problems *);

#endif
