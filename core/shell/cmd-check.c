/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * check FACT, until FACT [within T]: questions about the state.
 */
#include <stdlib.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/shell/await.h"
#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

#define UNTIL_NS (30 * NS_PER_S)

/* An `until` that waits.  Its fact is freed with check_forget(). */
struct until {
	struct fact *fact;
	int64_t limit_ns;
	int timer; /* when `for` or `within` may change the verdict */
};

static enum verdict
check_now(struct session *s, struct fact *fact)
{
	return fact_evaluate(fact, session_snapshot(s), session_timeline(s),
	                     session_now_ns(s));
}

static enum outcome
check_tell(struct session *s, const struct fact *fact, enum verdict verdict,
           struct err *err)
{
	char why[FACT_EXPLAIN];

	if (verdict == FACT_TRUE) {
		session_say(s, LINE_GOOD, "true: %s", fact_text(fact));
		return OUTCOME_DONE;
	}
	err_set(err, "%s: %.300s", fact_verdict_word(verdict),
	        fact_explain(fact, why, sizeof(why)));
	return OUTCOME_FAILED;
}

/* The fact of the line; NULL and err.  To be freed with check_forget(). */
static struct fact *
check_parse(const struct args *args, struct err *err)
{
	if (*args->rest)
		return fact_parse(args->rest, err);
	err_set(err,
	        "%s needs a fact, such as count(workers) = 2: help facts "
	        "lists what can be asked",
	        args->command->name);
	return NULL;
}

static enum outcome
run_check(struct session *s, const struct args *args, struct err *err)
{
	struct fact *fact = check_parse(args, err);
	enum outcome outcome;
	int wants;

	if (!fact)
		return OUTCOME_USAGE;
	fact_start(fact, 0, session_now_ns(s));
	wants = fact_wants_values(fact);
	if (wants)
		session_want(s, wants);
	watch_refresh(session_watch(s));
	outcome = check_tell(s, fact, check_now(s, fact), err);
	if (wants)
		session_want(s, 0);
	fact_free(fact);
	return outcome;
}

/* until *****************************************************************/

static void
until_on_time(void *arg)
{
	session_news(arg);
}

static void
until_give(struct session *s, void *arg)
{
	struct until *u = arg;

	loop_cancel(session_loop(s), u->timer);
	fact_free(u->fact);
}

static enum outcome
until_poll(struct session *s, void *arg, struct err *err)
{
	struct until *u = arg;
	enum verdict verdict = check_now(s, u->fact);
	int64_t next_ns = fact_next_deadline_ns(u->fact);

	if (verdict == FACT_TRUE || fact_settled(u->fact) ||
	    clock_ns() >= u->limit_ns) {
		session_want(s, 0);
		return check_tell(s, u->fact, verdict, err);
	}
	loop_cancel(session_loop(s), u->timer);
	u->timer = next_ns < 0
	               ? 0
	               : loop_timer(session_loop(s), next_ns, until_on_time, s);
	return OUTCOME_WAITS;
}

static void
until_interrupt(struct session *s, void *arg)
{
	struct until *u = arg;

	u->limit_ns = 0;
	session_news(s);
}

int64_t
await_patience_ns(const char *text)
{
	const char *within = NULL;
	int64_t ns = UNTIL_NS;

	for (; (text = strstr(text, " within ")); text++)
		within = text + strlen(" within ");
	return within && text_duration(within, &ns) ? ns + NS_PER_MS : ns;
}

static enum outcome
run_until(struct session *s, const struct args *args, struct err *err)
{
	struct until *u = calloc(1, sizeof(*u));

	if (u)
		u->fact = check_parse(args, err);
	if (!u || !u->fact) {
		free(u);
		return OUTCOME_USAGE;
	}
	fact_start(u->fact, 0, clock_ns());
	session_want(s, fact_wants_values(u->fact));
	watch_refresh(session_watch(s));
	u->limit_ns = clock_ns() + await_patience_ns(args->rest);
	session_wait(s, until_poll, until_interrupt, u, u->limit_ns);
	session_wait_took(s, until_give);
	return OUTCOME_WAITS;
}

const struct command cmd_check = {
	.name = "check",
	.group = "looking",
	.blurb = "ask whether a fact holds now",
	.detail = "Facts are questions about the tree and what has happened: "
	          "count(workers) = 2, state(w1) = T, ever exited(w2), "
	          "requests(w1) - requests(w2) <= 1. One that does not hold "
	          "says what is, and what was wanted.",
	.example = "check count(workers) = 2",
	.args = { { .kind = ARG_FACT, .name = "FACT" } },
	.past = PAST_LOOKS,
	.run = run_check,
};

const struct command cmd_until = {
	.name = "until",
	.group = "looking",
	.blurb = "wait until a fact holds, half a minute at most",
	.example = "until count(workers) = 2 within 5s",
	.args = { { .kind = ARG_FACT, .name = "FACT [within T]" } },
	.past = PAST_CANNOT,
	.run = run_until,
};
