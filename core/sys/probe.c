/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/probe.h"

#include <stdlib.h>
#include <string.h>

static const char *const probe_names[] = {
	"connector",  /* births of all processes, from the kernel */
	"pidfd-info", /* exit status of a process that is not our child */
	"diag",       /* who holds the other end of a connection */
	"kcmp",       /* do two processes have one thing, or one each */
	"children",   /* /proc/PID/task/TID/children */
};

bool
probe_allowed(const char *name)
{
	const char *list = getenv("FORKSHOP_WITHOUT");
	size_t len = strlen(name);

	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (n == len && strncmp(list, name, n) == 0)
			return false;
		list += n + (list[n] == ',');
	}
	return true;
}

const char *
probe_nth(int i)
{
	int n = (int)(sizeof(probe_names) / sizeof(probe_names[0]));

	return i >= 0 && i < n ? probe_names[i] : NULL;
}
