/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/glass.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "core/sys/pty.h"

struct glass glass = { .pty = -1, .order = -1 };

static int
on_property(VTermProp prop, VTermValue *value, void *arg)
{
	(void)arg;
	if (prop == VTERM_PROP_ALTSCREEN)
		glass.alternate = value->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		glass.cursor_visible = value->boolean;
	return 1;
}

static int
on_cursor(VTermPos pos, VTermPos old, int visible, void *arg)
{
	(void)old;
	(void)visible;
	(void)arg;
	glass.cursor = pos;
	return 1;
}

static const VTermScreenCallbacks callbacks = {
	.settermprop = on_property,
	.movecursor = on_cursor,
};

void
glass_open(const char *term, int rows, int cols, void (*play)(int orders))
{
	char name[PTY_NAME_SIZE];
	struct err err;
	int ends[2], slave;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	setenv("TERM", term, 1);
	ck_assert_int_eq(pty_open(&glass.pty, &slave, name, &err), 0);
	pty_resize(slave, rows, cols);
	glass.child = fork();
	ck_assert_int_ge(glass.child, 0);
	if (glass.child == 0) {
		close(ends[0]);
		login_tty(slave);
		play(ends[1]);
	}
	close(slave);
	close(ends[1]);
	glass.order = ends[0];
	glass.vterm = vterm_new(rows, cols);
	vterm_set_utf8(glass.vterm, 1);
	glass.screen = vterm_obtain_screen(glass.vterm);
	vterm_screen_set_callbacks(glass.screen, &callbacks, NULL);
	vterm_screen_enable_altscreen(glass.screen, 1);
	vterm_screen_reset(glass.screen, 1);
}

/* libvterm 0.1 loses a mark that comes apart from its base. */
void
glass_show(size_t len)
{
	vterm_input_write(glass.vterm, glass.heard + glass.shown_len,
	                  len - glass.shown_len);
	glass.shown_len = len;
}

bool
glass_hear(int ms)
{
	struct pollfd p = { glass.pty, POLLIN, 0 };
	char buf[65536];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return false;
	n = read(glass.pty, buf, sizeof(buf));
	if (n <= 0)
		return false;
	glass.heard = realloc(glass.heard, glass.heard_len + n + 1);
	memcpy(glass.heard + glass.heard_len, buf, n);
	glass.heard_len += n;
	glass.heard[glass.heard_len] = '\0';
	if (glass.heard_len > 8 &&
	    !strcmp(glass.heard + glass.heard_len - 8, GLASS_FRAME_END))
		glass_show(glass.heard_len);
	return true;
}

int
glass_count(const char *sequence)
{
	int n = 0;

	for (char *p = glass.heard; p && (p = strstr(p, sequence)); p++)
		n++;
	return n;
}

void
glass_frames(int n)
{
	while (glass_count(GLASS_FRAME_END) < n)
		ck_assert_msg(glass_hear(GLASS_LIMIT_MS),
		              "frame %d of %d never came",
		              glass_count(GLASS_FRAME_END) + 1, n);
}

/* Give an glass.order and wait until it was obeyed, without reading meanwhile. */
void
glass_tell_deaf(char letter)
{
	struct pollfd p = { glass.order, POLLIN, 0 };
	char answer = 0;

	ck_assert_int_eq(send(glass.order, &letter, 1, MSG_NOSIGNAL), 1);
	ck_assert_int_eq(poll(&p, 1, GLASS_LIMIT_MS), 1);
	ck_assert_int_eq(read(glass.order, &answer, 1), 1);
	ck_assert_int_eq(answer, letter);
}

void
glass_tell(char letter)
{
	struct pollfd p[2] = { { glass.order, POLLIN, 0 },
		               { glass.pty, POLLIN, 0 } };
	char answer = 0;

	ck_assert_int_eq(send(glass.order, &letter, 1, MSG_NOSIGNAL), 1);
	while (poll(p, 2, GLASS_LIMIT_MS) > 0 && !p[0].revents)
		glass_hear(GLASS_LIMIT_MS);
	ck_assert_int_eq(read(glass.order, &answer, 1), 1);
	ck_assert_int_eq(answer, letter);
}

int
glass_finish(void)
{
	int status;
	char letter = 'q';

	(void)!send(glass.order, &letter, 1, MSG_NOSIGNAL);
	while (glass_hear(GLASS_LIMIT_MS))
		;
	glass_show(glass.heard_len);
	ck_assert_int_eq(waitpid(glass.child, &status, 0), glass.child);
	glass.child = 0;
	return WEXITSTATUS(status);
}

void
glass_close(void)
{
	if (glass.child > 0)
		kill(glass.child, SIGKILL);
	if (glass.vterm)
		vterm_free(glass.vterm);
	free(glass.heard);
}

void
glass_row(int row, int cols, char *to)
{
	int used = 0, end = 0;

	for (int col = 0; col < cols; col++) {
		VTermScreenCell cell;
		VTermPos pos = { .row = row, .col = col };

		vterm_screen_get_cell(glass.screen, pos, &cell);
		if (cell.chars[0] == (uint32_t)-1)
			continue;
		if (cell.chars[0] == 0)
			memcpy(cell.chars, (uint32_t[]){ ' ', 0 }, 8);
		for (int i = 0; i < 6 && cell.chars[i]; i++)
			used += wctomb(to + used, cell.chars[i]);
		if (to[used - 1] != ' ')
			end = used;
	}
	strcpy(to + end, "\n");
}
