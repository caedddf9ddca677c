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
 * X(id, name, help): the first one holds when nobody says anything.  The
 * functions of a row are policy_next_id and policy_say_id.
 */
// clang-format off
#define POLICIES(X) \
	X(rr,     "rr",          "the next free worker in turn; the master hands over") \
	X(least,  "least",       "the free worker that holds the fewest connections") \
	X(random, "random",      "any free worker, by chance") \
	X(two,    "two-choices", "the better of two free workers taken by chance")
// clang-format on

#endif
