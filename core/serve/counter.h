/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * counter - the variable of the page /count: one for each process, at the
 * same address in all workers, because they are copies of one master.
 */
#ifndef CORE_SERVE_COUNTER_H
#define CORE_SERVE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/wire/msg.h"

/*
 * It has a page of memory of its own, so that who writes to it copies that
 * page and no other.
 */
struct counter {
	_Alignas(4096) _Atomic int64_t value;
};

extern struct counter counter;

/*
 * The master, before its first fork: write to it once, so that there is a
 * page which the workers share until they write.
 */
void counter_init(void);

/*
 * Answer a VARIABLE about the calling process: its counter as it is, or after it
 * was set.  A variable of another name has the address 0.
 */
struct msg counter_peek(const struct msg *);

#endif
