/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * passthrough - `!CMD`: the real terminal and the lab's are one for a while.
 *
 * The program draws on the pty as on any terminal; every byte of it goes to
 * the real one as it is, and the real one's size to the pty.  What is typed is
 * given to the session by the app.
 */
#ifndef TUI_PASSTHROUGH_H
#define TUI_PASSTHROUGH_H

#include <stdbool.h>

#include "core/shell/session.h"
#include "core/sys/err.h"
#include "core/sys/loop.h"

struct passthrough;

/*
 * Take the terminal, which must be as its user's shell left it, and make it
 * raw.  Loop and session are borrowed.  NULL: nothing has changed.
 */
struct passthrough *passthrough_open(struct loop *, struct session *,
                                     struct err *);

/* The terminal has another size. */
void passthrough_resize(struct passthrough *);

/*
 * The program is over or stopped: show the last of what it printed.  Returns
 * whether that is still there to be read, with a hint below it; a program
 * with a screen of its own (1049, xterm's control sequences) has taken it
 * along.
 */
bool passthrough_linger(struct passthrough *);

/* Give the terminal back as it was.  NULL is fine. */
void passthrough_close(struct passthrough *);

#endif
