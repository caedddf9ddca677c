/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node - a fact as a tree: what grammar.c builds and eval.c walks.  Nobody
 * else sees it.
 */
#ifndef CORE_FACTS_NODE_H
#define CORE_FACTS_NODE_H

#include "core/facts/fact.h"
#include "core/facts/set.h"
#include "core/facts/value.h"

#define FACT_NODES 128
#define FACT_DEPTH 32  /* of parentheses and prefixes */
#define FACT_EACH  2   /* sets inside sets: the work multiplies */
#define NODE_SAY   256 /* bytes of the explanation of one node */

enum op {
	OP_LITERAL, /* n, or name; `none` */
	OP_VALUE,   /* value of name; name "": of the subject */
	OP_EVENT,   /* it happened since the start */
	OP_COUNT,   /* of a set */
	OP_MAX,     /* of left over a set */
	OP_MIN,
	OP_SUM,
	OP_ALL, /* left holds for each of a set */
	OP_ANY,
	OP_ADD,
	OP_SUBTRACT,
	OP_COMPARE,
	OP_NOT,
	OP_AND,
	OP_OR,
	OP_EVER,
	OP_NEVER,
	OP_THEN,
	OP_FOR,   /* n: nanoseconds */
	OP_WITHIN /* n: nanoseconds */
};

enum order { ORDER_EQ, ORDER_NE, ORDER_LT, ORDER_LE, ORDER_GT, ORDER_GE };

/*
 * A place in the timeline.  After an event: behind it in the order of time.
 * At a level (what a snapshot shows): whatever is reported later.
 */
struct position {
	uint64_t n;
	bool level;
};

struct node {
	/* written by grammar.c, constant then */
	enum op op;
	enum type type;
	struct node *left, *right; /* borrowed: of the same fact; or NULL */
	int from, to;              /* where it stands in the text */
	int64_t n;                 /* a number; a port; a time; a signal */
	bool none;                 /* the literal `none` */
	char name[NAME_SIZE];      /* of whom; of a literal; of TYPED: a word
	                              of the line, or "" */
	char other[NAME_SIZE];     /* of an event: the other one, or ""; of a
	                              value: the variable */
	const struct value_row *value;
	const struct set_row *set;
	char of[NAME_SIZE]; /* set of these, or "" */
	enum event_type event;
	enum order order;

	/* written by eval.c: what it remembers since its start */
	struct position start;
	int64_t start_ns;
	uint64_t seen;      /* EVENT: the newest number that was looked at */
	bool gap;           /* EVENT: some were forgotten before we looked */
	bool latched;       /* EVENT EVER NEVER THEN (left) WITHIN */
	struct position at; /* where it latched */
	int64_t since_ns;   /* FOR: it holds since then; -1 it does not */
};

struct fact {
	char text[FACT_TEXT];
	struct node nodes[FACT_NODES];
	int nnodes;
	struct node *root; /* borrowed: in nodes */
	int wants;

	/* written by fact.c and eval.c */
	uint64_t after; /* events up to this number do not count */
	enum verdict verdict;
	bool settled;
	int64_t deadline_ns;
	char say[NODE_SAY];
};

/* grammar.c: fill nodes and root from text.  Returns -1 with err. */
int grammar_read(struct fact *, struct err *);

/* eval.c: forget; look. */
void eval_start(struct fact *, int64_t now_ns);
void eval_look(struct fact *, const struct snapshot *, const struct timeline *,
               int64_t now_ns);

#endif
