/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * table - the result of a run as text for people.  Pure.
 */
#ifndef CORE_LOAD_TABLE_H
#define CORE_LOAD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/load/plan.h"
#include "core/load/tally.h"

#define TABLE_SIZE      65536
#define TABLE_WIDTH     80
#define TABLE_TIME_SIZE 24

/* "85 us", "1.2 ms", "3.40 s". */
void table_time(int64_t ns, char buf[TABLE_TIME_SIZE]);

/* "12,903". */
void table_number(uint64_t, char buf[TABLE_TIME_SIZE]);

/*
 * Why a request failed, as a sentence: "refused: nothing listens on port
 * 3000".  `why` is that of the answer or of the tally.
 */
void table_reason(const struct plan *, enum tally_reason, const char *why,
                  char *buf, size_t size);

/* One request in one line, without a newline. */
void table_answer(const struct plan *, const struct answer *, char *buf,
                  size_t size);

/*
 * Many requests: lines, each ended by a newline.  `utf8`: bars may be drawn
 * with blocks.  Sorts the tally.
 */
void table_tally(const struct plan *, struct tally *, bool utf8, char *buf,
                 size_t size);

#endif
