/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * log [N] [PATTERN]: what was said, again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/shell/session.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

#define LOG_LINES 20
#define LOG_SIZE  8192

static bool
log_matches(const char *text, const char *pattern)
{
	return !pattern || strcasestr(text, pattern);
}

/* How far back the n-th newest matching line stands, of those said by then. */
static size_t
log_start(struct session *s, int64_t now_ns, int64_t n, const char *pattern)
{
	enum line_kind kind;
	const char *name, *text;
	int64_t t_ns;
	size_t back = 0;

	for (size_t i = 0; n > 0; i++) {
		text = session_log(s, i, &kind, &name, &t_ns);
		if (!text)
			break;
		if (t_ns <= now_ns && log_matches(text, pattern)) {
			back = i + 1;
			n--;
		}
	}
	return back;
}

static enum outcome
run_log(struct session *s, const struct args *args, struct err *err)
{
	int64_t n = LOG_LINES, now_ns = session_now_ns(s), t_ns;
	bool counted =
	    args->argc && text_number(args->argv[0], 1, INT32_MAX, &n);
	const char *pattern = args->argv[counted ? 1 : 0], *name, *text;
	size_t back = log_start(s, now_ns, n, pattern);
	size_t total = back, printed = 0;
	enum line_kind kind;

	(void)err;
	/* Each line said here becomes the newest one itself. */
	for (size_t i = 0; i < total; i++) {
		char line[LOG_SIZE];

		text =
		    session_log(s, back - 1 - i + printed, &kind, &name, &t_ns);
		if (!text || t_ns > now_ns || !log_matches(text, pattern))
			continue;
		line[0] = '\0';
		text_add(line, sizeof(line), "%7.1f s ago  %s%s%s",
		         (double)(now_ns - t_ns) / NS_PER_S, name ? name : "",
		         name ? ": " : "", text);
		session_say(s, LINE_RESULT, "%s", line);
		printed++;
	}
	return OUTCOME_DONE;
}

const struct command cmd_log = {
	.name = "log",
	.group = "looking",
	.blurb = "show again what was said",
	.example = "log 5 died",
	.args = { { .kind = ARG_NUMBER,
	            .name = "N",
	            .optional = true,
	            .min = 1,
	            .max = 2000 },
	          { .kind = ARG_TEXT, .name = "PATTERN", .optional = true } },
	.past = PAST_LOOKS,
	.run = run_log,
};
