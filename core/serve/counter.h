/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * counter - the variable of the page /count: one for each process, at the
 * same address in all workers, because they are copies of one master.
 */
#ifndef CORE_SERVE_COUNTER_H
#define CORE_SERVE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

extern _Atomic int64_t counter;

#endif
