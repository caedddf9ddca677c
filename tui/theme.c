/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/theme.h"

#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"

#define NONE PAINT_DEFAULT
#define BOLD PAINT_BOLD
#define DIM  PAINT_DIM
#define LINE PAINT_UNDERLINE
#define REV  PAINT_REVERSE

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, BRIGHT };

/* clang-format off */
static const struct theme themes[] = {
	{ "dark", "light letters on a dark terminal", {
		[ST_NORMAL]   = { NONE,             NONE, 0 },
		[ST_DIM]      = { BLACK + BRIGHT,   NONE, 0 },
		[ST_BOLD]     = { NONE,             NONE, BOLD },
		[ST_TITLE]    = { CYAN,             NONE, BOLD },
		[ST_RUNNING]  = { GREEN + BRIGHT,   NONE, BOLD },
		[ST_SLEEPING] = { NONE,             NONE, 0 },
		[ST_STOPPED]  = { YELLOW + BRIGHT,  NONE, 0 },
		[ST_ZOMBIE]   = { MAGENTA + BRIGHT, NONE, 0 },
		[ST_DEAD]     = { RED + BRIGHT,     NONE, 0 },
		[ST_NEW]      = { GREEN + BRIGHT,   NONE, 0 },
		[ST_THREAD]   = { CYAN,             NONE, 0 },
		[ST_BAR]      = { CYAN,             NONE, 0 },
		[ST_ARROW]    = { YELLOW + BRIGHT,  NONE, BOLD },
		[ST_ERROR]    = { RED + BRIGHT,     NONE, BOLD },
		[ST_GOOD]     = { GREEN + BRIGHT,   NONE, 0 },
		[ST_PROMPT]   = { GREEN + BRIGHT,   NONE, BOLD },
		[ST_SEARCH]   = { YELLOW + BRIGHT,  NONE, 0 },
		[ST_STATUS]   = { NONE,             NONE, REV },
		[ST_PAST]     = { YELLOW + BRIGHT,  NONE, BOLD | REV },
	} },
	{ "light", "dark letters on a light terminal", {
		[ST_NORMAL]   = { NONE,             NONE, 0 },
		[ST_DIM]      = { BLACK + BRIGHT,   NONE, 0 },
		[ST_BOLD]     = { NONE,             NONE, BOLD },
		[ST_TITLE]    = { BLUE,             NONE, BOLD },
		[ST_RUNNING]  = { GREEN,            NONE, BOLD },
		[ST_SLEEPING] = { NONE,             NONE, 0 },
		[ST_STOPPED]  = { MAGENTA,          NONE, BOLD },
		[ST_ZOMBIE]   = { MAGENTA,          NONE, 0 },
		[ST_DEAD]     = { RED,              NONE, 0 },
		[ST_NEW]      = { GREEN,            NONE, 0 },
		[ST_THREAD]   = { BLUE,             NONE, 0 },
		[ST_BAR]      = { BLUE,             NONE, 0 },
		[ST_ARROW]    = { RED,              NONE, BOLD },
		[ST_ERROR]    = { RED,              NONE, BOLD },
		[ST_GOOD]     = { GREEN,            NONE, 0 },
		[ST_PROMPT]   = { BLUE,             NONE, BOLD },
		[ST_SEARCH]   = { MAGENTA,          NONE, 0 },
		[ST_STATUS]   = { NONE,             NONE, REV },
		[ST_PAST]     = { RED,              NONE, BOLD | REV },
	} },
	{ "contrast", "for a projector in a bright room", {
		[ST_NORMAL]   = { WHITE + BRIGHT,   BLACK, BOLD },
		[ST_DIM]      = { WHITE,            BLACK, 0 },
		[ST_BOLD]     = { WHITE + BRIGHT,   BLACK, BOLD },
		[ST_TITLE]    = { YELLOW + BRIGHT,  BLACK, BOLD },
		[ST_RUNNING]  = { BLACK,            GREEN + BRIGHT, BOLD },
		[ST_SLEEPING] = { WHITE + BRIGHT,   BLACK, BOLD },
		[ST_STOPPED]  = { BLACK,            YELLOW + BRIGHT, BOLD },
		[ST_ZOMBIE]   = { BLACK,            MAGENTA + BRIGHT, BOLD },
		[ST_DEAD]     = { WHITE + BRIGHT,   RED, BOLD },
		[ST_NEW]      = { GREEN + BRIGHT,   BLACK, BOLD },
		[ST_THREAD]   = { CYAN + BRIGHT,    BLACK, BOLD },
		[ST_BAR]      = { YELLOW + BRIGHT,  BLACK, BOLD },
		[ST_ARROW]    = { YELLOW + BRIGHT,  BLACK, BOLD },
		[ST_ERROR]    = { WHITE + BRIGHT,   RED, BOLD },
		[ST_GOOD]     = { GREEN + BRIGHT,   BLACK, BOLD },
		[ST_PROMPT]   = { YELLOW + BRIGHT,  BLACK, BOLD },
		[ST_SEARCH]   = { CYAN + BRIGHT,    BLACK, BOLD },
		[ST_STATUS]   = { BLACK,            WHITE + BRIGHT, BOLD },
		[ST_PAST]     = { BLACK,            YELLOW + BRIGHT, BOLD },
	} },
	{ "mono", "no colours at all", {
		[ST_NORMAL]   = { NONE, NONE, 0 },
		[ST_DIM]      = { NONE, NONE, DIM },
		[ST_BOLD]     = { NONE, NONE, BOLD },
		[ST_TITLE]    = { NONE, NONE, BOLD },
		[ST_RUNNING]  = { NONE, NONE, BOLD },
		[ST_SLEEPING] = { NONE, NONE, 0 },
		[ST_STOPPED]  = { NONE, NONE, LINE },
		[ST_ZOMBIE]   = { NONE, NONE, LINE },
		[ST_DEAD]     = { NONE, NONE, DIM },
		[ST_NEW]      = { NONE, NONE, BOLD },
		[ST_THREAD]   = { NONE, NONE, 0 },
		[ST_BAR]      = { NONE, NONE, BOLD },
		[ST_ARROW]    = { NONE, NONE, BOLD },
		[ST_ERROR]    = { NONE, NONE, REV },
		[ST_GOOD]     = { NONE, NONE, BOLD },
		[ST_PROMPT]   = { NONE, NONE, BOLD },
		[ST_SEARCH]   = { NONE, NONE, LINE },
		[ST_STATUS]   = { NONE, NONE, REV },
		[ST_PAST]     = { NONE, NONE, BOLD | REV },
	} },
};
/* clang-format on */

const struct theme *
theme_nth(int i)
{
	int n = sizeof(themes) / sizeof(themes[0]);

	return i >= 0 && i < n ? &themes[i] : NULL;
}

const struct theme *
theme_named(const char *name)
{
	for (int i = 0; theme_nth(i); i++)
		if (strcmp(theme_nth(i)->name, name) == 0)
			return theme_nth(i);
	return NULL;
}

/* The parameter of SGR for a colour: 30 to 37 and 90 to 97, or 10 more. */
static int
sgr_colour(int colour, int base)
{
	return colour < BRIGHT ? base + colour : base + 60 + colour - BRIGHT;
}

const char *
theme_sgr(const struct theme *theme, enum style style, char buf[THEME_SGR_SIZE])
{
	const struct paint *p = &theme->paints[style];
	static const int codes[] = { 1, 2, 4, 7 }; /* in order of the bits */

	snprintf(buf, THEME_SGR_SIZE, "\033[0");
	for (int bit = 0; bit < 4; bit++)
		if (p->attrs & 1 << bit)
			text_add(buf, THEME_SGR_SIZE, ";%d", codes[bit]);
	if (p->fg != NONE)
		text_add(buf, THEME_SGR_SIZE, ";%d", sgr_colour(p->fg, 30));
	if (p->bg != NONE)
		text_add(buf, THEME_SGR_SIZE, ";%d", sgr_colour(p->bg, 40));
	text_add(buf, THEME_SGR_SIZE, "m");
	return buf;
}
