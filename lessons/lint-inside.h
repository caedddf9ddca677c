/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of lint.h share, and nobody else sees.
 *
 *	lint.c         the rules of one lesson
 *	lint-files.c   of the course, of its file and what stands beside it
 */
#ifndef LESSONS_LINT_INSIDE_H
#define LESSONS_LINT_INSIDE_H

#include "lessons/lint.h"

struct lint {
	const struct lesson *lesson; /* borrowed */
	struct problems *problems;   /* borrowed */
	bool translation;            /* it has texts only */
};

void lint_wrong(const struct lint *, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The texts of a step, in whatever language. */
void lint_step_texts(const struct lint *, const struct step *);

#endif
