/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lab - what the laboratory knows, and how it speaks with the shell.
 *
 * One struct lab, made by main.c.  Orders come in by the wire and each goes
 * to the file of its name (start.c, jobs.c, screen.c); news of children go
 * out (reap.c).  While something waits on the wire, the lab takes no more
 * orders and reaps nobody: what it has to tell then waits in the kernel, as
 * zombies.  Only when orphans come in thousands is it lost, and counted.
 */
#ifndef CORE_LAB_LAB_H
#define CORE_LAB_LAB_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include "core/lab/kin.h"
#include "core/lab/screen.h"
#include "core/sys/err.h"
#include "core/sys/loop.h"
#include "core/sys/procfs.h"
#include "core/wire/msg.h"
#include "core/wire/wire.h"

struct lab {
	struct loop *loop;   /* owned */
	struct wire *wire;   /* owned: to the shell */
	struct procfs *proc; /* owned */
	struct kin *kin;     /* owned: our children */
	int tty;             /* owned: LAB_TTY_FD, our controlling terminal */
	int null;            /* owned: /dev/null */
	pid_t shell;
	int shell_pidfd; /* owned; -1 where it could not be had */
	int worked;      /* pieces of news in this turn of the loop */
	unsigned lost;   /* pieces of news that the shell will not hear */

	/* written by reap.c */
	bool news;       /* a child may have changed */
	bool look;       /* an orphan may have come */
	bool told_crowd; /* the shell knows that the table is full */

	/* written by jobs.c */
	pid_t foreground;    /* the group that has the terminal; 0: the lab */
	struct termios sane; /* of our terminal, as it was given to us */

	struct screen screen; /* the shell's own terminal */
};

/*
 * Take over the wire, the terminal and the shell as the shell left them to
 * us (main.c), and say hello.  The lab is zero-filled.  Returns 0, or -1
 * with err: then nothing was started and the lab can only end.
 */
int lab_open(struct lab *, struct err *);

/*
 * The end has come: of the orders that still wait on the wire, obey only
 * SCREEN, because the terminal outlives us all.
 */
void lab_hear_last(struct lab *);

/* Close and free all of it.  Children must be gone. */
void lab_close(struct lab *);

/* Send a message, with a descriptor that stays the caller's, or -1. */
void lab_send(struct lab *, const struct msg *, int fd);

/* A sentence for the log; seq: of the order that it answers, or 0. */
void lab_say(struct lab *, uint32_t seq, const struct err *);

#endif
