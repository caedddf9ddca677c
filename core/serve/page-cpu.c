/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The thread computes, and whoever else it serves waits: an event loop does
 * one thing at a time.  It counts its own processor time, so a request is as
 * much work on a busy machine as on an idle one, and takes longer there.
 */
#include "core/serve/pages.h"

#include <inttypes.h>
#include <sched.h>

#include "core/sys/clock.h"

#define PAGE_CPU_MS 10000

/* Rounds of a little work until the time is over; returns the rounds. */
static uint64_t
page_cpu_spin(int64_t ms)
{
	int64_t end_ns = clock_thread_ns() + ms * NS_PER_MS;
	volatile uint64_t x = 1;
	uint64_t rounds = 0;

	do {
		for (int i = 0; i < 10000; i++)
			x = x * 6364136223846793005 + 1442695040888963407;
		rounds++;
	} while (clock_thread_ns() < end_ns);
	return rounds;
}

void
page_cpu_serve(struct request *rq)
{
	int64_t ms = -1;
	uint64_t rounds;

	if (!pages_number(rq, "ms", 0, PAGE_CPU_MS, &ms))
		return;
	rounds = page_cpu_spin(ms);
	request_answer(rq, 200,
	               "w%u computed for %" PRId64 " ms, %" PRIu64
	               "0000 steps, on processor %d\n",
	               request_worker(rq)->id, ms, rounds, sched_getcpu());
}
