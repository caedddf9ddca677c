/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the player share, and nobody else sees.
 */
#ifndef CORE_TAPE_PLAYER_INSIDE_H
#define CORE_TAPE_PLAYER_INSIDE_H

#include "core/facts/fact.h"
#include "core/tape/player.h"

enum player_state {
	PLAYER_READY,  /* for the next line */
	PLAYER_TYPING, /* ops->type does it; player_typed() ends it */
	PLAYER_LINE,   /* `line` is to run */
	PLAYER_FACT,   /* `fact` is waited for */
	PLAYER_BEAT,   /* a key, or until_ns */
	PLAYER_PRESS,  /* a key of the script, not before until_ns */
	PLAYER_STEP,   /* player_arrived() ends it */
};

struct reel {
	struct script *script; /* owned */
	int next;              /* index of the line that comes next */
	bool typed;
	int64_t key_ns;
};

struct player {
	struct session *session; /* borrowed */
	struct player_ops ops;
	struct reel reel[PLAYER_DEPTH];
	int depth;
	bool begun; /* the first one waits for what was queued before it */
	enum player_state state;
	struct fact *fact; /* owned: in FACT */
	int64_t until_ns;  /* FACT, BEAT: then it is over; -1 never; PRESS */
	int timer;         /* makes a turn of the loop; 0 none */
	char line[PARSE_LINE];
	uint64_t since; /* facts are about events behind this one: the step's */
	int status;
};

/* The line that plays now: the one before the next. */
const struct script_line *player_now(const struct player *);

/* One sentence, FILE:LINE, and the end of all scripts. */
void player_fail(struct player *, const char *why);

/* Take the next line of the script at hand. */
void player_advance(struct player *);

/* player-wait.c *********************************************************/

/* Begin to wait for what this line is about. */
void player_begin_fact(struct player *, const struct script_line *);
void player_begin_beat(struct player *);
void player_begin_press(struct player *);

/* May we go on to the next line?  Otherwise something is waited for. */
bool player_ready(struct player *);

/* Whatever is waited for, no more. */
void player_forget_wait(struct player *);

#endif
