/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a program prints, on its way to the screen: cleaned, and as lines.
 */
#include <stdlib.h>
#include <string.h>

#include "core/shell/lines.h"
#include "core/sys/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A digest of the lines that came out (FNV-1a). */
struct digest {
	uint64_t hash;
};

/* Clean text is what cleaning leaves as it is. */
static void
fuzz_clean(const char *text)
{
	size_t len = strlen(text);
	char *again = malloc(len + 1);

	if (!again)
		return;
	if (text_clean(again, len + 1, text, len) != len ||
	    strcmp(again, text) != 0 || strpbrk(text, "\033\n\r\t\b\a"))
		abort();
	free(again);
}

static void
fuzz_line(void *arg, const char *line)
{
	struct digest *d = arg;

	fuzz_clean(line);
	if (strlen(line) >= LINES_SIZE)
		abort();
	for (; *line; line++)
		d->hash = (d->hash ^ (unsigned char)*line) * 0x100000001b3;
	d->hash = (d->hash ^ '\n') * 0x100000001b3;
}

/* All lines, of bytes that come in pieces of so many. */
static uint64_t
fuzz_lines(const char *bytes, size_t size, size_t piece)
{
	static struct lines lines;
	static char partial[LINES_SIZE];
	struct digest d = { 0xcbf29ce484222325 };

	memset(&lines, 0, sizeof(lines));
	for (size_t i = 0; i < size; i += piece) {
		size_t n = size - i < piece ? size - i : piece;

		lines_feed(&lines, bytes + i, n, fuzz_line, &d);
		if (lines_partial(&lines, partial) != strlen(partial))
			abort();
		fuzz_clean(partial);
	}
	lines_end(&lines, fuzz_line, &d);
	return d.hash;
}

static void
fuzz_small(const char *text)
{
	int64_t n = -1;
	char first[40];

	if (text_number(text, -5, 1000, &n) && (n < -5 || n > 1000))
		abort();
	if (text_duration(text, &n) && (n < 0 || n > INT64_C(86400000000000)))
		abort();
	text_clean(first, sizeof(first), text, strlen(text));
	if (text_distance(text, text) != 0 ||
	    text_distance(text, first) != text_distance(first, text))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room = size ? data[0] : 0, len;
	char *bytes = malloc(size + 1), *clean = malloc(room + 1);

	if (bytes && clean) {
		memcpy(bytes, data, size);
		bytes[size] = '\0';
		len = text_clean(clean, room, bytes, size);
		if (room && len != strlen(clean))
			abort();
		if (room)
			fuzz_clean(clean);
		fuzz_small(bytes);
		if (fuzz_lines(bytes, size, size ? size : 1) !=
		    fuzz_lines(bytes, size, 1 + room % 7))
			abort();
	}
	free(bytes);
	free(clean);
	return 0;
}
