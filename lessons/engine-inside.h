/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the engine share, and nobody else sees.
 */
#ifndef LESSONS_ENGINE_INSIDE_H
#define LESSONS_ENGINE_INSIDE_H

#include "lessons/engine.h"
#include "lessons/progress.h"

#define ENGINE_TRUTH_NS (5 * NS_PER_S)  /* patience with a truth */
#define ENGINE_REACH_NS (30 * NS_PER_S) /* with the goals of a replay */
#define ENGINE_QUIET_NS (120 * NS_PER_S)
#define ENGINE_FAILURES 3

/* A fact of the step, and what it came to last. */
struct tracked {
	struct fact *fact; /* owned; NULL: it could not be read */
	enum verdict verdict;
	bool told; /* GOAL: as done; the others: it has had its say */
	char said[FACT_EXPLAIN]; /* GOAL: what stood there when told last */
};

/* A question of the step. */
struct asked {
	struct fact *truth; /* owned */
	bool answered;      /* or not to be asked */
	int answer;         /* from 0; -1: the engine typed it */
	enum engine_truth truth_is;
	int64_t since_ns; /* its command has run; 0 not yet */
};

struct engine {
	struct engine_options options;
	struct guide guide;
	struct session *session;   /* borrowed; NULL before and after */
	struct progress *progress; /* owned */
	struct err complaint;      /* about its file; text "": none */
	enum engine_state state;
	struct lesson *lesson; /* owned */
	char path[4096];       /* where it was read from */
	char left[LESSON_ID];  /* it was left for free play; "" none */
	int left_step;
	int step;     /* that is open, from 0 */
	int target;   /* COMING: up to this one, solutions are typed */
	bool solving; /* and that of the target as well */
	int port;     /* that servers get here */

	/* engine-show.c */
	bool shown;    /* a script shows the lesson: nobody learns it */
	bool touched;  /* and has done something in this step */
	bool arriving; /* and waits until its step is reached, */
	bool goals;    /* or until the goals of this one hold */
	int status;    /* the session's, when this step was reached */

	/* engine-look.c: of the step that is open */
	struct tracked tracked[LESSON_CHECKS];
	bool looking;     /* facts are evaluated */
	int timer;        /* when one may change without an event */
	int64_t reach_ns; /* COMING: no later than this */
	bool paused, pauses;

	/* engine-ask.c */
	struct asked asked[LESSON_QUESTIONS];
	int question; /* that is open; -1 none */
	char *held;   /* owned: the line that waits for it */

	/* engine-hand.c */
	const struct line *typed; /* borrowed: what is typed now; or NULL */
	int types, type;          /* so many; the next one */
	bool own;                 /* the line that runs next is ours */
	char own_line[PANEL_TEXT];
	bool running;    /* and it runs */
	int64_t type_ns; /* not before that comes the next one */
	int hand_timer;

	/* help that is offered */
	int hints;    /* given in this step */
	int failures; /* commands in a row */
	bool offered;
	int quiet_timer;

	/* engine-reread.c */
	int watch_fd;        /* owned: inotify(7), or -1 */
	struct lesson *next; /* owned: as it was saved; NULL: as it is */
};

/* engine.c **************************************************************/

/* Something may have changed: look, go on. */
void engine_turn(struct engine *);

/* What engine_panel() shows is another: draw it. */
void engine_show(struct engine *);

/* The goals hold: the next step, or the end. */
void engine_next(struct engine *);

/* Files that puppets of the lesson may have made are taken away. */
void engine_clean(struct engine *);

/* Offer a hint, now (a loop_fn) or after two quiet minutes. */
void engine_offer(void *engine);
void engine_wait_quiet(struct engine *);

void engine_say(struct engine *, enum line_kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A text of the lesson, with the port that servers have here. */
const char *engine_text(const struct engine *, const char *text,
                        char buf[PANEL_TEXT]);
const struct step *engine_open_step(const struct engine *);

/* engine-look.c *********************************************************/

/* Begin to look at the facts of the open step; forget them. */
void look_begin(struct engine *);
void look_end(struct engine *);

/* Evaluate them, say what there is to say.  Do all goals hold? */
bool look_now(struct engine *);

/* Will a goal be decided soon, without an event? */
bool look_is_about_to(const struct engine *);

/* A command of the student's is over: what is open still? */
void look_tell_open(struct engine *);

/* engine-ask.c **********************************************************/

void ask_begin(struct engine *);
void ask_end(struct engine *);

/* May it run?  Holds it when a question comes first. */
bool ask_before(struct engine *, const char *line, const struct parse *);

/*
 * Does the command that is about to run match "kill w1"?  The snapshot knows
 * the pids that may be typed instead of names; NULL: none is.
 */
bool ask_matches(const struct snapshot *, const char *before,
                 const struct parse *);
void ask_after(struct engine *); /* the command is over */

/* Look at truths; is none left to wait for? */
bool ask_settled(struct engine *);

/* The values without events that this step's truths are about. */
int ask_wants(const struct engine *);

/* When ask_settled() can change without an event; -1 never. */
int64_t ask_deadline_ns(const struct engine *);

/* Say the question as lines. */
void ask_tell(struct engine *);

/* engine-hand.c *********************************************************/

void hand_stop(struct engine *);

/* Type the next line, if it is time. */
void hand_turn(struct engine *);

/* Is this the line that we typed? */
bool hand_own(struct engine *, const char *line);

/* engine-show.c *********************************************************/

/* A step is entered: a chapter of the recording, where there is one. */
void show_chapter(struct engine *);

/* Is the step there that a script waits for?  Each turn. */
void show_arrive(struct engine *);

/* engine-reread.c *******************************************************/

/* With --watch: read the lesson again when it is saved.  And no more. */
void reread_open(struct engine *);
void reread_close(struct engine *);

/* port.c: `text` with the port 3000 replaced by another. *****************/
const char *port_text(const char *text, int port, char *buf, size_t size);

/* A command as it is typed here: `serve` gets the port, too. */
const char *port_command(const char *line, int port, char *buf, size_t size);

/* This port if nobody has it on 127.0.0.1, else one that is free. */
int port_pick(int port);

#endif
