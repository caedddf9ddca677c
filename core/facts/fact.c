/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/facts/fact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/facts/node.h"
#include "core/sys/text.h"

struct fact *
fact_parse(const char *text, struct err *err)
{
	struct fact *fact;

	if (strlen(text) >= FACT_TEXT) {
		err_set(err, "a fact has at most %d characters", FACT_TEXT - 1);
		return NULL;
	}
	fact = calloc(1, sizeof(*fact));
	if (!fact) {
		err_sys(err, "no memory for a fact");
		return NULL;
	}
	snprintf(fact->text, sizeof(fact->text), "%s", text);
	if (grammar_read(fact, err) < 0) {
		free(fact);
		return NULL;
	}
	fact_start(fact, 0, 0);
	return fact;
}

void
fact_free(struct fact *fact)
{
	free(fact);
}

const char *
fact_text(const struct fact *fact)
{
	return fact->text;
}

void
fact_start(struct fact *fact, uint64_t after, int64_t now_ns)
{
	fact->after = after;
	fact->verdict = FACT_UNKNOWN;
	fact->settled = false;
	fact->deadline_ns = -1;
	snprintf(fact->say, sizeof(fact->say), "nobody has looked yet");
	eval_start(fact, now_ns);
}

enum verdict
fact_evaluate(struct fact *fact, const struct snapshot *snapshot,
              const struct timeline *timeline, int64_t now_ns)
{
	eval_look(fact, snapshot, timeline, now_ns);
	return fact->verdict;
}

bool
fact_settled(const struct fact *fact)
{
	return fact->settled;
}

int64_t
fact_next_deadline_ns(const struct fact *fact)
{
	return fact->deadline_ns;
}

int
fact_wants_values(const struct fact *fact)
{
	return fact->wants;
}

const char *
fact_explain(const struct fact *fact, char *buf, size_t size)
{
	text_clean(buf, size, fact->say, strlen(fact->say));
	return buf;
}

const char *
fact_verdict_word(enum verdict verdict)
{
	static const char *const words[] = {
		[FACT_FALSE] = "false",
		[FACT_TRUE] = "true",
		[FACT_UNKNOWN] = "unknown",
	};

	return words[verdict];
}

/* The words of the grammar itself. */
static const char *const fact_words[][2] = {
	{ "and", "both hold" },
	{ "or", "one of them holds" },
	{ "not", "it does not hold" },
	{ "ever", "it held at one time since the start" },
	{ "never", "it did not hold at any time since the start" },
	{ "then", "and after that: A then B" },
	{ "for", "without a break: A for 500ms" },
	{ "within", "no later than this after the start: A within 2s" },
	{ "of", "only those below: zombies of p1" },
	{ "none", "there is no such value" },
	{ "count", "how many: count(workers)" },
	{ "all", "each one: all(workers, requests >= 10)" },
	{ "any", "at least one: any(workers, state = T)" },
	{ "max", "the largest: max(workers, requests)" },
	{ "min", "the smallest: min(workers, requests)" },
	{ "sum", "all together: sum(workers, requests)" },
};

#define FACT_WORDS (sizeof(fact_words) / sizeof(fact_words[0]))

const char *
fact_word(size_t i, const char **blurb)
{
	size_t values = value_count(), sets = set_words();

	if (i < FACT_WORDS) {
		*blurb = fact_words[i][1];
		return fact_words[i][0];
	}
	i -= FACT_WORDS;
	if (i < values) {
		*blurb = value_nth(i)->blurb;
		return value_nth(i)->name;
	}
	i -= values;
	if (i < sets) {
		*blurb = set_nth(i)->blurb;
		return set_nth(i)->name;
	}
	i -= sets;
	*blurb = "it has happened since the start";
	return i + 1 < EVENT_TYPES ? event_word((enum event_type)(i + 1))
	                           : NULL;
}
