/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * template - a lesson to begin with: the linter finds nothing wrong with it
 * but that there is something TODO.
 */
#ifndef LESSONS_TEMPLATE_H
#define LESSONS_TEMPLATE_H

#include <stddef.h>

#include "core/sys/err.h"

/*
 * Write NAME.lesson into this folder; path (into buf) says where.  A file
 * that is there already is left as it is: -1 and err.
 */
int template_write(const char *name, char *path, size_t size, struct err *err);

/* Its text, with "NAME" where the name goes. */
extern const char template_text[];

#endif
