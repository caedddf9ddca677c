/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole process leaves, in the middle of everything.
 */
#include "core/serve/pages.h"

#include <unistd.h>

void
page_exit_serve(struct request *rq)
{
	int64_t code = 0;

	if (pages_number(rq, "code", 0, 255, &code))
		_exit((int)code);
}
