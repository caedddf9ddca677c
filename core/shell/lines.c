/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small state machine for the bytes, one cell for each character.  Start
 * reading at lines_byte().
 */
#include "core/shell/lines.h"

#include <string.h>

#include "core/sys/text.h"

enum {
	OWN_SCREEN = 1049, /* DECSET: to a screen of its own */
	MOVES_MAX = 3      /* of clear(1) there is one */
};

enum lines_state {
	LINES_TEXT,
	LINES_ESCAPE,     /* ESC */
	LINES_SHORT,      /* ESC and an intermediate: one more, "ESC ( B" */
	LINES_CSI,        /* ESC [ numbers, up to a letter */
	LINES_STRING,     /* OSC, DCS, SOS, PM, APC: up to BEL or ST */
	LINES_STRING_ESC, /* ESC within it: a backslash makes it ST */
};

/* Append one character to buf; returns the bytes that it took. */
static size_t
lines_encode(uint32_t c, char *buf)
{
	if (c < 0x80) {
		buf[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		buf[0] = (char)(0xc0 | c >> 6);
		buf[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		buf[0] = (char)(0xe0 | c >> 12);
		buf[1] = (char)(0x80 | (c >> 6 & 0x3f));
		buf[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	buf[0] = (char)(0xf0 | c >> 18);
	buf[1] = (char)(0x80 | (c >> 12 & 0x3f));
	buf[2] = (char)(0x80 | (c >> 6 & 0x3f));
	buf[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t
lines_partial(const struct lines *l, char buf[LINES_SIZE])
{
	char raw[LINES_SIZE];
	size_t n = 0;

	for (int i = 0; i < l->len; i++)
		n += lines_encode(l->cell[i], raw + n);
	while (n > 0 && raw[n - 1] == ' ')
		n--;
	return text_clean(buf, LINES_SIZE, raw, n);
}

static void
lines_give(struct lines *l, void (*fn)(void *, const char *), void *arg)
{
	char line[LINES_SIZE];

	lines_partial(l, line);
	l->len = l->cursor = 0;
	fn(arg, line);
}

bool
lines_draw(const struct lines *l)
{
	return l->moves == MOVES_MAX;
}

void
lines_end(struct lines *l, void (*fn)(void *, const char *), void *arg)
{
	if (l->len)
		lines_give(l, fn, arg);
	memset(l, 0, sizeof(*l));
}

/* Put a character where the cursor stands, which is within the line. */
static void
lines_put(struct lines *l, uint32_t c)
{
	while (l->len < l->cursor)
		l->cell[l->len++] = ' ';
	l->cell[l->cursor++] = c;
	if (l->len < l->cursor)
		l->len = l->cursor;
}

static void
lines_tab(struct lines *l)
{
	int stop = (l->cursor + 8) & ~7;

	l->cursor = stop < LINES_CELLS ? stop : LINES_CELLS - 1;
}

/* A whole CSI sequence: only what changes this line has an effect. */
static void
lines_csi(struct lines *l, char last)
{
	int n = l->number > 0 ? l->number : 1;

	if (n > LINES_CELLS)
		n = LINES_CELLS;
	switch (last) {
	case 'K': /* erase: 0 to the end, 1 to the cursor, 2 all */
		if (l->number == 0)
			l->len = l->cursor < l->len ? l->cursor : l->len;
		for (int i = 0; l->number && i < l->len; i++)
			if (l->number == 2 || i <= l->cursor)
				l->cell[i] = ' ';
		break;
	case 'G': /* to a column */
		l->cursor = n - 1;
		break;
	case 'C': /* to the right */
		l->cursor += n;
		break;
	case 'D': /* to the left */
		l->cursor -= n;
		break;
	case 'H': /* to a row and a column */
	case 'f':
		l->moves += l->moves < MOVES_MAX;
		break;
	case 'h':
		if (l->number == OWN_SCREEN)
			l->moves = MOVES_MAX;
		break;
	}
	if (l->cursor < 0)
		l->cursor = 0;
	if (l->cursor >= LINES_CELLS)
		l->cursor = LINES_CELLS - 1;
}

/* The byte behind an ESC. */
static enum lines_state
lines_escape(struct lines *l, unsigned char b)
{
	l->number = 0;
	if (b == '[')
		return LINES_CSI;
	if (strchr("]PX^_", b) && b)
		return LINES_STRING;
	return b >= 0x20 && b < 0x30 ? LINES_SHORT : LINES_TEXT;
}

static enum lines_state
lines_csi_byte(struct lines *l, unsigned char b)
{
	if (b >= '0' && b <= '9' && l->number >= 0 && l->number < 10000)
		l->number = l->number * 10 + (b - '0');
	else if (b == ';')
		l->number = -l->number; /* the first number stands */
	if (b < 0x40)
		return LINES_CSI;
	if (l->number < 0)
		l->number = -l->number;
	lines_csi(l, (char)b);
	return LINES_TEXT;
}

static enum lines_state
lines_string_byte(const struct lines *l, unsigned char b)
{
	if (b == 0x07 || b == '\n' ||
	    (l->state == LINES_STRING_ESC && b == '\\'))
		return LINES_TEXT;
	return b == 0x1b ? LINES_STRING_ESC : LINES_STRING;
}

/* A byte of a character of more than one; 0 while it is not whole. */
static uint32_t
lines_utf8(struct lines *l, unsigned char b)
{
	if (l->missing > 0 && b >> 6 == 2) {
		l->character = l->character << 6 | (b & 0x3f);
		return --l->missing == 0 ? l->character : 0;
	}
	l->missing = b >> 5 == 6 ? 1 : b >> 4 == 14 ? 2 : b >> 3 == 30 ? 3 : 0;
	l->character = b & (0x3f >> l->missing);
	return l->missing ? 0 : '?';
}

/* A byte outside of sequences. */
static void
lines_text_byte(struct lines *l, unsigned char b)
{
	uint32_t c;

	if (b >= 0x80) {
		c = lines_utf8(l, b);
		if (c)
			lines_put(l, c);
		return;
	}
	l->missing = 0;
	if (b == 0x1b)
		l->state = LINES_ESCAPE;
	else if (b == '\r')
		l->cursor = 0;
	else if (b == '\b')
		l->cursor -= l->cursor > 0;
	else if (b == '\t')
		lines_tab(l);
	else if (b >= 0x20 && b != 0x7f)
		lines_put(l, b);
}

static void
lines_byte(struct lines *l, unsigned char b)
{
	switch (l->state) {
	case LINES_ESCAPE:
		l->state = lines_escape(l, b);
		break;
	case LINES_SHORT:
		l->state = b >= 0x20 && b < 0x30 ? LINES_SHORT : LINES_TEXT;
		break;
	case LINES_CSI:
		l->state = b == 0x1b ? LINES_ESCAPE : lines_csi_byte(l, b);
		break;
	case LINES_STRING:
	case LINES_STRING_ESC:
		l->state = lines_string_byte(l, b);
		break;
	default:
		lines_text_byte(l, b);
	}
}

void
lines_feed(struct lines *l, const char *bytes, size_t len,
           void (*fn)(void *, const char *), void *arg)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char b = (unsigned char)bytes[i];

		if (b == '\n' || (l->cursor == LINES_CELLS && b >= 0x20 &&
		                  l->state == LINES_TEXT))
			lines_give(l, fn, arg);
		if (b == '\n')
			l->state = LINES_TEXT;
		else
			lines_byte(l, b);
	}
}
