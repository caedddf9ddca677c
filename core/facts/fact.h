/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fact - the language of questions about the state: parse, evaluate, explain.
 *
 * One language for `check` and `until` at the prompt, for the goals of
 * lessons, for scripts and for tests.  grammar.c has the grammar, value.c and
 * set.c the words.  A fact asks nobody: it looks at a snapshot and at the
 * events since its start.
 */
#ifndef CORE_FACTS_FACT_H
#define CORE_FACTS_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/err.h"
#include "core/watch/snapshot.h"
#include "core/watch/timeline.h"

#define FACT_TEXT    1024 /* bytes of a fact, at most, with the NUL */
#define FACT_EXPLAIN 512  /* bytes of an explanation, at most */

enum verdict { FACT_FALSE, FACT_TRUE, FACT_UNKNOWN };

struct fact;

/*
 * Read a fact.  The caller owns it.  NULL with err when it is none; the
 * sentence begins with the column, from 1: "column 7: there is no ...".
 * It is started: every event that the timeline has counts.
 */
struct fact *fact_parse(const char *text, struct err *err);
void fact_free(struct fact *);

/* The text it was read from (borrowed). */
const char *fact_text(const struct fact *);

/*
 * Begin anew: only events with a number greater than `after`
 * (timeline_last() at the beginning of the step) count; `for` and `within`
 * count from now_ns (clock_ns()).
 */
void fact_start(struct fact *, uint64_t after, int64_t now_ns);

/*
 * Look.  Events are taken up where the last call left off, and `ever`,
 * `never`, `then`, `for` and `within` remember, so call it on every change
 * and when fact_next_deadline_ns() has come.
 */
enum verdict fact_evaluate(struct fact *, const struct snapshot *,
                           const struct timeline *, int64_t now_ns);

/* Of the last evaluation: can the verdict never change again? */
bool fact_settled(const struct fact *);

/* When `for` or `within` can change the verdict without an event; -1 never. */
int64_t fact_next_deadline_ns(const struct fact *);

/*
 * The values without events that it looks at: a mask for watch_want(), 0
 * none.  Is constant.
 */
int fact_wants_values(const struct fact *);

/*
 * What is and what is wanted, of the last evaluation: "workers: 2, wanted 3",
 * "w2 is alive", or why it cannot be known.  Returns buf.
 */
const char *fact_explain(const struct fact *, char *buf, size_t size);

/* "true", "false", "unknown". */
const char *fact_verdict_word(enum verdict);

/* For completion and help: the i-th word and what it means; NULL past it. */
const char *fact_word(size_t i, const char **blurb);

#endif
