/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/title.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static char *title_start; /* the memory of argv and, behind it, environ */
static size_t title_size;

/* Our environment, copied: the old place becomes room for the title. */
static void
title_move_environ(void)
{
	size_t n = 0;
	char **copy;

	while (environ[n])
		n++;
	copy = calloc(n + 1, sizeof(*copy));
	if (!copy)
		return;
	for (size_t i = 0; i < n; i++)
		copy[i] = strdup(environ[i]);
	environ = copy;
}

void
title_init(int argc, char **argv)
{
	char *end = argv[0];

	for (int i = 0; i < argc; i++)
		if (argv[i] == end)
			end += strlen(end) + 1;
	for (int i = 0; environ[i]; i++)
		if (environ[i] == end)
			end += strlen(end) + 1;
	title_move_environ();
	title_start = argv[0];
	title_size = (size_t)(end - argv[0]);
}

void
title_set(const char *fmt, ...)
{
	char text[256];
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!title_start || title_size < 2)
		return;
	len = strnlen(text, title_size - 2);
	memset(title_start, 0, title_size);
	memcpy(title_start, text, len);
}

void
title_thread(const char *name)
{
	prctl(PR_SET_NAME, name, 0, 0, 0);
}
