/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lesson - a lesson as it stands in its file, and what can be asked of it.
 *
 * format.h reads it; nobody changes it then.  Every text is owned by the
 * lesson, clean, and remembers the line that it stands in.
 */
#ifndef LESSONS_LESSON_H
#define LESSONS_LESSON_H

#include <stdbool.h>
#include <stddef.h>

#define LESSON_BYTES (1 << 20) /* of a file */
#define LESSON_LINE  1000      /* bytes of one line of it */
#define LESSON_ID    24        /* of a lesson or step, with its NUL */

/* How many of each may stand in a lesson, a step, a question, a mistake. */
enum {
	LESSON_NEEDS = 8,
	LESSON_STARTS = 8,
	LESSON_STEPS = 16,
	LESSON_SAYS = 6,
	LESSON_QUESTIONS = 3,
	LESSON_ANSWERS = 6,
	LESSON_CHECKS = 24,
	LESSON_HINTS = 4,
	LESSON_SOLUTION = 32,
	LESSON_MISTAKES = 6,
	LESSON_MISTAKE = 16,
	LESSON_NOTES = 8,
};

struct line {
	char *text; /* owned; NULL: there is none */
	int line;
};

struct answer {
	struct line text;
	struct line reply; /* what is said to who gave it; or none */
	bool right;
};

/* Asked before a command may run. */
struct question {
	struct line before; /* the command: "p2 exit", "kill w1" */
	struct line ask;
	struct line truth; /* the fact that comes to hold afterwards */
	struct answer answer[LESSON_ANSWERS];
	int answers;
	int right; /* of the answers, from 0; -1: none is marked */
};

/* X(NAME, word): the facts of a step, and what they are for. */
#define LESSON_CHECK_KINDS(X)                                                  \
	X(GOAL, "goal") /* all of them hold: the step is done */               \
	X(KEEP, "keep") /* holds from the start, or the step is lost */        \
	X(FAIL, "fail") /* the step cannot be won any more */                  \
	X(WHEN, "when") /* something is said about it, once */

enum check_kind {
#define X(NAME, word) CHECK_##NAME,
	LESSON_CHECK_KINDS(X)
#undef X
	    CHECK_KINDS
};

struct check {
	enum check_kind kind;
	struct line text, fact;
};

/* What is to come of a mistake. */
enum expect_kind {
	EXPECT_NONE,
	EXPECT_FAIL,  /* the fail of that text */
	EXPECT_KEEP,  /* the keep of that text holds no more */
	EXPECT_GOAL,  /* the goal of that text stays open */
	EXPECT_WHEN,  /* this is said (a part of a when's text) */
	EXPECT_ERROR, /* a command says this (a part of it) */
};

struct mistake {
	struct line name;
	struct line type[LESSON_MISTAKE]; /* what is typed */
	int types;
	enum expect_kind expect;
	struct line expected;
	int check; /* of the step, for FAIL KEEP GOAL WHEN; else -1 */
};

struct step {
	char id[LESSON_ID];
	int line;
	struct line say[LESSON_SAYS];
	struct question question[LESSON_QUESTIONS];
	struct check check[LESSON_CHECKS];
	struct line hint[LESSON_HINTS];
	struct line solution[LESSON_SOLUTION];
	struct mistake mistake[LESSON_MISTAKES];
	struct line note[LESSON_NOTES];
	struct line caption;
	int says, questions, checks, hints, solutions, mistakes, notes;
	bool has_solution;
};

struct lesson {
	char *path; /* owned: where it was read from */
	char id[LESSON_ID];
	int line;
	struct line title;
	struct line need[LESSON_NEEDS];
	struct line start[LESSON_STARTS]; /* commands in an empty lab */
	struct line more;                 /* manual pages to read */
	int needs, starts, minutes, minutes_line;
	struct step step[LESSON_STEPS];
	int steps;
};

void lesson_free(struct lesson *);

/* The word of a kind: "goal". */
const char *check_word(enum check_kind);

/* How many checks of that kind; the n-th of them, from 0, or NULL. */
int step_count(const struct step *, enum check_kind);
const struct check *step_check(const struct step *, enum check_kind, int n);

/* The step of that id, or of that number from 1; -1 when there is none. */
int lesson_step(const struct lesson *, const char *id_or_number);

/* The manual pages "fork(2), wait(2)", without the word; "" for none. */
const char *lesson_more(const struct lesson *);

#endif
