/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json - what a session says, for programs: one object a line.
 *
 * Each object has "type".  Keys that do not apply are left out; new ones may
 * be added, these stay.  Text is valid UTF-8 without control characters.
 * Times are seconds of the monotonic clock.
 *
 *	command result output good error note
 *	        text, name (whose output it is)
 *	        note: something happened that is no event of the timeline
 *	progress text ("": it is over)
 *	event   n, t, event (a word of the facts: "forked"), who, other:
 *	        {name, kind, pid, tid}; server, connection, told, text (a
 *	        path, a reason), line (the event as a sentence), and by type
 *	        signal      signal, stopped: "TERM"; exited by one, too
 *	        code        exited
 *	        port        online (of a master), listening, refused
 *	        status, ms  answer
 *	        lost        lost
 *	tree    t, events, foreground, servers: [{name, pid, up, port,
 *	        listening, policy, model, on_parent_death, started, answered,
 *	        done, failed, accepted, lost}], processes: [...] in the order
 *	        of drawing, each with
 *	        pid, tid, ppid, pgrp, session, name, kind, server, command,
 *	        depth, state, life, foreground, adopted, told, dead, reaped,
 *	        exit_code or signal, processor, threads, rss_kb, private_kb,
 *	        cpu_s, switches, fds, uid, started, answered, done, failed,
 *	        accepted, open
 *	end     status: the exit status, the last line
 */
#ifndef CORE_SHELL_JSON_H
#define CORE_SHELL_JSON_H

#include <sys/types.h>

#include "core/shell/session.h"

/* Each returns a line without its newline, to free(), or NULL. */
char *json_of_line(enum line_kind, const char *name, const char *text);
char *json_of_progress(const char *text);
char *json_of_event(const struct event *);
char *json_of_end(int status);

/* Of the process `root` and what is under it; 0: everything. */
char *json_of_tree(const struct snapshot *, pid_t root);

#endif
