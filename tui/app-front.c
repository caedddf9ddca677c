/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the session tells: lines for the log, events, a new snapshot, how far
 * a command is.  Nothing is drawn here; it is marked as changed.
 */
#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "tui/app-inside.h"
#include "tui/view-log.h"
#include "tui/view-tree.h"

#define RATE_NS (NS_PER_S / 2) /* requests are counted for so long */

/* The log ***************************************************************/

/* Who has scrolled back goes on reading what stands there. */
static void
app_logged(struct app *app, unsigned long before)
{
	struct model *model = &app->model;

	app->changed = true;
	if (model->log_back && logbook_added(model->book) != before)
		model->log_back += view_log_rows(logbook_back(model->book, 0),
		                                 app->layout.main);
}

static bool
app_greeted(struct app *app, enum line_kind kind, const char *text)
{
	struct model *model = &app->model;

	if (app->session || kind != LINE_GOOD ||
	    model->greetings == GREETING_ROWS)
		return false;
	text_clean(model->greeting[model->greetings++], GREETING_SIZE, text,
	           strlen(text));
	return true;
}

static void
app_line(void *arg, enum line_kind kind, const char *name, const char *text)
{
	struct app *app = arg;
	struct logbook *book = app->model.book;
	unsigned long before = logbook_added(book);

	if (app_greeted(app, kind, text))
		return;
	if (kind == LINE_EVENT && app->counted)
		return;
	if (kind == LINE_EVENT && app->told.type)
		logbook_add_event(book, &app->told, text);
	else
		logbook_add(book, kind, name, text);
	app_logged(app, before);
}

/* Lines that follow, up to the next event or snapshot, are about this one. */
static void
app_event(void *arg, const struct event *e)
{
	struct app *app = arg;
	unsigned long before = logbook_added(app->model.book);

	app->told = *e;
	app->counted = logbook_count(app->model.book, e);
	if (app->counted)
		app_logged(app, before);
}

static void
app_clear(void *arg)
{
	struct app *app = arg;

	logbook_clear(app->model.book);
	app->model.log_back = 0;
	app->changed = true;
}

/* The snapshot **********************************************************/

static uint64_t
app_answered(const struct snapshot *snap)
{
	uint64_t sum = 0;

	for (int i = 0; i < snap->nservers; i++)
		sum += snap->server[i].balancer ? 0 : snap->server[i].answered;
	return sum;
}

/* Requests per second since the last look; at rest it looks no more. */
static void
app_on_rate(void *arg)
{
	struct app *app = arg;
	int64_t now_ns = clock_ns();
	uint64_t answered = app_answered(app->model.snap);

	app->rate_timer = 0;
	if (answered < app->answered) /* another laboratory has begun */
		app->answered = answered;
	if (app->model.past)
		return;
	app->model.rate = (double)(answered - app->answered) * NS_PER_S /
	                  (double)(now_ns - app->rate_ns);
	if (answered != app->answered)
		app->rate_timer =
		    loop_timer(app->loop, now_ns + RATE_NS, app_on_rate, app);
	app->answered = answered;
	app->rate_ns = now_ns;
	app->changed = true;
}

static void
app_count(struct app *app)
{
	if (app->rate_timer || app_answered(app->model.snap) == app->answered)
		return;
	app->rate_ns = clock_ns();
	app->rate_timer =
	    loop_timer(app->loop, app->rate_ns + RATE_NS, app_on_rate, app);
}

/* While the past is shown, the log ends there, but for what is said now. */
static void
app_see_past(struct app *app)
{
	struct model *model = &app->model;
	int64_t left_ns = 0;
	bool past = session_past(app->session, &model->past_ago_ns, &left_ns);

	if (past != model->past)
		view_tree_anew(model);
	model->past = past;
	logbook_past(model->book, past ? model->snap->t_ns : 0, left_ns);
}

static void
app_changed(void *arg)
{
	struct app *app = arg;

	app->told.type = EVENT_NONE;
	app->counted = false;
	app->changed = true;
	if (!app->session)
		return;
	snapshot_drop(app->model.snap);
	app->model.snap = snapshot_take(session_snapshot(app->session));
	app_see_past(app);
	if (!app->model.past)
		app_count(app);
}

static void
app_progress(void *arg, const char *text)
{
	struct app *app = arg;

	text_clean(app->model.progress, PROGRESS_SIZE, text, strlen(text));
	app->changed = true;
}

/* Settings **************************************************************/

static int
app_set_big(struct app *app, const char *value, struct err *err)
{
	bool on = strcmp(value, "on") == 0;

	if (!on && strcmp(value, "off") != 0)
		return err_set(err, "big is on or off, not \"%s\"", value);
	app->model.big = on;
	view_tree_anew(&app->model);
	return 0;
}

static int
app_set_theme(struct app *app, const char *value, struct err *err)
{
	const struct theme *theme = theme_named(value);
	char names[256] = "";

	for (int i = 0; theme_nth(i); i++)
		text_add(names, sizeof(names), "%s%s", i ? ", " : "",
		         theme_nth(i)->name);
	if (!theme)
		return err_set(err,
		               "there is no theme \"%s\", but there are %s",
		               value, names);
	term_theme(app->term, theme);
	return 0;
}

static int
app_set(void *arg, const char *name, const char *value, struct err *err)
{
	struct app *app = arg;
	bool big = strcmp(name, "big") == 0;

	if (!big && strcmp(name, "theme") != 0)
		return err_set(err, "there is no setting \"%s\"", name);
	app->changed = true;
	if (value)
		return big ? app_set_big(app, value, err)
		           : app_set_theme(app, value, err);
	session_say(app->session, LINE_RESULT, "%s %s", name,
	            !big             ? term_current_theme(app->term)->name
	            : app->model.big ? "on"
	                             : "off");
	return 0;
}

/* The rest **************************************************************/

/* What it printed stays to be read, unless it had a screen of its own. */
static int
app_passthrough(void *arg, bool on, struct err *err)
{
	struct app *app = arg;

	if (on)
		return app_lend(app, err);
	if (!app->pass)
		return 0;
	app->lingers = passthrough_linger(app->pass);
	if (!app->lingers)
		app_regain(app);
	else
		app_film_lingers(app);
	return 0;
}

static const char *
app_history(void *arg, size_t i)
{
	struct app *app = arg;

	return prompt_history(app->prompt, i);
}

struct front
app_front(struct app *app)
{
	return (struct front){
		.arg = app,
		.line = app_line,
		.event = app_event,
		.changed = app_changed,
		.progress = app_progress,
		.passthrough = app_passthrough,
		.set = app_set,
		.clear = app_clear,
		.history = app_history,
	};
}
