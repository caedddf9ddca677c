/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * loss - which requests died with a worker.
 *
 * A request that was begun and not finished is one; the counters of its row
 * say how many there are, the timeline says which.
 */
#ifndef CORE_WATCH_LOSS_H
#define CORE_WATCH_LOSS_H

#include <stddef.h>

#include "core/watch/inside.h"

/*
 * Put behind what stands in buf: "while serving /crash (connection 7); 2
 * requests died with it: /sleep (9), /sleep (10)".  Nothing where nothing
 * was lost.
 */
void loss_text(struct watch *, const struct member *, char *buf, size_t size);

#endif
