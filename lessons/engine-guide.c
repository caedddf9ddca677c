/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine as the guide of a session: what is typed comes by here.
 */
#include <stdlib.h>
#include <string.h>

#include "core/shell/parse.h"
#include "core/sys/clock.h"
#include "lessons/engine-inside.h"

/* The guide *************************************************************/

static void
guide_opened(void *arg, struct session *s)
{
	struct engine *e = arg;

	e->session = s;
	if (e->complaint.text[0])
		session_say(s, LINE_ERROR, "%s", e->complaint.text);
	if (e->options.learn)
		session_run(s, "learn");
}

static void
guide_changed(void *arg)
{
	engine_turn(arg);
}

/* Commands about the lesson, and those that lead out of it. */
static bool
guide_passes(const struct parse *p)
{
	const char *name = p->kind == PARSE_COMMAND ? p->command->name : "";

	return p->kind == PARSE_COMMAND &&
	       (strcmp(p->command->group, "lessons") == 0 ||
	        strcmp(name, "quit") == 0 || strcmp(name, "help") == 0);
}

static bool
guide_before(void *arg, const char *line, const struct parse *p)
{
	struct engine *e = arg;

	if (e->state == ENGINE_FREE || guide_passes(p))
		return true;
	e->touched = true;
	if (hand_own(e, line) || e->state > ENGINE_STEP)
		return ask_before(e, line, p);
	if (e->state == ENGINE_COMING || engine_typing(e)) {
		engine_say(e, LINE_ERROR,
		           "the lesson is typing: wait a moment, or stop it "
		           "with Ctrl-C");
		return false;
	}
	return ask_before(e, line, p);
}

static void
guide_after(void *arg, bool failed)
{
	struct engine *e = arg;
	bool ours = e->running;

	if (e->state == ENGINE_FREE)
		return;
	/* what is ours still was refused before anybody was asked */
	if (session_rests(e->session))
		e->running = e->own = false;
	ask_after(e);
	if (!ours) {
		e->failures = failed ? e->failures + 1 : 0;
		engine_wait_quiet(e);
	}
	engine_turn(e);
	engine_show(e);
	if (ours || e->state != ENGINE_STEP)
		return;
	look_tell_open(e);
	if (e->failures >= ENGINE_FAILURES && !e->offered && !e->shown)
		engine_offer(e);
}

static void
guide_interrupted(void *arg)
{
	struct engine *e = arg;

	if (!e->session || !engine_typing(e))
		return;
	hand_stop(e);
	e->solving = false;
	if (e->state == ENGINE_COMING)
		e->state = ENGINE_STUCK;
	engine_say(e, LINE_RESULT, "stopped: `again` begins the step anew");
}

/* Whoever types faster than a goal of `for 500ms` can hold is to wait. */
static bool
guide_busy(void *arg)
{
	const struct engine *e = arg;

	if (e->state == ENGINE_COMING || e->arriving || engine_typing(e))
		return true;
	return e->state == ENGINE_STEP &&
	       (e->solving || look_is_about_to(e) || ask_deadline_ns(e) >= 0);
}

/* Opening ***************************************************************/

struct engine *
engine_open(const struct engine_options *options, struct err *err)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e) {
		err_sys(err, "no memory for lessons");
		return NULL;
	}
	e->options = *options;
	if (e->options.reach_ns == 0)
		e->options.reach_ns = ENGINE_REACH_NS;
	e->question = e->watch_fd = e->step = -1;
	e->port = options->port;
	e->guide = (struct guide){ .arg = e,
		                   .opened = guide_opened,
		                   .changed = guide_changed,
		                   .before = guide_before,
		                   .after = guide_after,
		                   .interrupted = guide_interrupted,
		                   .busy = guide_busy };
	e->progress = progress_open(!options->forgetful, &e->complaint);
	if (e->progress)
		return e;
	free(e);
	err_sys(err, "no memory for lessons");
	return NULL;
}

void
engine_close(struct engine *e)
{
	if (!e)
		return;
	for (int i = 0; i < LESSON_CHECKS; i++)
		fact_free(e->tracked[i].fact);
	for (int i = 0; i < LESSON_QUESTIONS; i++)
		fact_free(e->asked[i].truth);
	engine_clean(e);
	free(e->held);
	lesson_free(e->lesson);
	progress_close(e->progress);
	reread_close(e);
	free(e);
}

const struct guide *
engine_guide(struct engine *e)
{
	return &e->guide;
}

struct engine *
engine_of(const struct session *s)
{
	const struct guide *guide = session_guide(s);

	return guide && guide->changed == guide_changed ? guide->arg : NULL;
}
