/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * clock - the only door to time.
 *
 * All times between our processes are nanoseconds of CLOCK_MONOTONIC, which
 * is one clock for the whole machine (clock_gettime(2)); the kernel stamps
 * the events of the proc connector with the same one.
 */
#ifndef CORE_SYS_CLOCK_H
#define CORE_SYS_CLOCK_H

#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* Nanoseconds since the machine started; never goes back. */
int64_t clock_ns(void);

/* Seconds since 1970, for dates that people read. */
int64_t clock_wall_s(void);

/* Processor time of this process so far, in nanoseconds. */
int64_t clock_cpu_ns(void);

/* Processor time of this thread alone. */
int64_t clock_thread_ns(void);

/* The same of this thread. */
int64_t clock_thread_cpu_ns(void);

#endif
