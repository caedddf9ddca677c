/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_screen - how fast the picture follows: from a kill(2) in another
 * terminal to the changed cell, and from a key to its echo.
 *
 * The clock stops when this terminal (libvterm behind a pty) shows it, so
 * the terminal's own work is in the figures.
 *
 *	BENCH_KILLS	rounds, 200
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "tests/figures.h"
#include "tests/screens/screen.h"

#define ROUNDS 1000
#define AIM_MS 16 /* one frame */

static double
since_ms(int64_t begun_ns)
{
	return (double)(clock_ns() - begun_ns) / NS_PER_MS;
}

/* The first number in the row in which the expression begins. */
static int
number_of(struct screen *s, const char *regex)
{
	int row = screen_wait(s, regex);
	const char *text = screen_text(s);

	while (row-- > 0)
		text = strchr(text, '\n') + 1;
	return atoi(text);
}

/* A new worker, which dies at some moment of the frame: `phase_ms`. */
static double
kill_ms(struct screen *s, int id, int sig, int phase_ms)
{
	char regex[128];
	int64_t begun_ns;
	int pid;

	screen_type(s, "fork\r");
	snprintf(regex, sizeof(regex),
	         "^ *[0-9]+ S .* 0 .*forkshop-server w%d$", id);
	pid = number_of(s, regex);
	snprintf(regex, sizeof(regex),
	         "^ *%d X +killed by .*forkshop-server w%d$", pid, id);
	screen_idle(s, phase_ms);
	begun_ns = clock_ns();
	kill(pid, sig);
	screen_wait(s, regex);
	return since_ms(begun_ns);
}

static void
bench_kills(struct screen *s)
{
	static double ms[ROUNDS];
	int n = figures_knob("BENCH_KILLS", 200, ROUNDS);

	for (int i = 0; i < n; i++)
		ms[i] = kill_ms(s, 3 + i, i % 2 ? SIGTERM : SIGKILL,
		                20 + i * 7 % 100);
	figures_print("kill outside to changed cell", ms, n, "ms", AIM_MS);
}

/* Letters of a line that is never entered. */
static void
bench_keys(struct screen *s, const char *what)
{
	static double ms[ROUNDS];
	char typed[64] = "", regex[128];
	int n = 400;

	for (int i = 0; i < n; i++) {
		int at = i % 40;
		char key[2] = { (char)('a' + i % 26), '\0' };
		int64_t begun_ns;

		if (at == 0) {
			screen_type(s, "\025"); /* ^U */
			screen_wait(s, "^forkshop>$");
		}
		typed[at] = key[0];
		typed[at + 1] = '\0';
		snprintf(regex, sizeof(regex), "^forkshop> %s$", typed);
		screen_idle(s, 1 + i % 10);
		begun_ns = clock_ns();
		screen_type(s, key);
		screen_wait(s, regex);
		ms[i] = since_ms(begun_ns);
	}
	figures_print(what, ms, n, "ms", AIM_MS);
	screen_type(s, "\025");
	screen_wait(s, "^forkshop>$");
}

START_TEST(screen)
{
	static const char *const argv[] = { "forkshop", "--port", "0", NULL };
	struct screen *s = screen_open(argv, 30, 100);

	screen_wait(s, "forkshop-server w2$");
	screen_wait(s, "^forkshop>$");
	printf("screen: 100 x 30, two workers\n");
	bench_keys(s, "key to echo, at rest");
	screen_type(s, "set linger off\r");
	screen_wait(s, "^forkshop>$");
	bench_kills(s);
	screen_type(s, "quit\r");
	screen_wait_end(s);
	screen_close(s);
}
END_TEST

int
main(void)
{
	return figures_run("bench screen", screen);
}
