/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * quit: end the laboratory and leave.
 */
#include "core/shell/inside.h"

static enum outcome
run_quit(struct session *s, const struct args *args, struct err *err)
{
	(void)args, (void)err;
	s->quits = true;
	return OUTCOME_DONE;
}

const struct command cmd_quit = {
	.name = "quit",
	.group = "shell",
	.blurb = "end everything that was started, and leave",
	.past = PAST_LOOKS,
	.run = run_quit,
};
