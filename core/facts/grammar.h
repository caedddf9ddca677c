/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * grammar - what the files that read a fact share: reader.c (errors and small
 * steps), operand.c (values, events, names) and grammar.c (the rules).  Nobody
 * outside this room sees it.
 *
 * Whoever fails has filled err and returns NULL or false.
 */
#ifndef CORE_FACTS_GRAMMAR_H
#define CORE_FACTS_GRAMMAR_H

#include "core/facts/lex.h"
#include "core/facts/node.h"

struct grammar {
	struct fact *fact; /* borrowed */
	struct err *err;   /* borrowed */
	struct lex lex;
	int depth;
	int each; /* inside so many all, any, max, min, sum */
};

/* reader.c ***************************************************************/

/* Say what is wrong at a place of the text.  Returns NULL always. */
struct node *reader_fail(struct grammar *, int from, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* "expected WHAT, not ..." at the token that is looked at. */
struct node *reader_expected(struct grammar *, const char *what);

/* A word that means nothing: name the nearest that does. */
struct node *reader_unknown_word(struct grammar *, const char *word, int from);

/* A literal that is no value of the type that is wanted. */
struct node *reader_no_value(struct grammar *, const struct node *literal,
                             enum type);

/* A word that is no signal: the nearest, or the range of numbers. */
struct node *reader_no_signal(struct grammar *, const char *word, int from);

/* Is this word looked at?  Any of the grammar's own? */
bool reader_keyword(const struct grammar *, const char *word);
bool reader_reserved(const struct grammar *);

/* Pass a token, or fail with what was expected. */
bool reader_pass(struct grammar *, enum token, const char *what);
bool reader_time(struct grammar *, int64_t *ns);

/* A new node; one over one or two others, true or false by itself. */
struct node *reader_node(struct grammar *, enum op, enum type, int from);
struct node *reader_over(struct grammar *, enum op, struct node *left,
                         struct node *right, int from);

/* The node, when it is true or false by itself (NULL fails too). */
struct node *reader_truth(struct grammar *, struct node *);

/* Can this type be added and ordered? */
bool reader_counts(enum type);

/* What remembers cannot do so for each one of a set: not inside all(). */
bool reader_may_remember(struct grammar *, int from);

/* operand.c ***************************************************************/

struct node *operand_sum(struct grammar *);

/* grammar.c ************************************************************/

struct node *grammar_fact(struct grammar *);

#endif
