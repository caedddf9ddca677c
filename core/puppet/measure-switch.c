/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What it costs to go from one process, or thread, to another: two of them
 * on one processor wait for each other in turn, by a pipe or by a futex.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/puppet/measure.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"

#define SWITCH_BATCHES 100
#define SWITCH_ROUNDS  100 /* there and back, in one batch */
#define SWITCH_LIMIT   (700 * NS_PER_MS)
#define SWITCH_PATIENT 2 /* seconds until the other one counts as gone */

/* What both see: in a page that a fork does not copy. */
struct table {
	_Atomic int turn; /* whose it is: 0 ours, 1 the other's */
	_Atomic int over;
};

struct game {
	struct table *table;   /* borrowed */
	int there[2], back[2]; /* owned: pipes; -1: closed */
	bool futex;
};

/* Turns *****************************************************************/

static bool
switch_futex_wait(struct game *g, int me)
{
	struct timespec patience = { .tv_sec = SWITCH_PATIENT };

	while (g->table->turn != me)
		if (syscall(SYS_futex, &g->table->turn, FUTEX_WAIT, !me,
		            &patience, NULL, 0) < 0 &&
		    errno == ETIMEDOUT)
			return false;
	return true;
}

static void
switch_futex_pass(struct game *g, int to)
{
	g->table->turn = to;
	syscall(SYS_futex, &g->table->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Wait for our turn; me: 0 or 1.  Returns false when the other is gone. */
static bool
switch_wait(struct game *g, int me)
{
	int fd = me ? g->there[0] : g->back[0];
	ssize_t got;
	char byte;

	if (g->futex)
		return switch_futex_wait(g, me);
	while ((got = read(fd, &byte, 1)) < 0 && errno == EINTR)
		continue;
	return got == 1;
}

static void
switch_pass(struct game *g, int me)
{
	if (g->futex)
		switch_futex_pass(g, !me);
	else if (write(me ? g->back[1] : g->there[1], "x", 1) < 0)
		g->table->over = 1;
}

static void *
switch_other(void *arg)
{
	struct game *g = arg;

	while (switch_wait(g, 1) && !g->table->over)
		switch_pass(g, 1);
	return NULL;
}

/* One batch; -1 when the other is gone. */
static int64_t
switch_batch(struct game *g)
{
	int64_t began_ns = clock_ns();

	for (int i = 0; i < SWITCH_ROUNDS; i++) {
		switch_pass(g, 0);
		if (!switch_wait(g, 0))
			return -1;
	}
	return clock_ns() - began_ns;
}

/* Rows ******************************************************************/

static int
switch_play(struct game *g, struct measured *row, struct err *err)
{
	int64_t limit_ns = clock_ns() + SWITCH_LIMIT;

	for (int i = -1; i < SWITCH_BATCHES && !measure_stopped(); i++) {
		int64_t ns = switch_batch(g);

		if (ns < 0)
			return err_set(err, "the other one is gone: again");
		if (i >= 0) /* the first one warms up */
			measured_add(row, ns / (2 * SWITCH_ROUNDS));
		if (clock_ns() > limit_ns)
			break;
	}
	return 0;
}

static int
switch_threads(struct game *g, struct measured *row, struct err *err)
{
	pthread_t other;
	int result;

	errno = pthread_create(&other, NULL, switch_other, g);
	if (errno)
		return err_sys(err, "cannot create a thread");
	result = switch_play(g, row, err);
	g->table->over = 1;
	switch_pass(g, 0);
	pthread_join(other, NULL);
	return result;
}

static int
switch_processes(struct game *g, struct measured *row, struct err *err)
{
	pid_t us = getpid(), other = child_fork(err);
	int result;

	if (other == 0) {
		if (!child_follow_parent(us, SIGKILL))
			_exit(1);
		close(g->there[1]);
		close(g->back[0]);
		switch_other(g);
		_exit(0);
	}
	if (other < 0)
		return -1;
	close(g->there[0]);
	close(g->back[1]);
	g->there[0] = g->back[1] = -1;
	result = switch_play(g, row, err);
	g->table->over = 1;
	switch_pass(g, 0);
	close(g->there[1]);
	g->there[1] = -1;
	while (waitpid(other, NULL, 0) < 0 && errno == EINTR)
		continue;
	return result;
}

/* The calls alone: a byte into a pipe and out again, by one thread. */
static int
switch_nobody(struct game *g, struct measured *row, struct err *err)
{
	char byte;

	for (int i = 0; i < SWITCH_BATCHES && !measure_stopped(); i++) {
		int64_t began_ns = clock_ns();

		for (int k = 0; k < SWITCH_ROUNDS; k++)
			if (write(g->there[1], "x", 1) != 1 ||
			    read(g->there[0], &byte, 1) != 1)
				return err_sys(err, "cannot use a pipe");
		measured_add(row, (clock_ns() - began_ns) / SWITCH_ROUNDS);
	}
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct game *, struct measured *, struct err *);
	bool futex;
} switch_ways[] = {
	{ "write, read: no switch", switch_nobody, false },
	{ "two threads, pipes", switch_threads, false },
	{ "two processes, pipes", switch_processes, false },
	{ "two threads, futex", switch_threads, true },
	{ "two processes, futex", switch_processes, true },
};
#define WAYS ((int)(sizeof(switch_ways) / sizeof(switch_ways[0])))

static void
switch_close(struct game *g)
{
	int *fds[] = { &g->there[0], &g->there[1], &g->back[0], &g->back[1] };

	for (int i = 0; i < 4; i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
}

static int
switch_open(struct game *g, struct table *table, bool futex, struct err *err)
{
	*g = (struct game){ .table = table, .futex = futex };
	table->turn = table->over = 0;
	if (pipe2(g->there, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	if (pipe2(g->back, O_CLOEXEC) == 0)
		return 0;
	err_sys(err, "cannot make a pipe");
	close(g->there[0]);
	close(g->there[1]);
	return -1;
}

/* Both on one processor, so that one has to make way for the other. */
static int
switch_pin(void)
{
	cpu_set_t set, one;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -1;
	while (cpu < CPU_SETSIZE && !CPU_ISSET(cpu, &set))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one) < 0 ? -1 : cpu;
}

static int
switch_all(struct measure *m, struct table *table, struct measured *rows,
           struct err *err)
{
	struct game g;

	for (int i = 0; i < WAYS && !measure_stopped(); i++) {
		int result;

		if (switch_open(&g, table, switch_ways[i].futex, err) < 0)
			return -1;
		result = switch_ways[i].run(&g, &rows[i], err);
		switch_close(&g);
		measure_progress(m, i + 1, WAYS);
		if (result < 0 && !measure_stopped())
			return -1;
	}
	return 0;
}

int
measure_switch(struct measure *m, struct err *err)
{
	static struct measured rows[WAYS];
	int cpu = switch_pin(), result;
	struct table *table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE,
	                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (table == MAP_FAILED)
		return err_sys(err, "cannot share a page");
	for (int i = 0; i < WAYS; i++)
		rows[i].name = switch_ways[i].name;
	result = switch_all(m, table, rows, err);
	munmap(table, sizeof(*table));
	if (result < 0)
		return -1;
	printf("one switch, both on processor %d; %d switches a sample\n", cpu,
	       2 * SWITCH_ROUNDS);
	measure_table(rows, WAYS, "ns", 1);
	return 0;
}
