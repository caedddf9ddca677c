/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int
pty_open(int *master, int *slave, char name[PTY_NAME_SIZE], struct err *err)
{
	*slave = -1;
	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*master < 0)
		return err_sys(err, "cannot open a terminal for the lab");
	if (grantpt(*master) == 0 && unlockpt(*master) == 0 &&
	    ptsname_r(*master, name, PTY_NAME_SIZE) == 0)
		*slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0) {
		err_sys(err, "cannot open a terminal for the lab");
		close(*master);
		return -1;
	}
	return 0;
}

void
pty_resize(int fd, int rows, int cols)
{
	struct winsize ws = { .ws_row = (unsigned short)rows,
		              .ws_col = (unsigned short)cols };

	ioctl(fd, TIOCSWINSZ, &ws);
}

int
pty_size(int fd, int *rows, int *cols)
{
	struct winsize ws;

	if (ioctl(fd, TIOCGWINSZ, &ws) < 0 || !ws.ws_row || !ws.ws_col)
		return -1;
	*rows = ws.ws_row;
	*cols = ws.ws_col;
	return 0;
}

bool
pty_raw(int fd)
{
	struct termios t;

	return tcgetattr(fd, &t) == 0 && !(t.c_lflag & ICANON);
}

void
pty_flush_input(int master)
{
	int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (slave < 0)
		return;
	tcflush(slave, TCIFLUSH);
	close(slave);
}

pid_t
pty_foreground(int fd)
{
	return tcgetpgrp(fd);
}

int
pty_set_foreground(int fd, pid_t pgid, struct err *err)
{
	if (tcsetpgrp(fd, pgid) < 0)
		return err_sys(err, "cannot put group %d in the foreground",
		               (int)pgid);
	return 0;
}
