/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * births - forks, execs and exits as the kernel tells them to everybody: the
 * proc connector, connector.rst of the kernel's documentation.
 *
 * It speaks of the whole machine, so we listen only while there is a process
 * whose parent does not tell us of its children (or that could be such a
 * parent).  Where the kernel refuses it, the 4 Hz reading of /proc remains.
 */
#ifndef CORE_WATCH_BIRTHS_H
#define CORE_WATCH_BIRTHS_H

#include <stdbool.h>

struct watch;

enum births_state {
	BIRTHS_OFF,    /* nobody needs it */
	BIRTHS_ASKED,  /* the kernel has not acknowledged yet */
	BIRTHS_HEARD,  /* it tells us */
	BIRTHS_REFUSED /* it does not, or FORKSHOP_WITHOUT says so */
};

struct births {
	enum births_state state;
	int fd;    /* owned: a netlink socket, -1 */
	int timer; /* patience with the acknowledgement */
};

void births_open(struct watch *);
void births_close(struct watch *);

/* Listen from now on, or (false) no more.  Returns at once. */
void births_want(struct watch *, bool);

#endif
