/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What it costs to make a thread, or a process, and to wait for its end.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/puppet/measure.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"

#define CREATE_ROUNDS 200
#define CREATE_LIMIT  (3 * NS_PER_S)

static void *
create_nothing(void *arg)
{
	return arg;
}

static int
create_thread(struct err *err)
{
	pthread_t id;
	int error = pthread_create(&id, NULL, create_nothing, NULL);

	if (error) {
		errno = error;
		return err_sys(err, "cannot create a thread");
	}
	pthread_join(id, NULL);
	return 0;
}

static int
create_wait(pid_t pid, struct err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "cannot wait for pid %d", (int)pid);
	return status == 0 || measure_stopped()
	           ? 0
	           : err_set(err, "pid %d did not end well", (int)pid);
}

static int
create_fork(struct err *err)
{
	pid_t pid = child_fork(err);

	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : create_wait(pid, err);
}

/* The program that we are, told to do nothing. */
static int
create_exec(struct err *err)
{
	const char *file = (const char *)getauxval(AT_EXECFN);
	char name[] = "forkshop-puppet", mode[] = "--measure",
	     what[] = "nothing";
	char *argv[] = { name, mode, what, NULL };
	pid_t pid = child_fork(err);

	if (pid == 0) {
		child_exec(file, argv);
		_exit(127);
	}
	return pid < 0 ? -1 : create_wait(pid, err);
}

static int (*const create_ways[])(struct err *) = { create_thread, create_fork,
	                                            create_exec };
#define WAYS ((int)(sizeof(create_ways) / sizeof(create_ways[0])))

/* One of each in turn, so that a busy machine is as busy for all of them. */
int
measure_create(struct measure *m, struct err *err)
{
	static struct measured rows[WAYS] = { { .name =
		                                    "pthread_create, join" },
		                              { .name = "fork, wait" },
		                              { .name = "fork, exec, wait" } };
	int64_t limit_ns = clock_ns() + CREATE_LIMIT, began_ns;

	for (int round = -3; round < CREATE_ROUNDS; round++) {
		for (int i = 0; i < WAYS; i++) {
			began_ns = clock_ns();
			if (create_ways[i](err) < 0)
				return -1;
			if (round >= 0) /* the first ones warm up */
				measured_add(&rows[i], clock_ns() - began_ns);
		}
		measure_progress(m, round, CREATE_ROUNDS);
		if (measure_stopped() || clock_ns() > limit_ns)
			break;
	}
	printf("to make one and to wait for its end, %d times each\n",
	       rows[0].n);
	measure_table(rows, WAYS, "us", NS_PER_US);
	printf("a process costs %.1f threads, and %.1f when it executes a "
	       "program\n",
	       (double)measured_percentile(&rows[1], 50) /
	           (double)(measured_percentile(&rows[0], 50) + 1),
	       (double)measured_percentile(&rows[2], 50) /
	           (double)(measured_percentile(&rows[0], 50) + 1));
	return 0;
}
