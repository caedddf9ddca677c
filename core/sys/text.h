/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * text - small things that are done to text everywhere.
 */
#ifndef CORE_SYS_TEXT_H
#define CORE_SYS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copy `src` (`len` bytes, any) so that a terminal can show it: what is not
 * a printable character of valid UTF-8 becomes "?", a tab a space.  Escape
 * sequences lose their ESC and so their power.  Always ends in NUL; never
 * cuts a character.  Returns the length of the copy.
 */
size_t text_clean(char *dst, size_t size, const char *src, size_t len);

/*
 * Number of edits (one letter put in, left out, changed; two swapped) between
 * two words; case does not count.  For words of up to 31 letters.
 */
int text_distance(const char *a, const char *b);

/*
 * A whole decimal number between min and max, nothing behind it.  Returns
 * false and leaves *value when `s` is none.
 */
bool text_number(const char *s, int64_t min, int64_t max, int64_t *value);

/*
 * A time as people write it, "500ms" "2s" "1m" or seconds "0.5", into
 * nanoseconds; at most a day.  Returns false when `s` is none.
 */
bool text_duration(const char *s, int64_t *ns);

/* snprintf at the end of what stands in buf; returns the new length. */
size_t text_add(char *buf, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * May more than ASCII be drawn for the user?  So says the locale when it is
 * first asked for, after setlocale(3); that stays, whatever is chosen later.
 */
bool text_draws(void);

/*
 * At the end of what stands in buf: part of a bar that is `width` cells long
 * for the whole.  Something has one cell at least, nothing has none.
 */
void text_bar(char *buf, size_t size, int64_t part, int64_t whole, int width,
              bool draws);

#endif
