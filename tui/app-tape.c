/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a script and a recording want of the screen: lines typed key by key
 * into the prompt, captions, and each frame as bytes.
 *
 * A script types as a person does, through the prompt.  Its characters are
 * given as text and not as keys, so that no binding of .inputrc changes them.
 */
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "tui/app-inside.h"

#define BEFORE_ENTER 6              /* keys' times, to read the line */
#define LINGER_NS    (1 * NS_PER_S) /* of what nobody takes away by a key */

static void
app_feed(struct app *app, enum token_kind kind, const char *bytes, size_t len)
{
	char copy[GLYPH_TEXT_SIZE];
	struct token t = { .kind = kind, .bytes = copy, .len = len };

	memcpy(copy, bytes, len);
	copy[len] = '\0';
	prompt_feed(app->prompt, &t);
	tape_typed(app->tape, bytes, len);
}

/* Typing ****************************************************************/

static void app_on_type(void *arg);

static void
app_type_in(struct app *app, int64_t ns)
{
	app->type_timer =
	    loop_timer(app->loop, clock_ns() + ns, app_on_type, app);
}

static size_t
app_character(const char *text)
{
	size_t n = 1;

	while ((text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* The next character; behind the last one Enter. */
static void
app_on_type(void *arg)
{
	struct app *app = arg;
	size_t n;

	app->type_timer = 0;
	if (!*app->typing) {
		app->typing = NULL;
		app_feed(app, TOKEN_KEY, "\r", 1);
		return;
	}
	n = app_character(app->typing);
	app_feed(app, TOKEN_PASTE, app->typing, n);
	app->typing += n;
	app_type_in(app,
	            *app->typing ? app->type_ns : BEFORE_ENTER * app->type_ns);
}

static void
app_type(void *arg, const char *line, int64_t key_ns)
{
	struct app *app = arg;

	app_feed(app, TOKEN_KEY, "\3", 1); /* what stands there is in the way */
	app->typing = line;
	app->type_ns = key_ns;
	app_type_in(app, key_ns);
}

bool
app_took_line(struct app *app, const char *line)
{
	struct player *player = tape_player(app->tape);

	if (!player_types(player))
		return false;
	player_typed(player, line);
	return true;
}

/* While a script types, keys are for it alone; Ctrl-C ends it. */
bool
app_took_key(struct app *app, const struct token *t)
{
	struct player *player = tape_player(app->tape);

	if (!player_playing(player))
		return false;
	if (token_is(t, '\3')) {
		session_interrupt(app->session);
		return true;
	}
	if (player_beats(player))
		player_key(player);
	else if (!player_visible(player))
		return false;
	return true;
}

/* What the tape wants ***************************************************/

static void
app_caption(void *arg, const char *text)
{
	struct app *app = arg;

	text_clean(app->model.caption, CAPTION_SIZE, text, strlen(text));
	app->changed = true;
}

static void
app_film_anew(void *arg)
{
	struct app *app = arg;

	film_whole(app->film);
	app->changed = true;
	app->due_ns = 0;
}

static void
app_film_size(void *arg, int *rows, int *cols)
{
	const struct app *app = arg;

	*rows = app->canvas->rows;
	*cols = app->canvas->cols;
}

static void
app_on_finish(void *arg)
{
	struct app *app = arg;

	app->type_timer = 0;
	app->over = true;
}

/* A recording that plays by itself ends when its last frame was seen. */
static void
app_ended(void *arg)
{
	struct app *app = arg;

	loop_cancel(app->loop, app->type_timer);
	app->type_timer = 0;
	if (app->typing)
		app_feed(app, TOKEN_KEY, "\3", 1);
	app->typing = NULL;
	app->changed = true;
	if (app->plays && app->tape_options.path)
		app->type_timer = loop_timer(app->loop, clock_ns() + LINGER_NS,
		                             app_on_finish, app);
	else if (app->plays)
		session_say(app->session, LINE_RESULT,
		            "the script is over, and the prompt is yours; "
		            "quit leaves");
	app->plays = false;
}

/* Does a script wait for a key? */
static bool
app_beats(const struct app *app)
{
	return player_beats(tape_player(app->tape)) && !tape_records(app->tape);
}

void
app_watch_tape(struct app *app)
{
	bool beats = app_beats(app);

	app->changed = app->changed || beats != app->model.beats;
	app->model.beats = beats;
}

int
app_open_tape(struct app *app, struct err *err)
{
	const struct tape_front front = {
		.arg = app,
		.type = app_type,
		.caption = app_caption,
		.repaint = app_film_anew,
		.size = app_film_size,
		.ended = app_ended,
	};

	app->film = film_open(err);
	app->tape = app->film ? tape_open(app->session, &front, err) : NULL;
	if (!app->tape)
		return -1;
	engine_on_tape(app->session);
	return 0;
}

int
app_start_tape(struct app *app, struct err *err)
{
	struct app_tape *o = &app->tape_options;
	struct script *script = o->script;

	if (o->path && tape_record(app->tape, o->path, o->keys, err) < 0)
		return -1;
	app->plays = script != NULL;
	o->script = NULL; /* the player's from here on */
	return script ? tape_play(app->tape, script,
	                          PLAYER_TYPED | PLAYER_LATER, err)
	              : 0;
}

/* Frames ****************************************************************/

void
app_film(struct app *app)
{
	char *bytes;

	if (!app->tape || !tape_records(app->tape))
		return;
	bytes =
	    film_frame(app->film, app->canvas, term_current_theme(app->term),
	               app->cursor.row, app->cursor.col);
	if (bytes)
		tape_output(app->tape, bytes, strlen(bytes));
	free(bytes);
}

void
app_film_lent(struct app *app)
{
	static const char clear[] = "\033[0m\033[2J\033[H\033[?25h";

	tape_output(app->tape, clear, strlen(clear));
	film_whole(app->film);
}

static void
app_on_linger(void *arg)
{
	struct app *app = arg;

	app->type_timer = 0;
	if (app->lingers)
		app_regain(app);
}

/* Nobody presses a key in a recording that plays by itself. */
void
app_film_lingers(struct app *app)
{
	if (tape_records(app->tape) && player_visible(tape_player(app->tape)) &&
	    !app->type_timer)
		app->type_timer = loop_timer(app->loop, clock_ns() + LINGER_NS,
		                             app_on_linger, app);
}
