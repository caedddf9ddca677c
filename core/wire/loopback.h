/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * loopback - what a connection between our processes is, by the address that
 * it comes from.
 *
 * All of 127.0.0.0/8 is this machine (RFC 1122), so a balancer can say
 * something about a connection without touching its bytes.  It is a
 * convention among ours, no secret: others can use these addresses, too, and
 * get less by it, never more.
 */
#ifndef CORE_WIRE_LOOPBACK_H
#define CORE_WIRE_LOOPBACK_H

/* Where a server listens that is told nothing else. */
#define LOOPBACK_PORT 3000

/* A health check: served at once, neither counted nor told. */
#define LOOPBACK_CHECK 0x7f000002 /* 127.0.0.2 */

/* Passed on by a balancer for another user, or nobody knows for whom. */
#define LOOPBACK_STRANGER 0x7f000003 /* 127.0.0.3 */

#endif
