/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at app_run(), which says in which order things are opened:
 * the lab learns of the terminal before it is changed, and that it is restored
 * when it is.
 */
#include "tui/app.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/app-inside.h"

/* Signals ***************************************************************/

/* Somebody had stopped us, and the user's shell had the terminal meanwhile. */
static void
app_continued(struct app *app)
{
	if (app->pass)
		return;
	term_suspend(app->term);
	if (term_resume(app->term, NULL) < 0)
		app->over = true;
	app_resize(app);
}

static void
app_on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct app *app = arg;

	switch (info->ssi_signo) {
	case SIGWINCH:
		app_resize(app);
		break;
	case SIGCONT:
		app_continued(app);
		break;
	case SIGTSTP:
		break; /* the lab would go on without its picture */
	default:
		app->signal = (int)info->ssi_signo;
		app->over = true;
	}
}

static int
app_open_signals(struct app *app, struct err *err)
{
	static const int signals[] = { SIGWINCH, SIGCONT, SIGTSTP, SIGTERM,
		                       SIGHUP,   SIGINT,  SIGQUIT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	return loop_signals(app->loop, &set, app_on_signal, app, err);
}

/* History ***************************************************************/

/* Make the folders of a path that are not there. */
static void
app_make_folders(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

/* XDG Base Directory Specification: a path that is not absolute is ignored. */
static void
app_open_history(struct app *app)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct err err;
	char path[4096];

	if (state && *state == '/')
		snprintf(path, sizeof(path), "%s/forkshop/history", state);
	else if (home && *home == '/')
		snprintf(path, sizeof(path), "%s/.local/state/forkshop/history",
		         home);
	else
		return;
	app_make_folders(path);
	prompt_history_open(app->prompt, path, &err); /* the hook tells */
}

/* The terminal **********************************************************/

int
app_lend(struct app *app, struct err *err)
{
	if (app->pass)
		app_regain(app);
	term_suspend(app->term);
	app_film_lent(app);
	app->pass = passthrough_open(app->loop, app->session, err);
	if (app->pass)
		return 0;
	app_regain(app);
	return -1;
}

void
app_regain(struct app *app)
{
	passthrough_close(app->pass);
	app->pass = NULL;
	app->lingers = false;
	if (term_resume(app->term, NULL) < 0)
		app->over = true;
	app_resize(app);
}

static int
app_open_parts(struct app *app, struct err *err)
{
	const struct prompt_hooks hooks = app_hooks(app);

	/* otherwise nothing but ASCII is drawn; UTF-8 may be typed still */
	app->model.utf8 = glyph_locale();
	app->model.cursor = &app->cursor;
	app->model.book = logbook_open(err);
	app->keys = keys_open(err);
	app->canvas = canvas_open(1, 1, err);
	if (!app->model.book || !app->keys || !app->canvas)
		return -1;
	app->prompt = app->model.prompt = prompt_open("forkshop", &hooks, err);
	if (!app->prompt)
		return -1;
	app_open_history(app);
	return 0;
}

static int
app_open_terminal(struct app *app, struct err *err)
{
	session_screen(app->session, STDIN_FILENO);
	app->term = term_open(err);
	if (!app->term)
		return -1;
	app_resize(app);
	loop_before_sleep(app->loop, app_draw, app);
	return loop_watch(app->loop, term_input_fd(app->term), EPOLLIN,
	                  app_on_input, app, err);
}

static void
app_close_terminal(struct app *app)
{
	if (app->pass)
		app_regain(app);
	if (app->term) {
		loop_drop(app->loop, term_input_fd(app->term));
		loop_drop(app->loop, term_output_fd(app->term));
	}
	loop_before_sleep(app->loop, NULL, NULL);
	term_close(app->term);
	if (app->session)
		session_screen(app->session, -1);
}

static void
app_close(struct app *app)
{
	app_close_terminal(app);
	session_close(app->session);
	film_close(app->film);
	script_free(app->tape_options.script);
	loop_cancel(app->loop, app->type_timer);
	loop_cancel(app->loop, app->rate_timer);
	loop_cancel(app->loop, app->escape_timer);
	loop_cancel(app->loop, app->frame_timer);
	loop_cancel(app->loop, app->fade_timer);
	prompt_close(app->prompt);
	keys_close(app->keys);
	canvas_close(app->canvas);
	logbook_close(app->model.book);
	snapshot_drop(app->model.snap);
	free(app);
}

static int
app_open(struct app *app, const struct session_options *options,
         struct err *err)
{
	const struct front front = app_front(app);

	if (app_open_signals(app, err) < 0 || app_open_parts(app, err) < 0)
		return -1;
	app->session = session_open(app->loop, options, &front, err);
	if (!app->session || app_open_tape(app, err) < 0 ||
	    app_open_terminal(app, err) < 0)
		return -1;
	return app_start_tape(app, err);
}

/* At a screen a mistyped line is no failure; what a script expected is. */
static int
app_status(const struct app *app)
{
	int played = player_status(tape_player(app->tape));

	return played ? played : session_status(app->session);
}

int
app_run(struct loop *loop, const struct session_options *options,
        const struct app_tape *tape, struct err *err)
{
	struct app *app = calloc(1, sizeof(*app));
	int status = -1, turn = 0;

	if (!app)
		return err_sys(err, "cannot open a laboratory");
	app->loop = loop;
	app->tape_options = *tape;
	if (app_open(app, options, err) == 0) {
		while (!app->over && turn == 0 && !session_quits(app->session))
			turn = loop_turn(loop, -1, err);
		status = turn < 0      ? -1
		         : app->signal ? 128 + app->signal
		                       : app_status(app);
	}
	app_close(app);
	return status;
}
