/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the screen shows of a lesson: its step, checklist and question.
 */
#include <stdio.h>
#include <string.h>

#include "lessons/engine-inside.h"

static void
panel_goals(const struct engine *e, const struct step *s, struct panel *p)
{
	for (int i = 0; i < s->checks; i++) {
		struct panel_goal *g = &p->goal[p->goals];

		if (s->check[i].kind != CHECK_GOAL)
			continue;
		p->goals++;
		engine_text(e, s->check[i].text.text, g->text);
		g->done = e->tracked[i].verdict == FACT_TRUE;
		engine_explain(e, i, g->is, sizeof(g->is));
	}
}

static void
panel_question(const struct engine *e, const struct step *s, struct panel *p)
{
	const struct question *q;

	if (e->question < 0)
		return;
	q = &s->question[e->question];
	p->asking = true;
	snprintf(p->held, sizeof(p->held), "%s", e->held ? e->held : "");
	engine_text(e, q->ask.text, p->ask);
	for (int i = 0; i < q->answers; i++)
		engine_text(e, q->answer[i].text.text, p->answer[p->answers++]);
}

static const char *
panel_notice(const struct engine *e)
{
	switch (e->state) {
	case ENGINE_LOST:
		return "This step cannot be won any more: `again` begins it "
		       "anew.";
	case ENGINE_STUCK:
		return "Stopped: `again` begins the step anew.";
	case ENGINE_FINISHED:
		return "Done. `learn` goes on; `leave` closes this.";
	default:
		return "";
	}
}

void
engine_panel(const struct engine *e, struct panel *p)
{
	const struct step *s = engine_open_step(e);

	memset(p, 0, sizeof(*p));
	if (e->state == ENGINE_FREE || !e->lesson)
		return;
	p->on = true;
	snprintf(p->lesson, sizeof(p->lesson), "%s", e->lesson->id);
	engine_text(e, e->lesson->title.text, p->title);
	p->step = (e->step > e->target ? e->step : e->target) + 1;
	p->steps = e->lesson->steps;
	p->coming = e->state == ENGINE_COMING;
	snprintf(p->notice, sizeof(p->notice), "%s", panel_notice(e));
	if (!s || p->coming || e->state == ENGINE_FINISHED)
		return;
	for (int i = 0; i < s->says; i++)
		engine_text(e, s->say[i].text, p->say[p->says++]);
	panel_goals(e, s, p);
	panel_question(e, s, p);
}
