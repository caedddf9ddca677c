/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lend - pidfds for programs that run under valgrind.
 *
 * valgrind 3.19 does not know pidfd_open(2) and pidfd_send_signal(2): under
 * it they fail with ENOSYS.  lender.c is a program that runs outside of it
 * and makes these calls for others, over a socket of the name in LEND_SOCKET;
 * borrow.c, loaded before the C library (LD_PRELOAD), asks it instead of the
 * kernel.  Only tests/run uses them.
 */
#ifndef TESTS_VALGRIND_LEND_H
#define TESTS_VALGRIND_LEND_H

#define LEND_SOCKET "FORKSHOP_LEND" /* environment: its path */

/* What is asked; a descriptor comes along for pidfd_send_signal. */
struct lend_call {
	long number;
	int pid, sig;
};

/* What came of it; a descriptor comes along for pidfd_open. */
struct lend_answer {
	long value;
	int error;
};

/* One message, with a descriptor unless fd is -1.  0, or -1. */
int lend_send(int sock, const void *, unsigned long size, int fd);
int lend_recv(int sock, void *, unsigned long size, int *fd);

#endif
