/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * glass - a terminal of libvterm, and a child on its pty that draws.
 *
 * The child is a function of the test, not another program: it is told what to
 * do by single letters through a socket and answers each with the same letter
 * when it was done.  There is one glass in a test.
 */
#ifndef TESTS_GLASS_H
#define TESTS_GLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <vterm.h>

#define GLASS_LIMIT_MS  30000
#define GLASS_FRAME_END "\033[?2026l"

extern struct glass {
	int pty, order; /* the master; our end of the socket */
	pid_t child;    /* 0 when it was waited for */
	VTerm *vterm;
	VTermScreen *screen;
	int alternate, cursor_visible; /* as the terminal has them */
	VTermPos cursor;
	char *heard;                 /* all that the terminal was sent */
	size_t heard_len, shown_len; /* of these, given to vterm */
} glass;

/* Start play(orders) on a terminal of that TERM and size. */
void glass_open(const char *term, int rows, int cols, void (*play)(int orders));
void glass_close(void);

/* Give an order and wait until it was obeyed, reading meanwhile or not. */
void glass_tell(char letter);
void glass_tell_deaf(char letter);

/* Order 'q', read to the end.  Returns the exit status. */
int glass_finish(void);

/* Read what the terminal is sent, for up to `ms`.  False: nothing came. */
bool glass_hear(int ms);

/* Read until so many frames have come in all. */
void glass_frames(int n);

/* How often this was sent. */
int glass_count(const char *sequence);

/* Give vterm the first `len` bytes; otherwise it is given whole frames. */
void glass_show(size_t len);

/* What a row shows, as canvas_to_text() would write it. */
void glass_row(int row, int cols, char *to);

#endif
