/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spell - the calls of puppets as they are typed, sent and told.
 */
#ifndef CORE_SHELL_SPELL_H
#define CORE_SHELL_SPELL_H

#include <stddef.h>

#include "core/shell/troupe.h"

/*
 * "exec ls" to "execve ls", "waitpid p2" to "waitpid 9412", into out.  Returns
 * the call (enum call_id of core/wire/call.h); -1 and err when there is none
 * of that name, or when it has too few or too many words.
 */
int spell_call(struct troupe *, const char *text, char *out, size_t size,
               struct err *);

/* "exit 7" as "exit(7)"; the text of print and write is quoted. */
void spell_as_call(const char *text, char *buf, size_t size);

#endif
