/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line that is typed, taken apart as the session does: one command after
 * the other until nothing is left.
 */
#include <stdlib.h>
#include <string.h>

#include "core/shell/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is promised of a command: its words, and a NULL behind them. */
static void
fuzz_command(const struct parse *p)
{
	int n = 0;

	while (p->args.argv[n])
		n++;
	if (n != p->args.argc || n > PARSE_WORDS || !p->args.line ||
	    !p->args.rest || p->args.command != p->command)
		abort();
}

static void
fuzz_kind(const struct parse *p)
{
	switch (p->kind) {
	case PARSE_COMMAND:
		fuzz_command(p);
		break;
	case PARSE_PROGRAM:
	case PARSE_TERMINAL:
		if (!p->line)
			abort();
		break;
	case PARSE_WRONG:
		if (!p->err.text[0])
			abort();
		break;
	case PARSE_EMPTY:
		break;
	}
}

/* "kill -9 w1", of two bytes: our commands are found soon. */
static void
fuzz_text(const uint8_t *data, size_t size, char *text)
{
	const char *name = "";
	int n = 0;

	while (command_table[n])
		n++;
	if (size && data[0] < 2 * n)
		name = command_table[data[0] % n]->name;
	strcpy(text, name);
	if (size > 1)
		memcpy(text + strlen(name), data + 1, size - 1);
	text[strlen(name) + (size ? size - 1 : 0)] = '\0';
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 64);
	const char *s = text;

	if (!text)
		return 0;
	fuzz_text(data, size, text);
	do {
		struct parse p;

		parse_line(s, &p);
		fuzz_kind(&p);
		if (p.next < s || (p.next == s && *s) || p.next > s + strlen(s))
			abort();
		s = p.next;
		parse_free(&p);
	} while (*s);
	free(text);
	return 0;
}
