/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole process leaves, in the middle of everything.
 */
#include "core/serve/pages.h"

#include <unistd.h>

static void
page_exit_serve(struct request *rq)
{
	int64_t code = 0;

	if (pages_number(rq, "code", 0, 255, &code))
		_exit((int)code);
}

const struct page_ops page_exit_ops = {
	.path = "/exit",
	.query = "?code=N",
	.help = "end the process that serves, with this code",
	.harmful = true,
	.serve = page_exit_serve,
};
