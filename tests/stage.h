/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stage - where the real programs play for a test: a home of their own, an
 * environment with a mark, and the proof that nothing is left behind.
 *
 * story (pipes) and screen (a terminal) both stand on it.  Every helper here
 * fails the running Check test, with both values, instead of returning an
 * error.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <stdbool.h>
#include <sys/types.h>

#define STAGE_TEXTS 256

struct stage {
	pid_t pid;                /* the program; 0 once it was waited for */
	int status;               /* of waitpid(2), when pid is 0 */
	int port;                 /* that must be free in the end, or 0 */
	char home[64];            /* HOME and XDG_STATE_HOME; removed at end */
	char mark[64];            /* value of FORKSHOP_STORY */
	char *texts[STAGE_TEXTS]; /* owned: answers of stage_outside */
	int ntexts;
};

/*
 * The ceiling of every wait in milliseconds: 30 s times FORKSHOP_PATIENCE.
 * A test that comes near it has failed; it never is a pause.
 */
int stage_limit_ms(void);

/* Monotonic milliseconds, for the ceilings. */
long stage_now_ms(void);

/* `many` in `make check-long` (FORKSHOP_LONG), otherwise `few`. */
int stage_rounds(int few, int many);

/*
 * Make a fresh home and a mark, and become subreaper (prctl(2)): whatever
 * loses its parent in this test is adopted by it and so can be found.
 */
void stage_open(struct stage *);

/*
 * Path of a program: one of ours from FORKSHOP_BUILD or from the build
 * folder of the test itself; any other name as it is, for PATH.  Borrowed
 * until the next call.
 */
const char *stage_program(const char *name);

/*
 * In the child, before exec: HOME, XDG_STATE_HOME, FORKSHOP_STORY, LC_ALL,
 * and our programs first in PATH.  The child dies with the test.
 */
void stage_enter(const struct stage *, pid_t parent);

/*
 * Run a command of the real world with sh(1) and return what it printed on
 * both of its outputs, at most 1 MiB.  Borrowed until stage_close.
 */
const char *stage_outside(struct stage *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const char *stage_voutside(struct stage *, const char *fmt, __builtin_va_list);

/*
 * Wait until holds(arg) is true; asked every 10 ms, for what has no event
 * that a test could wait for.  `what` is told when the ceiling is reached.
 */
void stage_until(bool (*holds)(void *), void *arg, const char *what);

/* Has the program ended?  Then `status` is filled.  Does not wait. */
bool stage_ended(struct stage *);

/* Wait for its end.  Returns its exit status, or 128 + signal. */
int stage_wait(struct stage *);

/*
 * One line "pid ppid state command" for each living process that this test
 * has started, directly or not, but for the program itself when it runs.
 * Found by descent from this test and by the mark in the environment.
 * Orphans among them that have ended are reaped.  Borrowed until the next
 * call.
 */
const char *stage_family(struct stage *);

/* The program has ended, and no process and no listening port is left. */
void stage_nothing_left(struct stage *);

/* Remove the home and free the texts.  The program must have ended. */
void stage_close(struct stage *);

#endif
