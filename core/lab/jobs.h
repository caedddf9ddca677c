/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * jobs - who has the lab's terminal: job control, as a shell does it.
 *
 * The terminal's foreground group is a job or the lab itself.  A job that
 * stops with settings of its own gets them back when it goes on; whoever
 * comes next finds the terminal as it was at first.
 */
#ifndef CORE_LAB_JOBS_H
#define CORE_LAB_JOBS_H

#include <sys/types.h>

#include "core/sys/child.h"

struct lab;
struct msg;

/* MSG_FOREGROUND, MSG_BACKGROUND, MSG_SIGNAL_GROUP. */
void jobs_foreground(struct lab *, const struct msg *, const int *, int);
void jobs_background(struct lab *, const struct msg *, const int *, int);
void jobs_signal(struct lab *, const struct msg *, const int *, int);

/* The lab takes the terminal back, sane again; jobs_started follows. */
void jobs_take_terminal(struct lab *);

/* The same, and what was typed and not read is forgotten. */
void jobs_clear(struct lab *);

/* A new child took the terminal before it was executed. */
void jobs_started(struct lab *, pid_t group);

/*
 * A child of group `group` changed: if it was in the foreground and stopped
 * or ended, the lab takes the terminal back.
 */
void jobs_changed(struct lab *, const struct child_news *, pid_t group);

#endif
