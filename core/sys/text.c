/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/text.h"

#include <ctype.h>
#include <errno.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"

/* Length of the well-formed UTF-8 character at s, or 0; RFC 3629. */
static size_t
text_utf8(const unsigned char *s, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80       ? 1
	           : s[0] >> 5 == 6  ? 2
	           : s[0] >> 4 == 14 ? 3
	           : s[0] >> 3 == 30 ? 4
	                             : 0;
	uint32_t c;

	if (n < 2 || n > left)
		return n > left ? 0 : n;
	c = s[0] & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	/* C1 controls, and the marks that turn the line around. */
	if (c < 0xa0 || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069))
		return 0;
	return n;
}

size_t
text_clean(char *dst, size_t size, const char *src, size_t len)
{
	const unsigned char *s = (const unsigned char *)src;
	size_t out = 0;

	for (size_t i = 0; i < len;) {
		size_t n = text_utf8(s + i, len - i);
		bool plain = n > 1 || (n == 1 && isprint(s[i]));

		if (out + (n ? n : 1) >= size)
			break;
		if (plain)
			memcpy(dst + out, src + i, n);
		else
			dst[out] = s[i] == '\t' ? ' ' : '?';
		out += plain ? n : 1;
		i += n ? n : 1;
	}
	if (size)
		dst[out] = '\0';
	return out;
}

#define TEXT_WORD 32

static int
text_min(int a, int b)
{
	return a < b ? a : b;
}

int
text_distance(const char *a, const char *b)
{
	int d[TEXT_WORD][TEXT_WORD];
	int na = text_min((int)strlen(a), TEXT_WORD - 1);
	int nb = text_min((int)strlen(b), TEXT_WORD - 1);

	for (int i = 0; i <= na; i++)
		d[i][0] = i;
	for (int j = 0; j <= nb; j++)
		d[0][j] = j;
	for (int i = 1; i <= na; i++)
		for (int j = 1; j <= nb; j++) {
			int x = tolower((unsigned char)a[i - 1]);
			int y = tolower((unsigned char)b[j - 1]);
			int edit = text_min(d[i - 1][j], d[i][j - 1]) + 1;

			d[i][j] = text_min(edit, d[i - 1][j - 1] + (x != y));
			if (i > 1 && j > 1 &&
			    x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]))
				d[i][j] =
				    text_min(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[na][nb];
}

bool
text_number(const char *s, int64_t min, int64_t max, int64_t *value)
{
	char *end;
	long long n;

	if (!isdigit((unsigned char)s[*s == '-']))
		return false;
	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno || *end || n < min || n > max)
		return false;
	*value = n;
	return true;
}

bool
text_duration(const char *s, int64_t *ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "", 1e9 },    { "s", 1e9 },  { "ms", 1e6 },
		      { "us", 1e3 },  { "m", 60e9 }, { "min", 60e9 },
		      { "h", 3600e9 } };
	char *end;
	double n;

	if (!isdigit((unsigned char)*s) && *s != '.')
		return false;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		return false;
	n = strtod(s, &end);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].unit) == 0 &&
		    n * units[i].ns <= 86400e9) {
			*ns = (int64_t)(n * units[i].ns);
			return true;
		}
	return false;
}

size_t
text_add(char *buf, size_t size, const char *fmt, ...)
{
	size_t used = strnlen(buf, size);
	va_list ap;

	if (used >= size)
		return used;
	va_start(ap, fmt);
	vsnprintf(buf + used, size - used, fmt, ap);
	va_end(ap);
	return strnlen(buf, size);
}

bool
text_draws(void)
{
	static int draws = -1;

	if (draws < 0)
		draws = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	return draws;
}

void
text_bar(char *buf, size_t size, int64_t part, int64_t whole, int width,
         bool draws)
{
	int64_t cells = whole > 0 ? (part * width + whole / 2) / whole : 0;

	for (int64_t i = 0; i < cells || (i == 0 && part > 0); i++)
		text_add(buf, size, "%s", draws ? "█" : "#");
}
