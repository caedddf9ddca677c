/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at player_next(); what it waits for is in player-wait.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/tape/player-inside.h"

struct player *
player_open(struct session *session, const struct player_ops *ops,
            struct err *err)
{
	struct player *p = calloc(1, sizeof(*p));

	if (!p) {
		err_sys(err, "cannot prepare to play scripts");
		return NULL;
	}
	p->session = session;
	p->ops = *ops;
	return p;
}

/* Ending ****************************************************************/

static void
player_pop(struct player *p)
{
	script_free(p->reel[--p->depth].script);
}

/* The last script has ended, however. */
static void
player_end(struct player *p)
{
	player_forget_wait(p);
	while (p->depth)
		player_pop(p);
	p->begun = false;
	session_wake(p->session);
	p->ops.ended(p->ops.arg);
}

void
player_stop(struct player *p)
{
	if (p->depth)
		player_end(p);
}

void
player_close(struct player *p)
{
	if (!p)
		return;
	player_forget_wait(p);
	while (p->depth)
		player_pop(p);
	free(p);
}

const struct script_line *
player_now(const struct player *p)
{
	const struct reel *reel = &p->reel[p->depth - 1];

	return &reel->script->line[reel->next - 1];
}

void
player_fail(struct player *p, const char *why)
{
	const struct reel *reel = &p->reel[p->depth - 1];

	session_say(p->session, LINE_ERROR, "%s:%d: %s", reel->script->name,
	            player_now(p)->number, why);
	session_fail(p->session, 1);
	p->status = 1;
	player_end(p);
}

int
player_status(const struct player *p)
{
	return p->status;
}

/* Beginning *************************************************************/

int
player_play(struct player *p, struct script *script, int how, struct err *err)
{
	if (p->depth == PLAYER_DEPTH) {
		err_set(err,
		        "%s: scripts that play scripts go %d deep and no "
		        "deeper: does one play itself?",
		        script->name, PLAYER_DEPTH);
		script_free(script);
		return -1;
	}
	p->reel[p->depth] = (struct reel){
		.script = script,
		.typed = how & PLAYER_TYPED,
		.key_ns =
		    p->depth ? p->reel[p->depth - 1].key_ns : PLAYER_KEY_NS,
	};
	p->depth++;
	p->begun = p->begun || !(how & PLAYER_LATER);
	session_wake(p->session);
	return 0;
}

int
player_depth(const struct player *p)
{
	return p->begun ? p->depth : 0;
}

bool
player_playing(const struct player *p)
{
	return p->depth > 0;
}

bool
player_types(const struct player *p)
{
	return p->state == PLAYER_TYPING;
}

bool
player_visible(const struct player *p)
{
	return p->depth > 0 && p->reel[p->depth - 1].typed;
}

bool
player_beats(const struct player *p)
{
	return p->state == PLAYER_BEAT;
}

void
player_key(struct player *p)
{
	if (p->state != PLAYER_BEAT)
		return;
	player_forget_wait(p);
	session_wake(p->session);
}

void
player_typed(struct player *p, const char *line)
{
	if (p->state != PLAYER_TYPING)
		return;
	snprintf(p->line, sizeof(p->line), "%s", line);
	p->state = PLAYER_LINE;
	session_wake(p->session);
}

/* Lines *****************************************************************/

static void
player_step(struct player *p, const struct script_line *l)
{
	struct err err = { .code = 0 };
	int result;

	p->state = PLAYER_STEP;
	result = p->ops.step(p->ops.arg, l->text, l->step, &err);
	if (result < 0)
		player_fail(p, err.text);
	else if (result == 0)
		p->state = PLAYER_READY;
}

bool
player_steps(const struct player *p)
{
	return p->state == PLAYER_STEP;
}

void
player_arrived(struct player *p, const char *why)
{
	if (p->state != PLAYER_STEP)
		return;
	p->state = PLAYER_READY;
	p->since = timeline_last(session_timeline(p->session));
	if (why)
		player_fail(p, why);
	session_wake(p->session);
}

/* What is not typed.  It may leave another state behind. */
static void
player_act(struct player *p, struct reel *reel, const struct script_line *l)
{
	switch (l->act) {
	case SCRIPT_UNTIL:
	case SCRIPT_EXPECT:
		player_begin_fact(p, l);
		break;
	case SCRIPT_MARK:
		p->ops.mark(p->ops.arg, l->text);
		break;
	case SCRIPT_CAPTION:
		p->ops.caption(p->ops.arg, l->text);
		break;
	case SCRIPT_BEAT:
		player_begin_beat(p);
		break;
	case SCRIPT_KEY:
		player_begin_press(p);
		break;
	case SCRIPT_TYPE:
		reel->key_ns = l->ns;
		break;
	case SCRIPT_STEP:
		player_step(p, l);
		break;
	case SCRIPT_COMMAND:
		break;
	}
}

void
player_advance(struct player *p)
{
	struct reel *reel = &p->reel[p->depth - 1];
	const struct script_line *l;
	char here[PARSE_LINE];

	if (reel->next == reel->script->n) {
		if (p->depth == 1)
			player_end(p);
		else
			player_pop(p);
		return;
	}
	l = &reel->script->line[reel->next++];
	if (l->act != SCRIPT_COMMAND) {
		player_act(p, reel, l);
		return;
	}
	snprintf(p->line, sizeof(p->line), "%s",
	         p->ops.here(p->ops.arg, l->text, here));
	p->state = reel->typed ? PLAYER_TYPING : PLAYER_LINE;
	if (reel->typed)
		p->ops.type(p->ops.arg, p->line, reel->key_ns);
}

const char *
player_next(struct player *p)
{
	p->begun = p->depth > 0;
	while (p->depth && player_ready(p))
		if (p->depth)
			player_advance(p);
	if (p->state != PLAYER_LINE)
		return NULL;
	p->state = PLAYER_READY;
	return p->line;
}
