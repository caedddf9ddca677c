/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The facts of the open step.  They count from its beginning.
 */
#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"
#include "lessons/engine-inside.h"

#define LOOK_SOON_NS (2 * NS_PER_S)

static const struct check *
look_check(const struct engine *e, int i)
{
	return &engine_open_step(e)->check[i];
}

static int
look_checks(const struct engine *e)
{
	const struct step *s = engine_open_step(e);

	return s && e->looking ? s->checks : 0;
}

void
look_end(struct engine *e)
{
	for (int i = 0; i < LESSON_CHECKS; i++) {
		fact_free(e->tracked[i].fact);
		e->tracked[i] = (struct tracked){ .fact = NULL };
	}
	e->looking = false;
	session_guide_wants(e->session, 0);
}

void
look_begin(struct engine *e)
{
	const struct step *s = engine_open_step(e);
	uint64_t after = timeline_last(session_present(e->session));
	int wants = ask_wants(e);

	look_end(e);
	for (int i = 0; i < s->checks; i++) {
		struct tracked *t = &e->tracked[i];
		char text[PANEL_TEXT];

		t->verdict = FACT_UNKNOWN;
		t->fact = fact_parse(
		    engine_text(e, s->check[i].fact.text, text), NULL);
		if (!t->fact)
			continue;
		fact_start(t->fact, after, clock_ns());
		wants |= fact_wants_values(t->fact);
	}
	e->looking = true;
	session_guide_wants(e->session, wants);
}

/* What they say *********************************************************/

/* It cannot be won any more. */
static void
look_lose(struct engine *e, const char *text)
{
	if (e->state == ENGINE_COMING)
		return;
	hand_stop(e);
	e->state = ENGINE_LOST;
	engine_say(e, LINE_ERROR, "%s", text);
	engine_say(e, LINE_ERROR,
	           "this step cannot be won any more: `again` begins it anew");
}

static void
look_tell_goal(struct engine *e, struct tracked *t, const struct check *c)
{
	bool done = t->verdict == FACT_TRUE;

	if (t->told == done)
		return;
	t->told = done;
	if (e->options.panel || e->state != ENGINE_STEP)
		return;
	if (done)
		engine_say(e, LINE_GOOD, "[x] %s", c->text.text);
}

/* One check has another verdict, perhaps. */
static void
look_tell(struct engine *e, struct tracked *t, const struct check *c)
{
	switch (c->kind) {
	case CHECK_GOAL:
		look_tell_goal(e, t, c);
		return;
	case CHECK_KEEP:
		if (t->verdict == FACT_FALSE && !t->told) {
			char text[PANEL_TEXT + 32];

			t->told = true;
			snprintf(text, sizeof(text), "no longer so: %s",
			         c->text.text);
			look_lose(e, text);
		}
		return;
	default:
		break;
	}
	if (t->verdict != FACT_TRUE || t->told)
		return;
	t->told = true;
	if (c->kind == CHECK_FAIL)
		look_lose(e, c->text.text);
	else if (e->state != ENGINE_COMING)
		engine_say(e, LINE_GUIDE, "%s", c->text.text);
}

bool
look_now(struct engine *e)
{
	const struct snapshot *snapshot =
	    watch_snapshot(session_watch(e->session));
	const struct timeline *timeline = session_present(e->session);
	int64_t now_ns = clock_ns();
	bool all = e->looking;

	for (int i = 0; i < look_checks(e); i++) {
		struct tracked *t = &e->tracked[i];

		if (t->fact)
			t->verdict =
			    fact_evaluate(t->fact, snapshot, timeline, now_ns);
		if (look_check(e, i)->kind == CHECK_GOAL)
			all = all && t->verdict == FACT_TRUE;
	}
	for (int i = 0; i < look_checks(e); i++)
		if (!(e->paused && e->shown) &&
		    (e->state == ENGINE_STEP || e->state == ENGINE_COMING))
			look_tell(e, &e->tracked[i], look_check(e, i));
	return all;
}

bool
look_is_about_to(const struct engine *e)
{
	int64_t soon_ns = clock_ns() + LOOK_SOON_NS;

	for (int i = 0; i < look_checks(e); i++) {
		const struct tracked *t = &e->tracked[i];
		int64_t next_ns = t->fact ? fact_next_deadline_ns(t->fact) : -1;

		if (look_check(e, i)->kind == CHECK_GOAL && next_ns >= 0 &&
		    next_ns < soon_ns)
			return true;
	}
	return false;
}

/* What is open still, if it is not as it was told. */
void
look_tell_open(struct engine *e)
{
	char is[FACT_EXPLAIN];

	for (int i = 0; !e->options.panel && i < look_checks(e); i++) {
		struct tracked *t = &e->tracked[i];
		const struct check *c = look_check(e, i);

		if (c->kind != CHECK_GOAL || t->verdict == FACT_TRUE ||
		    !t->fact)
			continue;
		fact_explain(t->fact, is, sizeof(is));
		if (strcmp(is, t->said) == 0)
			continue;
		snprintf(t->said, sizeof(t->said), "%s", is);
		engine_say(e, LINE_RESULT, "[ ] %s: %s", c->text.text, is);
	}
}

/* For others ************************************************************/

enum verdict
engine_verdict(const struct engine *e, int check)
{
	return e->tracked[check].verdict;
}

const char *
engine_explain(const struct engine *e, int check, char *buf, size_t size)
{
	buf[0] = '\0';
	if (e->tracked[check].fact)
		fact_explain(e->tracked[check].fact, buf, size);
	return buf;
}

bool
engine_said(const struct engine *e, int check)
{
	return e->tracked[check].told;
}
