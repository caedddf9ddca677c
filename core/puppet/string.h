/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * string - what a puppet hangs on; one for each thread.
 */
#ifndef CORE_PUPPET_STRING_H
#define CORE_PUPPET_STRING_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/puppet/puppet.h"

/* Take the descriptor that we were started with, and its name. */
void string_take(int fd, const char *name);

/* The name and the descriptor of the calling thread's string. */
const char *string_name(void);
int string_fd(void);

/* Is this descriptor one of our strings?  `close` and `dup` refuse those. */
bool string_is(int fd);

/*
 * While a thread makes a string no other may fork: the child would keep a
 * copy of it, and nobody would see it cut.  The child lets go, too.
 */
void string_hold_forks(void);
void string_let_forks(void);

/*
 * Make a string for somebody who is not yet born, and send the other end up.
 * Returns our end, or -1 with errno.
 */
int string_make(const char *name);

/*
 * In a new child or thread: this is my string from now on.  A child closes
 * those of its parent.  Says AWAKE, with a pidfd of a process.
 */
void string_child(int fd, const char *name);
void string_thread(int fd, const char *name);

/* Speak, and wait while the shell does not listen.  Nothing is lost. */
void string_say(const struct msg *);

/* The same for a signal handler: it does not wait. */
void string_cry(const struct msg *);

/* Wait for the next call.  Returns false when the string is cut. */
bool string_hear(struct msg *);

/* Forget a string that nobody took, or whose thread has ended. */
void string_drop(int fd);

#endif
