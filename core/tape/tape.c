/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/tape/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/tape/asciicast.h"
#include "core/tape/whole.h"

#define TAPE_BEAT_NS (1 * NS_PER_S) /* in a recording */

struct tape {
	struct session *session; /* borrowed */
	struct player *player;   /* owned */
	struct tape_front front; /* all NULL: there is no screen */
	struct asciicast *cast;  /* owned; NULL: nothing is recorded */
	bool keys;
	int rows, cols;              /* of the recording */
	struct whole out, in;        /* of tape_passed(), tape_typed() */
	struct tape_lessons lessons; /* all NULL: there are none */
};

/* Recording *************************************************************/

void
tape_stop(struct tape *t)
{
	asciicast_close(t->cast);
	t->cast = NULL;
	t->out.len = t->in.len = 0;
}

bool
tape_records(const struct tape *t)
{
	return t->cast != NULL;
}

const char *
tape_path(const struct tape *t)
{
	return t->cast ? asciicast_path(t->cast) : NULL;
}

/* A full disk ends the recording; the show goes on. */
static void
tape_add(struct tape *t, enum asciicast_event event, const char *bytes,
         size_t len)
{
	struct err err;

	if (!t->cast ||
	    asciicast_add(t->cast, event, clock_ns(), bytes, len, &err) == 0)
		return;
	tape_stop(t);
	session_say(t->session, LINE_ERROR, "%s; nothing is recorded now",
	            err.text);
	session_fail(t->session, 1);
}

int
tape_record(struct tape *t, const char *path, bool keys, struct err *err)
{
	struct asciicast_header h = {
		.wall_s = clock_wall_s(),
		.now_ns = clock_ns(),
		.term = getenv("TERM"),
		.shell = getenv("SHELL"),
	};
	struct asciicast *cast;

	if (!t->front.size)
		return err_set(err,
		               "there is no screen that could be recorded: "
		               "start forkshop in a terminal, without --plain");
	t->front.size(t->front.arg, &h.rows, &h.cols);
	cast = asciicast_open(path, &h, err);
	if (!cast)
		return -1;
	tape_stop(t);
	t->cast = cast;
	t->keys = keys;
	t->rows = h.rows;
	t->cols = h.cols;
	t->front.repaint(t->front.arg);
	return 0;
}

void
tape_output(struct tape *t, const char *bytes, size_t len)
{
	if (len)
		tape_add(t, CAST_OUTPUT, bytes, len);
}

static void
tape_add_whole(struct tape *t, struct whole *whole, enum asciicast_event event,
               const char *bytes, size_t len)
{
	char *cut;
	size_t n;

	if (!t->cast)
		return;
	n = whole_take(whole, bytes, len, &cut);
	if (n)
		tape_add(t, event, cut, n);
	free(cut);
}

void
tape_passed(struct tape *t, const char *bytes, size_t len)
{
	tape_add_whole(t, &t->out, CAST_OUTPUT, bytes, len);
}

void
tape_typed(struct tape *t, const char *bytes, size_t len)
{
	if (t->keys)
		tape_add_whole(t, &t->in, CAST_INPUT, bytes, len);
}

void
tape_resize(struct tape *t, int rows, int cols)
{
	char size[32];

	if (rows == t->rows && cols == t->cols)
		return;
	t->rows = rows;
	t->cols = cols;
	snprintf(size, sizeof(size), "%dx%d", cols, rows);
	tape_add(t, CAST_RESIZE, size, strlen(size));
}

/* For the room **********************************************************/

void
tape_mark(struct tape *t, const char *title)
{
	if (!t->front.repaint)
		session_say(t->session, LINE_GOOD, "chapter: %s", title);
	if (!t->cast)
		return;
	tape_add(t, CAST_MARKER, title, strlen(title));
	t->front.repaint(t->front.arg);
}

void
tape_caption(struct tape *t, const char *text)
{
	if (t->front.caption)
		t->front.caption(t->front.arg, text);
	else if (*text)
		session_say(t->session, LINE_GOOD, "caption: %s", text);
}

/* The player's ops ******************************************************/

static void
tape_do_type(void *arg, const char *line, int64_t key_ns)
{
	struct tape *t = arg;

	if (t->front.type)
		t->front.type(t->front.arg, line, key_ns);
	else
		player_typed(t->player, line);
}

static void
tape_do_press(void *arg, char key)
{
	struct tape *t = arg;

	tape_typed(t, &key, 1);
	session_terminal_input(t->session, &key, 1);
}

static void
tape_do_mark(void *arg, const char *title)
{
	tape_mark(arg, title);
}

static void
tape_do_caption(void *arg, const char *text)
{
	tape_caption(arg, text);
}

static int
tape_do_step(void *arg, const char *lesson, const char *step, struct err *err)
{
	struct tape *t = arg;

	return t->lessons.step
	           ? t->lessons.step(t->lessons.arg, lesson, step, err)
	           : err_set(err, "there is no lesson %s here", lesson);
}

static const char *
tape_do_here(void *arg, const char *text, char buf[PARSE_LINE])
{
	struct tape *t = arg;

	return t->lessons.here ? t->lessons.here(t->lessons.arg, text, buf)
	                       : text;
}

static int64_t
tape_do_beat_ns(void *arg)
{
	struct tape *t = arg;

	if (!t->front.type)
		return 0; /* nobody looks */
	return t->cast ? TAPE_BEAT_NS : -1;
}

static void
tape_do_ended(void *arg)
{
	struct tape *t = arg;

	if (t->front.ended)
		t->front.ended(t->front.arg);
	if (t->lessons.ended)
		t->lessons.ended(t->lessons.arg);
}

/* The session's ops *****************************************************/

static int
tape_op_depth(void *arg)
{
	const struct player *p = ((struct tape *)arg)->player;

	return player_steps(p) ? 0 : player_depth(p);
}

static bool
tape_op_playing(void *arg)
{
	const struct player *p = ((struct tape *)arg)->player;

	return player_playing(p) && !player_steps(p);
}

static const char *
tape_op_next(void *arg)
{
	struct tape *t = arg;

	return t->lessons.looks && t->lessons.looks(t->lessons.arg)
	           ? NULL
	           : player_next(t->player);
}

static bool
tape_op_front(void *arg)
{
	return player_front(((struct tape *)arg)->player);
}

static void
tape_op_interrupt(void *arg)
{
	player_stop(((struct tape *)arg)->player);
}

static int
tape_op_source(void *arg, const char *path, struct err *err)
{
	struct script *script = script_read(path, err);

	return script ? tape_play(arg, script, 0, err) : -1;
}

static int
tape_op_record(void *arg, const char *path, bool keys, struct err *err)
{
	struct tape *t = arg;

	if (!path && !t->cast)
		return err_set(err, "nothing is being recorded: `record FILE` "
		                    "begins");
	if (path && tape_record(t, path, keys, err) < 0)
		return -1;
	session_say(t->session, LINE_RESULT,
	            path ? "everything is recorded into %s from now on; "
	                   "record off ends it"
	                 : "recorded: asciinema play %s",
	            tape_path(t));
	if (!path)
		tape_stop(t);
	return 0;
}

static int
tape_op_mark(void *arg, const char *title, struct err *err)
{
	struct tape *t = arg;

	if (t->front.repaint && !t->cast)
		return err_set(err, "a mark is for a recording, and there is "
		                    "none: `record FILE` begins");
	tape_mark(t, title);
	return 0;
}

static void
tape_op_caption(void *arg, const char *text)
{
	tape_caption(arg, text);
}

static void
tape_close(void *arg)
{
	struct tape *t = arg;

	player_close(t->player);
	tape_stop(t);
	free(t);
}

/* Open ******************************************************************/

static struct player *
tape_open_player(struct tape *t, struct err *err)
{
	const struct player_ops ops = {
		.arg = t,
		.type = tape_do_type,
		.press = tape_do_press,
		.mark = tape_do_mark,
		.caption = tape_do_caption,
		.step = tape_do_step,
		.here = tape_do_here,
		.beat_ns = tape_do_beat_ns,
		.ended = tape_do_ended,
	};

	return player_open(t->session, &ops, err);
}

struct tape *
tape_open(struct session *session, const struct tape_front *front,
          struct err *err)
{
	struct tape *t = calloc(1, sizeof(*t));
	const struct tape_ops ops = {
		.arg = t,
		.depth = tape_op_depth,
		.playing = tape_op_playing,
		.next = tape_op_next,
		.front = tape_op_front,
		.interrupt = tape_op_interrupt,
		.close = tape_close,
		.source = tape_op_source,
		.record = tape_op_record,
		.mark = tape_op_mark,
		.caption = tape_op_caption,
	};

	if (!t) {
		err_sys(err, "cannot prepare scripts and recordings");
		return NULL;
	}
	t->session = session;
	if (front)
		t->front = *front;
	t->player = tape_open_player(t, err);
	if (!t->player) {
		free(t);
		return NULL;
	}
	session_tape(session, &ops);
	return t;
}

struct tape *
tape_of(const struct session *session)
{
	const struct tape_ops *ops = session_tape_ops(session);

	return ops ? ops->arg : NULL;
}

int
tape_play(struct tape *t, struct script *script, int how, struct err *err)
{
	return player_play(t->player, script, how, err);
}

struct player *
tape_player(struct tape *t)
{
	return t->player;
}

void
tape_on_step(struct tape *t, const struct tape_lessons *lessons)
{
	t->lessons = *lessons;
}

void
tape_arrived(struct tape *t, const char *why)
{
	player_arrived(t->player, why);
}
