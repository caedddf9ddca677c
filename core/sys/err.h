/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * err - one sentence that a student can act on.
 *
 * Whatever can fail takes a struct err as its last argument, returns -1 or
 * NULL, and leaves a sentence: what failed, on what, why, and what to do.
 */
#ifndef CORE_SYS_ERR_H
#define CORE_SYS_ERR_H

#define ERR_TEXT_SIZE 512

struct err {
	int code;                 /* errno at the place of failure, or 0 */
	char text[ERR_TEXT_SIZE]; /* the sentence, without a newline */
};

/*
 * Fill the sentence.  `err` may be NULL: the caller does not care.
 * Returns -1 always, so that a function can end in `return err_set(...)`.
 */
int err_set(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The same, followed by ": " and the meaning of errno, which is kept in
 * err->code.  Returns -1 and leaves errno as it was.
 */
int err_sys(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
