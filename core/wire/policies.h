/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policies - the names of what decides who gets the next connection.
 *
 * The server has a row for each (core/serve/policy.c); the shell lists them
 * and offers them for completion.
 */
#ifndef CORE_WIRE_POLICIES_H
#define CORE_WIRE_POLICIES_H

/*
 * X(id, name, who, help): the first one holds when nobody says anything.  The
 * functions of a row are policy_next_id and policy_say_id; ACCEPTS_who calls
 * accept(2).
 */
// clang-format off
#define POLICIES(X) \
	X(rr,        "rr",          MASTER, "the next free worker in turn; the master hands over") \
	X(least,     "least",       MASTER, "the free worker that holds the fewest connections") \
	X(random,    "random",      MASTER, "any free worker, by chance") \
	X(two,       "two-choices", MASTER, "the better of two free workers taken by chance") \
	X(shared,    "shared",      ALL,    "whoever accepts first: all hold one listening socket") \
	X(reuseport, "reuseport",   EACH,   "the kernel's hash: a listening socket for each worker")
// clang-format on

#endif
