/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What it costs to keep N processes, or N threads: memory of their own, and
 * page tables, as the kernel counts them (smaps_rollup, status).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/puppet/measure.h"
#include "core/sys/child.h"
#include "core/sys/procfs.h"

#define MEMORY_SHOW_MS 700 /* that all of them can be seen */

/* What a number of them have, in kB. */
struct memory {
	int64_t private_kb, shared_kb, tables_kb;
};

/* N of them wait until `hold` is closed; each says by `ready` that it runs. */
struct herd {
	int n, alive;
	int hold[2], ready[2];
	pid_t *pid;        /* owned */
	pthread_t *thread; /* owned */
	struct procfs *fs; /* owned */
};

static int
memory_add(struct herd *h, pid_t pid, struct memory *sum)
{
	struct proc_status status;
	struct proc_memory m;

	if (procfs_status(h->fs, pid, 0, &status) < 0 ||
	    procfs_memory(h->fs, pid, &m) < 0)
		return -1;
	sum->private_kb += m.private_kb;
	sum->shared_kb += m.shared_kb;
	sum->tables_kb += status.vm_pte_kb;
	return 0;
}

/* One of the herd ********************************************************/

static void
memory_wait(const struct herd *h)
{
	char byte;

	if (write(h->ready[1], "x", 1) < 0)
		return;
	while (read(h->hold[0], &byte, 1) < 0 && errno == EINTR)
		continue;
}

static void *
memory_thread(void *arg)
{
	memory_wait(arg);
	return NULL;
}

static int
memory_fork(struct herd *h, struct err *err)
{
	pid_t us = getpid(), pid = child_fork(err);

	if (pid == 0) {
		close(h->hold[1]);
		if (child_follow_parent(us, SIGKILL))
			memory_wait(h);
		_exit(0);
	}
	if (pid > 0)
		h->pid[h->alive] = pid;
	return pid < 0 ? -1 : 0;
}

static int
memory_create(struct herd *h, struct err *err)
{
	errno = pthread_create(&h->thread[h->alive], NULL, memory_thread, h);
	return errno ? err_sys(err, "cannot create a thread") : 0;
}

/* All of it **************************************************************/

static int
memory_open(struct herd *h, struct err *err)
{
	h->alive = 0;
	if (pipe2(h->hold, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	if (pipe2(h->ready, O_CLOEXEC) == 0)
		return 0;
	err_sys(err, "cannot make a pipe");
	close(h->hold[0]);
	close(h->hold[1]);
	return -1;
}

/* Start them and wait until the last one waits. */
static int
memory_start(struct measure *m, struct herd *h,
             int (*one)(struct herd *, struct err *), int done, struct err *err)
{
	char byte;

	for (; h->alive < h->n && !measure_stopped(); h->alive++) {
		if (one(h, err) < 0)
			return -1;
		while (read(h->ready[0], &byte, 1) < 0 && errno == EINTR)
			continue;
		measure_progress(m, done + h->alive, 2 * h->n);
	}
	poll(NULL, 0, MEMORY_SHOW_MS);
	return 0;
}

static void
memory_end(struct herd *h, bool threads)
{
	close(h->hold[1]);
	for (int i = 0; i < h->alive; i++)
		if (threads)
			pthread_join(h->thread[i], NULL);
		else
			while (waitpid(h->pid[i], NULL, 0) < 0 &&
			       errno == EINTR)
				continue;
	close(h->hold[0]);
	close(h->ready[0]);
	close(h->ready[1]);
}

static int
memory_processes(struct measure *m, struct herd *h, struct memory *sum,
                 struct err *err)
{
	int result;

	if (memory_open(h, err) < 0)
		return -1;
	result = memory_start(m, h, memory_fork, 0, err);
	for (int i = 0; i < h->alive && result == 0; i++)
		if (memory_add(h, h->pid[i], sum) < 0 && !measure_stopped())
			result = err_set(err, "one of them is gone: again");
	memory_end(h, false);
	return result;
}

/* What the one process has more than before. */
static int
memory_threads(struct measure *m, struct herd *h, struct memory *sum,
               struct err *err)
{
	struct memory before = { 0 };
	int result;

	if (memory_open(h, err) < 0)
		return -1;
	memory_add(h, getpid(), &before);
	result = memory_start(m, h, memory_create, h->n, err);
	memory_add(h, getpid(), sum);
	memory_end(h, true);
	sum->private_kb -= before.private_kb;
	sum->shared_kb -= before.shared_kb;
	sum->tables_kb -= before.tables_kb;
	return result;
}

static void
memory_row(const char *name, const struct memory *sum, int n, int64_t most)
{
	char bar[128];

	measure_bar(sum->private_kb + sum->tables_kb, most, bar, sizeof(bar));
	printf("%-12s %9.1f %9.1f %12.1f  %s\n", name,
	       (double)sum->private_kb / n, (double)sum->shared_kb / n,
	       (double)sum->tables_kb / n, bar);
}

static void
memory_say(const struct herd *h, const struct memory *processes,
           const struct memory *threads)
{
	printf("%d processes, then %d threads; of each one, in K\n", h->n,
	       h->n);
	printf("%-12s %9s %9s %12s\n", "", "private", "shared", "page tables");
	memory_row("a process", processes, h->n,
	           processes->private_kb + processes->tables_kb);
	memory_row("a thread", threads, h->n,
	           processes->private_kb + processes->tables_kb);
	printf("all of them: processes %lldK, threads %lldK, without what is "
	       "shared\n",
	       (long long)(processes->private_kb + processes->tables_kb),
	       (long long)(threads->private_kb + threads->tables_kb));
}

int
measure_memory(struct measure *m, struct err *err)
{
	struct memory processes = { 0 }, threads = { 0 };
	struct herd h = { .n = m->n };
	int result = -1;

	h.fs = procfs_open(NULL, err);
	if (!h.fs)
		return -1;
	h.pid = calloc((size_t)h.n, sizeof(*h.pid));
	h.thread = calloc((size_t)h.n, sizeof(*h.thread));
	if (!h.pid || !h.thread)
		err_sys(err, "no memory to remember %d of them", h.n);
	else if (memory_processes(m, &h, &processes, err) == 0)
		result = measure_stopped()
		             ? 0
		             : memory_threads(m, &h, &threads, err);
	if (result == 0 && !measure_stopped())
		memory_say(&h, &processes, &threads);
	free(h.pid);
	free(h.thread);
	procfs_close(h.fs);
	return result;
}
