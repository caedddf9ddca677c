/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * slow [T|off]: every stage of serving waits, so that it can be seen.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

#define SLOW_DEFAULT_MS 500
#define SLOW_MAX_MS     10000

/* The value stands in the page; the message wakes who waits by the old one. */
static void
slow_server(struct session *s, struct serving *v)
{
	struct msg m = msg_make(MSG_SET, NULL);

	atomic_store(&v->page->slow_ms, s->slow_ms);
	snprintf(m.set.name, sizeof(m.set.name), "slow");
	snprintf(m.set.value, sizeof(m.set.value), "%u", s->slow_ms);
	session_send(&v->link, &m, NULL, 0, NULL);
}

static enum outcome
run_slow(struct session *s, const struct args *args, struct err *err)
{
	int64_t ns = SLOW_DEFAULT_MS * NS_PER_MS;
	const char *word = args->argc ? args->argv[0] : "";

	if (strcmp(word, "off") == 0)
		ns = 0;
	else if (*word)
		text_duration(word, &ns);
	if (ns > SLOW_MAX_MS * NS_PER_MS) {
		err_set(err, "at most %d s for each stage", SLOW_MAX_MS / 1000);
		return OUTCOME_USAGE;
	}
	s->slow_ms = (uint32_t)(ns / NS_PER_MS);
	for (int i = 0; i < SESSION_SERVERS; i++)
		if (s->servers[i].link.wire)
			slow_server(s, &s->servers[i]);
	if (s->slow_ms)
		session_say(s, LINE_RESULT,
		            "each stage (hand-off, serving, reply) waits %u ms "
		            "from now on; slow off ends it",
		            s->slow_ms);
	else
		session_say(s, LINE_RESULT, "no stage waits any more");
	return OUTCOME_DONE;
}

static const char *const slow_words[] = { "off", NULL };

const struct command cmd_slow = {
	.name = "slow",
	.group = "time",
	.blurb = "let each stage of serving wait, so that it can be seen",
	.example = "slow 1s",
	.args = { { .kind = ARG_DURATION,
	            .name = "T",
	            .optional = true,
	            .words = slow_words } },
	.run = run_slow,
};
