/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From text to nodes, by recursive descent: a function for each rule.
 *
 *	fact     then [ "within" TIME ]
 *	then     or { "then" or }               the right one counts from
 *	                                        where the left one held
 *	or       and { "or" and }
 *	and      prefix { "and" prefix }
 *	prefix   { "not" | "ever" | "never" } stable
 *	stable   compare [ "for" TIME ]
 *	compare  sum [ ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) sum ]
 *	sum      term { ( "+" | "-" ) term }
 *	term     NUMBER | WORD | "(" fact ")" | call
 *	call     VALUE "(" NAME ")"             requests(w1)
 *	         SIGNALS "(" NAME "," SIGNAL ")" blocked(p1, INT)
 *	         EVENT "(" NAME [ "," NAME ] ")" adopted(p2, lab)
 *	         "signal" "(" SIGNAL "," NAME ")"
 *	         ( "port" | "refused" ) "(" NUMBER ")"
 *	         "count" "(" set ")"
 *	         ( "all" | "any" ) "(" set "," fact ")"
 *	         ( "max" | "min" | "sum" ) "(" set "," sum ")"
 *	set      SET [ "of" NAME ]
 *
 * Inside all, any, max, min and sum a VALUE without "(" is that of each one.
 * A NAME is never a number: names, not pids.  An EVENT in place of its name
 * takes a SET too: exited(workers).
 */
#include <stdio.h>
#include <string.h>

#include "core/facts/grammar.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

/* Comparisons ***********************************************************/

/* Is the literal one of the words that the value may have? */
static bool
grammar_knows(struct grammar *g, const struct node *literal,
              const struct node *value)
{
	const char *const *words =
	    value->op == OP_VALUE ? value->value->words : NULL;
	char list[128] = "";

	for (; words && *words; words++) {
		if (strcmp(*words, literal->name) == 0)
			return true;
		text_add(list, sizeof(list), " %s", *words);
	}
	if (list[0])
		reader_fail(g, literal->from, "%s is one of%s, not '%s'",
		            value->value->name, list, literal->name);
	return !list[0];
}

/* The meaning of a literal beside something that has a type. */
static bool
grammar_mean(struct grammar *g, struct node *literal, const struct node *beside)
{
	enum type type = beside->type;
	const char *word = literal->name;

	if (type == TYPE_SIGNALS && literal->none) {
		literal->none = false;
		literal->n = 0;
	} else if (literal->none || type == TYPE_NAME || type == TYPE_WORD) {
		literal->n = 0;
	} else if (type == TYPE_STATE) {
		literal->n = word[0];
		if (word[1] || !strchr("RSDTtZIX", word[0])) {
			reader_fail(g, literal->from,
			            "a state is one of the letters of ps: R S "
			            "D T t Z I X");
			return false;
		}
	} else if (type == TYPE_SIGNAL || type == TYPE_SIGNALS) {
		int sig = sig_number(word);

		if (sig <= 0) {
			reader_no_signal(g, word, literal->from);
			return false;
		}
		literal->n = type == TYPE_SIGNAL
		                 ? sig
		                 : (int64_t)(UINT64_C(1) << (sig - 1));
	} else {
		reader_no_value(g, literal, type);
		return false;
	}
	literal->type = type;
	return grammar_knows(g, literal, beside);
}

/* Is this a bare number that may stand for the type: 0 MB, signal 15? */
static bool
grammar_takes(enum type type, const struct node *n)
{
	return n->op == OP_LITERAL && n->type == TYPE_NUMBER &&
	       (type == TYPE_SIGNAL || (n->n == 0 && reader_counts(type)));
}

/* Give both sides one type. */
static bool
grammar_match(struct grammar *g, struct node *a, struct node *b, int at)
{
	if (a->type == TYPE_TRUTH || b->type == TYPE_TRUTH) {
		reader_fail(g, at,
		            "what is true or false by itself is not compared");
		return false;
	}
	if (a->type == TYPE_LITERAL && b->type != TYPE_LITERAL)
		return grammar_mean(g, a, b);
	if (b->type == TYPE_LITERAL && a->type != TYPE_LITERAL)
		return grammar_mean(g, b, a);
	if (grammar_takes(a->type, b))
		b->type = a->type;
	if (grammar_takes(b->type, a))
		a->type = b->type;
	if (a->type == b->type && a->type != TYPE_LITERAL)
		return true;
	if (a->type == TYPE_LITERAL)
		reader_unknown_word(g, a->name, a->from);
	else
		reader_fail(g, at, "the left side is %s, the right side %s",
		            value_type_text(a->type), value_type_text(b->type));
	return false;
}

static struct node *
grammar_compare(struct grammar *g)
{
	struct node *left = operand_sum(g), *right, *n;
	enum token token = g->lex.token;
	int at = g->lex.from;

	if (left && token == TOKEN_BAD && left->type < TYPE_LITERAL &&
	    left->type != TYPE_TRUTH)
		return reader_expected(g, "=, !=, <, <=, > or >=");
	if (!left || token < TOKEN_EQ || token > TOKEN_GE)
		return left;
	lex_next(&g->lex);
	right = operand_sum(g);
	if (!right || !grammar_match(g, left, right, at))
		return NULL;
	if (token > TOKEN_NE && !reader_counts(left->type))
		return reader_fail(g, at,
		                   "%s can only be compared with = "
		                   "and !=",
		                   value_type_text(left->type));
	n = reader_over(g, OP_COMPARE, left, right, left->from);
	if (n)
		n->order = (enum order)(token - TOKEN_EQ);
	return n;
}

/* Time and logic ********************************************************/

static struct node *
grammar_stable(struct grammar *g)
{
	struct node *n = grammar_compare(g);
	int64_t ns;

	if (!n || !reader_keyword(g, "for"))
		return n;
	if (!reader_truth(g, n) || !reader_may_remember(g, g->lex.from))
		return NULL;
	lex_next(&g->lex);
	if (!reader_time(g, &ns))
		return NULL;
	n = reader_over(g, OP_FOR, n, NULL, n->from);
	if (n)
		n->n = ns;
	return n;
}

static struct node *
grammar_prefix(struct grammar *g)
{
	enum op op = reader_keyword(g, "not")     ? OP_NOT
	             : reader_keyword(g, "ever")  ? OP_EVER
	             : reader_keyword(g, "never") ? OP_NEVER
	                                          : OP_LITERAL;
	int from = g->lex.from;
	struct node *n;

	if (++g->depth > FACT_DEPTH)
		return reader_fail(g, from, "this fact is too deep");
	if (op == OP_LITERAL) {
		n = grammar_stable(g);
	} else {
		if (op != OP_NOT && !reader_may_remember(g, from))
			return NULL;
		lex_next(&g->lex);
		n = reader_truth(g, grammar_prefix(g));
		if (n)
			n = reader_over(g, op, n, NULL, from);
	}
	g->depth--;
	return n;
}

/* One level of "A word B word C", of which each is read by `next`. */
static struct node *
grammar_chain(struct grammar *g, const char *word, enum op op,
              struct node *(*next)(struct grammar *))
{
	struct node *left = next(g);

	while (left && reader_keyword(g, word)) {
		struct node *right;

		if (!reader_truth(g, left) ||
		    (op == OP_THEN && !reader_may_remember(g, g->lex.from)))
			return NULL;
		lex_next(&g->lex);
		right = reader_truth(g, next(g));
		if (!right)
			return NULL;
		left = reader_over(g, op, left, right, left->from);
	}
	return left;
}

static struct node *
grammar_and(struct grammar *g)
{
	return grammar_chain(g, "and", OP_AND, grammar_prefix);
}

static struct node *
grammar_or(struct grammar *g)
{
	return grammar_chain(g, "or", OP_OR, grammar_and);
}

struct node *
grammar_fact(struct grammar *g)
{
	struct node *n = grammar_chain(g, "then", OP_THEN, grammar_or);
	int64_t ns;

	if (!n || !reader_keyword(g, "within"))
		return n;
	if (!reader_truth(g, n) || !reader_may_remember(g, g->lex.from))
		return NULL;
	lex_next(&g->lex);
	if (!reader_time(g, &ns))
		return NULL;
	n = reader_over(g, OP_WITHIN, n, NULL, n->from);
	if (n)
		n->n = ns;
	return n;
}

int
grammar_read(struct fact *fact, struct err *err)
{
	struct grammar g = { .fact = fact, .err = err };

	lex_start(&g.lex, fact->text);
	fact->root = reader_truth(&g, grammar_fact(&g));
	if (!fact->root)
		return -1;
	if (g.lex.token != TOKEN_END) {
		reader_expected(&g, "and, or, then, or the end");
		return -1;
	}
	return 0;
}
