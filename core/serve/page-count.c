/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One variable of the process, which all its threads add to.  Unlocked, each
 * step is a load and a store, as `counter++` in any language is: two threads
 * that load the same value store the same sum, and one step is lost.  Both
 * are relaxed atomics, so that this is wrong without being undefined.
 */
#include "core/serve/counter.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include "core/serve/pages.h"

#define PAGE_COUNT_MAX    100000000
#define PAGE_COUNT_LOCKED 10000000 /* a lock takes its time */

static pthread_mutex_t page_count_lock = PTHREAD_MUTEX_INITIALIZER;

static void
page_count_step(void)
{
	int64_t was =
	    atomic_load_explicit(&counter.value, memory_order_relaxed);

	atomic_store_explicit(&counter.value, was + 1, memory_order_relaxed);
}

static void
page_count_add(int64_t n, bool locked)
{
	for (int64_t i = 0; i < n; i++) {
		if (locked)
			pthread_mutex_lock(&page_count_lock);
		page_count_step();
		if (locked)
			pthread_mutex_unlock(&page_count_lock);
	}
}

void
page_count_serve(struct request *rq)
{
	const char *lock = request_query(rq, "lock");
	bool locked = lock && strcmp(lock, "on") == 0;
	int64_t n = 1;

	if (!pages_number(rq, "n", 0,
	                  locked ? PAGE_COUNT_LOCKED : PAGE_COUNT_MAX, &n))
		return;
	if (lock && !locked && strcmp(lock, "off") != 0) {
		request_answer(rq, 400,
		               "lock is on or off: /count?n=1000&"
		               "lock=on\n");
		return;
	}
	page_count_add(n, locked);
	request_answer(rq, 200,
	               "counter is %" PRId64 " at %p; w%u added %" PRId64
	               " %s a lock\n",
	               atomic_load(&counter.value), (void *)&counter.value,
	               request_worker(rq)->id, n, locked ? "with" : "without");
}
