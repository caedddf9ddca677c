/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plain - the front without a screen: line by line, for pipes and screen
 * readers, or as JSON lines (json.h).
 */
#ifndef CORE_SHELL_PLAIN_H
#define CORE_SHELL_PLAIN_H

#include <stdbool.h>

#include "core/shell/session.h"
#include "core/sys/err.h"
#include "core/sys/loop.h"

/*
 * Where commands come from: `commands` (borrowed), else a script that
 * session_options.opened has begun to play, else standard input as it comes.
 */
struct plain_options {
	bool json;            /* one JSON object a line */
	const char *commands; /* "fork; get -n 4"; or NULL */
	bool script;          /* it is played to its end; commands are echoed */
};

/*
 * Open a session, run the commands, close it.  Returns the exit status: 0, 1
 * or 2 as session_status(), 128 + signal when it was ended by one; -1 and err
 * when it could not begin.
 */
int plain_run(struct loop *, const struct session_options *,
              const struct plain_options *, struct err *);

#endif
