/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pages - what a worker answers: a row and a file for each page.
 */
#ifndef CORE_SERVE_PAGES_H
#define CORE_SERVE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/serve/http.h"

struct page_ops {
	const char *path;  /* "/sleep" */
	const char *query; /* "?ms=N", or "" */
	const char *help;
	bool harmful; /* only for the user who runs the server: guard.h */
	void (*serve)(struct request *); /* answers, now or later */
};

/* The i-th page, or NULL past the end. */
const struct page_ops *pages_nth(int i);

/* Let the page of its path serve a request; 404 where there is none. */
void pages_serve(struct request *);

/*
 * The number of ?name=.  *n comes with what holds when it was not given; that
 * is below min where it must be.  Returns false when it is no number from min
 * to max: then the request is answered with 400 and a sentence.
 */
bool pages_number(struct request *, const char *name, int64_t min, int64_t max,
                  int64_t *n);

extern const struct page_ops page_root_ops, page_health_ops, page_whoami_ops,
    page_sleep_ops, page_cpu_ops, page_disk_ops, page_count_ops, page_crash_ops,
    page_exit_ops, page_leak_ops, page_overflow_ops, page_unsafe_ops,
    page_spy_ops;

#endif
