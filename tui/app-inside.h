/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * app-inside - what the files of the app share, and nobody else sees.
 */
#ifndef TUI_APP_INSIDE_H
#define TUI_APP_INSIDE_H

#include "core/shell/session.h"
#include "core/sys/loop.h"
#include "lessons/engine.h"
#include "core/tape/tape.h"
#include "tui/app.h"
#include "tui/canvas.h"
#include "tui/film.h"
#include "tui/keys.h"
#include "tui/passthrough.h"
#include "tui/prompt.h"
#include "tui/term.h"
#include "tui/view-layout.h"
#include "tui/view-logbook.h"

struct app {
	struct loop *loop;       /* borrowed */
	struct session *session; /* owned, as all that follow */
	struct term *term;
	struct keys *keys;
	struct prompt *prompt;
	struct canvas *canvas;
	struct model model;
	struct panel panel; /* of the lesson, as of this frame */
	struct layout layout;
	struct cursor cursor;

	/* app-front.c */
	struct event told; /* lines are about this event; type 0: none */
	bool counted;      /* it is counted in the log, not told */
	uint64_t answered; /* at rate_ns, in the whole lab */
	int64_t rate_ns;
	int rate_timer;

	/* app-keys.c */
	int escape_timer;

	/* app-tape.c */
	struct app_tape tape_options;
	struct tape *tape;  /* borrowed: the session's */
	struct film *film;  /* owned */
	const char *typing; /* borrowed: what a script has yet to type */
	int64_t type_ns;    /* for each key */
	bool plays;         /* the script of the start is not over */
	int type_timer;     /* the next key; or the end of a recording */

	/* app-draw.c */
	bool changed;   /* since the last frame, the prompt aside */
	int64_t due_ns; /* not before that is the next one drawn */
	int frame_timer, fade_timer;
	bool blocked; /* the terminal does not read: we wait for it */

	struct passthrough *pass; /* NULL: the screen is ours */
	bool lingers; /* its program is over; a key brings us back */

	bool over;
	int signal; /* that ended us, or 0 */
};

/* app-front.c: the session's front, whose arg is the app. */
struct front app_front(struct app *);

/* app-keys.c */
struct prompt_hooks app_hooks(struct app *);
void app_on_input(void *app, uint32_t events);

/* app-draw.c: a loop_fn for before_sleep; another size of the terminal. */
void app_draw(void *app);
void app_resize(struct app *);

/*
 * app-tape.c: open it behind the session, start it behind the terminal.  A
 * line that a script has typed, a key that is none for the prompt: returns
 * whether it was taken.
 */
int app_open_tape(struct app *, struct err *);
int app_start_tape(struct app *, struct err *);
bool app_took_line(struct app *, const char *line);
bool app_took_key(struct app *, const struct token *);

/* Each turn: is a beat to be shown?  Then each frame that was drawn; and that
 * the screen was lent to a program, which left something to be read. */
void app_watch_tape(struct app *);
void app_film(struct app *);
void app_film_lent(struct app *);
void app_film_lingers(struct app *);

/* app.c: the terminal is lent to a program; it is ours again. */
int app_lend(struct app *, struct err *);
void app_regain(struct app *);

#endif
