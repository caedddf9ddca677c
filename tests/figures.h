/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * figures - what the benches do with what they have measured.
 */
#ifndef TESTS_FIGURES_H
#define TESTS_FIGURES_H

/*
 * The value below which `part` (0.5: the median) of the n values lie.  Sorts
 * them.  0 when there are none.
 */
double figures_part(double *values, int n, double part);

/*
 * Print a row: median, p99 and the greatest, then the aim in words, after
 * the sentence "ok" or "MISSED".  aim: the greatest p99 that is good.
 */
void figures_print(const char *what, double *values, int n, const char *unit,
                   double aim);

/* The environment's number, 1 to max, or `otherwise`. */
int figures_knob(const char *name, int otherwise, int max);

/* Run one Check test as a bench: no time limit, silent when it is well. */
struct TTest;
int figures_run(const char *name, const struct TTest *);

#endif
