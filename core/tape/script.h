/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * script - what is played: commands, one a line, as they are typed, and lines
 * that begin with `#!` for all that is not typed.
 *
 *	# a comment
 *	#! caption "Two workers share one socket"
 *	fork
 *	#! until count(workers) = 3 within 5s
 *	#! expect alive(w3)
 *
 * A first line that begins with `#!/` names an interpreter, as in execve(2),
 * and is passed over.
 */
#ifndef CORE_TAPE_SCRIPT_H
#define CORE_TAPE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/err.h"

#define SCRIPT_LINES 10000 /* lines that do something, at most */

/* X(NAME, word, what follows it, usage, blurb): what may stand behind `#!`. */
// clang-format off
#define SCRIPT_ACTS(X) \
	X(UNTIL,   "until",   fact,    "until FACT [within T]", "wait for a fact, half a minute at most") \
	X(EXPECT,  "expect",  fact,    "expect FACT",      "a fact that holds now, or the script ends") \
	X(MARK,    "mark",    title,   "mark \"chapter\"", "a chapter of the recording") \
	X(CAPTION, "caption", title,   "caption \"text\"", "a line of text for the room; \"\" takes it away") \
	X(BEAT,    "beat",    nothing, "beat",             "wait for a key; one second in a recording") \
	X(KEY,     "key",     key,     "key ^C",           "press ^C, ^Z, ^\\ or ^D, when the program in front waits") \
	X(TYPE,    "type",    time,    "type 40ms",        "the time that each key takes from here on") \
	X(STEP,    "step",    lesson,  "step LESSON STEP", "go to this step of a lesson; end: behind the last")
// clang-format on

enum script_act {
	SCRIPT_COMMAND, /* text: a line as it is typed */
#define X(NAME, word, follows, usage, blurb) SCRIPT_##NAME,
	SCRIPT_ACTS(X)
#undef X
};

struct script_line {
	enum script_act act;
	int number; /* in the file, from 1 */
	char *
	    text; /* owned: command, fact, title, text, key, lesson; not NULL */
	char *step; /* owned: of STEP; otherwise NULL */
	int64_t ns; /* of TYPE; of UNTIL its patience */
};

struct script {
	char *name; /* owned: as sentences about it begin */
	int n;
	struct script_line *line; /* owned */
};

/*
 * Read a script from `len` bytes of text, which must be UTF-8.  Facts are
 * parsed, so that one that is none is found before anything is played.
 * Returns a script that the caller owns, or NULL and a sentence that begins
 * with "NAME:LINE: ".
 */
struct script *script_parse(const char *name, const char *text, size_t len,
                            struct err *);

/* The same from a file; "-" is standard input, read to its end; at most
 * INPUT_SIZE bytes. */
struct script *script_read(const char *path, struct err *);

void script_free(struct script *);

/*
 * Does it begin with a step of a lesson, which has a laboratory of its own?
 * Then nothing need be started before it.
 */
bool script_begins_lesson(const struct script *);

/* The i-th word that may stand behind `#!`, its usage and meaning, or NULL. */
const char *script_word(int i, const char **usage, const char **blurb);

#endif
