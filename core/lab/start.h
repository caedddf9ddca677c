/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * start - the lab starts a program that the shell asked for.
 */
#ifndef CORE_LAB_START_H
#define CORE_LAB_START_H

struct lab;
struct msg;

/*
 * MSG_START, answered by STARTED or NOT_STARTED.  argv[0] without a slash
 * is one of our own programs beside the lab (or in LIBEXECDIR) when it is
 * called forkshop-SOMETHING, otherwise it is looked for in PATH.
 */
void start_order(struct lab *, const struct msg *, const int *fds, int nfds);

#endif
