/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One frame at the end of each turn in which something changed.  What is typed
 * is shown at once.  The rest has eighty frames a second, so that a thousand
 * events cost a few; what it did not use of them at rest, up to FRAME_BURST,
 * follow one another at once: a death comes in several pieces, and none waits.
 * Nothing changed: nothing is written and no timer is set.
 */
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "tui/app-inside.h"
#include "tui/view-tree.h"

#define FRAME_NS    (12 * NS_PER_MS) /* with what comes before it, below 16 */
#define FRAME_BURST 16

enum { LOG_MARGIN = 2 }; /* what a job prints stands in the log */

void
app_resize(struct app *app)
{
	int rows, cols;

	if (app->pass && !app->lingers) {
		passthrough_resize(app->pass);
		return;
	}
	term_size(app->term, &rows, &cols);
	term_resize(app->term, rows, cols);
	rows = rows < CANVAS_MAX ? rows : CANVAS_MAX;
	cols = cols < CANVAS_MAX ? cols : CANVAS_MAX;
	canvas_resize(app->canvas, rows, cols, NULL);
	prompt_resize(app->prompt, rows, cols);
	if (app->tape)
		tape_resize(app->tape, rows, cols);
	session_terminal_size(app->session, rows,
	                      cols > LOG_MARGIN ? cols - LOG_MARGIN : cols);
	view_tree_anew(&app->model);
	app->changed = true;
	app->due_ns = 0;
}

/* Timers ****************************************************************/

static void
app_on_frame(void *arg)
{
	struct app *app = arg;

	app->frame_timer = 0; /* the turn ends in app_draw() */
}

static void
app_on_fade(void *arg)
{
	struct app *app = arg;

	app->fade_timer = 0;
	app->changed = true;
}

/* A row that is new stops being so, without anything happening. */
static void
app_wait_for_fade(struct app *app)
{
	int64_t fades_ns = view_tree_fades(&app->model);

	loop_cancel(app->loop, app->fade_timer);
	app->fade_timer =
	    fades_ns < 0 || app->model.past
	        ? 0
	        : loop_timer(app->loop, fades_ns, app_on_fade, app);
}

/* The terminal does not read *******************************************/

static void
app_on_writable(void *arg, uint32_t events)
{
	struct app *app = arg;

	(void)events;
	if (!term_flush(app->term))
		return;
	loop_drop(app->loop, term_output_fd(app->term));
	app->blocked = false;
}

/* Hand the canvas on; a frame that was dropped is drawn when there is room. */
static void
app_show(struct app *app)
{
	app_film(app);
	if (!term_draw(app->term, app->canvas, app->cursor.row,
	               app->cursor.col))
		app->changed = true;
	if (term_blocked(app->term) && !app->blocked)
		app->blocked =
		    loop_watch(app->loop, term_output_fd(app->term), EPOLLOUT,
		               app_on_writable, app, NULL) == 0;
}

/* Frames ****************************************************************/

/* Frames that were not drawn in the last FRAME_BURST may be drawn now. */
static void
app_spend_frame(struct app *app)
{
	int64_t rested_ns = app->model.now_ns - (FRAME_BURST - 1) * FRAME_NS;

	if (app->due_ns < rested_ns)
		app->due_ns = rested_ns;
	app->due_ns += FRAME_NS;
}

static void
app_look_at_lesson(struct app *app)
{
	const struct engine *engine = engine_of(app->session);

	app->model.lesson = NULL;
	if (!engine || !engine_lesson(engine))
		return;
	engine_panel(engine, &app->panel);
	app->model.lesson = &app->panel;
}

static void
app_draw_all(struct app *app)
{
	struct canvas *canvas = app->canvas;

	app->changed = false;
	app->model.now_ns = clock_ns();
	app_spend_frame(app);
	if (app->model.past)
		app->model.now_ns = app->model.snap->t_ns;
	app->cursor.row = -1;
	app_look_at_lesson(app);
	layout_find(&app->layout, &app->model, canvas->rows, canvas->cols);
	layout_draw(&app->layout, canvas, &app->model);
	app_wait_for_fade(app);
	app_show(app);
}

/* Candidates have come or gone: what they cover is to be drawn, too. */
static bool
app_prompt_grew(const struct app *app)
{
	const struct area *area = &app->layout.area[LAYOUT_PROMPT];

	return area->rows > 0 &&
	       view_prompt.wanted(&app->model, app->canvas->rows,
	                          app->canvas->cols) != area->rows;
}

static void
app_draw_prompt(struct app *app)
{
	if (app->layout.area[LAYOUT_PROMPT].rows == 0)
		return;
	layout_draw_prompt(&app->layout, app->canvas, &app->model);
	app_show(app);
}

/*
 * Whose line it is that is typed: ours, or that of the job in front.  While
 * the lab has not given the terminal to that, it is neither: "j1...>".
 */
static void
app_name_prompt(struct app *app)
{
	const char *job = session_typed_to(app->session);
	const char *front = session_foreground(app->session);
	char text[NAME_SIZE + 6] = "";

	text_add(text, sizeof(text), "%s%s> ", front ? front : "forkshop",
	         front && !job ? "..." : "");
	prompt_set(app->prompt, text);
	app->model.job[0] = '\0';
	text_add(app->model.job, NAME_SIZE, "%s", job ? job : "");
}

void
app_draw(void *arg)
{
	struct app *app = arg;

	app_name_prompt(app);
	app_watch_tape(app);
	if (app->pass || app->blocked)
		return;
	if (app_prompt_grew(app) ||
	    (app->changed && clock_ns() >= app->due_ns)) {
		app_draw_all(app);
		return;
	}
	if (prompt_changed(app->prompt))
		app_draw_prompt(app);
	if (app->changed && !app->frame_timer)
		app->frame_timer =
		    loop_timer(app->loop, app->due_ns, app_on_frame, app);
}
