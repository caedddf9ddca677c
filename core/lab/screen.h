/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * screen - the shell's own terminal, which the lab repairs when the shell
 * cannot: it was killed while it drew.
 */
#ifndef CORE_LAB_SCREEN_H
#define CORE_LAB_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

struct lab;
struct msg;

struct screen {
	bool known;              /* we hold the terminal */
	bool up;                 /* the shell draws on it */
	int fd;                  /* owned, when known */
	bool has_termios;        /* it was a terminal when it was handed over */
	struct termios original; /* before the shell changed them */
	pid_t group;             /* the shell's process group */
	pid_t leader;            /* of the session that the shell is in */
	size_t written;          /* of the reset sequences, so far */
	bool restored;           /* the settings were looked after */
};

/* Remember the shell's group and session, while it surely lives. */
void screen_open(struct lab *);

/* MSG_SCREEN: it is up, or down; the first time with its descriptor. */
void screen_order(struct lab *, const struct msg *, const int *fds, int nfds);

/*
 * The shell is gone: if its screen is still up, write what leaves it, and
 * restore the terminal's settings unless somebody else has taken over.
 * Never waits longer than patience_ms for a terminal that does not read;
 * call it again to go on where it stopped.
 */
void screen_reset(struct lab *, int patience_ms);

#endif
