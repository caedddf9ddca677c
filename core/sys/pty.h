/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pty - a pair of pseudo-terminals, pty(7).
 */
#ifndef CORE_SYS_PTY_H
#define CORE_SYS_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/sys/err.h"

#define PTY_NAME_SIZE 64

/*
 * Open a pair, both close-on-exec and owned by the caller, with the usual
 * settings of a terminal: lines are edited, echoed, and ^C ^Z make signals.
 * `name` gets the path of the slave ("/dev/pts/4").
 */
int pty_open(int *master, int *slave, char name[PTY_NAME_SIZE], struct err *);

/* Tell the terminal its size; the foreground group gets WINCH. */
void pty_resize(int fd, int rows, int cols);

/* The size of a terminal.  Returns 0, or -1 when fd is none. */
int pty_size(int fd, int *rows, int *cols);

/* Has a program asked for single keys: are no lines edited there? */
bool pty_raw(int fd);

/* Forget what was written to the master and nobody has read. */
void pty_flush_input(int master);

/* The foreground group of a terminal that we are in, or -1. */
pid_t pty_foreground(int fd);

/* Make `pgid` the foreground group; SIGTTOU must be blocked or ignored. */
int pty_set_foreground(int fd, pid_t pgid, struct err *);

#endif
