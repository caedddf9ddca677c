/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scan - has it happened: the events that a fact asks for.  Nobody outside
 * this room sees it.
 */
#ifndef CORE_FACTS_SCAN_H
#define CORE_FACTS_SCAN_H

#include "core/facts/scene.h"

/*
 * Take up the events that came since the last look.  An EVENT node latches at
 * the first that is meant and stands behind its start; `gap` is set when some
 * were forgotten or lost before.
 */
void scan_events(const struct scene *, struct node *);

#endif
