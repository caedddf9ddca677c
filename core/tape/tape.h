/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tape - scripts that play themselves, and the recording of what is shown.
 *
 *	script.c     a file of commands and `#!` lines, parsed
 *	player.c     plays them over a session, one line after the other
 *	asciicast.c  a recording, as asciicast v2
 *	whole.c      bytes of a terminal, cut only where a player may stop
 *	tape.c       all of them for one session and its front
 *
 * There is one tape for a session, which owns it from tape_open() on.
 */
#ifndef CORE_TAPE_TAPE_H
#define CORE_TAPE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/shell/session.h"
#include "core/sys/err.h"
#include "core/tape/player.h"
#include "core/tape/script.h"

struct tape;

/* A front with a screen.  Without one, lines run at once and are told. */
struct tape_front {
	void *arg;
	/* Type this line (borrowed until player_typed()), and Enter. */
	void (*type)(void *arg, const char *line, int64_t key_ns);
	/* Show this text; "" shows none. */
	void (*caption)(void *arg, const char *text);
	/* A recording begins, or a chapter: show everything anew, and give
	   the whole screen to tape_output(). */
	void (*repaint)(void *arg);
	void (*size)(void *arg, int *rows, int *cols);
	/* All scripts are over: what was being typed is taken back. */
	void (*ended)(void *arg);
};

/*
 * Make the tape of a session; the front is copied, NULL: there is no screen.
 * Returns it (borrowed: session_close() frees it), or NULL and err.
 */
struct tape *tape_open(struct session *, const struct tape_front *,
                       struct err *);

/* The tape that was made for a session, or NULL. */
struct tape *tape_of(const struct session *);

/* Play a script as player_play() does, which owns it then. */
int tape_play(struct tape *, struct script *, int how, struct err *);
struct player *tape_player(struct tape *); /* borrowed */

/*
 * What `#! step LESSON STEP` does; the lessons hand it in.
 *
 * step: 0 it is done, 1 it will be: until tape_arrived() no line is read, and
 * the session is as one without a script.  Scripts that it plays meanwhile
 * with tape_play() end before the next line is read.  -1 and err: there is no
 * such lesson or step.
 * here: a line or a fact of a script as it is to be read here, itself or in
 * buf: lessons speak of a port that another program may have.
 * ended: all scripts are over.
 * looks: something is about to be seen to hold; the next line waits.
 * Each may be NULL.
 */
struct tape_lessons {
	void *arg;
	int (*step)(void *arg, const char *lesson, const char *step,
	            struct err *);
	const char *(*here)(void *arg, const char *text, char buf[PARSE_LINE]);
	void (*ended)(void *arg);
	bool (*looks)(void *arg);
};

void tape_on_step(struct tape *, const struct tape_lessons *);

/* The step is there; or it is not, and why: the scripts end. */
void tape_arrived(struct tape *, const char *why);

/*
 * Record into a new file from now on; keys: what is typed as well.  What was
 * recorded before ends.  -1 and err; tape_stop() ends without a new one.
 */
int tape_record(struct tape *, const char *path, bool keys, struct err *);
void tape_stop(struct tape *);
bool tape_records(const struct tape *);
const char *tape_path(const struct tape *); /* NULL: nothing is recorded */

/*
 * What the screen was sent, whole frames of UTF-8; what a program sent to it,
 * cut anywhere; another size; what was typed.  Nothing happens while nothing
 * is recorded.
 */
void tape_output(struct tape *, const char *bytes, size_t len);
void tape_passed(struct tape *, const char *bytes, size_t len);
void tape_resize(struct tape *, int rows, int cols);
void tape_typed(struct tape *, const char *bytes, size_t len);

/* A chapter begins here: a marker in the recording, then a full repaint. */
void tape_mark(struct tape *, const char *title);

/* Show a line of text to the room; "" takes it away. */
void tape_caption(struct tape *, const char *text);

#endif
