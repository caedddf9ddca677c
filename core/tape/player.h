/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * player - plays scripts over a session: one line after the other, each when
 * what came before it is done.
 *
 * It knows no front.  Lines run at once, or are typed by whoever can; a
 * script may play another one (`source`), which then ends first.
 *
 *	player_next()  is asked by the session whenever no command runs; what
 *	               is not typed (#!) is done inside of it
 *
 * A fact that does not hold, or a step that cannot be begun, ends all scripts
 * with one sentence, FILE:LINE.
 */
#ifndef CORE_TAPE_PLAYER_H
#define CORE_TAPE_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/shell/parse.h"
#include "core/shell/session.h"
#include "core/sys/clock.h"
#include "core/sys/err.h"
#include "core/tape/script.h"

#define PLAYER_DEPTH  16               /* scripts that play one another */
#define PLAYER_KEY_NS (40 * NS_PER_MS) /* of a key, before any `type` */

/* Whom the player tells what is not typed. */
struct player_ops {
	void *arg;
	/* Type this line (borrowed until player_typed()), and Enter. */
	void (*type)(void *arg, const char *line, int64_t key_ns);
	/* A key for whoever has the lab's terminal. */
	void (*press)(void *arg, char key);
	void (*mark)(void *arg, const char *title);
	void (*caption)(void *arg, const char *text);
	/* 0: there it is; 1: on the way, until player_arrived(); -1, err. */
	int (*step)(void *arg, const char *lesson, const char *step,
	            struct err *);
	/* A line or a fact as it is to be read here: itself, or in buf. */
	const char *(*here)(void *arg, const char *text, char buf[PARSE_LINE]);
	/* How long a `beat` is: 0 nothing, -1 until player_key(). */
	int64_t (*beat_ns)(void *arg);
	/* All scripts are over: at their end, by a failure or by Ctrl-C. */
	void (*ended)(void *arg);
};

struct player;

/* The session is borrowed, the ops are copied.  NULL and err. */
struct player *player_open(struct session *, const struct player_ops *,
                           struct err *);
void player_close(struct player *);

/*
 * Play a script, before the rest of those in play; it is the player's then,
 * also on failure.  Its lines run before those that were typed already, but
 * for PLAYER_LATER.
 */
enum player_how {
	PLAYER_TYPED = 1, /* its lines go to ops->type */
	PLAYER_LATER = 2, /* it begins when the session has nothing to do */
};
int player_play(struct player *, struct script *, int how, struct err *);

/* As struct tape_ops has them. */
int player_depth(const struct player *);
bool player_playing(const struct player *);
const char *player_next(struct player *);

/* As struct tape_ops has it: a job is in front. */
bool player_front(struct player *);

/* The line was typed and entered; this is what stood there. */
void player_typed(struct player *, const char *line);

/* Is a line being typed?  Does a beat wait for a key?  Here it is. */
bool player_types(const struct player *);
bool player_visible(const struct player *); /* does a script that types play? */
bool player_beats(const struct player *);
void player_key(struct player *);

/* Is somebody on the way to a step?  There they are (why NULL), or not. */
bool player_steps(const struct player *);
void player_arrived(struct player *, const char *why);

/* End all scripts; Ctrl-C. */
void player_stop(struct player *);

/* 0, or 1 when a script has failed. */
int player_status(const struct player *);

#endif
