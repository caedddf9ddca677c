/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_death - the shell is killed by KILL: how long until nothing of its
 * lab is left?  Above a stopped worker, orphaned workers, stopped jobs in
 * sessions of their own and a hundred children of one job.
 *
 *	BENCH_DEATHS	rounds, 20
 */
#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "tests/figures.h"
#include "tests/screens/screen.h"

enum { ROUNDS = 200, FAMILY = 512, CHILDREN = 100, AIM_MS = 1000 };

static void
enter(struct screen *s, const char *line)
{
	screen_type(s, line);
	screen_type(s, "\r");
	screen_wait(s, "^forkshop>$");
}

/* Pidfds (owned) of all that the shell has started, and of itself. */
static int
hold_family(struct screen *s, struct pollfd *held)
{
	const char *row = stage_family(&s->stage);
	int pid, n = 0;

	held[n++].fd = child_pidfd(s->stage.pid, NULL);
	for (; n < FAMILY && sscanf(row, "%d", &pid) == 1;
	     row = strchr(row, '\n') + 1)
		held[n++].fd = child_pidfd(pid, NULL);
	for (int i = 0; i < n; i++)
		held[i].events = POLLIN;
	return n;
}

/* All of them have ended; what is gone already has no pidfd. */
static void
await_ends(struct pollfd *held, int n)
{
	for (int i = 0; i < n; i++) {
		if (held[i].fd < 0)
			continue;
		ck_assert_int_eq(poll(&held[i], 1, stage_limit_ms()), 1);
		close(held[i].fd);
	}
}

static void
prepare(struct screen *s)
{
	char line[128];

	screen_wait(s, "forkshop-server w2$");
	screen_wait(s, "^forkshop>$");
	enter(s, "kill -STOP w1");
	enter(s, "serve web2 --port 0 --on-parent-death orphan");
	enter(s, "kill -KILL web2");
	enter(s, "setsid sleep 999 &");
	enter(s, "(setsid sh -c 'sleep 999 & kill -STOP $$' &)");
	snprintf(line, sizeof(line),
	         "sh -c 'for i in $(seq %d); do sleep 999 & done; wait' &",
	         CHILDREN);
	enter(s, line);
}

/* Until the hundred are there. */
static bool
family_is_there(void *arg)
{
	struct screen *s = arg;
	int n = 0;

	screen_find(s, "^$");
	for (const char *at = stage_family(&s->stage);
	     (at = strstr(at, "sleep")); at++)
		n++;
	return n >= CHILDREN;
}

static double
death_ms(int *family)
{
	static const char *const argv[] = { "forkshop", "--port", "0", NULL };
	static struct pollfd held[FAMILY];
	struct screen *s = screen_open(argv, 30, 100);
	int64_t begun_ns, took_ns;

	prepare(s);
	stage_until(family_is_there, s, "all of the family is there");
	*family = hold_family(s, held);
	begun_ns = clock_ns();
	kill(s->stage.pid, SIGKILL);
	await_ends(held, *family);
	took_ns = clock_ns() - begun_ns;
	screen_close(s);
	return (double)took_ns / NS_PER_MS;
}

START_TEST(death)
{
	static double ms[ROUNDS];
	int n = figures_knob("BENCH_DEATHS", 20, ROUNDS), family = 0;

	for (int i = 0; i < n; i++)
		ms[i] = death_ms(&family);
	printf("death: KILL of the shell over %d processes, stopped and "
	       "orphaned ones too\n",
	       family);
	figures_print("until nothing is left", ms, n, "ms", AIM_MS);
}
END_TEST

int
main(void)
{
	return figures_run("bench death", death);
}
