/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/pages.h"

static void
page_health_serve(struct request *rq)
{
	request_answer(rq, 200, "ok\n");
}

const struct page_ops page_health_ops = {
	.path = "/health",
	.query = "",
	.help = "ok, as long as somebody serves",
	.serve = page_health_serve,
};
