/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/pages.h"

#include <string.h>

#include "core/sys/text.h"

static const struct page_ops *const pages_table[] = {
	&page_root_ops,
	&page_health_ops,
	&page_sleep_ops,
};

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

void
pages_serve(struct request *rq)
{
	const char *path = request_path(rq);

	for (int i = 0; i < PAGES; i++)
		if (strcmp(path, pages_table[i]->path) == 0) {
			pages_table[i]->serve(rq);
			return;
		}
	pages_unknown(rq);
}
