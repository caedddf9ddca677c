/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * value - what can be asked of one process: requests(w1), state(p2).
 */
#ifndef CORE_FACTS_VALUE_H
#define CORE_FACTS_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/watch/snapshot.h"
#include "core/watch/timeline.h"

#define VALUE_WHY 128

enum type {
	TYPE_TRUTH,   /* true or false by itself */
	TYPE_NUMBER,  /* these three can be added and ordered */
	TYPE_TIME,    /* nanoseconds */
	TYPE_MEMORY,  /* kB */
	TYPE_STATE,   /* a letter as in ps(1) */
	TYPE_SIGNAL,  /* a number of one */
	TYPE_SIGNALS, /* a set: bit sig-1 */
	TYPE_NAME,    /* of a process or server */
	TYPE_WORD,    /* one of a few words: a policy, a model, a life */
	TYPE_LITERAL  /* a word of which only the other side says what it is */
};

/* A value, as found.  NONE is a certain answer: there is no such value. */
struct datum {
	enum { DATUM_KNOWN, DATUM_NONE, DATUM_UNKNOWN } is;
	int64_t n; /* TRUTH, NUMBER, TIME, MEMORY, STATE, SIGNAL(S) */
	char name[NAME_SIZE]; /* NAME, WORD */
	pid_t pid;            /* NAME of a process; 0 when it is not one */
	char why[VALUE_WHY];  /* NONE, UNKNOWN, and a TRUTH: a sentence */
};

/* What values are taken from, and of whom. */
struct subject {
	const struct snapshot *snapshot;
	const struct timeline *timeline;
	const struct proc *p; /* its row; NULL when it has none (any more) */
	const char *name;     /* as it was written */
	int64_t n;            /* a signal, where the value takes one */
	const char *variable; /* where it takes one */
};

enum value_flag {
	VALUE_SIGNAL = 1,   /* may take a signal, and then is a TRUTH */
	VALUE_PORT = 2,     /* takes a port instead of a name */
	VALUE_ROWLESS = 4,  /* can speak of who has no row (any more) */
	VALUE_VARIABLE = 8, /* takes the name of a variable, too */
};

struct value_row {
	const char *name;
	enum type type;
	int wants; /* mask of enum watch_want */
	void (*get)(const struct subject *, struct datum *);
	size_t offset; /* without get: of an int64_t in struct proc; -1 is
	                  unknown */
	const char *blurb;
	enum value_flag flags;
	const char *const *words; /* a WORD is one of these, up to NULL; or
	                             NULL: not known here */
};

/* The row of a word, NULL when there is none; the i-th of so many. */
const struct value_row *value_find(const char *word);
const struct value_row *value_nth(size_t i);
size_t value_count(void);

/* Fill *out with the value of a subject. */
void value_get(const struct value_row *, const struct subject *,
               struct datum *out);

/* A datum as people read it: "3", "500 ms", "Z", "TERM", "w1". */
void value_text(enum type, const struct datum *, char *buf, size_t size);

/* "a number", "a time, such as 500ms": for error messages. */
const char *value_type_text(enum type);

#endif
