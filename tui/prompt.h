/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * prompt - the line that is typed: the only includer of readline.
 *
 * readline edits and never touches the terminal: it is fed whole tokens
 * (keys.h), its output goes nowhere, and its state is drawn into a canvas.
 * There is one prompt in a process, because there is one readline.
 *
 * A paste is inserted as text, as one step of undo; its new lines are shown as
 * U+23CE, and on Enter its lines run one after the other.
 */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/sys/err.h"
#include "tui/candidates.h"
#include "tui/canvas.h"
#include "tui/keys.h"

struct prompt;

/* Called with `arg` as in the hooks, inside of prompt_feed(). */
struct prompt_hooks {
	void *arg;

	/* A line was entered; it is not blank and has no new line. */
	void (*line)(void *arg, const char *line);

	/* Ctrl-D on an empty line. */
	void (*eof)(void *arg);

	/*
	 * Why the history is not kept, once, at the first line that is not:
	 * what is told before scrolls away while the servers start.
	 */
	void (*unkept)(void *arg, const char *why);

	/* Ctrl-L: what is on the screen is not to be trusted. */
	void (*repaint)(void *arg);

	/*
	 * Offer what may stand at line[*word_start] up to the cursor: call
	 * add(add_arg, word, blurb) for each whole word.  *word_start is where
	 * readline believes that the word begins, and may be changed.
	 * Returns whether names of files are to be offered when nothing is.
	 */
	bool (*complete)(void *arg, const char *line, size_t cursor,
	                 size_t *word_start,
	                 void (*add)(void *, const char *, const char *),
	                 void *add_arg);
};

/*
 * Begin to edit.  `app` is the name for $if in .inputrc.  Open it before the
 * terminal: complaints about .inputrc go to standard error.  glyph_locale()
 * must have been called.  Returns the prompt, or NULL.
 */
struct prompt *prompt_open(const char *app, const struct prompt_hooks *,
                           struct err *);
void prompt_close(struct prompt *);

/*
 * Load what was typed earlier and add to that file from now on, line by line,
 * so that nothing is lost with the process.  A file that does not exist will
 * be made; its folder must exist.  Returns -1 when the file cannot be used;
 * nothing is kept then, as from the first line on that cannot be written.
 */
int prompt_history_open(struct prompt *, const char *path, struct err *);

/* The i-th line of the history, 0 the oldest (borrowed), or NULL. */
const char *prompt_history(const struct prompt *, size_t i);

/* Give it a token; what is neither key nor paste is ignored. */
void prompt_feed(struct prompt *, const struct token *);

/* What stands before the line; while readline asks something, it waits. */
void prompt_set(struct prompt *, const char *text);

/* The size of the screen, for commands that move by rows. */
void prompt_resize(struct prompt *, int rows, int cols);

/*
 * Draw it into `cols` columns of a row.  Returns the column of the cursor and
 * forgets that anything has changed.
 */
int prompt_draw(struct prompt *, struct canvas *, int row, int cols);

/* Would prompt_draw() show something else than the last time? */
bool prompt_changed(const struct prompt *);

/*
 * The candidates that Tab has found and could not decide between (borrowed,
 * up to the next key); none when there is nothing to show.
 */
const struct candidates *prompt_candidates(const struct prompt *);

/* The line as it stands (borrowed, up to the next key). */
const char *prompt_line(const struct prompt *);

#endif
