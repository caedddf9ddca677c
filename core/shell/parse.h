/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * parse - from a typed line to what is to be done.
 *
 * The first word decides: one of our commands is taken apart here, by its
 * row; a program's line stays as it was typed, because it is sh's to read.
 */
#ifndef CORE_SHELL_PARSE_H
#define CORE_SHELL_PARSE_H

#include <stdbool.h>

#include "core/shell/command.h"
#include "core/sys/err.h"

#define PARSE_WORDS 256  /* words of one command */
#define PARSE_LINE  8000 /* bytes of one line */

enum parse_kind {
	PARSE_EMPTY,    /* nothing, or a comment */
	PARSE_COMMAND,  /* args are filled */
	PARSE_PROGRAM,  /* line goes to sh; background: it ended in "&" */
	PARSE_TERMINAL, /* !CMD: line gets the real terminal */
	PARSE_WRONG,    /* err says why; command is set when it has a usage */
};

struct parse {
	enum parse_kind kind;
	const struct command *command;
	struct args args; /* owned: given back by parse_free */
	char *line;       /* owned: of a program */
	bool background;
	const char *next; /* borrowed from the text: what stands behind ";" */
	struct err err;
};

/* Take one command off the front of `text`.  Fill, and free in any case. */
void parse_line(const char *text, struct parse *);
void parse_free(struct parse *);

/*
 * The words of `text` up to `end` (quotes '' "" and \ are taken out), at most
 * `max`, each to be freed.  Returns how many, or -1 and err.
 */
int parse_words(const char *text, const char *end, char **words, int max,
                struct err *);

/* Where our command that begins at `text` ends: at ";", "#" or the NUL. */
const char *parse_end(const char *text);

#endif
