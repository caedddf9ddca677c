/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * await - a command that has asked a master and waits for its answer.
 */
#ifndef CORE_SHELL_AWAIT_H
#define CORE_SHELL_AWAIT_H

#include "core/shell/session.h"

#define AWAIT_SAID 96

/*
 * Wait for the answer to `seq` (0: the question failed, err says why).  What
 * it came to is said as a result; Ctrl-C leaves it to its fate.
 */
enum outcome await_answer(struct session *, uint32_t seq, struct err *);

/* The same; `said` is the result when the answer has no words of its own. */
enum outcome await_said(struct session *, uint32_t seq, const char *said,
                        struct err *);

/* How long `until FACT` waits: what its last "within T" says, or 30 s. */
int64_t await_patience_ns(const char *fact);

#endif
