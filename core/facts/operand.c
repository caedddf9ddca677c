/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lower half of the grammar: sums, terms, calls, names.  The rules stand
 * at the head of grammar.c.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/facts/grammar.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"
#include "core/watch/watch.h"

/* So large that all nodes of a fact can be added without an overflow. */
#define OPERAND_MAX (INT64_C(1) << 53)

/* Names *****************************************************************/

static bool
operand_name(struct grammar *g, char name[NAME_SIZE])
{
	if (g->lex.token == TOKEN_NUMBER) {
		reader_fail(g, g->lex.from,
		            "names, never pids: write w1, not %s", g->lex.word);
		return false;
	}
	if (g->lex.token != TOKEN_WORD || reader_reserved(g)) {
		reader_expected(g, "a name, such as w1");
		return false;
	}
	if (strlen(g->lex.word) >= NAME_SIZE) {
		reader_fail(g, g->lex.from, "no name is so long");
		return false;
	}
	strcpy(name, g->lex.word);
	lex_next(&g->lex);
	return true;
}

/* 0, which only asks whether somebody is there, where `least` allows it. */
static bool
operand_signal(struct grammar *g, int least, int64_t *sig)
{
	bool word = g->lex.token == TOKEN_WORD || g->lex.token == TOKEN_NUMBER;

	if (!word) {
		reader_expected(g, "a signal, such as TERM");
		return false;
	}
	*sig = sig_number(g->lex.word);
	if (*sig < least) {
		reader_no_signal(g, g->lex.word, g->lex.from);
		return false;
	}
	lex_next(&g->lex);
	return true;
}

static bool
operand_port(struct grammar *g, int64_t *port)
{
	if (g->lex.token == TOKEN_NUMBER &&
	    text_number(g->lex.word, 1, 65535, port)) {
		lex_next(&g->lex);
		return true;
	}
	reader_expected(g, "a port, such as 3000");
	return false;
}

/* ", x": of whom it is stands before; inside of a set, the name alone. */
static bool
operand_variable(struct grammar *g, struct node *n)
{
	if (g->lex.token == TOKEN_COMMA) {
		lex_next(&g->lex);
		return operand_name(g, n->other);
	}
	if (!g->each) {
		reader_expected(g, "',' and a variable, as in value(p1, x)");
		return false;
	}
	memcpy(n->other, n->name, sizeof(n->other));
	n->name[0] = '\0';
	return true;
}

/* Calls *****************************************************************/

static struct node *
operand_value(struct grammar *g, const struct value_row *row, int from)
{
	struct node *n = reader_node(g, OP_VALUE, row->type, from);
	bool good;

	if (!n)
		return NULL;
	n->value = row;
	g->fact->wants |= row->wants;
	if (g->lex.token != TOKEN_OPEN) {
		if (!g->each || (row->flags & (VALUE_PORT | VALUE_VARIABLE)))
			return reader_fail(
			    g, from, "whose? Write %s(%s)", row->name,
			    row->flags & VALUE_PORT       ? "3000"
			    : row->flags & VALUE_VARIABLE ? "p1, x"
			                                  : "w1");
		return n;
	}
	lex_next(&g->lex);
	good = row->flags & VALUE_PORT ? operand_port(g, &n->n)
	                               : operand_name(g, n->name);
	if (good && (row->flags & VALUE_VARIABLE))
		good = operand_variable(g, n);
	if (good && g->lex.token == TOKEN_COMMA &&
	    (row->flags & VALUE_SIGNAL)) {
		lex_next(&g->lex);
		n->type = TYPE_TRUTH;
		good = operand_signal(g, 1, &n->n);
	}
	if (!good || !reader_pass(g, TOKEN_CLOSE, "')'"))
		return NULL;
	n->to = g->lex.before;
	return n;
}

/* Of whom an event is: a name, or all of a kind. */
static bool
operand_event_name(struct grammar *g, char name[NAME_SIZE])
{
	int from = g->lex.from;
	const struct set_row *set;

	if (!operand_name(g, name))
		return false;
	set = set_find(name);
	if (set && set->kind < 0) {
		reader_fail(g, from,
		            "an event is of a name, or of workers, "
		            "puppets and the like, not of %s",
		            name);
		return false;
	}
	return true;
}

/* typed(measure), or typed(measure, create): a word that stood in the line. */
static bool
operand_typed(struct grammar *g, struct node *n)
{
	if (!operand_name(g, n->other))
		return false;
	if (g->lex.token != TOKEN_COMMA)
		return true;
	lex_next(&g->lex);
	return operand_name(g, n->name);
}

static bool
operand_event_words(struct grammar *g, struct node *n)
{
	if (n->event == EVENT_REFUSED)
		return operand_port(g, &n->n);
	if (n->event == EVENT_SIGNAL)
		return operand_signal(g, 0, &n->n) &&
		       reader_pass(g, TOKEN_COMMA, "',' and a name") &&
		       operand_event_name(g, n->name);
	if (n->event == EVENT_TYPED)
		return operand_typed(g, n);
	if (n->event == EVENT_CALLED)
		return operand_name(g, n->other) &&
		       reader_pass(g, TOKEN_COMMA, "',' and a puppet") &&
		       operand_event_name(g, n->name);
	if (!operand_event_name(g, n->name))
		return false;
	if (g->lex.token != TOKEN_COMMA)
		return true;
	lex_next(&g->lex);
	return operand_event_name(g, n->other);
}

static struct node *
operand_event(struct grammar *g, enum event_type event, int from)
{
	struct node *n = reader_node(g, OP_EVENT, TYPE_TRUTH, from);

	if (!n || !reader_may_remember(g, from))
		return NULL;
	n->event = event;
	if (!reader_pass(g, TOKEN_OPEN, "'(' and a name") ||
	    !operand_event_words(g, n) || !reader_pass(g, TOKEN_CLOSE, "')'"))
		return NULL;
	n->to = g->lex.before;
	return n;
}

static bool
operand_set(struct grammar *g, struct node *n)
{
	n->set = set_find(g->lex.word);
	if (g->lex.token != TOKEN_WORD || !n->set) {
		reader_expected(g, "workers, zombies, threads, children, "
		                   "processes, orphans, servers, balancers, "
		                   "puppets, clients or jobs");
		return false;
	}
	if (strcmp(n->set->name, "threads") == 0)
		g->fact->wants |= WANT_STAT;
	lex_next(&g->lex);
	if (!reader_keyword(g, "of"))
		return true;
	lex_next(&g->lex);
	return operand_name(g, n->of);
}

/* all any max min sum: a set, and what is asked of each one. */
static struct node *
operand_each(struct grammar *g, struct node *n)
{
	if (!operand_set(g, n) ||
	    !reader_pass(g, TOKEN_COMMA, "',' and what to look at"))
		return NULL;
	if (++g->each > FACT_EACH)
		return reader_fail(g, n->from,
		                   "sets stand inside each other at most "
		                   "%d deep",
		                   FACT_EACH);
	if (n->op == OP_ALL || n->op == OP_ANY)
		n->left = reader_truth(g, grammar_fact(g));
	else
		n->left = operand_sum(g);
	g->each--;
	if (!n->left)
		return NULL;
	n->type = n->left->type;
	if (n->op > OP_SUM ? n->type != TYPE_TRUTH : !reader_counts(n->type))
		return reader_fail(
		    g, n->left->from, "'%.*s' is %s, which cannot be counted",
		    n->left->to - n->left->from, g->lex.text + n->left->from,
		    value_type_text(n->type));
	return n;
}

static struct node *
operand_call(struct grammar *g, enum op op, int from)
{
	struct node *n = reader_node(g, op, TYPE_NUMBER, from);

	if (!n || !reader_pass(g, TOKEN_OPEN, "'('"))
		return NULL;
	if (op == OP_COUNT ? !operand_set(g, n) : !operand_each(g, n))
		return NULL;
	if (!reader_pass(g, TOKEN_CLOSE, "')'"))
		return NULL;
	n->to = g->lex.before;
	return n;
}

/* Terms *****************************************************************/

static bool
operand_memory(const char *word, int64_t *kb)
{
	static const struct {
		const char *unit;
		double kb;
	} units[] = { { "kb", 1 }, { "mb", 1024 }, { "gb", 1024 * 1024 } };
	const char *unit = word + strspn(word, "0123456789");
	double n = strtod(word, NULL);

	if (*unit == '.')
		unit += 1 + strspn(unit + 1, "0123456789");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcasecmp(unit, units[i].unit) == 0 &&
		    n * units[i].kb <= (double)OPERAND_MAX) {
			*kb = (int64_t)(n * units[i].kb);
			return true;
		}
	return false;
}

static struct node *
operand_number(struct grammar *g)
{
	struct node *n = reader_node(g, OP_LITERAL, TYPE_NUMBER, g->lex.from);
	const char *word = g->lex.word;

	if (!n)
		return NULL;
	if (operand_memory(word, &n->n))
		n->type = TYPE_MEMORY;
	else if (!text_number(word, 0, OPERAND_MAX, &n->n)) {
		if (!text_duration(word, &n->n))
			return reader_expected(g, "a number, a time or an "
			                          "amount of memory");
		n->type = TYPE_TIME;
	}
	n->to = g->lex.to;
	lex_next(&g->lex);
	return n;
}

static struct node *
operand_literal(struct grammar *g)
{
	struct node *n = reader_node(g, OP_LITERAL, TYPE_LITERAL, g->lex.from);

	if (!n)
		return NULL;
	n->to = g->lex.to;
	n->none = strcmp(g->lex.word, "none") == 0;
	return operand_name(g, n->name) ? n : NULL;
}

static struct node *
operand_word(struct grammar *g)
{
	static const struct {
		const char *word;
		enum op op;
	} calls[] = { { "count", OP_COUNT }, { "all", OP_ALL },
		      { "any", OP_ANY },     { "max", OP_MAX },
		      { "min", OP_MIN },     { "sum", OP_SUM } };
	const struct value_row *row = value_find(g->lex.word);
	enum event_type event = event_by_word(g->lex.word);
	struct lex word = g->lex;
	bool call;

	if (reader_reserved(g))
		return reader_expected(g, "a value or an event");
	lex_next(&g->lex);
	call = g->lex.token == TOKEN_OPEN;
	for (size_t i = 0; call && i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(word.word, calls[i].word) == 0)
			return operand_call(g, calls[i].op, word.from);
	if (row)
		return operand_value(g, row, word.from);
	if (event && call)
		return operand_event(g, event, word.from);
	g->lex = word;
	return call ? reader_unknown_word(g, word.word, word.from)
	            : operand_literal(g);
}

static struct node *
operand_read(struct grammar *g)
{
	struct node *n;
	int from = g->lex.from;

	if (g->lex.token == TOKEN_NUMBER)
		return operand_number(g);
	if (g->lex.token == TOKEN_WORD)
		return operand_word(g);
	if (g->lex.token != TOKEN_OPEN)
		return reader_expected(g, "a value or an event");
	lex_next(&g->lex);
	n = grammar_fact(g);
	if (!n || !reader_pass(g, TOKEN_CLOSE, "')'"))
		return NULL;
	n->from = from;
	n->to = g->lex.before;
	return n;
}

struct node *
operand_sum(struct grammar *g)
{
	struct node *left = operand_read(g);

	while (left &&
	       (g->lex.token == TOKEN_PLUS || g->lex.token == TOKEN_MINUS)) {
		enum op op = g->lex.token == TOKEN_PLUS ? OP_ADD : OP_SUBTRACT;
		int at = g->lex.from;
		struct node *right, *n;

		lex_next(&g->lex);
		right = operand_read(g);
		if (!right)
			return NULL;
		if (left->type != right->type || !reader_counts(left->type))
			return reader_fail(g, at,
			                   "only two numbers, two "
			                   "times or two amounts of "
			                   "memory can be added");
		n = reader_over(g, op, left, right, left->from);
		if (n)
			n->type = left->type;
		left = n;
	}
	return left;
}
