/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-logbook - the lines that the log shows, in a ring.
 *
 * What commands say stands out; what happens is coloured as in the tree.
 * Answers are counted in one line until a command is typed or something else
 * happens, so that a thousand requests do not drown what was typed.
 */
#ifndef TUI_VIEW_LOGBOOK_H
#define TUI_VIEW_LOGBOOK_H

#include <stddef.h>
#include <stdint.h>

#include "core/shell/session.h"
#include "core/watch/timeline.h"
#include "tui/theme.h"

#define LOGBOOK_LINES 2000 /* the oldest are forgotten */
#define LOGBOOK_TEXT  4096 /* bytes of a line; more are cut off */

struct logline {
	enum line_kind kind;
	enum style style;
	char name[NAME_SIZE]; /* who printed it, or "" */
	char *text;           /* owned: clean, one line */
	int64_t t_ns;         /* clock_ns() when it was added */
};

struct logbook;

/* Returns an empty one that the caller owns, or NULL. */
struct logbook *logbook_open(struct err *);
void logbook_close(struct logbook *);

void logbook_add(struct logbook *, enum line_kind, const char *name,
                 const char *text);

/* A line about an event, in the colour that its row has in the tree. */
void logbook_add_event(struct logbook *, const struct event *,
                       const char *text);

/*
 * Count an event in one line with others of its type.  Returns false, and
 * does nothing, when events of this type are told one by one.
 */
bool logbook_count(struct logbook *, const struct event *);

void logbook_clear(struct logbook *);

/*
 * Show what was there at past_ns, and what was said (not what happened) from
 * left_ns on; past_ns 0: everything.
 */
void logbook_past(struct logbook *, int64_t past_ns, int64_t left_ns);

/* How many lines there are; the i-th from the end, 0 the newest (borrowed
 * until the next call that changes the book), or NULL. */
size_t logbook_size(const struct logbook *);
const struct logline *logbook_back(const struct logbook *, size_t i);

/* How many lines were ever added: grows with each new one. */
unsigned long logbook_added(const struct logbook *);

#endif
