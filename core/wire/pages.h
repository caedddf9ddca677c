/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pages - what a worker answers: the names, and what each is good for.
 *
 * The server has a row and a file for each (core/serve/page-*.c); the shell
 * offers them for completion.
 */
#ifndef CORE_WIRE_PAGES_H
#define CORE_WIRE_PAGES_H

/*
 * X(id, path, query, example, harms, help): page_id_serve answers.  example:
 * what completion puts behind the path.  harms: only for the user who runs
 * the server.
 */
// clang-format off
#define PAGES(X) \
	X(root,     "/",         "",                 "",         false, "hello world, and who says it") \
	X(health,   "/health",   "",                 "",         false, "ok, as long as somebody serves") \
	X(whoami,   "/whoami",   "",                 "",         false, "who serves, on which processor, and a variable of it") \
	X(sleep,    "/sleep",    "?ms=N",            "?ms=100",  false, "wait for N milliseconds; others are served meanwhile") \
	X(cpu,      "/cpu",      "?ms=N",            "?ms=100",  false, "compute for N milliseconds; others of this thread wait") \
	X(disk,     "/disk",     "?mb=N",            "?mb=10",   false, "write N MB to a nameless file and wait for the disk") \
	X(count,    "/count",    "?n=N&lock=on|off", "",         false, "add N to a variable of the process, step by step") \
	X(crash,    "/crash",    "",                 "",         true,  "write through a null pointer") \
	X(exit,     "/exit",     "?code=N",          "?code=7",  true,  "end the process that serves, with this code") \
	X(leak,     "/leak",     "?mb=N",            "?mb=10",   true,  "take N MB of memory and never give them back") \
	X(overflow, "/overflow", "",                 "",         true,  "use up the stack of the thread that serves") \
	X(unsafe,   "/unsafe",   "?ms=N",            "",         true,  "call gmtime(), whose result other threads may change") \
	X(spy,      "/spy",      "?addr=A",          "",         true,  "hide a secret, or read any address of the process")
// clang-format on

#endif
