/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measure - what processes and threads cost on this machine.
 *
 *	forkshop-puppet --measure create|switch|memory [N]
 *
 *	measure.c         the mode, samples, the table, Ctrl-C
 *	measure-create.c  to make one and to wait for its end
 *	measure-switch.c  to go from one to another and back
 *	measure-memory.c  to keep N of them
 *
 * The lab starts it with a wire to the shell as descriptor 3, which hears how
 * far it is.  By hand it does without.
 */
#ifndef CORE_PUPPET_MEASURE_H
#define CORE_PUPPET_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/err.h"
#include "core/wire/wire.h"

#define MEASURE_SAMPLES 1000
#define MEASURE_ROWS    8

/* One thing that is measured, many times. */
struct measured {
	const char *name;
	int n;
	int64_t ns[MEASURE_SAMPLES];
};

struct measure {
	struct wire *shell; /* owned; NULL: run by hand */
	int64_t told_ns;    /* when the shell heard last */
	int n;              /* of `memory` */
};

/* "--measure WHAT [N]", argv[0] is WHAT.  Returns the exit status. */
int measure_main(int argc, char **argv);

/* Each returns 0, or -1 and err.  They end early when measure_stopped(). */
int measure_create(struct measure *, struct err *);
int measure_switch(struct measure *, struct err *);
int measure_memory(struct measure *, struct err *);

/* Ctrl-C was typed. */
bool measure_stopped(void);

/* So much of it is done. */
void measure_progress(struct measure *, int done, int of);

void measured_add(struct measured *, int64_t ns);

/* What half of the samples do not exceed; 99 of 100.  0: there are none. */
int64_t measured_percentile(struct measured *, int percent);

/* The table: median, p99 and a bar each, in units of `unit_ns`. */
void measure_table(struct measured *rows, int n, const char *unit,
                   int64_t unit_ns);

/* A bar of `part` of `whole`, 20 cells, into buf. */
void measure_bar(int64_t part, int64_t whole, char *buf, size_t size);

#endif
