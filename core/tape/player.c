/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at player_next().
 */
#include "core/tape/player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/sys/clock.h"

enum player_state {
	PLAYER_READY,  /* for the next line */
	PLAYER_TYPING, /* ops->type does it; player_typed() ends it */
	PLAYER_LINE,   /* `line` is to run */
	PLAYER_FACT,   /* `fact` is waited for */
	PLAYER_BEAT,   /* a key, or until_ns */
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
	int64_t until_ns;  /* FACT, BEAT: then it is over; -1 never */
	int timer;         /* makes a turn of the loop; 0 none */
	char line[PARSE_LINE];
	uint64_t since; /* facts are about events behind this one: the step's */
	int status;
};

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
player_forget_wait(struct player *p)
{
	loop_cancel(session_loop(p->session), p->timer);
	p->timer = 0;
	if (p->fact)
		session_want(p->session, 0);
	fact_free(p->fact);
	p->fact = NULL;
	p->state = PLAYER_READY;
}

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

/* The line that plays now: the one before the next. */
static const struct script_line *
player_now(const struct player *p)
{
	const struct reel *reel = &p->reel[p->depth - 1];

	return &reel->script->line[reel->next - 1];
}

static void
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

/* Waiting ***************************************************************/

static void
player_on_time(void *arg)
{
	struct player *p = arg;

	p->timer = 0; /* the turn ends in player_next() */
}

static void
player_wake_at(struct player *p, int64_t at_ns)
{
	loop_cancel(session_loop(p->session), p->timer);
	p->timer = at_ns < 0 ? 0
	                     : loop_timer(session_loop(p->session), at_ns,
	                                  player_on_time, p);
}

/* Events are counted anew in a fresh laboratory. */
static uint64_t
player_since(const struct player *p)
{
	return p->since <= timeline_last(session_timeline(p->session))
	           ? p->since
	           : 0;
}

/* `expect` looks once: its time is over at once. */
static void
player_begin_fact(struct player *p, const struct script_line *l)
{
	char here[PARSE_LINE];
	struct err err;

	p->fact = fact_parse(p->ops.here(p->ops.arg, l->text, here), &err);
	if (!p->fact) {
		player_fail(p, err.text);
		return;
	}
	p->state = PLAYER_FACT;
	p->until_ns = clock_ns() + (l->act == SCRIPT_UNTIL ? l->ns : 0);
	fact_start(p->fact, player_since(p), clock_ns());
	session_want(p->session, fact_wants_values(p->fact));
	watch_refresh(session_watch(p->session));
}

static void
player_fact_failed(struct player *p, enum verdict verdict)
{
	char why[FACT_EXPLAIN], all[FACT_EXPLAIN + FACT_TEXT + 64];

	snprintf(all, sizeof(all), "%s: %s: %s", fact_text(p->fact),
	         fact_verdict_word(verdict),
	         fact_explain(p->fact, why, sizeof(why)));
	player_fail(p, all);
}

/* Look at the fact.  False: it is waited for still. */
static bool
player_look(struct player *p)
{
	struct session *s = p->session;
	int64_t next_ns;
	enum verdict verdict = fact_evaluate(p->fact, session_snapshot(s),
	                                     session_timeline(s), clock_ns());

	if (verdict == FACT_TRUE) {
		player_forget_wait(p);
		return true;
	}
	if (fact_settled(p->fact) || clock_ns() >= p->until_ns) {
		player_fact_failed(p, verdict);
		return true;
	}
	next_ns = fact_next_deadline_ns(p->fact);
	if (next_ns < 0 || next_ns > p->until_ns)
		next_ns = p->until_ns;
	player_wake_at(p, next_ns);
	return false;
}

static void
player_begin_beat(struct player *p)
{
	int64_t ns = p->ops.beat_ns(p->ops.arg);

	if (ns == 0)
		return;
	p->state = PLAYER_BEAT;
	p->until_ns = ns < 0 ? -1 : clock_ns() + ns;
	player_wake_at(p, p->until_ns);
}

static bool
player_beat_over(struct player *p)
{
	if (p->until_ns < 0 || clock_ns() < p->until_ns)
		return false;
	player_forget_wait(p);
	return true;
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

/* Take the next line of the script at hand. */
static void
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

/* May we go on to the next line?  Otherwise something is waited for. */
static bool
player_ready(struct player *p)
{
	switch (p->state) {
	case PLAYER_READY:
		return true;
	case PLAYER_FACT:
		return player_look(p);
	case PLAYER_BEAT:
		return player_beat_over(p);
	default:
		return false;
	}
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
