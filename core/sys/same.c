/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/same.h"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/sys/probe.h"

static int
same_ask(pid_t a, pid_t b, int type, int ia, int ib)
{
	long order;

	if (!probe_allowed("kcmp"))
		return -1;
	order = syscall(SYS_kcmp, a, b, type, (long)ia, (long)ib);
	return order < 0 ? -1 : order == 0;
}

int
same_task(pid_t a, pid_t b, enum same_what what)
{
	static const int types[] = {
		[SAME_MEMORY] = KCMP_VM,
		[SAME_FILES] = KCMP_FILES,
		[SAME_FOLDER] = KCMP_FS,
		[SAME_HANDLERS] = KCMP_SIGHAND,
	};

	return same_ask(a, b, types[what], 0, 0);
}

int
same_file(pid_t a, int fd, pid_t b, int other_fd)
{
	return same_ask(a, b, KCMP_FILE, fd, other_fd);
}
