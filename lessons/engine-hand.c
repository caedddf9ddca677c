/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the engine types: the start of a lesson, solutions, the mistakes that
 * the linter plays.  One line after the other, each when the one before is
 * over; what it types runs like what is typed by hand.
 */
#include <stdio.h>
#include <string.h>

#include "core/shell/key.h"
#include "core/sys/clock.h"
#include "lessons/engine-inside.h"

#define HAND_LOOK_NS (20 * NS_PER_MS) /* from look to look at who is in front */

void
hand_stop(struct engine *e)
{
	e->typed = NULL;
	e->types = e->type = 0;
	e->own = e->running = false;
	if (e->session)
		loop_cancel(session_loop(e->session), e->hand_timer);
	e->hand_timer = 0;
}

const char *
engine_typed(const struct engine *e)
{
	return e->type > 0 ? e->typed[e->type - 1].text : "";
}

bool
engine_typing(const struct engine *e)
{
	return e->type < e->types || e->own || e->running;
}

void
engine_type(struct engine *e, const struct line *lines, int n)
{
	hand_stop(e);
	e->typed = lines;
	e->types = n;
	e->type_ns = clock_ns() + e->options.pace_ns;
	engine_turn(e);
}

static void
hand_on_time(void *arg)
{
	struct engine *e = arg;

	e->hand_timer = 0;
	engine_turn(e);
}

static void
hand_wait(struct engine *e, int64_t at_ns)
{
	if (!e->hand_timer)
		e->hand_timer = loop_timer(session_loop(e->session), at_ns,
		                           hand_on_time, e);
}

bool
hand_own(struct engine *e, const char *line)
{
	/* Of "p1 fork; p1 fork" each part comes by. */
	if (e->running && strstr(e->own_line, line))
		return true;
	/* What was typed meanwhile stood behind it: ours is over. */
	if (e->running) {
		e->running = false;
		hand_wait(e, clock_ns());
	}
	if (!e->own || strcmp(line, e->own_line) != 0)
		return false;
	e->own = false;
	e->running = true;
	return true;
}

/* A key is typed to the job that has the terminal. */
static void
hand_key(struct engine *e, char key)
{
	const char *line = e->typed[e->type].text;

	if (!session_typed_to(e->session)) {
		if (e->own || e->running || !session_rests(e->session))
			return;
	} else if (!session_front_waits(e->session)) {
		hand_wait(e, clock_ns() + HAND_LOOK_NS);
		return;
	}
	engine_say(e, LINE_COMMAND, "%s", line);
	session_terminal_input(e->session, &key, 1);
	e->type++;
	e->type_ns = clock_ns() + e->options.pace_ns;
}

static void
hand_line(struct engine *e)
{
	if (e->own || e->running || !session_rests(e->session) ||
	    !ask_settled(e))
		return;
	port_command(e->typed[e->type].text, e->port, e->own_line,
	             sizeof(e->own_line));
	e->own = true;
	e->type++;
	e->type_ns = clock_ns() + e->options.pace_ns;
	session_run(e->session, e->own_line);
}

void
hand_turn(struct engine *e)
{
	char key;

	if (e->type >= e->types || e->paused)
		return;
	if (clock_ns() < e->type_ns) {
		hand_wait(e, e->type_ns);
		return;
	}
	key = key_byte(e->typed[e->type].text);
	if (key)
		hand_key(e, key);
	else
		hand_line(e);
}
