/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PATIENCE_MS 1000

struct tty {
	int fd;               /* owned: the terminal, never blocking */
	struct termios saved; /* as found */
	char *out;            /* owned: bytes for the terminal */
	size_t size;          /* room in out */
	size_t len, sent;     /* bytes in out; of these, written */
};

struct tty *
tty_open(struct err *err)
{
	struct tty *t = calloc(1, sizeof(*t));

	if (!t) {
		err_sys(err, "cannot prepare the terminal");
		return NULL;
	}
	t->fd = open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (t->fd < 0) {
		err_sys(err, "cannot open /dev/tty: this session has no "
		             "terminal, use --plain");
		free(t);
		return NULL;
	}
	if (tcgetattr(t->fd, &t->saved) < 0) {
		err_sys(err, "cannot ask the terminal for its modes");
		tty_close(t);
		return NULL;
	}
	return t;
}

void
tty_close(struct tty *t)
{
	if (!t)
		return;
	close(t->fd);
	free(t->out);
	free(t);
}

int
tty_raw(struct tty *t, struct err *err)
{
	struct termios raw = t->saved;

	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(t->fd, TCSANOW, &raw) < 0)
		return err_sys(err, "cannot set the modes of the terminal");
	return 0;
}

void
tty_restore(struct tty *t)
{
	tcsetattr(t->fd, TCSANOW, &t->saved);
}

const struct termios *
tty_saved(const struct tty *t)
{
	return &t->saved;
}

void
tty_size(const struct tty *t, int *rows, int *cols)
{
	struct winsize size = { 0 };

	ioctl(t->fd, TIOCGWINSZ, &size);
	*rows = size.ws_row ? size.ws_row : 24;
	*cols = size.ws_col ? size.ws_col : 80;
}

ssize_t
tty_read(struct tty *t, char *buf, size_t size)
{
	ssize_t n;

	(void)t;
	do
		n = read(STDIN_FILENO, buf, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? 0 : n;
}

int
tty_fd(const struct tty *t)
{
	return t->fd;
}

char *
tty_add(struct tty *t, const char *bytes, size_t len)
{
	char *to;

	if (t->len + len > t->size) {
		char *out = realloc(t->out, t->len + len);

		if (!out)
			return NULL;
		t->out = out;
		t->size = t->len + len;
	}
	to = t->out + t->len;
	if (bytes)
		memcpy(to, bytes, len);
	t->len += len;
	return to;
}

size_t
tty_waiting(const struct tty *t)
{
	return t->len - t->sent;
}

void
tty_cut(struct tty *t, size_t len)
{
	if (len < tty_waiting(t))
		t->len = t->sent + len;
}

bool
tty_flush(struct tty *t)
{
	while (t->sent < t->len) {
		ssize_t n = write(t->fd, t->out + t->sent, t->len - t->sent);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0)
			break; /* the terminal is gone: nobody sees it */
		t->sent += n;
	}
	t->len = t->sent = 0;
	return true;
}

void
tty_flush_patiently(struct tty *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLOUT };

	while (!tty_flush(t))
		if (poll(&p, 1, PATIENCE_MS) <= 0 || !(p.revents & POLLOUT))
			return;
}
