/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * glyph - text cut into what stands in one place on the screen.
 *
 * A glyph is a character with the marks that combine with it.  Whatever bytes
 * come in, what comes out is safe to send to a terminal: control characters
 * become their pictures (ESC is U+241B), bad bytes U+FFFD, and what terminals
 * disagree about (joiners, variation selectors, marks of direction) is left
 * out.  Widths come from wcwidth(3), so LC_CTYPE must be a UTF-8 locale:
 * glyph_locale() sees to that.
 */
#ifndef TUI_GLYPH_H
#define TUI_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * After setlocale(LC_ALL, ""): where LC_CTYPE is none of UTF-8, make it
 * C.UTF-8.  Returns whether the user's locale was one of UTF-8.
 */
bool glyph_locale(void);

/*
 * readline is entered, or left again: it looks at the environment at each
 * line, so this says what glyph_locale() has chosen, but for no one else.
 * What is started has the user's own locale.
 */
void glyph_readline(bool enters);

#define GLYPH_MARKS     4 /* further ones are left out; curses keeps as many */
#define GLYPH_TEXT_SIZE (4 * (1 + GLYPH_MARKS) + 1)

struct glyph {
	char text[GLYPH_TEXT_SIZE]; /* UTF-8; zero to the end */
	uint8_t width;              /* columns: 1 or 2 */
};

/*
 * Take the first glyph of `len` bytes.  Returns the number of bytes it came
 * from, 0 when no glyph is left; bytes that make none are skipped and counted.
 */
size_t glyph_next(struct glyph *, const char *utf8, size_t len);

/* The columns that `len` bytes take. */
int glyph_columns(const char *utf8, size_t len);

#endif
