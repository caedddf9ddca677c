/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * probe - what newer kernels offer, and the switch that turns it off.
 *
 * FORKSHOP_WITHOUT=connector,pidfd-info makes us behave as where the kernel
 * refuses these, so that the ways around them are tested too.
 */
#ifndef CORE_SYS_PROBE_H
#define CORE_SYS_PROBE_H

#include <stdbool.h>

/* May `name` be tried, or does FORKSHOP_WITHOUT (a list) forbid it? */
bool probe_allowed(const char *name);

/* The names that exist: the i-th one, or NULL past the end. */
const char *probe_nth(int i);

#endif
