/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A function that calls itself for ever, on the stack of the thread that
 * serves; below that stack lies a page that nobody may touch.
 */
#include "core/serve/pages.h"

#include <sys/resource.h>

#define PAGE_OVERFLOW_STACK (64 << 20) /* bytes: the main one is no larger */

/* Never 0, which the compiler cannot know. */
static volatile int page_overflow_deeper = 1;

/* The frame is used after the call, so that it must be kept. */
__attribute__((noinline,
               no_sanitize("address", "undefined", "thread"))) static int
page_overflow_call(int depth)
{
	volatile char frame[1024];

	frame[0] = (char)depth;
	if (page_overflow_deeper)
		depth = page_overflow_call(depth + 1);
	return depth + frame[0];
}

/* Where the main thread's stack may grow without end, it gets one. */
static void
page_overflow_limit(void)
{
	struct rlimit stack;

	getrlimit(RLIMIT_STACK, &stack);
	if (stack.rlim_cur <= PAGE_OVERFLOW_STACK)
		return;
	stack.rlim_cur = PAGE_OVERFLOW_STACK;
	setrlimit(RLIMIT_STACK, &stack);
}

void
page_overflow_serve(struct request *rq)
{
	page_overflow_limit();
	request_answer(rq, 200, "%d calls and no end of the stack\n",
	               page_overflow_call(0));
}
