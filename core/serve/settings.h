/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * settings - how a server is to behave: its options on the command line, and
 * those of them that can be changed while it runs.
 *
 * One table names each, with its argument and help; --help prints it.
 */
#ifndef CORE_SERVE_SETTINGS_H
#define CORE_SERVE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/sys/err.h"
#include "core/wire/msg.h"

#define SETTINGS_WORKERS     128  /* that may live at one time */
#define SETTINGS_CONNECTIONS 1000 /* open in one worker */
#define SETTINGS_THREADS     64   /* that serve in one worker */
#define SETTINGS_CHILDREN    64   /* of one worker of the model fork */

struct model;
struct policy;

/* What a worker does when its master is gone (DESIGN 8). */
enum on_parent_death {
	DEATH_CHANNEL, /* leave when the channel closes, as in Node */
	DEATH_KILL,    /* be killed by the kernel (PR_SET_PDEATHSIG) */
	DEATH_ORPHAN   /* go on */
};

struct settings {
	char name[NAME_SIZE];
	int port; /* 0: the kernel picks one */
	int workers;
	int backlog;     /* of listen(2) */
	int connections; /* that a worker holds at one time; the rest wait */
	int timeout_s;   /* a connection that is silent so long is dropped */
	bool defer_accept;
	bool respawn; /* replace a worker that dies unasked */
	bool ask_uid; /* look up who connects; the uid goes with it */
	enum on_parent_death on_parent_death;
	const struct policy *policy;
	const struct model *model;
	int threads; /* of a worker of the model pool; 0: nobody said */
};

/* What a server has when nobody says anything. */
struct settings settings_default(void);

/*
 * Read the command line: one NAME and options.  Returns 0, 1 when --help or
 * --version was asked for and answered on stdout, or -1 with err.
 */
int settings_parse(struct settings *, int argc, char **argv, struct err *);

/*
 * Change one by its name while the server runs.  On failure returns -1 with
 * the sentence and has changed nothing.
 */
int settings_change(struct settings *, const char *name, const char *value,
                    struct err *);

/* Is it one that a worker gets at its birth and keeps? */
bool settings_of_birth(const char *name);

#endif
