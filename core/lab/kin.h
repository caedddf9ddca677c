/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kin - the table of the lab's children: started or adopted, not yet reaped.
 *
 * A pid in it is ours until we reap it, so it cannot be another's.
 */
#ifndef CORE_LAB_KIN_H
#define CORE_LAB_KIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

#include "core/wire/msg.h"

#define KIN_MAX 4096

struct child {
	pid_t pid;
	uint64_t start_ticks; /* with the pid, the identity */
	char name[NAME_SIZE]; /* as the shell called it; "" of an orphan */
	bool adopted;         /* an orphan that came to us */

	/* written by jobs.c */
	bool keeps_termios; /* it left the terminal with settings of its own */
	struct termios termios;
};

struct kin;

/* Returns an empty table, or NULL without memory. */
struct kin *kin_open(void);
void kin_close(struct kin *);

int kin_count(const struct kin *);

/* The i-th child in the order of pids; borrowed until the next add or drop. */
struct child *kin_nth(struct kin *, int i);

/* The child of that pid (borrowed as above), or NULL. */
struct child *kin_find(struct kin *, pid_t);

/*
 * Add a child that is not in the table, all zero but for its pid.  Returns
 * it, or NULL when KIN_MAX are in it.
 */
struct child *kin_add(struct kin *, pid_t);

/* Forget a child; nothing happens when it is not there. */
void kin_drop(struct kin *, pid_t);

#endif
