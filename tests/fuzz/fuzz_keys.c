/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes from a keyboard, or from whatever is pasted, in pieces of any size
 * and with pauses of any length between them.
 */
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Take all tokens; returns their bytes. */
static size_t
fuzz_take(struct keys *keys)
{
	struct token token;
	size_t bytes = 0;

	while (keys_next(keys, &token)) {
		if (token.bytes[token.len] != '\0')
			abort();
		if (token.kind == TOKEN_PASTE &&
		    (token.len > KEYS_PASTE_MAX ||
		     memchr(token.bytes, '\0', token.len)))
			abort();
		if (token.kind != TOKEN_PASTE && token.len == 0)
			abort();
		bytes += token.len;
	}
	return bytes;
}

/* A piece: its length and the pause behind it stand before it. */
static size_t
fuzz_piece(struct keys *keys, const uint8_t *data, size_t size, int64_t *now_ns,
           size_t *taken)
{
	size_t n = size < 2 ? 0 : data[0] % 64;

	if (size < 2)
		return size;
	if (n > size - 2)
		n = size - 2;
	keys_feed(keys, (const char *)data + 2, n, *now_ns);
	*taken += fuzz_take(keys);
	*now_ns += (int64_t)data[1] * data[1] * INT64_C(1000000);
	if (keys_deadline(keys) >= 0 && keys_deadline(keys) <= *now_ns) {
		keys_expire(keys, *now_ns);
		*taken += fuzz_take(keys);
		if (keys_deadline(keys) >= 0 && keys_deadline(keys) <= *now_ns)
			abort();
	}
	return n + 2;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keys *keys = keys_open(NULL);
	int64_t now_ns = 1;
	size_t taken = 0;

	if (!keys)
		return 0;
	for (size_t i = 0; i < size;)
		i += fuzz_piece(keys, data + i, size - i, &now_ns, &taken);
	if (taken > 3 * size) /* a bad byte becomes three, U+FFFD */
		abort();
	keys_close(keys);
	return 0;
}
