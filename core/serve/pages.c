/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/pages.h"

#include <inttypes.h>
#include <string.h>

#include "core/serve/guard.h"
#include "core/sys/text.h"

static const struct page_ops pages_table[] = {
#define X(id, at, takes, example, harms, help)                                 \
	{ .path = (at),                                                        \
	  .query = (takes),                                                    \
	  .harmful = (harms),                                                  \
	  .serve = page_##id##_serve },
	PAGES(X)
#undef X
};

#define PAGES_COUNT (int)(sizeof(pages_table) / sizeof(pages_table[0]))

static void
pages_unknown(struct request *rq)
{
	const char *path = request_path(rq);
	char clean[64], list[512] = "";

	text_clean(clean, sizeof(clean), path, strlen(path));
	for (int i = 0; i < PAGES_COUNT; i++)
		text_add(list, sizeof(list), " %s%s", pages_table[i].path,
		         pages_table[i].query);
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

	for (int i = 0; i < PAGES_COUNT; i++)
		if (strcmp(path, pages_table[i].path) == 0) {
			if (pages_table[i].harmful)
				pages_harm(rq, &pages_table[i]);
			else
				pages_table[i].serve(rq);
			return;
		}
	pages_unknown(rq);
}
