/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scale [N|MIN..MAX] [SERVER]: how many workers there are to be.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/shell/await.h"
#include "core/sys/text.h"

#define SCALE_MOST 128

static int
scale_number(const char *word, int64_t *n, struct err *err)
{
	if (text_number(word, 1, SCALE_MOST, n))
		return 0;
	if (strcmp(word, "0") == 0)
		return err_set(err,
		               "a server is scaled to 1 worker or more: "
		               "shutdown ends it, retire takes workers away");
	return err_set(err,
	               "scale takes a number from 1 to %d, as in `scale 4`, or "
	               "two, as in `scale 1..8`, not \"%.40s\"",
	               SCALE_MOST, word);
}

/* "4" or "1..8". */
static int
scale_range(const char *word, int64_t *min, int64_t *max, struct err *err)
{
	const char *dots = strstr(word, "..");
	char first[24];

	if (!dots) {
		if (scale_number(word, min, err) < 0)
			return -1;
		*max = *min;
		return 0;
	}
	snprintf(first, sizeof(first), "%.*s", (int)(dots - word), word);
	if (scale_number(first, min, err) < 0 ||
	    scale_number(dots + 2, max, err) < 0)
		return -1;
	if (*max < *min)
		return err_set(err,
		               "the smaller number comes first: scale "
		               "%d..%d",
		               (int)*max, (int)*min);
	return 0;
}

static enum outcome
run_scale(struct session *s, const struct args *args, struct err *err)
{
	bool asks = !args->argc || isalpha((unsigned char)*args->argv[0]);
	const char *name = args->argc ? args->argv[asks ? 0 : 1] : NULL;
	struct msg m = msg_make(MSG_SCALE, NULL);
	const struct server *v;
	int64_t min = 0, max = 0;

	if (!asks && scale_range(args->argv[0], &min, &max, err) < 0)
		return OUTCOME_USAGE;
	v = session_master(s, name, err);
	if (!v)
		return OUTCOME_FAILED;
	m.target.id = (uint32_t)min;
	m.target.value = (int32_t)max;
	return await_answer(s, session_ask_server(s, v->name, &m, NULL, 0, err),
	                    err);
}

const struct command cmd_scale = {
	.name = "scale",
	.group = "serving",
	.blurb = "how many workers: so many, or as many as the load asks",
	.detail = "scale 4 forks or retires until there are four; it ends when "
	          "all listen and whoever left is gone. scale 1..8 lets the "
	          "load decide: the master forks when nearly all workers are "
	          "busy, retires after some seconds of quiet, and says the "
	          "numbers that decide. scale alone says what holds.",
	.example = "scale 1..4",
	.args = { { .kind = ARG_TEXT, .name = "N|MIN..MAX", .optional = true },
	          { .kind = ARG_MASTER, .name = "SERVER", .optional = true } },
	.past = PAST_CANNOT,
	.run = run_scale,
};
