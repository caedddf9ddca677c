/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sig - signals by name, as kill(1) and signal(7) spell them.
 */
#ifndef CORE_SYS_SIG_H
#define CORE_SYS_SIG_H

#include <stddef.h>
#include <stdint.h>

#include "core/sys/err.h"

#define SIG_NAME_SIZE 12

/*
 * "TERM", "SIGTERM", "term" or "15" to 15, "0" to 0; real-time ones as
 * "RTMIN+3".  Returns -1 when there is no such signal.
 */
int sig_number(const char *name);

/* "TERM" for 15, in a static table or `buf`; "SIG99" for what has no name. */
const char *sig_name(int sig, char buf[SIG_NAME_SIZE]);

/* What the default action does: "ends", "dumps core", "stops", ... */
const char *sig_default(int sig);

/* The nearest real name to a mistyped one; never NULL. */
const char *sig_nearest(const char *name);

/* Say that there is no such signal, and which there are.  Returns -1. */
int sig_refuse(const char *name, struct err *);

/* Iterate over the names: the i-th one, or NULL past the end. */
const char *sig_nth(int i);

/*
 * A mask as /proc/PID/status has it, in words: "INT QUIT", "none".  Cut at
 * `size` with "..." where it does not fit.
 */
void sig_mask_text(uint64_t mask, char *buf, size_t size);

#endif
