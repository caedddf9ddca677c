/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * forkshop-lab - the laboratory: session leader on a terminal of its own,
 * parent and subreaper of all that the shell starts in it.
 *
 * The shell starts it with its wire as descriptor 3 and the slave of a pty
 * as descriptor 4; the shell holds the only master.  It must not lead a
 * process group yet (setsid(2)) and gets no parent-death signal: when the
 * shell dies, there is work to do.
 *
 *	lab.c     what it knows; orders come in, news go out
 *	kin.c     the table of its children
 *	start.c   starts programs
 *	reap.c    tells of those that stop and end, reaps, adopts orphans
 *	jobs.c    who has the terminal
 *	screen.c  repairs the shell's own terminal after its death
 *	clean.c   ends everything
 *
 * It ends when it is told to (BYE, TERM), or when the shell is gone, for
 * whatever reason.  If it was stopped then, the end of the pty's master
 * continues it: the session's leader gets HUP, ignored here, and CONT.
 */
#include <stdio.h>
#include <unistd.h>

#include "core/lab/clean.h"
#include "core/lab/lab.h"
#include "core/sys/child.h"
#include "core/sys/title.h"

#define RESET_PATIENCE_MS 500

/* The screen first: the user looks at it; a slow terminal is waited for last. */
static int
main_end(struct lab *lab, struct err *err)
{
	int result;

	lab_hear_last(lab);
	screen_reset(lab, 0);
	result = clean_all(lab, err);
	if (result < 0)
		lab_say(lab, 0, err);
	screen_reset(lab, RESET_PATIENCE_MS);
	return result;
}

int
main(int argc, char **argv)
{
	static struct lab lab;
	struct err err;
	int result;

	child_standard_fds();
	title_init(argc, argv);
	result = lab_open(&lab, &err);
	if (result == 0) {
		result = loop_run(lab.loop, &err);
		if (main_end(&lab, &err) < 0)
			result = -1;
	}
	if (result < 0)
		dprintf(STDERR_FILENO, "forkshop-lab: %s\n", err.text);
	lab_close(&lab);
	return result < 0;
}
