/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command - what can be typed: one command, one file, one row.
 *
 * Usage, help, completion and the manual page come from the row.
 */
#ifndef CORE_SHELL_COMMAND_H
#define CORE_SHELL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/err.h"

struct session;

/* What an argument or the value of an option may be; guides completion. */
enum arg_kind {
	ARG_NONE,
	ARG_NUMBER,   /* whole, between min and max of the row */
	ARG_DURATION, /* 500ms, 2s; "off" where the row says so */
	ARG_TARGET,   /* a process: w1, web, w1.t1, %1, a pid */
	ARG_WORKER,
	ARG_SERVER,
	ARG_MASTER, /* a server that has workers */
	ARG_BALANCER,
	ARG_SERVERS, /* web,web2 */
	ARG_SIGNAL,
	ARG_PATH, /* of a page: /sleep?ms=100 */
	ARG_FILE,
	ARG_WORD,     /* one of `words` */
	ARG_COMMAND,  /* a command's name */
	ARG_VARIABLE, /* of a worker or puppet */
	ARG_FACT,     /* the rest of the line */
	ARG_REST,     /* the rest of the line, as typed */
	ARG_TEXT,
};

struct arg {
	enum arg_kind kind;
	const char *name; /* in the usage: "TARGET" */
	bool optional;
	bool many;                /* the last one: may be repeated */
	int64_t min, max;         /* ARG_NUMBER */
	const char *const *words; /* ARG_WORD: ends in NULL */

	/* What it may be, where that is not known before it is asked for. */
	void (*find)(void (*add)(void *, const char *word, const char *blurb),
	             void *arg);
};

struct command_option {
	const char *name; /* "--port", "-n" */
	struct arg value; /* kind ARG_NONE: a flag */
	const char *blurb;
};

#define COMMAND_ARGS    4
#define COMMAND_OPTIONS 16

/* A parsed line: words after quotes and options were taken out. */
struct args {
	const struct command *command;
	char *line;   /* as typed, from the command's name on */
	char *rest;   /* as typed, behind the command's name */
	int argc;     /* words that are not options */
	char **argv;  /* argv[0] is the first argument; NULL ends */
	char **words; /* owned by the parser: argv and options point there */
	const char *option[COMMAND_OPTIONS]; /* value, "" for a flag, NULL */
};

/* What run() says. */
enum outcome {
	OUTCOME_DONE,
	OUTCOME_FAILED, /* err holds the sentence; exit status 1 */
	OUTCOME_USAGE,  /* err holds the sentence; usage is shown; status 2 */
	OUTCOME_WAITS,  /* it goes on: see session_wait() */
};

/* What becomes of it while `rewind` shows the past. */
enum command_past {
	PAST_REFUSES, /* it changes something: it does not run */
	PAST_LOOKS,   /* it looks at what is shown, or not at the laboratory */
	PAST_CANNOT,  /* it asks who knows only the present: it says so */
};

struct command {
	const char *name;
	const char *group;   /* heading in help: "processes", "looking" ... */
	const char *blurb;   /* one line, small letters, no full stop */
	const char *detail;  /* paragraphs for help NAME; or NULL */
	const char *example; /* a line that works in a fresh lab; or NULL */
	struct arg args[COMMAND_ARGS];
	struct command_option options[COMMAND_OPTIONS];
	enum command_past past;
	bool raw; /* options are not taken out: the line is another's */
	enum outcome (*run)(struct session *, const struct args *,
	                    struct err *);
};

/* The list (command.c): every row, in the order of help; NULL ends it. */
extern const struct command *command_table[];

/*
 * Rooms to the right bring rows of their own (NULL ends them), once, before
 * anything is parsed.  They stand before the group "shell".
 */
void command_add(const struct command *const *rows);

/*
 * A page of help that is no command's, `help NAME`; another room's (borrowed,
 * static).
 */
struct help_page {
	const char *name, *text;
};

void help_add(const struct help_page *);

/* The i-th one, or NULL past the end. */
const struct help_page *help_nth(int i);

const struct command *command_find(const char *name);

/* The nearest name to a mistyped one (for "did you mean"), or NULL. */
const char *command_nearest(const char *name);

/* Value of an option by name; NULL when it was not given. */
const char *args_option(const struct args *, const char *name);

/* The same as a number; `fallback` when it was not given (ranges were
 * checked by the parser). */
int64_t args_number(const struct args *, const char *name, int64_t fallback);

/* "fork [N] [SERVER]", from the row. */
void command_usage(const struct command *, char *buf, size_t size);

#endif
