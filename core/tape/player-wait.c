/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a script waits for: a fact, a beat, and who is in front to get a key.
 * Start reading at player_ready().
 */
#include <stdio.h>

#include "core/shell/key.h"
#include "core/sys/clock.h"
#include "core/tape/player-inside.h"

#define PLAYER_LOOK     12 /* keys' times, to see who is in front */
#define PLAYER_FRONT_NS (20 * NS_PER_MS) /* from look to look at it */
#define PLAYER_BUSY_NS  (1 * NS_PER_S)   /* it computes, and gets its key */

void
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

/* `expect` looks once, and so does who looks at the past: there all that was
 * to come has come. */
void
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
	p->until_ns = clock_ns();
	if (l->act == SCRIPT_UNTIL && !session_past(p->session, NULL, NULL))
		p->until_ns += l->ns;
	fact_start(p->fact, player_since(p), session_now_ns(p->session));
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
	enum verdict verdict =
	    fact_evaluate(p->fact, session_snapshot(s), session_timeline(s),
	                  session_now_ns(s));

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

void
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

/* Keys ******************************************************************/

void
player_begin_press(struct player *p)
{
	const struct reel *reel = &p->reel[p->depth - 1];

	p->state = PLAYER_PRESS;
	p->until_ns = clock_ns();
	if (reel->typed)
		p->until_ns += PLAYER_LOOK * reel->key_ns;
}

/* May it be pressed now?  Who never waits gets it in the end. */
static bool
player_press_due(struct player *p)
{
	struct session *s = p->session;
	int64_t now_ns = clock_ns();

	if (now_ns >= p->until_ns &&
	    (session_at_prompt(s) ||
	     (session_typed_to(s) && (now_ns >= p->until_ns + PLAYER_BUSY_NS ||
	                              session_front_waits(s)))))
		return true;
	player_wake_at(p, now_ns < p->until_ns ? p->until_ns
	                                       : now_ns + PLAYER_FRONT_NS);
	return false;
}

/* False: it waits still. */
static bool
player_press(struct player *p)
{
	const char *word = player_now(p)->text;

	if (!player_press_due(p))
		return false;
	player_forget_wait(p);
	if (!session_front_group(p->session)) {
		player_fail(p, "the prompt has the terminal, so nobody gets "
		               "this key");
		return true;
	}
	session_say(p->session, LINE_COMMAND, "%s", word);
	p->ops.press(p->ops.arg, key_byte(word));
	return true;
}

bool
player_front(struct player *p)
{
	const struct reel *reel = p->depth ? &p->reel[p->depth - 1] : NULL;

	if (!reel)
		return false;
	if (p->state == PLAYER_READY && reel->next < reel->script->n &&
	    reel->script->line[reel->next].act == SCRIPT_KEY)
		player_advance(p);
	return p->state == PLAYER_PRESS && !player_press(p);
}

bool
player_ready(struct player *p)
{
	switch (p->state) {
	case PLAYER_READY:
		return true;
	case PLAYER_FACT:
		return player_look(p);
	case PLAYER_BEAT:
		return player_beat_over(p);
	case PLAYER_PRESS:
		return player_press(p);
	default:
		return false;
	}
}
