/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * front - the test plays the shell: it holds the wire and the terminal of a
 * real forkshop-lab, gives orders and listens to what is told.
 *
 * It stands on a stage, so what is left behind is found.  Every helper fails
 * the running Check test instead of returning an error.
 */
#ifndef TESTS_FRONT_H
#define TESTS_FRONT_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/wire/msg.h"
#include "core/wire/wire.h"
#include "tests/stage.h"

#define FRONT_HEARD 4096

/* A message that was heard; its descriptor was closed. */
struct heard {
	struct msg msg;
	bool had_fd;
	bool used; /* front_hear() gave it out */
};

struct front {
	struct stage *stage; /* borrowed */
	pid_t lab;
	int lab_pidfd;     /* owned */
	int master;        /* owned: of the lab's terminal */
	struct wire *wire; /* owned */
	uint32_t seq;      /* of the last order */
	bool forgetful;    /* forgets all when it has heard too much */
	int nheard;
	struct heard heard[FRONT_HEARD];
};

/* Start the lab with `env` more ("NAME=VALUE" or NULL), wait for HELLO. */
void front_open(struct front *, struct stage *, const char *env);

/* BYE, unless the lab is gone; its end; nothing is left. */
void front_close(struct front *);

void front_send(struct front *, struct msg *, int fd);

/* A message with a pid and a value: FOREGROUND, SIGNAL_GROUP and so on. */
void front_order(struct front *, enum msg_type, pid_t pid, int value);

/* How a job is started. */
enum front_how { FRONT_BACKGROUND, FRONT_FOREGROUND };

/*
 * Send a START of `sh -c command`; a background job prints into `out` (-1:
 * nowhere).  front_job waits for STARTED and returns the pid.
 */
void front_start(struct front *, enum front_how, const char *command, int out);
pid_t front_job(struct front *, enum front_how, const char *command, int out);

/*
 * Wait for the first message of that type (MSG_NONE: any) about that pid
 * (0: any) that was not given out yet.  Others stay for later calls.
 * Borrowed until the next call.
 */
const struct heard *front_hear(struct front *, enum msg_type, pid_t);

/* Wait for a CHANGED of that kind: the code, or the signal. */
int front_change(struct front *, pid_t, int change);

/* Has such a message come so far?  Does not wait. */
bool front_heard(struct front *, enum msg_type, pid_t);

/* Type into the lab's terminal. */
void front_type(struct front *, const char *bytes);

/* Wait until the terminal has shown this text. */
void front_see(struct front *, const char *text);

/* Take in whatever waits on the wire, for at most that time. */
void front_listen(struct front *, int ms);

#endif
