/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What does it cost to read a lab of 64 processes, on a machine where 1,000
 * others sleep?  Beside it: `ps af`, which reads them all.
 *
 * And what does a report of a server cost, from the ring into the timeline?
 *
 * The bench starts all of these itself.  They wait for the end of a pipe, so
 * none outlives it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/watch/inside.h"

#define STRANGERS 1000
#define FAMILY    62 /* with shell and lab 64 */
#define ROUNDS    500
#define PS_ROUNDS 20

/* Until nobody holds the other end any more. */
static void
sleep_until_end(int fd)
{
	char byte;

	while (read(fd, &byte, 1) > 0)
		continue;
	_exit(0);
}

/* `n` children of a process between, which (stay) waits too, or ends. */
static pid_t
start_family(int n, bool stay, int ends[2])
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) < 0 || (pid = fork()) < 0)
		exit(1);
	if (pid == 0) {
		close(ends[1]);
		for (int i = 0; i < n; i++)
			if (fork() == 0) {
				close(ready[1]);
				sleep_until_end(ends[0]);
			}
		close(ready[1]);
		if (stay)
			sleep_until_end(ends[0]);
		_exit(0);
	}
	close(ready[1]);
	while (read(ready[0], &byte, 1) > 0)
		continue; /* until all have closed it */
	close(ready[0]);
	if (!stay)
		waitpid(pid, NULL, 0);
	return pid;
}

static double
each_us(int64_t begun_ns, int n)
{
	return (double)(clock_ns() - begun_ns) / n / NS_PER_US;
}

static double
refresh_us(struct watch *w, bool children)
{
	int64_t begun_ns = clock_ns();

	for (int i = 0; i < ROUNDS; i++) {
		look_all(w, children);
		watch_stale(w);
		watch_snapshot(w);
	}
	return each_us(begun_ns, ROUNDS);
}

/* It ends with 1 where nobody has a terminal: all were read to see that. */
static double
ps_us(void)
{
	int64_t begun_ns = clock_ns();

	for (int i = 0; i < PS_ROUNDS; i++)
		if (system("ps af >/dev/null || test $? -eq 1") != 0)
			return 0;
	return each_us(begun_ns, PS_ROUNDS);
}

/* Four workers, each with a ring full of requests and answers. */
static void
fill_rings(struct page *page)
{
	for (int i = 0; i < RING_SIZE; i++)
		for (int row = 0; row <= 4; row++) {
			struct report r = { .t_ns = clock_ns(),
				            .id = (uint32_t)row,
				            .connection = (uint64_t)i + 1 };

			r.type = row == 0 ? REPORT_HANDOFF
			         : i % 2  ? REPORT_ANSWER
			                  : REPORT_REQUEST;
			page_report(page, row, &r);
		}
}

static double
report_us(struct watch *w)
{
	int64_t spent_ns = 0, begun_ns;
	struct err err;
	int fd, n = 20;
	struct page *page = page_create(&fd, &err);

	for (uint32_t id = 0; page && id <= 4; id++)
		page_row_take(page, id, 0);
	if (!page || watch_server(w, "web", page, "rr", "event", "") < 0)
		return 0;
	for (int i = 0; i < n; i++) {
		fill_rings(page);
		begun_ns = clock_ns();
		pages_drain(w);
		spent_ns += clock_ns() - begun_ns;
	}
	watch_forget(w, "web");
	page_unmap(page);
	return (double)spent_ns / n / 5 / RING_SIZE / NS_PER_US;
}

int
main(void)
{
	struct err err;
	struct loop *loop = loop_open(&err);
	struct timeline *timeline = timeline_open(4096);
	struct watch *w = watch_open(loop, timeline, NULL, NULL, &err);
	double kept, all, ps;
	int ends[2];

	child_raise_limits();
	if (!w || pipe(ends) < 0)
		return 1;
	start_family(STRANGERS, false, ends);
	watch_lab(w, start_family(FAMILY, true, ends));
	watch_refresh(w);
	/* Jobs, as they stay, not processes of which more may be born. */
	for (struct member *m = w->table.root; m; m = table_next(m))
		if (m->p.kind == KIND_OTHER)
			m->p.kind = KIND_CLIENT;
	kept = refresh_us(w, false);
	all = refresh_us(w, true);
	ps = ps_us();
	printf("refresh: %d processes in the lab, %d beside it\n",
	       watch_snapshot(w)->nprocs, STRANGERS);
	printf("  one refresh, kept descriptors   %8.0f us   1/%.0f of ps af"
	       "   aim 1/100: %s\n",
	       kept, ps / kept, ps / kept >= 100 ? "ok" : "MISSED");
	printf("  with the lists of children      %8.0f us   1/%.0f of ps af\n",
	       all, ps / all);
	printf("  ps af                           %8.0f us\n", ps);
	printf("  one report into the timeline    %8.2f us\n", report_us(w));
	watch_close(w);
	timeline_close(timeline);
	loop_close(loop);
	return 0;
}
