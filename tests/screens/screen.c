/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screens/screen.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

/* A row of the screen in UTF-8 at most: a cell can combine characters. */
#define SCREEN_TEXT_SIZE (SCREEN_ROWS * (SCREEN_COLS * 8 + 1) + 1)

static int
screen_on_property(VTermProp prop, VTermValue *value, void *arg)
{
	struct screen *screen = arg;

	switch (prop) {
	case VTERM_PROP_ALTSCREEN:
		screen->alternate = value->boolean;
		break;
	case VTERM_PROP_CURSORVISIBLE:
		screen->cursor = value->boolean;
		break;
	case VTERM_PROP_MOUSE:
		screen->mouse = value->number != VTERM_PROP_MOUSE_NONE;
		break;
	default:
		break;
	}
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = {
	.settermprop = screen_on_property,
};

static void
screen_exec(const struct screen *screen, const char *const argv[], pid_t parent)
{
	/* execvp(3) takes the arguments as not const, and changes nothing. */
	char *const *args = (char *const *)(const void *)argv;
	char path[4096];

	snprintf(path, sizeof(path), "%s", stage_program(argv[0]));
	stage_enter(&screen->stage, parent);
	setenv("TERM", "xterm-256color", 1);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	if (login_tty(dup(screen->line)) == 0)
		execvp(path, args);
	fprintf(stderr, "cannot start %s: %s\n", path, strerror(errno));
	_exit(127);
}

static void
screen_open_vterm(struct screen *screen)
{
	screen->vterm = vterm_new(screen->rows, screen->cols);
	ck_assert_ptr_nonnull(screen->vterm);
	vterm_set_utf8(screen->vterm, 1);
	screen->grid = vterm_obtain_screen(screen->vterm);
	vterm_screen_enable_altscreen(screen->grid, 1);
	vterm_screen_set_callbacks(screen->grid, &screen_callbacks, screen);
	vterm_screen_reset(screen->grid, 1);
}

struct screen *
screen_open(const char *const argv[], int rows, int cols)
{
	struct screen *screen = calloc(1, sizeof(*screen));
	struct winsize size = { .ws_row = (unsigned short)rows,
		                .ws_col = (unsigned short)cols };
	pid_t parent = getpid();

	ck_assert_ptr_nonnull(screen);
	ck_assert(rows <= SCREEN_ROWS && cols <= SCREEN_COLS);
	stage_open(&screen->stage);
	screen->rows = rows;
	screen->cols = cols;
	screen->text = malloc(SCREEN_TEXT_SIZE);
	ck_assert_ptr_nonnull(screen->text);
	screen_open_vterm(screen);
	ck_assert_int_eq(
	    openpty(&screen->pty, &screen->line, NULL, NULL, &size), 0);
	fcntl(screen->pty, F_SETFD, FD_CLOEXEC);
	fcntl(screen->line, F_SETFD, FD_CLOEXEC);
	screen->stage.pid = fork();
	ck_assert_int_ge(screen->stage.pid, 0);
	if (screen->stage.pid == 0)
		screen_exec(screen, argv, parent);
	return screen;
}

/* Some programs ask the terminal; it answers as if it typed. */
static void
screen_answer(struct screen *screen)
{
	char bytes[256];
	size_t n;

	while ((n = vterm_output_read(screen->vterm, bytes, sizeof(bytes))))
		(void)!write(screen->pty, bytes, n);
}

/* Take what has come, waiting for it at most `wait_ms`. */
static bool
screen_read(struct screen *screen, int wait_ms)
{
	struct pollfd pfd = { .fd = screen->pty, .events = POLLIN };
	char bytes[65536];
	ssize_t n;

	if (poll(&pfd, 1, wait_ms) <= 0)
		return false;
	n = read(screen->pty, bytes, sizeof(bytes));
	if (n <= 0)
		return false;
	screen->bytes += n;
	vterm_input_write(screen->vterm, bytes, (size_t)n);
	vterm_screen_flush_damage(screen->grid);
	screen_answer(screen);
	return true;
}

void
screen_type(struct screen *screen, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(screen->pty, text, len < 512 ? len : 512);

		ck_assert_msg(n > 0, "cannot type: %s", strerror(errno));
		text += n;
		len -= (size_t)n;
		while (screen_read(screen, 0))
			;
	}
}

const char *
screen_text(struct screen *screen)
{
	size_t len = 0;

	for (int row = 0; row < screen->rows; row++) {
		VTermRect rect = { row, row + 1, 0, screen->cols };
		size_t n =
		    vterm_screen_get_text(screen->grid, screen->text + len,
		                          SCREEN_TEXT_SIZE - len - 2, rect);

		while (n > 0 && screen->text[len + n - 1] == ' ')
			n--;
		len += n;
		screen->text[len++] = '\n';
	}
	screen->text[len] = '\0';
	return screen->text;
}

/* The row of the first match in the text as it stands, or -1. */
static int
screen_match(struct screen *screen, const regex_t *regex)
{
	const char *text = screen_text(screen);
	regmatch_t m[1];
	int row = 0;

	if (regexec(regex, text, 1, m, 0) != 0)
		return -1;
	for (regoff_t i = 0; i < m[0].rm_so; i++)
		row += text[i] == '\n';
	return row;
}

/* Wait until it matches, or until it does not.  Returns the row or -1. */
static int
screen_await(struct screen *screen, const char *text, bool wanted)
{
	long end_ms = stage_now_ms() + stage_limit_ms();
	regex_t regex;
	int row;

	ck_assert_msg(regcomp(&regex, text, REG_EXTENDED | REG_NEWLINE) == 0,
	              "not a regular expression: %s", text);
	while (screen_read(screen, 0))
		;
	while ((row = screen_match(screen, &regex)) >= 0 ? !wanted : wanted) {
		long left_ms = end_ms - stage_now_ms();

		ck_assert_msg(left_ms > 0, "time is up, and %s\n\t%s\non\n%s",
		              wanted ? "nothing matched" : "there still is",
		              text, screen_text(screen));
		screen_read(screen, (int)left_ms);
	}
	regfree(&regex);
	return row;
}

int
screen_wait(struct screen *screen, const char *regex)
{
	return screen_await(screen, regex, true);
}

void
screen_wait_gone(struct screen *screen, const char *regex)
{
	screen_await(screen, regex, false);
}

int
screen_find(struct screen *screen, const char *text)
{
	regex_t regex;
	int row;

	while (screen_read(screen, 0))
		;
	ck_assert_msg(regcomp(&regex, text, REG_EXTENDED | REG_NEWLINE) == 0,
	              "not a regular expression: %s", text);
	row = screen_match(screen, &regex);
	regfree(&regex);
	return row;
}

long
screen_idle(struct screen *screen, int ms)
{
	long end_ms = stage_now_ms() + ms;
	long before = screen->bytes;
	long left_ms;

	while ((left_ms = end_ms - stage_now_ms()) > 0)
		screen_read(screen, (int)left_ms);
	return screen->bytes - before;
}

void
screen_resize(struct screen *screen, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
		                .ws_col = (unsigned short)cols };

	ck_assert(rows <= SCREEN_ROWS && cols <= SCREEN_COLS);
	while (screen_read(screen, 0))
		;
	screen->rows = rows;
	screen->cols = cols;
	vterm_set_size(screen->vterm, rows, cols);
	ck_assert_int_eq(ioctl(screen->pty, TIOCSWINSZ, &size), 0);
}

static int
screen_color(const VTermColor *color)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(color) ||
	    VTERM_COLOR_IS_DEFAULT_BG(color))
		return -1;
	return VTERM_COLOR_IS_INDEXED(color) ? color->indexed.idx : -2;
}

struct screen_cell
screen_cell(struct screen *screen, int row, int col)
{
	struct screen_cell cell = { .width = 1 };
	VTermRect rect = { row, row + 1, col, col + 1 };
	VTermScreenCell raw;
	size_t n;

	ck_assert(vterm_screen_get_cell(
	    screen->grid, (VTermPos){ .row = row, .col = col }, &raw));
	n = vterm_screen_get_text(screen->grid, cell.text,
	                          sizeof(cell.text) - 1, rect);
	cell.text[n] = '\0';
	cell.width = raw.width;
	cell.bold = raw.attrs.bold;
	cell.reverse = raw.attrs.reverse;
	cell.underline = raw.attrs.underline != 0;
	cell.blink = raw.attrs.blink;
	cell.fg = screen_color(&raw.fg);
	cell.bg = screen_color(&raw.bg);
	return cell;
}

void
screen_cursor(struct screen *screen, int *row, int *col)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(screen->vterm), &pos);
	*row = pos.row;
	*col = pos.col;
}

bool
screen_sane(struct screen *screen)
{
	const tcflag_t lines = ICANON | ECHO | ISIG | IEXTEN;
	struct termios line;

	while (screen_read(screen, 0))
		;
	ck_assert_int_eq(tcgetattr(screen->line, &line), 0);
	return (line.c_lflag & lines) == lines && (line.c_oflag & OPOST) &&
	       (line.c_iflag & ICRNL) && screen->cursor && !screen->alternate &&
	       !screen->mouse;
}

/* It may have more to say than a terminal holds: read until the end. */
static bool
screen_ended(void *arg)
{
	struct screen *screen = arg;

	while (screen_read(screen, 0))
		;
	return stage_ended(&screen->stage);
}

int
screen_wait_end(struct screen *screen)
{
	stage_until(screen_ended, screen, "the program ends");
	return stage_wait(&screen->stage);
}

int
screen_close(struct screen *screen)
{
	int status;

	if (!screen_ended(screen)) {
		close(screen->line);
		close(screen->pty);
		screen->line = screen->pty = -1;
	}
	stage_nothing_left(&screen->stage);
	status = stage_wait(&screen->stage);
	stage_close(&screen->stage);
	if (screen->pty >= 0) {
		close(screen->line);
		close(screen->pty);
	}
	vterm_free(screen->vterm);
	free(screen->text);
	free(screen);
	return status;
}
