/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first half of parsing: words, one ahead, and a failure with its column.
 */
#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/facts/grammar.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

#define READER_TEXT (ERR_TEXT_SIZE - 32) /* room for the column */

/* Errors ****************************************************************/

struct node *
reader_fail(struct grammar *g, int from, const char *fmt, ...)
{
	char text[ERR_TEXT_SIZE], clean[READER_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_clean(clean, sizeof(clean), text, strlen(text));
	err_set(g->err, "column %d: %s", from + 1, clean);
	return NULL;
}

/* The token that is looked at, for an error message. */
static const char *
reader_seen(const struct grammar *g, char buf[LEX_WORD])
{
	if (g->lex.token == TOKEN_END)
		return "the end";
	text_clean(buf, LEX_WORD, g->lex.text + g->lex.from,
	           (size_t)(g->lex.to - g->lex.from));
	return buf;
}

struct node *
reader_expected(struct grammar *g, const char *what)
{
	char buf[LEX_WORD];

	return reader_fail(g, g->lex.from, "expected %s, not %s", what,
	                   reader_seen(g, buf));
}

struct node *
reader_unknown_word(struct grammar *g, const char *word, int from)
{
	const char *blurb, *good, *best = "count";

	if (event_by_word(word) != EVENT_NONE)
		return reader_fail(g, from, "whose? Write %s(w1)", word);
	if (set_find(word))
		return reader_fail(g, from, "write count(%s)", word);
	if (strcmp(word, "count") == 0)
		return reader_fail(g, from, "of what? Write count(workers)");
	for (size_t i = 0; (good = fact_word(i, &blurb)); i++)
		if (text_distance(word, good) < text_distance(word, best))
			best = good;
	return reader_fail(g, from,
	                   "there is no value and no event '%s'; the nearest "
	                   "word is %s",
	                   word, best);
}

struct node *
reader_no_value(struct grammar *g, const struct node *literal, enum type type)
{
	if (set_find(literal->name) || strcmp(literal->name, "count") == 0)
		return reader_unknown_word(g, literal->name, literal->from);
	return reader_fail(g, literal->from, "expected %s, not '%s'",
	                   value_type_text(type), literal->name);
}

struct node *
reader_no_signal(struct grammar *g, const char *word, int from)
{
	if (isdigit((unsigned char)word[0]))
		return reader_fail(g, from,
		                   "there is no signal %s: they go from 1 to "
		                   "%d",
		                   word, SIGRTMAX);
	return reader_fail(g, from,
	                   "there is no signal '%s'; the nearest is %s", word,
	                   sig_nearest(word));
}

/* Small steps ***********************************************************/

bool
reader_keyword(const struct grammar *g, const char *word)
{
	return g->lex.token == TOKEN_WORD && strcmp(g->lex.word, word) == 0;
}

bool
reader_reserved(const struct grammar *g)
{
	static const char *const words[] = { "and",    "or",    "not",
		                             "ever",   "never", "then",
		                             "within", "for",   "of" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (reader_keyword(g, words[i]))
			return true;
	return false;
}

bool
reader_pass(struct grammar *g, enum token token, const char *what)
{
	if (g->lex.token != token) {
		reader_expected(g, what);
		return false;
	}
	lex_next(&g->lex);
	return true;
}

struct node *
reader_node(struct grammar *g, enum op op, enum type type, int from)
{
	struct node *n = &g->fact->nodes[g->fact->nnodes];

	if (g->fact->nnodes == FACT_NODES)
		return reader_fail(g, from, "this fact is too long");
	g->fact->nnodes++;
	n->op = op;
	n->type = type;
	n->from = from;
	n->to = g->lex.before;
	return n;
}

/* A node over one or two others, from the first's begin to here. */
struct node *
reader_over(struct grammar *g, enum op op, struct node *left,
            struct node *right, int from)
{
	struct node *n = reader_node(g, op, TYPE_TRUTH, from);

	if (n) {
		n->left = left;
		n->right = right;
		n->to = g->lex.before;
	}
	return n;
}

bool
reader_counts(enum type type)
{
	return type == TYPE_NUMBER || type == TYPE_TIME || type == TYPE_MEMORY;
}

struct node *
reader_truth(struct grammar *g, struct node *n)
{
	if (!n || n->type == TYPE_TRUTH)
		return n;
	if (n->type == TYPE_LITERAL)
		return reader_unknown_word(g, n->name, n->from);
	return reader_fail(g, n->from,
	                   "'%.*s' is %s: compare it with =, < "
	                   "and so on",
	                   n->to - n->from, g->lex.text + n->from,
	                   value_type_text(n->type));
}

bool
reader_may_remember(struct grammar *g, int from)
{
	if (!g->each)
		return true;
	reader_fail(g, from,
	            "events, ever, never, then, for and within stand around "
	            "all(), any(), max(), min() and sum(), not inside");
	return false;
}

bool
reader_time(struct grammar *g, int64_t *ns)
{
	if (g->lex.token == TOKEN_NUMBER && text_duration(g->lex.word, ns)) {
		lex_next(&g->lex);
		return true;
	}
	reader_expected(g, "a time, such as 500ms or 2s");
	return false;
}
