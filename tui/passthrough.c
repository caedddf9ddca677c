/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/passthrough.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/tape/tape.h"
#include "tui/tty.h"

#define CHUNK  16384
#define CHUNKS 64 /* that a program leaves at its end */
#define HINT   "\033[0m\r\n-- press a key to go back to forkshop --"
#define UNHINT "\r\033[K"

struct passthrough {
	struct loop *loop;       /* borrowed */
	struct session *session; /* borrowed */
	struct tty *tty;         /* owned: the real terminal */
	int master;              /* borrowed: of the pty; -1: let go */
	bool blocked;            /* the real terminal does not read */
	bool printed;            /* there is something to be read */
	bool hinted;             /* the hint stands there */
	bool own_screen;         /* it has switched to one of its own */
	size_t matched;          /* bytes of that switch so far */
};

/* Is there a switch to a screen of its own?  It may come in pieces. */
static void
passthrough_look(struct passthrough *p, const char *bytes, ssize_t n)
{
	static const char own_screen[] = "\033[?1049h";

	for (ssize_t i = 0; i < n && !p->own_screen; i++) {
		if (bytes[i] != own_screen[p->matched])
			p->matched = 0;
		if (bytes[i] == own_screen[p->matched])
			p->matched++;
		p->own_screen = own_screen[p->matched] == '\0';
	}
}

/* From the pty into what waits for the terminal.  False: nothing is there. */
static bool
passthrough_read(struct passthrough *p)
{
	char bytes[CHUNK];
	ssize_t n = read(p->master, bytes, sizeof(bytes));

	if (n <= 0)
		return false;
	p->printed = true;
	passthrough_look(p, bytes, n);
	tty_add(p->tty, bytes, (size_t)n);
	if (tape_of(p->session))
		tape_passed(tape_of(p->session), bytes, (size_t)n);
	return true;
}

static void
passthrough_on_writable(void *arg, uint32_t events)
{
	struct passthrough *p = arg;

	(void)events;
	if (!tty_flush(p->tty))
		return;
	p->blocked = false;
	loop_drop(p->loop, tty_fd(p->tty));
	loop_change(p->loop, p->master, EPOLLIN);
}

/* The program waits for the terminal, as it would without us. */
static void
passthrough_on_output(void *arg, uint32_t events)
{
	struct passthrough *p = arg;

	if (!passthrough_read(p) && (events & (EPOLLHUP | EPOLLERR)))
		loop_drop(p->loop, p->master);
	if (tty_flush(p->tty))
		return;
	p->blocked = loop_watch(p->loop, tty_fd(p->tty), EPOLLOUT,
	                        passthrough_on_writable, p, NULL) == 0;
	if (p->blocked)
		loop_change(p->loop, p->master, 0);
}

void
passthrough_resize(struct passthrough *p)
{
	int rows, cols;

	tty_size(p->tty, &rows, &cols);
	session_terminal_size(p->session, rows, cols);
}

static void
passthrough_release(struct passthrough *p)
{
	if (p->master >= 0)
		loop_drop(p->loop, p->master);
	p->master = -1;
	if (p->blocked)
		loop_drop(p->loop, tty_fd(p->tty));
	p->blocked = false;
	session_terminal_hold(p->session, false);
}

static int
passthrough_take(struct passthrough *p, struct err *err)
{
	p->tty = tty_open(err);
	if (!p->tty)
		return -1;
	session_terminal_hold(p->session, true);
	if (tty_raw(p->tty, err) == 0 &&
	    loop_watch(p->loop, p->master, EPOLLIN, passthrough_on_output, p,
	               err) == 0)
		return 0;
	tty_restore(p->tty);
	tty_close(p->tty);
	session_terminal_hold(p->session, false);
	return -1;
}

struct passthrough *
passthrough_open(struct loop *loop, struct session *session, struct err *err)
{
	struct passthrough *p = calloc(1, sizeof(*p));

	if (!p) {
		err_sys(err, "cannot give the terminal to a program");
		return NULL;
	}
	p->loop = loop;
	p->session = session;
	p->master = session_terminal_fd(session);
	if (passthrough_take(p, err) < 0) {
		free(p);
		return NULL;
	}
	passthrough_resize(p);
	return p;
}

bool
passthrough_linger(struct passthrough *p)
{
	for (int i = 0; i < CHUNKS && passthrough_read(p); i++)
		;
	passthrough_release(p);
	p->hinted = p->printed && !p->own_screen;
	if (p->hinted)
		tty_add(p->tty, HINT, strlen(HINT));
	tty_flush_patiently(p->tty);
	return p->hinted;
}

void
passthrough_close(struct passthrough *p)
{
	if (!p)
		return;
	if (p->master >= 0)
		passthrough_release(p);
	if (p->hinted)
		tty_add(p->tty, UNHINT, strlen(UNHINT));
	tty_flush_patiently(p->tty);
	tty_restore(p->tty);
	tty_close(p->tty);
	free(p);
}
