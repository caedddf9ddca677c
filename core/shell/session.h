/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * session - one laboratory and the line of commands that drives it.
 *
 * It starts the lab, holds the wires to it and to the masters, runs one
 * command after the other, and tells a front (screen, plain lines, JSON) what
 * there is to say.  It knows no terminal but the lab's.
 */
#ifndef CORE_SHELL_SESSION_H
#define CORE_SHELL_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/shell/command.h"
#include "core/sys/err.h"
#include "core/sys/loop.h"
#include "core/watch/snapshot.h"
#include "core/watch/timeline.h"
#include "core/watch/watch.h"
#include "core/wire/msg.h"
#include "core/wire/wire.h"

struct parse;
struct tree_style;

/* What a line is, so that a front can dim or colour it. */
enum line_kind {
	LINE_COMMAND, /* what was typed, as it runs */
	LINE_RESULT,  /* what a command had to say */
	LINE_EVENT,   /* what happened */
	LINE_OUTPUT,  /* what a job or server printed; name says whose */
	LINE_ERROR,
	LINE_GOOD,  /* a fact that holds, a greeting */
	LINE_GUIDE, /* what a lesson has to say */
	LINE_TREE,  /* a row of the tree as text */
};

/* The front.  Every text is clean (text_clean) and one line. */
struct front {
	void *arg;
	void (*line)(void *arg, enum line_kind, const char *name,
	             const char *text);
	void (*event)(void *arg, const struct event *); /* each one, in order */
	void (*changed)(void *arg); /* there is a new snapshot */
	/* a running command's state in a few words ("420 of 1000"); "" ends */
	void (*progress)(void *arg, const char *text);
	/* `!CMD`: the real terminal now belongs to the job (true) or is ours
	 * again (false); NULL or returning -1: there is no terminal to give */
	int (*passthrough)(void *arg, bool on, struct err *);
	/* `set NAME VALUE` that only the front understands (big, theme);
	 * -1 and err when it does not either; value NULL asks */
	int (*set)(void *arg, const char *name, const char *value,
	           struct err *);
	void (*clear)(void *arg); /* the log is to be emptied */
	/* the i-th line that was typed, 0 the oldest, or NULL past the end;
	 * NULL itself where no list is kept */
	const char *(*history)(void *arg, size_t i);
	/* `tree`, drawn the front's own way; NULL: rows of LINE_TREE */
	void (*tree)(void *arg, const struct snapshot *,
	             const struct tree_style *);
};

/*
 * Who looks over the student's shoulder and may step in: a lesson.  Every
 * function may be NULL.
 */
struct guide {
	void *arg;
	void (*opened)(void *arg, struct session *); /* before any command */
	void (*changed)(void *arg); /* new events, or a new snapshot */
	/* This command is about to run; `line` goes on behind it, up to its
	 * end.  false: it does not run, and what follows neither; the guide
	 * has kept what it wants of it. */
	bool (*before)(void *arg, const char *line, const struct parse *);
	void (*after)(void *arg, bool failed); /* that command is over */
	void (*interrupted)(void *arg);        /* Ctrl-C, at any time */
	bool (*busy)(void *arg);               /* it will run lines by itself */
};

/*
 * What the room core/tape does for a session.  It stands to the right, so it
 * hands itself in by session_tape(); without it there are no scripts.
 */
struct tape_ops {
	void *arg;
	/* Scripts that are in play, one inside the other; 0: none. */
	int (*depth)(void *arg);
	/* Will there be more lines?  Also true for one that did not begin. */
	bool (*playing)(void *arg);
	/* The next line to run (borrowed), or NULL: not yet, or no more. */
	const char *(*next)(void *arg);
	/* A job is in front: does a key for it come next?  It is pressed as
	   soon as the job waits. */
	bool (*front)(void *arg);
	void (*interrupt)(void *arg); /* Ctrl-C: all scripts end */
	void (*close)(void *arg);     /* the session is over */

	/* The commands of that name; -1 and err. */
	int (*source)(void *arg, const char *path, struct err *);
	int (*record)(void *arg, const char *path, bool keys, struct err *);
	int (*mark)(void *arg, const char *title, struct err *);
	void (*caption)(void *arg, const char *text);
};

struct session_options {
	bool empty;           /* no server at the start */
	int workers;          /* of the first server; 2 */
	int port;             /* of the first server; 3000; 0 picks one */
	bool must_port;       /* --port was given: no other will do */
	bool headless;        /* no student is watching: no greeting */
	const char *programs; /* borrowed: where else to look for our programs;
	                         NULL: where they were installed */
	const struct guide *guide; /* borrowed; NULL: nobody */
	/* Called when the session is open, before its first command; -1 and
	   err: it is closed again.  NULL: nobody wants to know. */
	int (*opened)(void *arg, struct session *, struct err *);
	void *opened_arg;
};

/* `loop` and `front` are borrowed.  NULL and err: nothing is left running. */
struct session *session_open(struct loop *, const struct session_options *,
                             const struct front *, struct err *);

/* End everything (waits up to ten seconds for the lab) and free. */
void session_close(struct session *);

/*
 * End everything that runs and forget it: a fresh laboratory, without a
 * server, where names begin at 1 again.  The log, the settings and what waits
 * in the queue stay.  For commands and between turns of the loop, never from
 * inside a call of the watch.  Takes some milliseconds.  On failure -1 and
 * err; when there can be no laboratory at all, session_quits().
 */
int session_clear(struct session *, struct err *);

/* Queue a line to run after those before it.  "a; b" are two commands. */
void session_run(struct session *, const char *line);

/* The same, before all that wait. */
void session_run_first(struct session *, const char *line);

/* Ctrl-C: end the command that runs, or give ^C to the foreground job. */
void session_interrupt(struct session *);

/*
 * Nothing runs and nothing waits (a foreground job runs, too), and the guide
 * is not about to; session_rests() does not ask the guide, and
 * session_at_prompt() not whether a script goes on.
 */
bool session_idle(const struct session *);
bool session_rests(const struct session *);
bool session_at_prompt(const struct session *);
bool session_quits(const struct session *); /* `quit` was typed */

/* 0, 1 when a command or a fact failed, 2 for usage; the worst so far. */
int session_status(const struct session *);
void session_fail(struct session *, int status);

/* What failed since it was this was meant to fail. */
void session_forgive(struct session *, int status);

/* The foreground job: its name, or NULL; its pid, or 0; its terminal. */
const char *session_foreground(const struct session *);
pid_t session_foreground_pid(const struct session *);

/* Its name once it has the terminal: it gets what is typed from now on. */
const char *session_typed_to(const struct session *);

/* It finds the end of its input, and nothing that was for another one. */
void session_terminal_end_input(struct session *);
void session_terminal_input(struct session *, const char *bytes, size_t);

/*
 * The process group that has the lab's terminal, as the kernel says; 0: the
 * prompt has it.  A puppet may have taken it by tcsetpgrp.
 */
pid_t session_front_group(struct session *);

/*
 * Does all of that group sleep, and wait for keys or whatever?  A key that
 * comes between a shell's vfork() and the exec stops the child, for which the
 * shell waits unstopped.  Looks at the kernel now.
 */
bool session_front_waits(struct session *);

/* Does the job in front want single keys?  Hang up on it: HUP to its group. */
bool session_front_raw(const struct session *);
void session_front_hang_up(struct session *);

/* Will a script press a key for the job in front? */
bool session_will_press(struct session *);
void session_terminal_size(struct session *, int rows, int cols);
int session_terminal_fd(const struct session *); /* the pty's master */

/* While passthrough is on, the front reads the master itself. */
void session_terminal_hold(struct session *, bool held);

/* The real terminal is (fd) or is no longer (-1) changed by the screen. */
void session_screen(struct session *, int fd);

/*
 * What is shown: the present, or where `rewind` has gone.  Only commands whose
 * row says PAST_LOOKS run while that is the past.  session_past: how long
 * before the present was left it is; returns false when it is the present.
 */
const struct snapshot *session_snapshot(struct session *);
struct timeline *session_timeline(struct session *);
int64_t session_now_ns(struct session *); /* the time of what is shown */

/* What is, also while the past is shown: for who waits for it. */
struct timeline *session_present(struct session *);
bool session_past(const struct session *, int64_t *ago_ns, int64_t *left_ns);
struct watch *session_watch(struct session *);
struct loop *session_loop(struct session *);

/*
 * Values without events (masks of enum watch_want) are read while somebody
 * wants them: a command that runs; the guide, all the time.
 */
void session_want(struct session *, int mask);
void session_guide_wants(struct session *, int mask);
const struct guide *session_guide(const struct session *);
const struct front *session_front(const struct session *);

/* Play scripts and record with these (copied) from now on. */
void session_tape(struct session *, const struct tape_ops *);

/* See that there is a turn of the loop: the tape has a line, or an end. */
void session_wake(struct session *);

/* For commands **********************************************************/

/* The tape of this session; NULL when there is none. */
const struct tape_ops *session_tape_ops(const struct session *);

/* Say a line (cleaned and split here). */
void session_say(struct session *, enum line_kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * OUTCOME_WAITS: `poll` is called on every turn with news (and at
 * `deadline_ns`, -1 none) and returns OUTCOME_WAITS until it is over;
 * `interrupt` is called on Ctrl-C (NULL: the wait just ends, status 130).
 * `arg` is freed with free() at the end.
 */
void session_wait(struct session *,
                  enum outcome (*poll)(struct session *, void *arg,
                                       struct err *),
                  void (*interrupt)(struct session *, void *arg), void *arg,
                  int64_t deadline_ns);

/* `arg` holds more than free() gives back: `give` is called before that,
 * however the wait ends; a session that closes calls it too. */
void session_wait_took(struct session *,
                       void (*give)(struct session *, void *arg));

/* Send a request to the lab or to a server's master; returns its seq, 0 and
 * err on failure.  session_answer: 1 answered well, -1 failed (err), 0 open. */
uint32_t session_ask_lab(struct session *, struct msg *, const int *fds,
                         int nfds, struct err *);
uint32_t session_ask_server(struct session *, const char *server, struct msg *,
                            const int *fds, int nfds, struct err *);
int session_answer(struct session *, uint32_t seq, struct msg *answer,
                   struct err *);

/*
 * Start one of our programs or a job.  `name` is made by the session ("j1",
 * "c1") when NULL.  Returns the seq of its START.
 */
struct start_plan {
	enum start_kind kind;
	const char *name;
	const char *const *argv;
	const char *const *env;
	bool foreground, on_terminal;
	bool balancer;  /* of START_SERVER: it is one */
	const int *fds; /* become 3, 4, 5; stay the caller's */
	int nfds;
	const char *cmd; /* as the tree shows it */
};
uint32_t session_start(struct session *, const struct start_plan *,
                       char name[NAME_SIZE], struct err *);

/*
 * The server or balancer of that name; NULL: the first server, and where
 * there are several it is told which (but not without err).  NULL and err.
 */
const struct server *session_default_server(struct session *, const char *name,
                                            struct err *);

/* The same for what only a server with workers can do. */
const struct server *session_master(struct session *, const char *name,
                                    struct err *);

/*
 * From now on a `serve` that names no port means this one; 0: 3000, as
 * without a lesson.
 */
void session_usual_port(struct session *, int port);

/* A process by name, pid or %job; NULL and a sentence with the nearest. */
const struct proc *session_target(struct session *, const char *name,
                                  struct err *);

/* Settings: `set linger 5s`.  session_setting returns "" for unknown ones. */
const char *session_setting(const struct session *, const char *name);

/* What a setting can be, "on|off"; "" for unknown ones. */
const char *session_setting_values(const char *name);

/* The log kept for `log`: the i-th line from the end, or NULL. */
const char *session_log(const struct session *, size_t back, enum line_kind *,
                        const char **name, int64_t *t_ns);

/* Candidates for completion: calls add(arg, candidate, blurb). */
bool session_complete(struct session *, const char *line, size_t cursor,
                      size_t *word_start,
                      void (*add)(void *, const char *, const char *),
                      void *arg);

#endif
