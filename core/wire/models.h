/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * models - the names of what a worker does with a connection.
 *
 * The server has a row and a file for each (core/serve/model-*.c); the shell
 * lists them and offers them for completion.
 */
#ifndef CORE_WIRE_MODELS_H
#define CORE_WIRE_MODELS_H

/*
 * X(id, name, help): the first one holds when nobody says anything.  Its row
 * is model_id.
 */
// clang-format off
#define MODELS(X) \
	X(event,   "event",   "a place in the worker's event loop, as in Node") \
	X(prefork, "prefork", "a process that waits, all of it, as Apache's prefork") \
	X(fork,    "fork",    "a new process, which ends with it") \
	X(thread,  "thread",  "a new thread, which ends with it") \
	X(pool,    "pool",    "a thread that waits, of those that the worker has")
// clang-format on

#endif
