/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/pages.h"

static void
page_root_serve(struct request *rq)
{
	const struct reporter *w = request_worker(rq);

	request_answer(rq, 200, "hello world from w%u (pid %d)\n", w->id,
	               (int)w->pid);
}

const struct page_ops page_root_ops = {
	.path = "/",
	.query = "",
	.help = "hello world, and who says it",
	.serve = page_root_serve,
};
