/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lex - the words of a fact, one after the other.
 */
#ifndef CORE_FACTS_LEX_H
#define CORE_FACTS_LEX_H

#define LEX_WORD 64

enum token {
	TOKEN_END,
	TOKEN_WORD,   /* letters, digits, "_" and "."; or what was in quotes */
	TOKEN_NUMBER, /* begins with a digit; has its unit */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_PLUS,
	TOKEN_MINUS,
	TOKEN_EQ, /* the six in the order of enum order */
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,
	TOKEN_BAD
};

struct lex {
	const char *text; /* borrowed */
	enum token token; /* the one that is looked at */
	int from, to;     /* where it stands */
	int before;       /* where the one before it ended */
	char word[LEX_WORD];
};

/* Look at the first one; go on to the next. */
void lex_start(struct lex *, const char *text);
void lex_next(struct lex *);

#endif
