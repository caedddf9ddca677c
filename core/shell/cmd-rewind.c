/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rewind [T], live: the view goes into the past and comes back.  Real
 * processes cannot be undone, so nothing pretends to.
 */
#include <stdio.h>

#include "core/shell/freeze.h"
#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

/* What had happened last, as a sentence; or "". */
static void
rewind_last(struct session *s, char *buf, size_t size)
{
	const struct timeline *t = session_timeline(s);
	const struct event *e = timeline_nth(t, timeline_last(t));

	buf[0] = '\0';
	if (e)
		event_text(e, buf, size);
}

void
rewind_tell(struct session *s)
{
	char last[256];
	int64_t ago_ns;

	if (!session_past(s, &ago_ns, NULL)) {
		session_say(s, LINE_RESULT, "live: this is the present");
		return;
	}
	rewind_last(s, last, sizeof(last));
	session_say(s, LINE_RESULT, "PAST, %.2f s ago%s%s",
	            (double)ago_ns / NS_PER_S, *last ? "; last: " : "", last);
	session_say(s, LINE_RESULT,
	            "tree and facts show it; rewind and next move on, live "
	            "comes back");
}

static enum outcome
run_rewind(struct session *s, const struct args *args, struct err *err)
{
	const struct snapshot *from = past_shown(s->past);
	int64_t ns = 0;

	if (past_count(s->past) == 0) {
		err_set(err, "there is no past yet");
		return OUTCOME_FAILED;
	}
	if (!from)
		s->past_since_ns = clock_ns();
	if (args->argc && text_duration(args->argv[0], &ns))
		past_rewind(s->past,
		            (from ? from->t_ns : s->past_since_ns) - ns);
	else
		past_back(s->past);
	session_past_moved(s);
	rewind_tell(s);
	return OUTCOME_DONE;
}

static enum outcome
run_live(struct session *s, const struct args *args, struct err *err)
{
	bool past = session_past(s, NULL, NULL);
	int thawed = freeze_all(s, false);

	(void)args, (void)err;
	past_live(s->past);
	session_past_moved(s);
	if (thawed || !past)
		session_say(s, LINE_RESULT,
		            thawed ? "live: no stage waits any more"
		                   : "live already: this is the present");
	else
		rewind_tell(s);
	return OUTCOME_DONE;
}

const struct command cmd_rewind = {
	.name = "rewind",
	.group = "time",
	.blurb = "look at the past: what was before the last event, or T ago",
	.detail = "Tree, log and facts show what was, under a banner that "
	          "says PAST. The processes go on: nothing is undone, and "
	          "commands that change something are refused until live.",
	.example = "rewind 5s",
	.args = { { .kind = ARG_DURATION, .name = "T", .optional = true } },
	.past = PAST_LOOKS,
	.run = run_rewind,
};

const struct command cmd_live = {
	.name = "live",
	.group = "time",
	.blurb = "come back from the past, and let frozen servers go on",
	.example = "live",
	.past = PAST_LOOKS,
	.run = run_live,
};
