/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The request waits, not the worker: its connection is suspended and a timer
 * of the loop wakes it, so that others are served meanwhile.
 */
#include "core/serve/pages.h"

#include "core/sys/text.h"

#define PAGE_SLEEP_MS 60000

static void
page_sleep_over(struct request *rq)
{
	request_answer(rq, 200, "w%u slept %s ms\n", request_worker(rq)->id,
	               request_query(rq, "ms"));
}

void
page_sleep_serve(struct request *rq)
{
	const char *value = request_query(rq, "ms");
	int64_t ms;

	if (!value || !text_number(value, 0, PAGE_SLEEP_MS, &ms))
		request_answer(rq, 400,
		               "how long? /sleep?ms=500; at most %d ms\n",
		               PAGE_SLEEP_MS);
	else if (request_after(rq, ms, page_sleep_over) < 0)
		request_answer(rq, 503, "too many requests wait already\n");
}
