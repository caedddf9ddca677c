/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * app - the laboratory on a screen: keys go down to the session, what it says
 * and what is true now come up as a picture.
 *
 *	app.c          opens and closes everything; signals; the loop
 *	app-front.c    what the session tells
 *	app-keys.c     where a key goes: prompt, log, or the job's terminal
 *	app-tape.c     scripts that type, recordings
 *	app-draw.c     one frame for each turn in which something changed
 *	passthrough.c  `!CMD`: the terminal is a program's for a while
 */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "core/shell/session.h"
#include "core/sys/err.h"
#include "core/sys/loop.h"
#include "core/tape/script.h"

/* What is played and recorded from the start; all NULL: nothing. */
struct app_tape {
	struct script *script; /* is the app's then */
	const char *path;      /* borrowed: of the recording */
	bool keys;             /* record what is typed, too */
};

/*
 * Open a laboratory on this terminal and run until it is left.  Returns the
 * exit status: as session_status(), or 128 + signal when a signal ended it;
 * -1 and err when it could not begin.  Whatever is returned, the terminal is
 * as it was and nothing is left running.
 */
int app_run(struct loop *, const struct session_options *,
            const struct app_tape *, struct err *);

#endif
