/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * past - the snapshots that were, and a cursor among them: what `rewind`
 * shows.
 *
 * The timeline keeps what happened, the past how it looked.  It is a ring,
 * bounded in number and in bytes; the oldest are forgotten.
 */
#ifndef CORE_WATCH_PAST_H
#define CORE_WATCH_PAST_H

#include <stddef.h>
#include <stdint.h>

#include "core/watch/snapshot.h"

#define PAST_SNAPSHOTS 3000
#define PAST_BYTES     (32 << 20)
#define PAST_FRAME_NS  (16 * INT64_C(1000000)) /* look no oftener for long */

struct past;

/* Room for `number` snapshots of `bytes` in all.  NULL without memory. */
struct past *past_open(size_t number, size_t bytes);
void past_close(struct past *);

/* Keep a snapshot (a reference is taken), unless it is no newer than the
 * newest one. */
void past_keep(struct past *, const struct snapshot *);
void past_clear(struct past *); /* and the cursor is live */

size_t past_count(const struct past *);

/*
 * Where the cursor stands (borrowed until the past is changed); NULL: it is
 * live, and the present is shown.
 */
const struct snapshot *past_shown(const struct past *);
void past_live(struct past *);

/*
 * Move the cursor to the newest snapshot that was made at t_ns or before; to
 * the oldest when none was.  Returns it; NULL, and live, when there is none.
 */
const struct snapshot *past_rewind(struct past *, int64_t t_ns);

/*
 * Move the cursor to the nearest snapshot with fewer events than the one that
 * is shown (than the newest when it is live), or with more.  Returns it;
 * without one backwards the oldest, forwards NULL: the cursor is live.
 */
const struct snapshot *past_back(struct past *);
const struct snapshot *past_forward(struct past *);

#endif
