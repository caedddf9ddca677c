/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * history, clear: lists that the front keeps.
 */
#include "core/shell/session.h"

static enum outcome
run_history(struct session *s, const struct args *args, struct err *err)
{
	const struct front *front = session_front(s);
	const char *line;

	(void)args;
	if (!front->history) {
		err_set(err, "no history is kept without a screen");
		return OUTCOME_FAILED;
	}
	for (size_t i = 0; (line = front->history(front->arg, i)); i++)
		session_say(s, LINE_RESULT, "%5zu  %s", i + 1, line);
	return OUTCOME_DONE;
}

const struct command cmd_history = {
	.name = "history",
	.group = "shell",
	.blurb = "list what was typed",
	.past = PAST_LOOKS,
	.run = run_history,
};

static enum outcome
run_clear(struct session *s, const struct args *args, struct err *err)
{
	const struct front *front = session_front(s);

	(void)args, (void)err;
	if (front->clear)
		front->clear(front->arg);
	return OUTCOME_DONE;
}

const struct command cmd_clear = {
	.name = "clear",
	.group = "shell",
	.blurb = "empty the log on the screen",
	.past = PAST_LOOKS,
	.run = run_clear,
};
