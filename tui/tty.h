/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tty - the terminal as a device: its modes, its size, bytes in and out.
 *
 * A terminal that does not read must not stop us.  O_NONBLOCK on descriptors
 * 0 and 1 would be seen by the shell that started us, so bytes go out through
 * a descriptor of our own; what does not fit waits here.
 */
#ifndef TUI_TTY_H
#define TUI_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include "core/sys/err.h"

struct tty;

/* Returns the terminal of this process, unchanged as yet, or NULL. */
struct tty *tty_open(struct err *);

/* The modes are not restored: tty_restore() comes before. */
void tty_close(struct tty *);

/*
 * Every byte as it is typed, ^C, ^Z and ^S included, none echoed; and every
 * byte written as it is.
 */
int tty_raw(struct tty *, struct err *);

/* The modes as they were at tty_open(). */
void tty_restore(struct tty *);
const struct termios *tty_saved(const struct tty *);

/* The size as the kernel has it now; 24 by 80 where it has none. */
void tty_size(const struct tty *, int *rows, int *cols);

/* Bytes that were typed; 0 when the terminal is gone. */
ssize_t tty_read(struct tty *, char *buf, size_t size);

/* The descriptor that is written to (borrowed). */
int tty_fd(const struct tty *);

/*
 * Put bytes behind what waits to be written.  Returns where they stand, so
 * that the caller may fill them in before the next call, or NULL without
 * memory.  `bytes` may be NULL: the caller fills them in.
 */
char *tty_add(struct tty *, const char *bytes, size_t len);

/* The number of bytes that wait, and forgetting those behind the first len. */
size_t tty_waiting(const struct tty *);
void tty_cut(struct tty *, size_t len);

/* Write what the terminal takes.  Returns true when nothing waits any more. */
bool tty_flush(struct tty *);

/* The same, but wait for it as long as it goes on reading each second. */
void tty_flush_patiently(struct tty *);

#endif
