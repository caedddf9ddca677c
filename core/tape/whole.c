/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Escape sequences are as in ECMA-48 and xterm's control sequences: CSI up to
 * its final byte; OSC, DCS, SOS, PM and APC up to ST or BEL; others by their
 * intermediates.
 */
#include "core/tape/whole.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ESC 0x1b
#define BEL 0x07

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Up to and with ST or BEL, behind the introducer; 0: not there yet. */
static size_t
whole_string(const unsigned char *s, size_t len)
{
	for (size_t i = 2; i < len; i++) {
		if (s[i] == BEL)
			return i + 1;
		if (s[i] == ESC && i + 1 < len)
			return s[i + 1] == '\\' ? i + 2 : i;
	}
	return 0;
}

/* The length of the sequence that begins with ESC; 0: not whole yet. */
static size_t
whole_escape(const unsigned char *s, size_t len)
{
	size_t i = 1;

	if (len < 2)
		return 0;
	if (strchr("]PX^_", s[1]))
		return s[1] ? whole_string(s, len) : 1;
	if (s[1] == '[')
		for (i = 2; i < len && s[i] >= 0x20 && s[i] < 0x40;)
			i++;
	else
		while (i < len && s[i] >= 0x20 && s[i] < 0x30)
			i++;
	if (i == len)
		return 0;
	/* what stops it is its end, or begins something else */
	return s[i] >= 0x20 && s[i] < 0x7f ? i + 1 : i;
}

/*
 * The length of the UTF-8 character (RFC 3629); 0: not whole yet; -1: the
 * byte begins none.
 */
static int
whole_character(const unsigned char *s, size_t len)
{
	int n = s[0] < 0x80                   ? 1
	        : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
	        : s[0] >> 4 == 14             ? 3
	        : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
	                                      : -1;

	for (int i = 1; i < n; i++) {
		if ((size_t)i == len)
			return 0;
		if (s[i] >> 6 != 2 ||
		    (i == 1 && ((s[0] == 0xe0 && s[1] < 0xa0) ||
		                (s[0] == 0xed && s[1] >= 0xa0) ||
		                (s[0] == 0xf0 && s[1] < 0x90) ||
		                (s[0] == 0xf4 && s[1] >= 0x90))))
			return -1;
	}
	return n;
}

/* Put an escape sequence, which may hold anything, into the output. */
static size_t
whole_put(char *out, const unsigned char *s, size_t len)
{
	size_t put = 0;

	for (size_t i = 0; i < len;) {
		int n = whole_character(s + i, len - i);

		memcpy(out + put, n > 0 ? (const char *)s + i : replacement,
		       n > 0 ? (size_t)n : 3);
		put += n > 0 ? (size_t)n : 3;
		i += n > 0 ? (size_t)n : 1;
	}
	return put;
}

/* Whether what is left at the end is to wait: whole parts are put out. */
static size_t
whole_cut(const unsigned char *s, size_t len, char *out, size_t *put)
{
	size_t i = 0;

	while (i < len) {
		int n = whole_character(s + i, len - i);
		size_t part =
		    s[i] == ESC ? whole_escape(s + i, len - i) : (size_t)n;

		if (n < 0)
			part = 1;
		if (part == 0 && len - i < WHOLE_WAITS)
			break;
		part = part ? part : len - i;
		*put += whole_put(out + *put, s + i, part);
		i += part;
	}
	return i;
}

size_t
whole_take(struct whole *w, const char *bytes, size_t len, char **out)
{
	size_t all = w->len + len, put = 0, cut;
	unsigned char *joined = malloc(all + 1);

	*out = joined ? malloc(3 * all + 1) : NULL;
	if (!*out) {
		free(joined);
		return 0;
	}
	memcpy(joined, w->bytes, w->len);
	memcpy(joined + w->len, bytes, len);
	cut = whole_cut(joined, all, *out, &put);
	w->len = all - cut;
	memcpy(w->bytes, joined + cut, w->len);
	free(joined);
	if (put)
		return put;
	free(*out);
	*out = NULL;
	return 0;
}
