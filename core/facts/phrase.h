/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * phrase - an event that a fact asks for, in words.  Nobody outside this room
 * sees it.
 */
#ifndef CORE_FACTS_PHRASE_H
#define CORE_FACTS_PHRASE_H

#include "core/facts/scene.h"

/* "w1 has ended", or "w1 has not ended yet"; "no job was stopped yet". */
void phrase_event(const struct scene *, const struct node *, bool happened,
                  char *buf, size_t size);

#endif
