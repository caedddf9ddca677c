/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/title.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static char *title_start; /* the memory of argv */
static size_t title_size;

void
title_init(int argc, char **argv)
{
	char *end = argv[0];

	for (int i = 0; i < argc; i++)
		if (argv[i] == end)
			end += strlen(end) + 1;
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
	len = strnlen(text, title_size - 1);
	memset(title_start, 0, title_size);
	memcpy(title_start, text, len);
}

void
title_thread(const char *name)
{
	prctl(PR_SET_NAME, name, 0, 0, 0);
}
