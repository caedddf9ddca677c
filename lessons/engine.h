/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * engine - takes a student through a lesson.
 *
 * It is the guide of a session: it looks at every change, evaluates the facts
 * of the step over the same snapshot and events that everybody sees, holds a
 * line until a question about it is answered, and types solutions when asked.
 * It asks the kernel nothing and destroys nothing; only a fresh start does.
 *
 *	engine.c        opening, lessons, steps: what begins when
 *	engine-guide.c  what the session tells, and asks before it runs a line
 *	engine-look.c   the facts of a step, and what they come to
 *	engine-ask.c    predictions: asked before, compared afterwards
 *	engine-hand.c   what the engine types by itself
 *	engine-show.c   a lesson in a script, and in a recording
 *	engine-reread.c  a lesson that is saved while it is learnt
 *	engine-panel.c  all of it as text, for whoever draws
 *	cmd-*.c         the commands, a row each
 */
#ifndef LESSONS_ENGINE_H
#define LESSONS_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/facts/fact.h"
#include "core/shell/session.h"
#include "lessons/lesson.h"

struct engine;

struct engine_options {
	const char *learn; /* borrowed: a lesson or file to begin with; "":
	                      where it was left; NULL: none */
	bool watch;        /* read the file again whenever it is saved */
	bool panel;        /* somebody draws engine_panel(): the texts of a
	                      step are not said as lines */
	bool forgetful;    /* progress is neither read nor written */
	int64_t pace_ns;   /* between two lines that it types; 0: none */
	int port;          /* for servers; 0 picks a free one */
	int64_t reach_ns;  /* patience with what it types; 0: 30 s */
};

/* The caller owns it, and closes it after the session.  NULL and err. */
struct engine *engine_open(const struct engine_options *, struct err *);
void engine_close(struct engine *);

/* For session_options (borrowed). */
const struct guide *engine_guide(struct engine *);

/* The engine of a session, or NULL. */
struct engine *engine_of(const struct session *);

/* `#! step` in the scripts of this session begins steps of lessons. */
void engine_on_tape(struct session *);

/* The rows of the commands that need an engine; for command_add(). */
extern const struct command *const engine_commands[];

/* For commands and the player; from outside of a lesson they fail. *******/

/*
 * Begin a lesson (owned by the engine from now on) in a fresh laboratory, at
 * a step from 0: the solutions of those before it are typed.
 */
int engine_begin(struct engine *, struct lesson *, int step, struct err *);

/* The same for the lesson of that name or file; NULL: where it was left. */
int engine_learn(struct engine *, const char *name, struct err *);

/* Fresh, and at this step again; -1 the one that is open. */
int engine_goto(struct engine *, int step, struct err *);

/* Fresh, at this step again, and its solution is typed. */
int engine_solve(struct engine *, struct err *);

/* Free play: nothing is looked at any more, until learn. */
int engine_leave(struct engine *, struct err *);

/* The next hint, into buf ("hint 1 of 2: ..."). */
int engine_hint(struct engine *, char *buf, size_t size, struct err *);

/* The answer, from 1, to the question that is open. */
int engine_answer(struct engine *, int answer, struct err *);

/* How it stands *********************************************************/

enum engine_state {
	ENGINE_FREE,    /* no lesson */
	ENGINE_COMING,  /* typing its way to the step */
	ENGINE_STEP,    /* the student is at a step */
	ENGINE_LOST,    /* the step cannot be won any more */
	ENGINE_STUCK,   /* a solution that it typed did not do it */
	ENGINE_FINISHED /* all steps are done */
};

enum engine_state engine_state(const struct engine *);
const struct lesson *engine_lesson(const struct engine *); /* or NULL */
int engine_step(const struct engine *);                    /* from 0 */

/* Everything there is to show of it now. */
#define PANEL_TEXT (LESSON_LINE + 1)

struct panel_goal {
	char text[PANEL_TEXT];
	char is[FACT_EXPLAIN]; /* "state of p2: S, wanted Z" */
	bool done;
};

struct panel {
	bool on;
	char title[PANEL_TEXT];
	char lesson[LESSON_ID];
	int step, steps;                   /* from 1 */
	bool coming;                       /* typing its way there */
	char say[LESSON_SAYS][PANEL_TEXT]; /* of the step */
	int says;
	struct panel_goal goal[LESSON_CHECKS];
	int goals;
	bool asking;           /* a question is open: */
	char held[PANEL_TEXT]; /* the line that waits for the answer */
	char ask[PANEL_TEXT];
	char answer[LESSON_ANSWERS][PANEL_TEXT];
	int answers;
	char notice[PANEL_TEXT]; /* it is lost, it is done; or "" */
};

/* Fill it; texts are clean, and name the port that is used here. */
void engine_panel(const struct engine *, struct panel *);

/* For the player ********************************************************/

/* Of the last evaluation. */
enum verdict engine_verdict(const struct engine *, int check);
const char *engine_explain(const struct engine *, int check, char *buf,
                           size_t size);

/* What has become of the question: was it met, and did its truth hold? */
enum engine_truth { TRUTH_UNASKED, TRUTH_OPEN, TRUTH_HELD, TRUTH_FAILED };
enum engine_truth engine_truth(const struct engine *, int question);

/* Has this `when` been said? */
bool engine_said(const struct engine *, int check);

/*
 * Type these lines (borrowed until done) into the step that is open, as
 * `solve` does; engine_typing() until they have all run.
 */
void engine_type(struct engine *, const struct line *, int n);
bool engine_typing(const struct engine *);

/* The line that runs, or was typed last; "" when none was. */
const char *engine_typed(const struct engine *);

/* Stop after this step instead of going on; the player looks in between. */
void engine_pause(struct engine *, bool);
bool engine_paused(const struct engine *); /* all goals hold, and it waits */
void engine_resume(struct engine *);       /* go on to the next step */

#endif
