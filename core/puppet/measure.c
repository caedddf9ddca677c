/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at measure_main().
 */
#include "core/puppet/measure.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"

#define MEASURE_BAR  20
#define MEASURE_TELL (100 * NS_PER_MS)
#define MEASURE_MANY 200 /* processes at one time */

enum { EXIT_USAGE = 2, EXIT_STOPPED = 130 };

/* Ctrl-C ****************************************************************/

static volatile sig_atomic_t measure_signal;

static void
measure_on_signal(int sig)
{
	measure_signal = sig;
}

bool
measure_stopped(void)
{
	return measure_signal != 0;
}

/* The shell *************************************************************/

static struct wire *
measure_shell(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	if (getsockopt(WIRE_CHILD_FD, SOL_SOCKET, SO_TYPE, &type, &len) < 0 ||
	    type != SOCK_SEQPACKET)
		return NULL;
	return wire_open(WIRE_CHILD_FD, NULL);
}

void
measure_progress(struct measure *m, int done, int of)
{
	struct msg msg = msg_make(MSG_PROGRESS, NULL);

	if (!m->shell || clock_ns() - m->told_ns < MEASURE_TELL)
		return;
	m->told_ns = clock_ns();
	msg.progress.wanted = (uint64_t)of;
	msg.progress.answered = msg.progress.sent = (uint64_t)done;
	if (!wire_waiting(m->shell))
		wire_send(m->shell, &msg, NULL, 0, NULL);
}

/* Samples ***************************************************************/

void
measured_add(struct measured *row, int64_t ns)
{
	if (row->n < MEASURE_SAMPLES)
		row->ns[row->n++] = ns;
}

static int
measured_order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

int64_t
measured_percentile(struct measured *row, int percent)
{
	int at = (row->n * percent + 99) / 100;

	if (row->n == 0)
		return 0;
	qsort(row->ns, (size_t)row->n, sizeof(row->ns[0]), measured_order);
	return row->ns[at ? at - 1 : 0];
}

/* The table *************************************************************/

void
measure_bar(int64_t part, int64_t whole, char *buf, size_t size)
{
	buf[0] = '\0';
	text_bar(buf, size, part, whole, MEASURE_BAR, text_draws());
}

void
measure_table(struct measured *rows, int n, const char *unit, int64_t unit_ns)
{
	char bar[128], head[16];
	int64_t most = 0;

	for (int i = 0; i < n; i++)
		if (measured_percentile(&rows[i], 50) > most)
			most = measured_percentile(&rows[i], 50);
	snprintf(head, sizeof(head), "median %s", unit);
	printf("%-26s %10s %10s\n", "", head, "p99");
	for (int i = 0; i < n; i++) {
		int64_t median = measured_percentile(&rows[i], 50);
		int64_t p99 = measured_percentile(&rows[i], 99);

		measure_bar(median, most, bar, sizeof(bar));
		printf("%-26s %10.1f %10.1f  %s\n", rows[i].name,
		       (double)median / (double)unit_ns,
		       (double)p99 / (double)unit_ns, bar);
	}
}

/* The mode **************************************************************/

static const struct {
	const char *name;
	int (*run)(struct measure *, struct err *);
} measure_kinds[] = {
	{ "create", measure_create },
	{ "switch", measure_switch },
	{ "memory", measure_memory },
};

static int
measure_usage(void)
{
	fprintf(stderr,
	        "usage: forkshop-puppet --measure create|switch|memory "
	        "[N], N from 1 to %d\n",
	        MEASURE_MANY);
	return EXIT_USAGE;
}

static int
measure_run(int (*run)(struct measure *, struct err *), int64_t n)
{
	struct sigaction act = { .sa_handler = measure_on_signal };
	struct measure m = { .n = (int)n };
	struct err err;
	int status = EXIT_SUCCESS;

	sigaction(SIGINT, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "");
	m.shell = measure_shell();
	if (run(&m, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		status = EXIT_FAILURE;
	} else if (measure_stopped()) {
		status = EXIT_STOPPED;
	}
	fflush(stdout);
	wire_close(m.shell);
	return status;
}

int
measure_main(int argc, char **argv)
{
	int64_t n = 20;

	if (argc < 1 || argc > 2 ||
	    (argc == 2 && !text_number(argv[1], 1, MEASURE_MANY, &n)))
		return measure_usage();
	if (strcmp(argv[0], "nothing") == 0)
		return EXIT_SUCCESS; /* what measure_create executes */
	for (size_t i = 0; i < sizeof(measure_kinds) / sizeof(measure_kinds[0]);
	     i++)
		if (strcmp(measure_kinds[i].name, argv[0]) == 0)
			return measure_run(measure_kinds[i].run, n);
	return measure_usage();
}
