/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/pages.h"

void
page_root_serve(struct request *rq)
{
	const struct reporter *w = request_worker(rq);

	request_answer(rq, 200, "hello world from w%u (pid %d)\n", w->id,
	               (int)w->pid);
}
