/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reap - what becomes of the lab's children: told, reaped, adopted.
 */
#ifndef CORE_LAB_REAP_H
#define CORE_LAB_REAP_H

#include <stdbool.h>

struct lab;

/*
 * Tell the shell of one child that ended, stopped or went on, and reap it
 * if it ended.  Returns whether there was one.
 */
bool reap_next(struct lab *);

/*
 * An orphan comes without a signal: compare the children that the kernel
 * lists with those that we know, and tell the shell of new ones.  Returns
 * false when the wire was full before the end of the list.
 */
bool reap_look(struct lab *);

/*
 * The shell does not listen, and what it should hear piles up as zombies:
 * where there are too many, reap those that it never knew, and count them.
 */
void reap_crowd(struct lab *);

#endif
