/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * program - is a word a program, or the syntax of sh(1)?
 *
 * We parse no shell: a line whose first word is either goes to `sh -c` as it
 * was typed.
 */
#ifndef CORE_SHELL_PROGRAM_H
#define CORE_SHELL_PROGRAM_H

#include <stdbool.h>

/* Can sh run a line that begins with this word? */
bool program_runs(const char *word);

/* Is there an executable file of this name in PATH? */
bool program_in_path(const char *name);

#endif
