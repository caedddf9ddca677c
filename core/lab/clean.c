/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only direct children are killed: until we reap one, its pid is its own, so
 * no stranger can be hit.  What they leave behind comes to us, because we
 * are the subreaper, and is a direct child in the next round.  A stopped
 * process needs no CONT to be killed, signal(7).
 *
 * Orphans that replace themselves are caught because a round is shorter than
 * a fork; so nothing here sleeps while there is anybody new to kill.
 */
#include "core/lab/clean.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/lab/lab.h"
#include "core/sys/clock.h"

#define CLEAN_PATIENCE_NS (10 * NS_PER_S)
#define CLEAN_LIST        8192
#define CLEAN_PAUSE_MS    1

/*
 * KILL to all children.  The kernel's list may miss some while others exit
 * (proc(5)), so our own table is gone through as well.
 */
static void
clean_kill(struct lab *lab)
{
	static pid_t pids[CLEAN_LIST];
	int n = procfs_children(lab->proc, getpid(), 0, pids, CLEAN_LIST);

	for (int i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
	for (int i = 0; i < kin_count(lab->kin); i++)
		kill(kin_nth(lab->kin, i)->pid, SIGKILL);
}

/*
 * Reap all that have ended.  Returns how many, or -1 when there are no
 * children left.
 */
static int
clean_reap(struct lab *lab)
{
	int n = 0;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		kin_drop(lab->kin, pid);
		n++;
	}
	return pid < 0 && errno == ECHILD ? -1 : n;
}

/* Returns 0 when nobody is left, -1 when patience is at its end. */
static int
clean_rounds(struct lab *lab)
{
	int64_t end_ns = clock_ns() + CLEAN_PATIENCE_NS;

	while (clock_ns() <= end_ns) {
		int reaped;

		clean_kill(lab);
		reaped = clean_reap(lab);
		if (reaped < 0)
			return 0;
		if (reaped == 0)
			poll(NULL, 0, CLEAN_PAUSE_MS);
	}
	return -1;
}

int
clean_all(struct lab *lab, struct err *err)
{
	int nice = getpriority(PRIO_PROCESS, 0), result;

	setpriority(PRIO_PROCESS, 0, -20); /* where we are allowed to */
	result = clean_rounds(lab);
	setpriority(PRIO_PROCESS, 0, nice);
	if (result == 0)
		return 0;
	return err_set(err,
	               "some processes of the lab cannot be ended: they hang "
	               "in the kernel; look at their STAT with ps af");
}
