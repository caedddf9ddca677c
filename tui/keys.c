/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The head of the buffer is measured anew whenever bytes have come: either it
 * is a whole token, or it must wait.  No state is kept but the bytes, so it
 * does not matter where they were cut.  Sequences are those of xterm, rxvt
 * and the Linux console (ctlseqs of xterm, console_codes(4)).
 */
#include "tui/keys.h"

#include <stdlib.h>
#include <string.h>

#define ESC           '\033'
#define PASTE_BEGIN   "\033[200~"
#define PASTE_END     "\033[201~"
#define BRACKET_LEN   (sizeof(PASTE_BEGIN) - 1)
#define SEQUENCE_MAX  64 /* longer ones are none */
#define BUF_SIZE      (KEYS_PASTE_MAX + KEYS_FEED_MAX + 2 * BRACKET_LEN)
#define WAIT          0 /* as a length: the token is not whole yet */
#define BAD_CHARACTER "\xef\xbf\xbd"

struct keys {
	char buf[BUF_SIZE];
	size_t len;   /* bytes in buf */
	size_t taken; /* of these, given out as the last token */
	int64_t fed_ns;
	bool expired; /* give out the head although it is not whole */
	bool cut;     /* the paste at the head has lost bytes */
	char token[KEYS_PASTE_MAX + 1];
};

struct keys *
keys_open(struct err *err)
{
	struct keys *k = calloc(1, sizeof(*k));

	if (!k)
		err_sys(err, "cannot read keys");
	return k;
}

void
keys_close(struct keys *k)
{
	free(k);
}

/*
 * The length of the character at b: WAIT when it goes on, -1 when it is none
 * (table 3-7 of the Unicode standard).
 */
static int
measure_character(const unsigned char *b, size_t n)
{
	int len = b[0] < 0x80   ? 1
	          : b[0] < 0xc2 ? -1
	          : b[0] < 0xe0 ? 2
	          : b[0] < 0xf0 ? 3
	          : b[0] < 0xf5 ? 4
	                        : -1;
	unsigned char low = b[0] == 0xe0 ? 0xa0 : b[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = b[0] == 0xed ? 0x9f : b[0] == 0xf4 ? 0x8f : 0xbf;

	for (int i = 1; i < len && (size_t)i < n; i++) {
		if (b[i] < low || b[i] > high)
			return -1;
		low = 0x80;
		high = 0xbf;
	}
	return len > (int)n ? WAIT : len;
}

/* F1 is 11, F5 15, F6 17: the numbers of VT220 have gaps. */
static int
function_number(int parameter)
{
	static const int numbers[] = { 11, 12, 13, 14, 15, 17, 18, 19, 20, 21,
		                       23, 24, 25, 26, 28, 29, 31, 32, 33, 34 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i] == parameter)
			return i + 1;
	return 0;
}

static void
set_function(struct token *t, int number)
{
	if (number == 0)
		return;
	t->kind = TOKEN_FUNCTION;
	t->number = number;
}

/* A whole control sequence: which of the kinds is it? */
static void
classify(const char *b, size_t len, struct token *t)
{
	int parameter = atoi(b + 2);
	char final = b[len - 1];

	if (b[2] == '<' && (final == 'M' || final == 'm'))
		t->kind = TOKEN_MOUSE;
	else if (final == '~' && (parameter == 5 || parameter == 6)) {
		t->kind = parameter == 5 ? TOKEN_PAGE_UP : TOKEN_PAGE_DOWN;
		t->modified = memchr(b, ';', len);
	} else if (final == '~')
		set_function(t, function_number(parameter));
	else if (b[2] == '1' && final >= 'P' && final <= 'S')
		set_function(t, final - 'P' + 1);
}

/* ESC [ and what follows. */
static size_t
measure_csi(const char *b, size_t n, struct token *t)
{
	size_t i = 2;

	if (n == 2)
		return WAIT;
	if (b[2] == 'M') { /* the old report: three bytes, any */
		t->kind = TOKEN_MOUSE;
		return n < 6 ? WAIT : 6;
	}
	if (b[2] == '[') { /* F1 to F5 of the Linux console */
		if (n > 3 && b[3] >= 'A' && b[3] <= 'E')
			set_function(t, b[3] - 'A' + 1);
		return n < 4 ? WAIT : 4;
	}
	while (i < n && i < SEQUENCE_MAX && b[i] >= 0x20 && b[i] <= 0x3f)
		i++;
	if (i == n)
		return n < SEQUENCE_MAX ? WAIT : i;
	if (b[i] < 0x40 || b[i] > 0x7e)
		return i; /* broken off: what comes now is another key */
	classify(b, i + 1, t);
	return i + 1;
}

/* ESC O and a letter; keypads put a digit between them. */
static size_t
measure_ss3(const char *b, size_t n, struct token *t)
{
	size_t i = 2;

	while (i < n && i < SEQUENCE_MAX && b[i] >= '0' && b[i] <= ';')
		i++;
	if (i == n)
		return n < SEQUENCE_MAX ? WAIT : i;
	if (b[i] >= 'P' && b[i] <= 'S')
		set_function(t, b[i] - 'P' + 1);
	return b[i] < 0x20 ? i : i + 1;
}

static size_t
measure_escape(const char *b, size_t n, struct token *t)
{
	int len;

	if (n == 1)
		return WAIT;
	if (b[1] == '[')
		return measure_csi(b, n, t);
	if (b[1] == 'O')
		return measure_ss3(b, n, t);
	if (b[1] == ESC && n == 2)
		return WAIT;
	if (b[1] == ESC) { /* Meta with a key that is a sequence itself */
		size_t inner =
		    b[2] == ESC ? 0 : measure_escape(b + 1, n - 1, t);

		t->modified = true;
		return b[2] == ESC ? 1 : inner == WAIT ? WAIT : 1 + inner;
	}
	len = measure_character((const unsigned char *)b + 1, n - 1);
	return len < 0 ? 1 : len == WAIT ? WAIT : 1 + (size_t)len;
}

static bool
paste_begins(const struct keys *k)
{
	return k->len >= BRACKET_LEN &&
	       memcmp(k->buf, PASTE_BEGIN, BRACKET_LEN) == 0;
}

/* Keep the beginning of a paste that is too long, and what may be its end. */
static void
cut_paste(struct keys *k)
{
	size_t keep = BRACKET_LEN + KEYS_PASTE_MAX, tail = BRACKET_LEN - 1;

	if (k->len <= keep + tail)
		return;
	memmove(k->buf + keep, k->buf + k->len - tail, tail);
	k->len = keep + tail;
	k->cut = true;
}

/* Terminals send CR for a new line; NUL cannot be in a line. */
static size_t
copy_paste(char *to, const char *from, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < KEYS_PASTE_MAX; i++) {
		if (from[i] == '\0' ||
		    (from[i] == '\n' && i > 0 && from[i - 1] == '\r'))
			continue;
		to[n++] = from[i] == '\r' ? '\n' : from[i];
	}
	return n;
}

/* Returns the length of the whole paste with its brackets, or WAIT. */
static size_t
take_paste(struct keys *k, struct token *t)
{
	const char *text = k->buf + BRACKET_LEN;
	size_t len = k->len - BRACKET_LEN;
	const char *end = memmem(text, len, PASTE_END, BRACKET_LEN);

	if (!end && !k->expired) {
		cut_paste(k);
		return WAIT;
	}
	if (end)
		len = end - text;
	t->kind = TOKEN_PASTE;
	t->cut = k->cut || len > KEYS_PASTE_MAX;
	t->len = copy_paste(k->token, text, len);
	k->cut = false;
	return BRACKET_LEN + len + (end ? BRACKET_LEN : 0);
}

static size_t
take_key(struct keys *k, struct token *t)
{
	const char *from = k->buf;
	size_t used;
	int len = 1;

	if (k->buf[0] == ESC)
		used = measure_escape(k->buf, k->len, t);
	else {
		len = measure_character((const unsigned char *)k->buf, k->len);
		used = len < 0 ? 1 : len;
	}
	if (used == WAIT && !k->expired)
		return WAIT;
	if (used == WAIT)
		used = k->len;
	t->len = used;
	if (len < 1) {
		from = BAD_CHARACTER;
		t->len = strlen(BAD_CHARACTER);
	}
	memcpy(k->token, from, t->len);
	return used;
}

void
keys_feed(struct keys *k, const char *bytes, size_t len, int64_t now_ns)
{
	size_t room = sizeof(k->buf) - k->len;

	if (len > room)
		len = room;
	memcpy(k->buf + k->len, bytes, len);
	k->len += len;
	k->fed_ns = now_ns;
	k->expired = false;
}

bool
keys_next(struct keys *k, struct token *t)
{
	memset(t, 0, sizeof(*t));
	k->len -= k->taken;
	memmove(k->buf, k->buf + k->taken, k->len);
	k->taken = 0;
	if (k->len > 0)
		k->taken = paste_begins(k) ? take_paste(k, t) : take_key(k, t);
	if (k->taken == 0) {
		k->expired = false;
		return false;
	}
	k->token[t->len] = '\0';
	t->bytes = k->token;
	return true;
}

int64_t
keys_deadline(const struct keys *k)
{
	if (k->len == k->taken)
		return -1;
	return k->fed_ns + (paste_begins(k) ? KEYS_PASTE_NS : KEYS_ESCAPE_NS);
}

void
keys_expire(struct keys *k, int64_t now_ns)
{
	int64_t deadline_ns = keys_deadline(k);

	if (deadline_ns >= 0 && now_ns >= deadline_ns)
		k->expired = true;
}

bool
token_is(const struct token *t, char c)
{
	return t->kind == TOKEN_KEY && t->len == 1 && t->bytes[0] == c;
}

size_t
token_plain_len(const struct token *t, size_t max)
{
	size_t n = 0;

	while (n < t->len && n < max && (unsigned char)t->bytes[n] >= ' ')
		n++;
	while (n > 0 && n < t->len && (t->bytes[n] & 0xc0) == 0x80)
		n--;
	return n;
}
