/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * format - from a lesson's file to a struct lesson.  `forkshop help
 * lesson-format` describes the file; its text stands in format-text.c.
 *
 *	format.c       the file: its bytes, its lines, where it begins and ends
 *	format-line.c  one line: keys and marks, a row each
 *	format-text.c  the page that documents it
 *	typed.c        which commands a lesson may type
 *	translate.c    NAME.fr.lesson over NAME.lesson
 */
#ifndef LESSONS_FORMAT_H
#define LESSONS_FORMAT_H

#include <stddef.h>

#include "core/shell/command.h"
#include "lessons/lesson.h"
#include "lessons/problem.h"

/*
 * Read a lesson.  Whatever is wrong is added to `problems`; then NULL is
 * returned, and the caller owns what was returned otherwise.
 */
struct lesson *format_read(const char *path, struct problems *problems);
struct lesson *format_text(const char *path, const char *text, size_t len,
                           struct problems *problems);

/*
 * The same for a translation, which has texts only.  Facts, commands and all
 * the rest are left out.
 */
struct lesson *format_translation(const char *path, struct problems *problems);

/*
 * The page that documents the format, lines of at most 78 columns:
 * format_page.text is what `help lesson-format` prints.
 */
extern const struct help_page format_page;

#endif
