/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/shell/inside.h"

void
session_complete(struct session *s, const char *line, size_t cursor,
                 size_t *word_start,
                 void (*add)(void *, const char *, const char *), void *arg)
{
	size_t start = cursor;

	(void)s;
	while (start > 0 && line[start - 1] != ' ')
		start--;
	*word_start = start;
	for (int i = 0; start == 0 && command_table[i]; i++)
		if (strncmp(command_table[i]->name, line, cursor) == 0)
			add(arg, command_table[i]->name,
			    command_table[i]->blurb);
}
