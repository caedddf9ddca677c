/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * title - what ps(1) shows in its COMMAND column for this process.
 *
 * The kernel reads it from the memory where the arguments were put at exec
 * (/proc/PID/cmdline, proc(5)), so a forked child that writes there is seen
 * under a name of its own.
 */
#ifndef CORE_SYS_TITLE_H
#define CORE_SYS_TITLE_H

/* Call once at the head of main: remembers where the arguments stand. */
void title_init(int argc, char **argv);

/* Set the title, cut to the room that the arguments had. */
void title_set(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Name this thread for ps -L and htop; 15 bytes (prctl(2), PR_SET_NAME). */
void title_thread(const char *name);

#endif
