/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ending - how a process ended.
 */
#ifndef CORE_WATCH_ENDING_H
#define CORE_WATCH_ENDING_H

#include <stdbool.h>

#include "core/watch/snapshot.h"

/* What a wait(2) status says. */
struct ending ending_of(int raw);

/*
 * Ask the kernel about a process that was not ours to wait for, by its pidfd:
 * PIDFD_GET_INFO of Linux 6.15, which knows it even after the reap.
 * Returns true and fills *ending when the kernel knows; false when it is too
 * old, FORKSHOP_WITHOUT names pidfd-info, or pidfd is -1.
 */
bool ending_ask(int pidfd, struct ending *ending);

#endif
