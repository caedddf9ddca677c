/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/watch/ending.h"

#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "core/sys/probe.h"

/*
 * struct pidfd_info of linux/pidfd.h in its first published size, to which
 * the kernel cuts its answer; spelt out because older headers lack it.
 */
struct ending_info {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid;
	uint32_t ids[8]; /* real, effective, saved, of files: uid, gid */
	int32_t exit_code;
};

#define ENDING_GET_INFO _IOWR(0xFF, 11, struct ending_info)
#define ENDING_EXIT     (UINT64_C(1) << 3) /* PIDFD_INFO_EXIT */

_Static_assert(sizeof(struct ending_info) == 64, "PIDFD_INFO_SIZE_VER0");

bool
ending_ask(int pidfd, struct ending *ending)
{
	struct ending_info info = { .mask = ENDING_EXIT };

	if (pidfd < 0 || !probe_allowed("pidfd-info") ||
	    ioctl(pidfd, ENDING_GET_INFO, &info) < 0 ||
	    !(info.mask & ENDING_EXIT))
		return false;
	*ending = ending_of(info.exit_code);
	return true;
}

struct ending
ending_of(int raw)
{
	struct ending e = { .known = true, .raw = raw };

	e.killed = WIFSIGNALED(raw);
	e.dumped = e.killed && WCOREDUMP(raw);
	e.code = e.killed ? WTERMSIG(raw) : WEXITSTATUS(raw);
	return e;
}
