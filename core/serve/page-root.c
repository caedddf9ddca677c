/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hello world, and from whom: the page of the lecture.
 */
#include "core/serve/pages.h"

void
page_root_serve(struct request *rq)
{
	request_answer(rq, 200, "hello world from %s (pid %d)\n",
	               request_server(rq), (int)request_worker(rq)->pid);
}
