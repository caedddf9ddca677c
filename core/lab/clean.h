/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * clean - the end of everything that the lab started.
 */
#ifndef CORE_LAB_CLEAN_H
#define CORE_LAB_CLEAN_H

#include "core/sys/err.h"

struct lab;

/*
 * Kill and reap all children, and the orphans that come to us by that, until
 * there are none.  Returns 0, or -1 with err when some could not be ended
 * within ten seconds (they hang in the kernel).
 */
int clean_all(struct lab *, struct err *);

#endif
