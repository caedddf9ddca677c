/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Groups, sessions, the terminal, and the place in the scheduler.
 */
#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/puppet/puppet.h"
#include "core/sys/cpus.h"
#include "core/sys/text.h"

void
call_setpgid(const struct call *call, struct result *r)
{
	int64_t pgid = 0;

	if (call->argc > 1 &&
	    !text_number(call->argv[1], 0, INT32_MAX, &pgid)) {
		result_refuse(r, EINVAL, "a group is named by a pid");
		return;
	}
	result_of(r, setpgid(0, (pid_t)pgid));
}

void
call_setsid(const struct call *call, struct result *r)
{
	(void)call;
	result_of(r, setsid());
}

/* From the background this raises TTOU, which stops us by default. */
void
call_tcsetpgrp(const struct call *call, struct result *r)
{
	(void)call;
	result_of(r, tcsetpgrp(STDIN_FILENO, getpgrp()));
}

void
call_nice(const struct call *call, struct result *r)
{
	int64_t more;

	if (!text_number(call->argv[1], -20, 19, &more)) {
		result_refuse(r, EINVAL, "nice takes -20 to 19");
		return;
	}
	errno = 0;
	r->value = nice((int)more);
	r->error = errno;
}

void
call_affinity(const struct call *call, struct result *r)
{
	cpu_set_t set;

	if (!cpus_parse(call->argv[1], &set))
		result_refuse(r, EINVAL,
		              "it is written affinity 0, affinity "
		              "0,1 or affinity all");
	else
		result_of(r, sched_setaffinity(0, sizeof(set), &set));
}
