/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes are a lesson, or a list of sentences; never both, never neither.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/compile.h"
#include "lessons/format.h"
#include "lessons/lint.h"
#include "lessons/translate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read can be linted, translated by itself and compiled. */
static void
use(struct lesson *l, const char *bytes, size_t size)
{
	struct problems found = { .n = 0 };
	struct lesson *other = format_text("x.lesson", bytes, size, &found);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	lint_lesson(l, &found);
	if (!other)
		abort();
	translate_check(l, other, &found);
	translate_over(l, other);
	compile_write(l, "fuzz", out);
	fclose(out);
	free(text);
	lesson_free(other);
	problems_free(&found);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems found = { .n = 0 };
	struct lesson *l;
	struct err err;

	l = format_text("x.lesson", (const char *)data, size, &found);
	if (!l == !found.n)
		abort();
	for (int i = 0; i < problems_kept(&found); i++)
		if (strchr(problems_nth(&found, i)->text, '\n'))
			abort();
	if (found.n)
		problems_err(&found, &err);
	if (l)
		use(l, (const char *)data, size);
	lesson_free(l);
	problems_free(&found);
	return 0;
}
