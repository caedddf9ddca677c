/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_serve - requests per second and processor time of one request, under
 * each policy and in each model, beside nginx (`return 200`), Node's cluster
 * and gunicorn, in one alternating run of wrk(1).  Who is not installed is
 * left out.
 *
 *	BENCH_ROUNDS	rounds, 3; the medians are printed
 *	BENCH_SECONDS	seconds of each run, 2
 *
 * wrk fills a processor by itself, so the processor time is the column to
 * compare, and of it the ratio: machines differ.  "screen up" is the server
 * of a forkshop that draws on a terminal of 100 x 30; what its shell takes
 * of a processor stands beside it.  A prefork worker serves one connection
 * at a time, so of 32 kept alive all but one for each worker starve.
 */
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/procfs.h"
#include "core/wire/models.h"
#include "core/wire/policies.h"
#include "tests/cluster.h"
#include "tests/figures.h"
#include "tests/rivals.h"
#include "tests/screens/screen.h"

#define ROUNDS 64

struct contender {
	const char *head; /* a line above it, or NULL */
	const char *name;
	const char *beside; /* whose ratio is printed */
	const char *const *args;
	int port;  /* 0: the cluster's */
	bool keep; /* connections are kept alive */
	bool read; /* a thread reads the reports, as the shell does */
	struct screen *screen; /* borrowed: its shell watches; or NULL */
	double rps_aim;        /* at least, beside; 0: none */
	double cpu_aim;        /* at most, beside; 0: none */
	pid_t pid;             /* 0: it is not there */
	struct cluster *cluster;
	double rps[ROUNDS], cpu_us[ROUNDS], shell[ROUNDS];
	int n;
};

#define LAB_PORT 5190

static const char *const plain[] = { NULL };
static const char *const deferred[] = { "--defer-accept", NULL };
static const char *const asking[] = { "--defer-accept", "--ask-uid", NULL };

/* Rows of each policy and each model; engineering.md has the aims. */
#define AIMS_rr        .rps_aim = 1, .cpu_aim = 1.4
#define AIMS_shared    .cpu_aim = 1.2
#define AIMS_least     .rps_aim = 0
#define AIMS_random    .rps_aim = 0
#define AIMS_two       .rps_aim = 0
#define AIMS_reuseport .rps_aim = 0

// clang-format off
#define POLICY_ARGS(id, word, who, text) \
	static const char *const policy_##id[] = \
	    { "--defer-accept", "--policy", word, NULL };
POLICIES(POLICY_ARGS)

#define POLICY_ROW(id, word, who, text) \
	{ .name = word, .beside = "nginx deferred", .args = policy_##id, \
	  AIMS_##id },
#define POLICY_KEPT(id, word, who, text) \
	{ .name = word " kept alive", .beside = "nginx kept alive", \
	  .args = policy_##id, .keep = true },

#define MODEL_ARGS(id, word, ...) \
	static const char *const model_##id[] = \
	    { "--defer-accept", "--model", word, NULL };
MODELS(MODEL_ARGS)

#define MODEL_ROW(id, word, ...) \
	{ .name = "model " word, .beside = "nginx deferred", \
	  .args = model_##id },
#define MODEL_KEPT(id, word, ...) \
	{ .name = "model " word " kept", .beside = "nginx kept alive", \
	  .args = model_##id, .keep = true },

static struct contender contenders[] = {
	{ .head = "a connection for each request",
	  .name = "nginx", .port = RIVAL_NGINX },
	{ .name = "ours", .beside = "nginx", .args = plain },
	{ .name = "Node cluster", .beside = "nginx", .port = RIVAL_NODE },
	{ .name = "ours beside Node", .beside = "Node cluster", .args = plain,
	  .rps_aim = 2, .cpu_aim = 0.2 },
	{ .name = "gunicorn", .beside = "nginx", .port = RIVAL_SYNC },
	{ .head = "each policy, deferred",
	  .name = "nginx deferred", .port = RIVAL_DEFER },
	POLICIES(POLICY_ROW)
	{ .head = "what else it costs under rr, deferred",
	  .name = "reports read", .beside = "nginx deferred",
	  .args = deferred, .read = true },
	{ .name = "asking for the uid", .beside = "nginx deferred",
	  .args = asking },
	{ .name = "screen up", .beside = "rr", .port = LAB_PORT },
	{ .head = "each model, deferred",
	  .name = "nginx once more", .port = RIVAL_DEFER },
	MODELS(MODEL_ROW)
	{ .head = "kept alive",
	  .name = "nginx kept alive", .port = RIVAL_NGINX, .keep = true },
	{ .name = "ours kept alive", .beside = "nginx kept alive",
	  .args = plain, .keep = true, .rps_aim = 1 },
	{ .name = "Node kept alive", .beside = "nginx kept alive",
	  .port = RIVAL_NODE, .keep = true },
	{ .name = "gunicorn gthread", .beside = "nginx kept alive",
	  .port = RIVAL_GTHREAD, .keep = true },
	{ .name = "screen up, kept alive", .beside = "ours kept alive",
	  .port = LAB_PORT, .keep = true },
	POLICIES(POLICY_KEPT)
	MODELS(MODEL_KEPT)
};
// clang-format on

#define CONTENDERS (int)(sizeof(contenders) / sizeof(contenders[0]))

static struct stage stage;
static struct procfs *proc; /* owned */

/* Ours ********************************************************************/

static void
throw_away(void *arg, int row, const struct report *report)
{
	(void)arg;
	(void)row;
	(void)report;
}

/* Read as the shell does: asleep until the eventfd says that there is news. */
static void *
read_reports(void *arg)
{
	struct cluster *c = arg;
	uint64_t lost = 0, woken;

	for (;;) {
		struct pollfd p = { .fd = c->wake, .events = POLLIN };

		if (page_sleep(c->page))
			poll(&p, 1, -1);
		page_awake(c->page);
		if (read(c->wake, &woken, sizeof(woken)) > 0)
			usleep(16000); /* it draws at most so often */
		page_drain(c->page, throw_away, NULL, &lost);
	}
	return NULL;
}

static void
start_ours(void)
{
	for (int i = 0; i < CONTENDERS; i++) {
		struct contender *c = &contenders[i];
		pthread_t thread;

		if (c->port) {
			c->pid = rivals_pid(c->port);
			continue;
		}
		c->cluster = cluster_open(2, c->args);
		c->pid = c->cluster->pids[0];
		c->port = c->cluster->port;
		if (c->read)
			pthread_create(&thread, NULL, read_reports, c->cluster);
		else
			page_awake(c->cluster->page); /* rings just fill up */
	}
}

static void
end_ours(void)
{
	for (int i = 0; i < CONTENDERS; i++)
		if (contenders[i].cluster) {
			kill(contenders[i].pid, SIGTERM);
			waitpid(contenders[i].pid, NULL, 0);
		}
}

/* The lab *****************************************************************/

static pthread_t looker;

/* Somebody looks at the screen, and does no work with it. */
static void *
look_on(void *arg)
{
	struct screen *s = arg;
	char bytes[65536];

	while (read(s->pty, bytes, sizeof(bytes)) > 0)
		continue;
	return NULL;
}

static struct screen *
start_lab(void)
{
	char port[16];
	const char *const argv[] = { "forkshop", "--port", port, NULL };
	struct screen *s;
	int pid = 0;

	snprintf(port, sizeof(port), "%d", LAB_PORT);
	s = screen_open(argv, 30, 100);
	screen_wait(s, "forkshop-server w2$");
	screen_wait(s, "^forkshop>$");
	screen_type(s, "set defer-accept on\r");
	screen_wait(s, "^› set defer-accept on$");
	screen_wait(s, "^forkshop>$");
	for (const char *row = strstr(screen_text(s), "forkshop-server web");
	     row[-1] != '\n'; row--)
		pid = atoi(row - 1);
	for (int i = 0; i < CONTENDERS; i++)
		if (contenders[i].port == LAB_PORT) {
			contenders[i].screen = s;
			contenders[i].pid = pid;
		}
	pthread_create(&looker, NULL, look_on, s);
	return s;
}

static void
end_lab(struct screen *s)
{
	pthread_cancel(looker);
	pthread_join(looker, NULL);
	screen_type(s, "quit\r");
	screen_wait_end(s);
	screen_close(s);
}

/* Measuring ***************************************************************/

static double
own_cpu_ns(pid_t pid)
{
	struct proc_stat st;

	if (procfs_stat(proc, pid, 0, &st) < 0)
		return 0;
	return (double)(st.utime_ticks + st.stime_ticks + st.ended_ticks) *
	       (double)procfs_tick_ns();
}

/* With its descendants, those that have ended too. */
static double
cpu_ns(pid_t pid)
{
	pid_t pids[512];
	int n = procfs_children(proc, pid, 0, pids, 512);
	double sum_ns = own_cpu_ns(pid);

	for (int i = 0; i < n && i < 512; i++)
		sum_ns += cpu_ns(pids[i]);
	return sum_ns;
}

static void
measure(struct contender *c, int seconds)
{
	double before = cpu_ns(c->pid), requests = 1, rps = 0;
	pid_t shell = c->screen ? c->screen->stage.pid : c->pid;
	double shell_ns = own_cpu_ns(shell);
	const char *out, *s;

	out = stage_outside(
	    &stage, "wrk -t1 -c32 -d%ds %s http://127.0.0.1:%d/", seconds,
	    c->keep ? "" : "-H 'Connection: close'", c->port);
	if ((s = strstr(out, "Requests/sec:")))
		rps = atof(s + 13);
	if ((s = strstr(out, " requests in")))
		while (s > out && s[-1] >= '0' && s[-1] <= '9')
			s--;
	if (s)
		requests = atof(s);
	c->shell[c->n] = (own_cpu_ns(shell) - shell_ns) / 1e7 / seconds;
	c->rps[c->n] = rps;
	c->cpu_us[c->n++] = (cpu_ns(c->pid) - before) / 1000 / requests;
}

static double
median(double *values, int n)
{
	return figures_part(values, n, 0.5);
}

static void
print_beside(struct contender *c, struct contender *other, double rps,
             double cpu)
{
	rps /= median(other->rps, other->n);
	cpu /= median(other->cpu_us, other->n);
	printf("  %8.2f %8.2f", rps, cpu);
	if (c->rps_aim || c->cpu_aim)
		printf("   aim");
	if (c->rps_aim)
		printf(" >= %.2f", c->rps_aim);
	if (c->cpu_aim)
		printf(" <= %.2f", c->cpu_aim);
	if (c->rps_aim || c->cpu_aim)
		printf(": %s",
		       rps < c->rps_aim || (c->cpu_aim && cpu > c->cpu_aim)
		           ? "MISSED"
		           : "ok");
}

static void
print(struct contender *c)
{
	double rps = median(c->rps, c->n), cpu = median(c->cpu_us, c->n);

	if (c->head)
		printf("  %s\n", c->head);
	if (!c->n)
		return;
	printf("  %-22s %9.0f %8.1f", c->name, rps, cpu);
	for (int i = 0; c->beside && i < CONTENDERS; i++)
		if (strcmp(contenders[i].name, c->beside) == 0 &&
		    contenders[i].n)
			print_beside(c, &contenders[i], rps, cpu);
	if (c->screen)
		printf("   the shell: %.1f %% of a processor",
		       median(c->shell, c->n));
	printf("\n");
}

/* The helpers of tests want to be inside of one. */
START_TEST(serve)
{
	int rounds = figures_knob("BENCH_ROUNDS", 3, ROUNDS),
	    seconds = figures_knob("BENCH_SECONDS", 2, 60);
	struct screen *lab;

	stage_open(&stage);
	if (!strstr(stage_outside(&stage, "wrk -v || :"), "wrk")) {
		printf("wrk is not installed: nothing is measured\n");
		stage_close(&stage);
		return;
	}
	proc = procfs_open(NULL, NULL);
	rivals_open(&stage);
	start_ours();
	lab = start_lab();
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < CONTENDERS; i++)
			if (contenders[i].pid)
				measure(&contenders[i], seconds);
	printf("serving: wrk, 32 connections, 2 workers, median of %d\n"
	       "  %-22s %9s %8s  %8s %8s\n",
	       rounds, "", "req/s", "cpu us", "req/s x", "cpu x");
	for (int i = 0; i < CONTENDERS; i++)
		print(&contenders[i]);
	rivals_close();
	end_ours();
	end_lab(lab);
	stage_close(&stage);
	fflush(stdout);
}
END_TEST

int
main(void)
{
	return figures_run("bench serve", serve);
}
