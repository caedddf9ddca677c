/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a script, and as what a program sends to a terminal: a script
 * is whole, or there is one clean sentence; a recording is cut only where a
 * player may stop, and nothing is lost.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/text.h"
#include "core/tape/script.h"
#include "core/tape/whole.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_clean(const char *text)
{
	char clean[1 << 13];

	text_clean(clean, sizeof(clean), text, strlen(text));
	for (size_t i = 0; text[i]; i++)
		if (clean[i] != text[i] && text[i] != '\t')
			abort();
}

static void
fuzz_parse(const uint8_t *data, size_t size)
{
	struct err err = { .text = "" };
	struct script *s = script_parse("f", (const char *)data, size, &err);

	if (!s) {
		if (strncmp(err.text, "f:", 2) != 0)
			abort();
		fuzz_clean(err.text);
		return;
	}
	for (int i = 0; i < s->n; i++) {
		const struct script_line *l = &s->line[i];

		if (l->number < 1 || !l->text ||
		    (l->act == SCRIPT_STEP) != (l->step != NULL) ||
		    (l->act == SCRIPT_COMMAND && !*l->text))
			abort();
		fuzz_clean(l->text);
	}
	script_free(s);
}

/* In two pieces it is the same as in one, but for what waits. */
static void
fuzz_whole(const uint8_t *data, size_t size)
{
	struct whole one = { .len = 0 }, two = { .len = 0 };
	size_t half = size ? data[0] % (size + 1) : 0;
	char *all, *first, *second;
	size_t n = whole_take(&one, (const char *)data, size, &all);
	size_t a = whole_take(&two, (const char *)data, half, &first);
	size_t b =
	    whole_take(&two, (const char *)data + half, size - half, &second);

	if (size < WHOLE_WAITS && (a + b != n || one.len != two.len ||
	                           (a && memcmp(all, first, a) != 0) ||
	                           (b && memcmp(all + a, second, b) != 0)))
		abort();
	free(all);
	free(first);
	free(second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_parse(data, size);
	fuzz_whole(data, size);
	return 0;
}
