/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a balancer asks for: "ok", as long as somebody serves.
 */
#include "core/serve/pages.h"

void
page_health_serve(struct request *rq)
{
	request_answer(rq, 200, "ok\n");
}
