/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rehearse - a session with the real lab inside of the test itself, and a
 * front that writes down what it is told.
 *
 *	rehearse_open((struct session_options){ .empty = true });
 *	rehearse_run("echo hello");
 *	rehearse_said("output j1: hello");
 *	rehearse_close();
 *
 * Every helper fails the running Check test instead of returning an error.
 */
#ifndef TESTS_REHEARSE_H
#define TESTS_REHEARSE_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/shell/session.h"
#include "core/sys/loop.h"

extern struct loop *rehearse_loop;
extern struct session *rehearse_session; /* NULL: the test has closed it */
extern char rehearse_progress[256];      /* what stands there now */
extern int rehearse_passes;    /* the terminal was given away, and taken */
extern bool rehearse_may_pass; /* is there a terminal to give away? */

/* The programs are those of stage_program; `headless` is set. */
void rehearse_open(struct session_options);
void rehearse_close(void);

/* Forget what was said, run a line, and wait until the prompt is free. */
void rehearse_run(const char *line);

/*
 * Has it been said since the last rehearse_run?  A line is "kind name: text"
 * with the kinds command, result, event, output, error, good, tree, and "-"
 * for no name.
 */
void rehearse_said(const char *text);
void rehearse_not_said(const char *text);
void rehearse_until_said(const char *text);

/* Turn the loop until holds(arg); `what` is told when time is up. */
void rehearse_until(bool (*holds)(const void *), const void *arg,
                    const char *what);

/* For rehearse_until: the prompt is free; a job has the terminal; the prompt
 * has it; a process has ended.  The argument is a name. */
bool rehearse_is_idle(const void *unused);
bool rehearse_is_in_front(const void *name);
bool rehearse_is_taken_back(const void *unused);
bool rehearse_is_gone(const void *name);

pid_t rehearse_pid(const char *name);

/* None of these (the last is 0) is a process any more. */
bool rehearse_all_ended(const pid_t *pids);

#endif
