/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/glyph.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "core/sys/text.h"

#define REPLACEMENT     0xfffd
#define CONTROL_PICTURE 0x2400 /* of NUL; the others follow */
#define DELETE_PICTURE  0x2421

bool
glyph_locale(void)
{
	if (!text_draws())
		setlocale(LC_CTYPE, "C.UTF-8");
	return text_draws();
}

void
glyph_readline(bool enters)
{
	static char *users; /* owned: LC_ALL; or NULL */

	if (text_draws())
		return;
	if (enters) {
		users = getenv("LC_ALL");
		users = users ? strdup(users) : NULL;
		setenv("LC_ALL", "C.UTF-8", 1);
		return;
	}
	if (users)
		setenv("LC_ALL", users, 1);
	else
		unsetenv("LC_ALL");
	free(users);
	users = NULL;
}

/* One character; a bad byte is one of REPLACEMENT.  Returns its bytes. */
static size_t
decode(const char *utf8, size_t len, wchar_t *wc)
{
	mbstate_t state = { 0 };
	size_t n = mbrtowc(wc, utf8, len, &state);

	if (n == 0) {
		*wc = 0;
		return 1;
	}
	if (n > len) {
		*wc = REPLACEMENT;
		return 1;
	}
	return n;
}

/* Terminals disagree about the width of these, and some reorder the line. */
static int
left_out(wchar_t wc)
{
	return (wc >= 0x200b && wc <= 0x200f) ||
	       (wc >= 0x202a && wc <= 0x202e) ||
	       (wc >= 0x2060 && wc <= 0x206f) ||
	       (wc >= 0xfe00 && wc <= 0xfe0f) ||
	       (wc >= 0xe0000 && wc <= 0xe0fff) || wc == 0xfeff || wc == 0xad;
}

static wchar_t
made_visible(wchar_t wc)
{
	if (wc < 0x20)
		return CONTROL_PICTURE + wc;
	if (wc == 0x7f)
		return DELETE_PICTURE;
	return wcwidth(wc) < 0 ? REPLACEMENT : wc;
}

static void
append(struct glyph *g, wchar_t wc)
{
	size_t used = strlen(g->text);
	char bytes[16];
	mbstate_t state = { 0 };
	size_t n = wcrtomb(bytes, wc, &state);

	if (n == (size_t)-1 || n > 4) {
		bytes[0] = '?';
		n = 1;
	}
	if (used + n < sizeof(g->text))
		memcpy(g->text + used, bytes, n);
}

/* Take the marks that combine with the base.  Returns their bytes. */
static size_t
take_marks(struct glyph *g, const char *utf8, size_t len)
{
	size_t used = 0;
	int marks = 0;

	while (used < len) {
		wchar_t wc;
		size_t n = decode(utf8 + used, len - used, &wc);

		if (!left_out(wc) && (wc < 0x20 || wcwidth(wc) != 0))
			break;
		if (!left_out(wc) && marks++ < GLYPH_MARKS)
			append(g, wc);
		used += n;
	}
	return used;
}

size_t
glyph_next(struct glyph *g, const char *utf8, size_t len)
{
	size_t used = 0;

	memset(g, 0, sizeof(*g));
	while (used < len) {
		wchar_t wc;
		size_t n = decode(utf8 + used, len - used, &wc);
		wchar_t base = made_visible(wc);

		used += n;
		if (left_out(wc) || wcwidth(base) < 1)
			continue;
		append(g, base);
		g->width = wcwidth(base);
		return used + take_marks(g, utf8 + used, len - used);
	}
	return 0;
}

int
glyph_columns(const char *utf8, size_t len)
{
	struct glyph g;
	size_t n;
	int columns = 0;

	while ((n = glyph_next(&g, utf8, len)) > 0) {
		columns += g.width;
		utf8 += n;
		len -= n;
	}
	return columns;
}
