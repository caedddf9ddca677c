/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * change - a setting of a running server that is a word of a list: its
 * policy, its model.
 */
#ifndef CORE_SHELL_CHANGE_H
#define CORE_SHELL_CHANGE_H

#include "core/shell/session.h"

/* Say the words with their texts; a star stands before `now`. */
void change_list(struct session *, const char *const *words,
                 const char *const *texts, const char *now);

/* Ask a server to change `setting` ("policy", "model"), and wait for it. */
enum outcome change_ask(struct session *, const char *server,
                        const char *setting, const char *word, struct err *);

#endif
