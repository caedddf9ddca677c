/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * play - proves a lesson in a real laboratory, without a screen.
 *
 * The goals of a step do not all hold at its start; its solution makes them
 * hold, and every truth; each mistake comes to what it says and is not taken
 * for success; coming to a step directly gives the same as playing up to it;
 * afterwards no process, port or file is left.
 */
#ifndef LESSONS_PLAY_H
#define LESSONS_PLAY_H

#include <stdint.h>

#include "core/sys/clock.h"
#include "lessons/problem.h"

/*
 * Play the lesson in that file.  `programs`: where our programs are, as in
 * session_options.  `port`: for its port 3000, so that two can be played at
 * once.  A solution that takes longer than limit_ns hangs, and is stopped.
 * What does not hold is added to the problems, with its line.
 */
#define PLAY_LIMIT_NS (20 * NS_PER_S)
#define PLAY_PORT     3000

void play_file(const char *path, const char *programs, int port,
               int64_t limit_ns, struct problems *problems);

#endif
