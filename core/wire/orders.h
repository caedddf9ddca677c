/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * orders - the signals that a master obeys.
 *
 * They are those of nginx and gunicorn, so that what is learnt here works
 * there; where those two differ we do as nginx does.
 */
#ifndef CORE_WIRE_ORDERS_H
#define CORE_WIRE_ORDERS_H

/*
 * X(SIGNAL, id, what it does): the function of a row is obey_id
 * (core/serve/obey.c), in the help of the shell it is a line.
 */
// clang-format off
#define ORDERS(X) \
	X(TTIN, more,   "one worker more") \
	X(TTOU, less,   "one worker less: the newest retires") \
	X(HUP,  reload, "new workers for all, one after another: reload") \
	X(QUIT, quit,   "finish what is under way, then end: shutdown") \
	X(USR1, count,  "print its counters to the log")
// clang-format on

#endif
