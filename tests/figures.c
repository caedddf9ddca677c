/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/figures.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static int
figures_by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
figures_part(double *values, int n, double part)
{
	int i = (int)(part * n);

	qsort(values, (size_t)n, sizeof(*values), figures_by_size);
	return n ? values[i < n ? i : n - 1] : 0;
}

void
figures_print(const char *what, double *values, int n, const char *unit,
              double aim)
{
	double p99 = figures_part(values, n, 0.99);

	printf("  %-34s median %7.2f  p99 %7.2f  max %7.2f %s"
	       "   aim p99 < %g: %s\n",
	       what, figures_part(values, n, 0.5), p99,
	       figures_part(values, n, 1), unit, aim,
	       p99 < aim ? "ok" : "MISSED");
	fflush(stdout);
}

int
figures_knob(const char *name, int otherwise, int max)
{
	const char *value = getenv(name);
	int n = value ? atoi(value) : 0;

	return n > 0 && n <= max ? n : otherwise;
}

int
figures_run(const char *name, const struct TTest *bench)
{
	Suite *s = suite_create(name);
	TCase *t = tcase_create(name);
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 0);
	tcase_add_test(t, bench);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_SILENT);
	failed = srunner_ntests_failed(r);
	if (failed)
		srunner_print(r, CK_NORMAL);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
