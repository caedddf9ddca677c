/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a key goes.  The line that is typed belongs to the prompt, also while
 * a job is in the foreground: Enter sends it to the job's terminal.  Keys that
 * a terminal makes signals of go there as bytes.  A job that reads key by key,
 * or that asks for a password, gets every key itself.
 */
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "tui/app-inside.h"
#include "tui/view-tree.h"

enum { CTRL_C = 3, CTRL_D = 4, CTRL_Z = 26, CTRL_BACKSLASH = 28 };

#define SCROLL_LEFT 2 /* lines that are not worth another page */

/* The job in the foreground *********************************************/

/* Both ends of a pty have the same settings: the master knows the job's. */
static bool
app_job_reads_keys(const struct app *app)
{
	struct termios t;

	if (tcgetattr(session_terminal_fd(app->session), &t) < 0)
		return false;
	return !(t.c_lflag & ICANON) || !(t.c_lflag & ECHO);
}

/* Keys that are for the job although it reads lines. */
static bool
app_key_is_for_job(const struct app *app, const struct token *t)
{
	static const char keys[] = { CTRL_C, CTRL_D, CTRL_Z, CTRL_BACKSLASH,
		                     '\r' };

	if (*prompt_line(app->prompt))
		return false;
	for (size_t i = 0; i < sizeof(keys); i++)
		if (token_is(t, keys[i]))
			return true;
	return false;
}

/* Returns false when it is the prompt's. */
static bool
app_job_token(struct app *app, const struct token *t)
{
	if (!session_typed_to(app->session))
		return false;
	if (!app_job_reads_keys(app) && !app_key_is_for_job(app, t))
		return false;
	session_terminal_input(app->session, t->bytes, t->len);
	return true;
}

/* The prompt ************************************************************/

static void
app_on_line(void *arg, const char *line)
{
	struct app *app = arg;

	app->model.log_back = 0;
	app->changed = true;
	if (session_typed_to(app->session)) {
		session_terminal_input(app->session, line, strlen(line));
		session_terminal_input(app->session, "\n", 1);
		return;
	}
	app->model.greetings = 0;
	view_tree_anew(&app->model);
	if (!app_took_line(app, line))
		session_run(app->session, line);
}

static void
app_on_eof(void *arg)
{
	struct app *app = arg;

	app->over = true;
}

static void
app_on_unkept(void *arg, const char *why)
{
	struct app *app = arg;

	session_say(app->session, LINE_RESULT,
	            "%s: what you type is not kept from now on", why);
}

static void
app_on_repaint(void *arg)
{
	struct app *app = arg;

	term_repaint(app->term);
	app->changed = true;
}

static bool
app_on_complete(void *arg, const char *line, size_t cursor, size_t *word_start,
                void (*add)(void *, const char *, const char *), void *add_arg)
{
	struct app *app = arg;

	return session_typed_to(app->session) ||
	       session_complete(app->session, line, cursor, word_start, add,
	                        add_arg);
}

struct prompt_hooks
app_hooks(struct app *app)
{
	return (struct prompt_hooks){
		.arg = app,
		.line = app_on_line,
		.eof = app_on_eof,
		.unkept = app_on_unkept,
		.repaint = app_on_repaint,
		.complete = app_on_complete,
	};
}

/* Keys ******************************************************************/

/*
 * Down as far as up, though a row of the tree has come between: what would
 * leave a line or two below shows them, too.
 */
static void
app_scroll(struct app *app, bool up)
{
	int rows = app->layout.area[LAYOUT_LOG].rows - 2;
	size_t page = rows > 1 ? (size_t)rows : 1;
	size_t *back = &app->model.log_back;

	if (up)
		*back += page;
	else
		*back = *back > page + SCROLL_LEFT ? *back - page : 0;
	app->changed = true;
}

/* A page of the tree, which follows nothing then, up to the next line. */
static void
app_scroll_tree(struct app *app, bool up)
{
	const struct area *area = &app->layout.area[LAYOUT_TREE];
	int page = area->rows > 4 ? area->rows - 3 : 1;

	if (area->rows == 0)
		return;
	view_tree_scroll(&app->model, up ? -page : page, area->rows,
	                 area->cols);
	app->model.tree_held = true;
	app->changed = true;
}

/* A puppet may have taken the terminal: it gets what makes signals. */
static bool
app_group_token(struct app *app, const struct token *t, bool empty)
{
	bool signals = token_is(t, CTRL_C) || token_is(t, CTRL_Z) ||
	               token_is(t, CTRL_BACKSLASH);

	if (!signals || !empty || !session_idle(app->session) ||
	    !session_front_group(app->session))
		return false;
	session_terminal_input(app->session, t->bytes, t->len);
	return true;
}

/*
 * It is not kept for a job that only starts, as ^C is: where it hits sh just
 * between vfork(2) and exec, the child stops, and its parent waits for that
 * exec, deaf to all but KILL.
 */
static void
app_no_stop(struct app *app)
{
	const char *job = session_foreground(app->session);

	if (job)
		session_say(app->session, LINE_RESULT,
		            "%s has not got the terminal yet: press Ctrl-Z "
		            "again",
		            job);
	else if (!session_at_prompt(app->session))
		session_say(app->session, LINE_RESULT,
		            "Ctrl-Z stops a job, and the line that you typed "
		            "is none so far; Ctrl-C ends it");
	else
		session_say(app->session, LINE_RESULT,
		            "Ctrl-Z stops a job in the foreground; there is "
		            "none now");
}

static void
app_key(struct app *app, const struct token *t)
{
	bool empty = !*prompt_line(app->prompt);

	tape_typed(app->tape, t->bytes, t->len);
	if (app_took_key(app, t) || app_job_token(app, t))
		return;
	if (app_group_token(app, t, empty))
		return;
	if (token_is(t, CTRL_Z)) {
		app_no_stop(app);
		return;
	}
	if (token_is(t, CTRL_C) && empty)
		session_interrupt(app->session);
	prompt_feed(app->prompt, t);
}

static void
app_token(struct app *app, const struct token *t)
{
	switch (t->kind) {
	case TOKEN_KEY:
	case TOKEN_PASTE:
		app_key(app, t);
		break;
	case TOKEN_PAGE_UP:
	case TOKEN_PAGE_DOWN:
		if (t->modified)
			app_scroll_tree(app, t->kind == TOKEN_PAGE_UP);
		else
			app_scroll(app, t->kind == TOKEN_PAGE_UP);
		break;
	default:
		break;
	}
}

static void app_on_escape(void *arg);

/* All whole tokens; what has begun and does not go on waits for a timer. */
static void
app_tokens(struct app *app)
{
	struct token t;
	int64_t deadline_ns;

	while (keys_next(app->keys, &t))
		app_token(app, &t);
	loop_cancel(app->loop, app->escape_timer);
	deadline_ns = keys_deadline(app->keys);
	app->escape_timer = deadline_ns < 0 ? 0
	                                    : loop_timer(app->loop, deadline_ns,
	                                                 app_on_escape, app);
}

static void
app_on_escape(void *arg)
{
	struct app *app = arg;

	app->escape_timer = 0;
	keys_expire(app->keys, clock_ns());
	app_tokens(app);
}

void
app_on_input(void *arg, uint32_t events)
{
	struct app *app = arg;
	char bytes[KEYS_FEED_MAX];
	ssize_t n = term_read(app->term, bytes, sizeof(bytes));

	(void)events;
	if (n == 0) {
		app->over = true; /* nobody is there any more */
	} else if (app->lingers) {
		app_regain(app);
	} else if (app->pass) {
		session_terminal_input(app->session, bytes, (size_t)n);
	} else {
		keys_feed(app->keys, bytes, (size_t)n, clock_ns());
		app_tokens(app);
	}
}
