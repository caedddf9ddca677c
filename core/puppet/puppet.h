/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * puppet - a process that makes exactly the call it is told.
 *
 * Each thread of it hangs on a string, one end of a wire (core/wire): a CALL
 * comes down, CALLING goes up before the call and RETURNED after it.  Beside
 * the call there is only the upkeep of the strings: a child gets its own
 * before it can run, and closes its parent's.
 */
#ifndef CORE_PUPPET_PUPPET_H
#define CORE_PUPPET_PUPPET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire/call.h"
#include "core/wire/msg.h"

#define PUPPET_WORDS   64 /* in one call */
#define PUPPET_THREADS 64
#define LOG_FD         899 /* the pipe into the log */
#define STRING_FD      900 /* strings are kept at descriptors from here up */

/* A call as it came. */
struct call {
	int argc;
	char *argv[PUPPET_WORDS + 1]; /* argv[0] is its name; NULL ends */
	char rest[MSG_TEXT];          /* all behind the name, as typed */
	char child[NAME_SIZE];        /* name of who may be born by it */
};

/* What it came to.  A call that does not return does not fill it. */
struct result {
	int64_t value;
	int error;   /* errno, or 0 */
	bool reaped; /* a child, value, which left this status */
	int status;
	char text[512];
};

typedef void call_fn(const struct call *, struct result *);

/* One function for each row of CALLS: call-process.c, call-signal.c ... */
#define X(id, name, usage, min, max, blurb, page) call_fn call_##id;
CALLS(X)
#undef X

/* Make every call that comes down this thread's string until it is cut. */
void puppet_hang(void);

/* call-memory.c: answer a VARIABLE about one of the variables; see msg.h. */
struct msg memory_peek(const struct msg *);

/* Say what all variables are: a VALUE each, in a new child too. */
void puppet_tell_variables(void);

/* In a new child: fork(2) has copied one thread, the one that called it. */
void puppet_forget_threads(void);

/* value, and errno where it is negative: how most system calls answer. */
void result_of(struct result *, int64_t value);

/* It cannot be done at all: a sentence, with errno `error`. */
void result_refuse(struct result *, int error, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
