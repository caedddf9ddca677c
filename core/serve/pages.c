/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/pages.h"

#include <inttypes.h>
#include <string.h>

#include "core/serve/guard.h"
#include "core/sys/text.h"

// clang-format off
static const struct page_ops *const pages_table[] = {
	&page_root_ops, &page_health_ops, &page_whoami_ops,
	&page_sleep_ops, &page_cpu_ops, &page_disk_ops, &page_count_ops,
	/* harmful */
	&page_crash_ops, &page_exit_ops, &page_leak_ops,
	&page_overflow_ops, &page_unsafe_ops, &page_spy_ops,
};
// clang-format on

#define PAGES (int)(sizeof(pages_table) / sizeof(pages_table[0]))

const struct page_ops *
pages_nth(int i)
{
	return i < PAGES ? pages_table[i] : NULL;
}

static void
pages_unknown(struct request *rq)
{
	const char *path = request_path(rq);
	char clean[64], list[512] = "";

	text_clean(clean, sizeof(clean), path, strlen(path));
	for (int i = 0; i < PAGES; i++)
		text_add(list, sizeof(list), " %s%s", pages_table[i]->path,
		         pages_table[i]->query);
	request_answer(rq, 404, "there is no page %s here; there are%s\n",
	               clean, list);
}

bool
pages_number(struct request *rq, const char *name, int64_t min, int64_t max,
             int64_t *n)
{
	const char *value = request_query(rq, name);
	char clean[40] = "nothing";

	if (value ? text_number(value, min, max, n) : *n >= min)
		return true;
	if (value)
		text_clean(clean, sizeof(clean), value, strlen(value));
	request_answer(rq, 400,
	               "%s is a number from %" PRId64 " to %" PRId64
	               ", not %s: %s?%s=%" PRId64 "\n",
	               name, min, max, clean, request_path(rq), name,
	               max < 10 ? max : 10);
	return false;
}

/* What it is about to do is told first: there may be no time afterwards. */
static void
pages_harm(struct request *rq, const struct page_ops *page)
{
	const struct reporter *who = request_worker(rq);
	struct report r = report_make(who, REPORT_HARM);
	struct err err;

	if (!guard_allows(request_fd(rq), &err)) {
		request_answer(rq, 403, "%s does harm: %s\n", page->path,
		               err.text);
		return;
	}
	r.connection = request_handoff(rq)->connection;
	r.uid = request_handoff(rq)->uid;
	report_text(&r, page->path);
	report_send(who, &r);
	page->serve(rq);
}

void
pages_serve(struct request *rq)
{
	const char *path = request_path(rq);

	for (int i = 0; i < PAGES; i++)
		if (strcmp(path, pages_table[i]->path) == 0) {
			if (pages_table[i]->harmful)
				pages_harm(rq, pages_table[i]);
			else
				pages_table[i]->serve(rq);
			return;
		}
	pages_unknown(rq);
}
