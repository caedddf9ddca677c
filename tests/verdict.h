/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * verdict - a fact over a laboratory made by hand: it begins, things happen,
 * and it is looked at.
 */
#ifndef TESTS_VERDICT_H
#define TESTS_VERDICT_H

#include "core/facts/fact.h"
#include "tests/tableau.h"

extern struct tableau verdict_lab;

/* For fixtures: web with w1 and w2, p1 with p2; and the end of it. */
void verdict_draw(void);
void verdict_wipe(void);

/* A fact (owned by the caller) that begins here and now. */
struct fact *verdict_begin(const char *text);

/* So it is now, and what it says of itself is `say`, if that is not NULL. */
void verdict_expect(struct fact *, enum verdict wanted, const char *say);

#endif
