/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A write to an address where nothing is: SIGSEGV ends the process.
 */
#include "core/serve/pages.h"

/* Both are volatile: the compiler must write, and cannot know where. */
__attribute__((no_sanitize("address", "undefined", "thread"))) void
page_crash_serve(struct request *rq)
{
	static volatile int *volatile nowhere;

	(void)rq;
	*nowhere = 42; /* NOLINT: as it should */
}
