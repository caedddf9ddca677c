/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * translate - the texts of a lesson in another language.
 *
 * NAME.fr.lesson stands beside NAME.lesson and has the same sections with
 * texts only: facts and commands are always the original's, and what is not
 * translated stays as it was.
 */
#ifndef LESSONS_TRANSLATE_H
#define LESSONS_TRANSLATE_H

#include "lessons/lesson.h"
#include "lessons/problem.h"

/* Put the texts of `other` (which gives them up) over those of the lesson. */
void translate_over(struct lesson *, struct lesson *other);

/* The same from the file of the student's language, where there is one. */
void translate_here(struct lesson *);

/* Whatever a translation leaves out, or has too much. */
void translate_check(const struct lesson *, const struct lesson *other,
                     struct problems *);

/* "08-zombies.lesson" of "08-zombies.fr.lesson", where that is a file. */
bool translate_original(const char *path, char *buf, size_t size);

/* "08-zombies.fr.lesson" of "08-zombies.lesson", into buf. */
void translate_path(const char *path, const char *language, char *buf,
                    size_t size);

#endif
