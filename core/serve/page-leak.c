/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory that is touched and kept: it is the process's until it ends.
 */
#include "core/serve/pages.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_LEAK_MB 1024 /* that a worker may keep in all */

/* What was kept stays known, as in most leaks: nobody asks for it again. */
struct page_leak {
	struct page_leak *next;
};

static pthread_mutex_t page_leak_lock = PTHREAD_MUTEX_INITIALIZER;
static struct page_leak *page_leak_first; /* owned, never freed */
static int64_t page_leak_mb;

/* Written to, because a page that nobody has touched is not there yet. */
static bool
page_leak_keep(int64_t mb)
{
	size_t size = (size_t)mb * 1024 * 1024;
	struct page_leak *block = malloc(size + sizeof(*block));

	if (!block)
		return false;
	memset(block, 0x5a, size + sizeof(*block));
	block->next = page_leak_first;
	page_leak_first = block;
	page_leak_mb += mb;
	return true;
}

void
page_leak_serve(struct request *rq)
{
	unsigned id = request_worker(rq)->id;
	int64_t mb = -1, room, kept = -1;

	if (!pages_number(rq, "mb", 0, PAGE_LEAK_MB, &mb))
		return;
	pthread_mutex_lock(&page_leak_lock);
	room = PAGE_LEAK_MB - page_leak_mb;
	if (mb <= room && page_leak_keep(mb))
		kept = page_leak_mb;
	pthread_mutex_unlock(&page_leak_lock);
	if (mb > room)
		request_answer(rq, 400,
		               "w%u keeps %" PRId64 " MB already, and may keep "
		               "%d: at most %" PRId64 " more\n",
		               id, PAGE_LEAK_MB - room, PAGE_LEAK_MB, room);
	else if (kept < 0)
		request_answer(rq, 503,
		               "there is no memory for %" PRId64 " MB\n", mb);
	else
		request_answer(rq, 200, "w%u keeps %" PRId64 " MB now\n", id,
		               kept);
}
