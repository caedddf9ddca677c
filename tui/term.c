/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way of a frame: term_draw() tells curses the cells that changed;
 * doupdate() writes into a memfd; take_frame() moves that to tty.c, which
 * writes it.  What curses has written once must reach the terminal, because
 * curses now believes that it stands there: so a frame is dropped before
 * curses sees it, never behind.
 */
#include "tui/term.h"

#include <curses.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#define term terminal_type /* curses has a struct of that name */
#include <term.h>
#undef term

#include "tui/tty.h"

#define FRAME_BEGIN "\033[?2026h"
#define FRAME_END   "\033[?2026l"
#define PASTE_ON    "\033[?2004h"
#define PASTE_OFF   "\033[?2004l"
/* frame complete, no pastes, no mouse, main screen, cursor, plain letters */
#define RESET                                                                  \
	FRAME_END PASTE_OFF "\033[?1000l\033[?1006l\033[?1049l\033[?25h"       \
	                    "\033[?1l\033>\033[0m\r"

struct term {
	struct tty *tty;      /* owned */
	SCREEN *screen;       /* owned */
	FILE *out, *in;       /* owned: the memfd, and /dev/null */
	struct canvas *shown; /* owned: what curses was told last */
	const struct theme *theme;
	attr_t attrs[ST_COUNT]; /* the theme, as curses has it */
	bool suspended;
	bool whole;  /* the next frame shows every cell */
	bool cursor; /* it is visible */
};

/* -- what is written ---------------------------------------------------- */

static void
add(struct term *t, const char *bytes)
{
	tty_add(t->tty, bytes, strlen(bytes));
}

/* Move what curses has written behind what waits, and empty the memfd. */
static void
take_output(struct term *t)
{
	int fd = fileno(t->out);
	off_t len;
	char *to;

	fflush(t->out);
	len = lseek(fd, 0, SEEK_CUR);
	to = len > 0 ? tty_add(t->tty, NULL, len) : NULL;
	if (len > 0 && (!to || pread(fd, to, len, 0) != len))
		t->whole = true; /* lost: show everything the next time */
	lseek(fd, 0, SEEK_SET);
	if (ftruncate(fd, 0) < 0)
		t->whole = true;
}

/* One frame, from what curses has written; nothing when it wrote nothing. */
static void
take_frame(struct term *t)
{
	size_t before = tty_waiting(t->tty), begin;

	add(t, FRAME_BEGIN);
	begin = tty_waiting(t->tty);
	take_output(t);
	if (tty_waiting(t->tty) == begin)
		tty_cut(t->tty, before);
	else
		add(t, FRAME_END);
}

bool
term_blocked(const struct term *t)
{
	return tty_waiting(t->tty) > 0;
}

bool
term_flush(struct term *t)
{
	return tty_flush(t->tty);
}

/* -- what is shown ------------------------------------------------------ */

static void
cell_to_curses(const struct term *t, const struct cell *cell, cchar_t *to)
{
	wchar_t wide[1 + GLYPH_MARKS + 1];
	attr_t attrs = t->attrs[cell->style] & ~A_COLOR;
	short pair = PAIR_NUMBER(t->attrs[cell->style]);

	if (mbstowcs(wide, cell->text, 1 + GLYPH_MARKS + 1) == (size_t)-1 ||
	    setcchar(to, wide, attrs, pair, NULL) == ERR)
		setcchar(to, L"?", attrs, pair, NULL);
}

/* A row of cells as curses wants them; a wide one stands for both halves. */
static int
row_to_curses(const struct term *t, const struct cell *cells, int cols,
              cchar_t *to)
{
	int n = 0;

	for (int col = 0; col < cols; col++)
		if (cells[col].width > 0 && col + cells[col].width <= cols)
			cell_to_curses(t, &cells[col], &to[n++]);
	return n;
}

/* Tell curses the rows that differ from what it was told last. */
static void
tell_rows(struct term *t, const struct canvas *canvas)
{
	int rows = canvas->rows < LINES ? canvas->rows : LINES;
	int cols = canvas->cols < COLS ? canvas->cols : COLS;
	cchar_t *line = calloc(cols, sizeof(*line));

	for (int row = 0; line && row < rows; row++) {
		struct cell *now = &canvas->cells[row * canvas->cols];
		struct cell *old = &t->shown->cells[row * canvas->cols];
		int n;

		if (!t->whole && !memcmp(now, old, cols * sizeof(*now)))
			continue;
		memcpy(old, now, canvas->cols * sizeof(*now));
		n = row_to_curses(t, now, cols, line);
		mvadd_wchnstr(row, 0, line, n);
	}
	free(line);
}

/* Have a copy of the same size to compare with. */
static bool
shown_fits(struct term *t, const struct canvas *canvas)
{
	if (t->shown->rows == canvas->rows && t->shown->cols == canvas->cols)
		return true;
	t->whole = true;
	return canvas_resize(t->shown, canvas->rows, canvas->cols, NULL) == 0;
}

static void
show_cursor(struct term *t, int row, int col)
{
	bool visible = row >= 0 && row < LINES && col >= 0 && col < COLS;

	if (visible != t->cursor)
		curs_set(visible);
	t->cursor = visible;
	if (visible)
		move(row, col);
}

bool
term_draw(struct term *t, const struct canvas *canvas, int cursor_row,
          int cursor_col)
{
	if (t->suspended || !term_flush(t) || !shown_fits(t, canvas))
		return false;
	if (t->whole) {
		erase();
		clearok(curscr, TRUE);
	}
	tell_rows(t, canvas);
	t->whole = false;
	show_cursor(t, cursor_row, cursor_col);
	wnoutrefresh(stdscr);
	doupdate();
	take_frame(t);
	term_flush(t);
	return true;
}

void
term_repaint(struct term *t)
{
	t->whole = true;
}

/* -- themes ------------------------------------------------------------- */

static attr_t
attrs_of(const struct paint *p)
{
	attr_t attrs = 0;

	if (p->attrs & PAINT_BOLD)
		attrs |= A_BOLD;
	if (p->attrs & PAINT_DIM)
		attrs |= A_DIM;
	if (p->attrs & PAINT_UNDERLINE)
		attrs |= A_UNDERLINE;
	if (p->attrs & PAINT_REVERSE)
		attrs |= A_REVERSE;
	return attrs;
}

/* Terminals of eight colours show a bright one as the plain one, bold. */
static int
colour_of(int colour, attr_t *attrs)
{
	if (colour < 8 || COLORS > 8)
		return colour;
	*attrs |= colour == 8 ? A_DIM : A_BOLD;
	return colour == 8 ? PAINT_DEFAULT : colour - 8;
}

void
term_theme(struct term *t, const struct theme *theme)
{
	t->theme = theme;
	t->whole = true;
	for (int i = 0; i < ST_COUNT; i++) {
		const struct paint *p = &theme->paints[i];
		attr_t attrs = attrs_of(p), none = 0;

		if (has_colors() &&
		    (p->fg != PAINT_DEFAULT || p->bg != PAINT_DEFAULT)) {
			init_pair(i + 1, colour_of(p->fg, &attrs),
			          colour_of(p->bg, &none));
			attrs |= COLOR_PAIR(i + 1);
		}
		t->attrs[i] = attrs;
	}
}

const struct theme *
term_current_theme(const struct term *t)
{
	return t->theme;
}

static const struct theme *
first_theme(void)
{
	const char *no_color = getenv("NO_COLOR");

	if ((no_color && *no_color) || !has_colors())
		return theme_named("mono");
	return theme_nth(0);
}

/* -- modes -------------------------------------------------------------- */

const struct termios *
term_saved_termios(const struct term *t)
{
	return tty_saved(t->tty);
}

const char *
term_reset_sequence(void)
{
	return RESET;
}

void
term_suspend(struct term *t)
{
	if (t->suspended)
		return;
	curs_set(1);
	endwin();
	take_output(t);
	add(t, RESET);
	tty_flush_patiently(t->tty);
	tty_restore(t->tty);
	t->suspended = true;
}

int
term_resume(struct term *t, struct err *err)
{
	if (!t->suspended)
		return 0;
	if (tty_raw(t->tty, err) < 0)
		return -1;
	t->suspended = false;
	t->whole = true;
	t->cursor = true;
	add(t, PASTE_ON);
	return 0;
}

/* -- opening and closing ------------------------------------------------ */

/* Is there a terminal that can be drawn on? */
static int
check_terminal(struct err *err)
{
	const char *name = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(err, "there is no terminal here: start "
		                    "forkshop with --plain to use it in a "
		                    "pipe or a file");
	if (!name || !*name || strcmp(name, "dumb") == 0)
		return err_set(err,
		               "the terminal cannot be drawn on (TERM is "
		               "%s): start forkshop with --plain, or set "
		               "TERM, for example to xterm-256color",
		               name && *name ? name : "not set");
	return 0;
}

static int
open_files(struct term *t, struct err *err)
{
	int fd = memfd_create("frame", MFD_CLOEXEC);

	t->out = fd < 0 ? NULL : fdopen(fd, "w+");
	if (!t->out && fd >= 0)
		close(fd);
	t->in = fopen("/dev/null", "re");
	if (!t->out || !t->in)
		return err_sys(err, "cannot prepare the screen");
	t->tty = tty_open(err);
	return t->tty ? 0 : -1;
}

/* newterm(3X) sets handlers for signals; ours, or none, must stay. */
static SCREEN *
newterm_without_handlers(struct term *t)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	struct sigaction before[4];
	sigset_t all, mask;
	SCREEN *screen;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &mask);
	for (int i = 0; i < 4; i++)
		sigaction(signals[i], NULL, &before[i]);
	screen = newterm(NULL, t->out, t->in);
	for (int i = 0; i < 4; i++)
		sigaction(signals[i], &before[i], NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return screen;
}

/* Asked before newterm(3X), which loses memory where the answer is no. */
static bool
type_known(void)
{
	int why;

	if (setupterm(NULL, STDOUT_FILENO, &why) == ERR)
		return false;
	del_curterm(cur_term);
	return true;
}

static int
open_screen(struct term *t, struct err *err)
{
	int rows, cols;

	if (type_known())
		t->screen = newterm_without_handlers(t);
	if (!t->screen)
		return err_set(err,
		               "the terminal type %s (TERM) is not known "
		               "here: set TERM, for example to "
		               "xterm-256color, or use --plain",
		               getenv("TERM"));
	typeahead(-1);
	leaveok(stdscr, FALSE);
	if (has_colors()) {
		start_color();
		use_default_colors();
	}
	term_theme(t, first_theme());
	term_size(t, &rows, &cols);
	t->shown = canvas_open(rows, cols, err);
	if (!t->shown)
		return -1;
	term_resize(t, rows, cols);
	return 0;
}

static void
release(struct term *t)
{
	if (t->screen)
		delscreen(t->screen);
	if (t->out)
		fclose(t->out);
	if (t->in)
		fclose(t->in);
	tty_close(t->tty);
	canvas_close(t->shown);
	free(t);
}

struct term *
term_open(struct err *err)
{
	struct term *t;

	if (check_terminal(err) < 0)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t) {
		err_sys(err, "cannot prepare the screen");
		return NULL;
	}
	t->suspended = true; /* until the modes are set */
	if (open_files(t, err) < 0 || open_screen(t, err) < 0 ||
	    term_resume(t, err) < 0) {
		release(t);
		return NULL;
	}
	return t;
}

void
term_close(struct term *t)
{
	if (!t)
		return;
	term_suspend(t);
	release(t);
}

/* -- input and size ----------------------------------------------------- */

int
term_input_fd(const struct term *t)
{
	(void)t;
	return STDIN_FILENO;
}

int
term_output_fd(const struct term *t)
{
	return tty_fd(t->tty);
}

ssize_t
term_read(struct term *t, char *buf, size_t size)
{
	return tty_read(t->tty, buf, size);
}

void
term_size(const struct term *t, int *rows, int *cols)
{
	tty_size(t->tty, rows, cols);
}

void
term_resize(struct term *t, int rows, int cols)
{
	rows = rows < CANVAS_MAX ? rows : CANVAS_MAX;
	cols = cols < CANVAS_MAX ? cols : CANVAS_MAX;
	resizeterm(rows, cols);
	t->whole = true;
}
