/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/clock.h"

#include <time.h>

static int64_t
clock_read(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t
clock_ns(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

int64_t
clock_wall_s(void)
{
	return clock_read(CLOCK_REALTIME) / NS_PER_S;
}

int64_t
clock_cpu_ns(void)
{
	return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t
clock_thread_cpu_ns(void)
{
	return clock_read(CLOCK_THREAD_CPUTIME_ID);
}

int64_t
clock_thread_ns(void)
{
	return clock_read(CLOCK_THREAD_CPUTIME_ID);
}
