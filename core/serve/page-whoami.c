/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who serves: process, thread, processor, and where a variable stands.
 */
#include <inttypes.h>
#include <sched.h>
#include <unistd.h>

#include "core/serve/counter.h"
#include "core/serve/pages.h"

void
page_whoami_serve(struct request *rq)
{
	const struct reporter *w = request_worker(rq);

	request_answer(rq, 200,
	               "worker  w%u\nthread  %u\npid     %d\ntid     %d\n"
	               "ppid    %d\ncpu     %d\ncounter %" PRId64 " at %p\n",
	               w->id, w->thread, (int)getpid(), (int)gettid(),
	               (int)getppid(), sched_getcpu(),
	               atomic_load(&counter.value), (void *)&counter.value);
}
