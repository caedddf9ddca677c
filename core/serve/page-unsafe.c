/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gmtime(3) keeps its result in one static buffer for the whole process.
 * Each request asks for a day of its own, again and again, waits a little,
 * and looks whether the buffer still holds its day: another thread that
 * calls gmtime() in between changes it.  gmtime_r(3) is the safe one.
 */
#include "core/serve/pages.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "core/sys/clock.h"

#define PAGE_UNSAFE_MS     1000
#define PAGE_UNSAFE_DAYS   10000
#define PAGE_UNSAFE_DAY_S  (24 * 60 * 60)
#define PAGE_UNSAFE_NAP_NS (200 * 1000)

/* How it went. */
struct page_unsafe {
	int asked, disturbed;
	char mine[16], theirs[16]; /* days; theirs of the last disturbance */
};

/* The buffer is read while others may write it: that is the point. */
__attribute__((no_sanitize("thread"))) static void
page_unsafe_day(const struct tm *tm, char day[16])
{
	snprintf(day, 16, "%04d-%02d-%02d", (tm->tm_year + 1900) % 10000,
	         (tm->tm_mon + 1) % 100, tm->tm_mday % 100);
}

__attribute__((no_sanitize("thread"))) static bool
page_unsafe_same(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_yday == b->tm_yday;
}

static void
page_unsafe_once(time_t day, struct page_unsafe *u)
{
	static const struct timespec nap = { 0, PAGE_UNSAFE_NAP_NS };
	const struct tm *shared = gmtime(&day);
	struct tm mine;

	gmtime_r(&day, &mine);
	nanosleep(&nap, NULL);
	u->asked++;
	page_unsafe_day(&mine, u->mine);
	if (page_unsafe_same(shared, &mine))
		return;
	u->disturbed++;
	page_unsafe_day(shared, u->theirs);
}

/* Of many answers only a sum is shown, so the log says it, too. */
static void
page_unsafe_report(struct request *rq, const struct page_unsafe *u)
{
	const struct reporter *w = request_worker(rq);
	struct report r = report_make(w, REPORT_DISTURBED);
	char said[64];

	snprintf(said, sizeof(said),
	         "found another day in gmtime's buffer, "
	         "%d of %d times",
	         u->disturbed, u->asked);
	r.connection = request_handoff(rq)->connection;
	report_text(&r, said);
	report_send(w, &r);
}

void
page_unsafe_serve(struct request *rq)
{
	static atomic_uint last;
	struct page_unsafe u = { .asked = 0 };
	unsigned id = request_worker(rq)->id;
	int64_t ms = 50, end_ns;
	time_t day;

	if (!pages_number(rq, "ms", 0, PAGE_UNSAFE_MS, &ms))
		return;
	day = (time_t)(++last % PAGE_UNSAFE_DAYS) * PAGE_UNSAFE_DAY_S;
	end_ns = clock_ns() + ms * NS_PER_MS;
	do
		page_unsafe_once(day, &u);
	while (clock_ns() < end_ns);
	if (u.disturbed)
		page_unsafe_report(rq, &u);
	if (u.disturbed)
		request_answer(rq, 200,
		               "disturbed: w%u asked gmtime() for %s %d times, "
		               "and %d times another thread changed the "
		               "result, at last to %s\n",
		               id, u.mine, u.asked, u.disturbed, u.theirs);
	else
		request_answer(rq, 200,
		               "not disturbed: w%u asked gmtime() for %s %d "
		               "times, and nobody came between\n",
		               id, u.mine, u.asked);
}
