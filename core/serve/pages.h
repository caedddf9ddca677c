/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pages - what a worker answers: a row and a file for each page.
 */
#ifndef CORE_SERVE_PAGES_H
#define CORE_SERVE_PAGES_H

#include <stddef.h>

#include "core/serve/http.h"

struct page_ops {
	const char *path;  /* "/sleep" */
	const char *query; /* "?ms=N", or "" */
	const char *help;
	void (*serve)(struct request *); /* answers, now or later */
};

/* The i-th page, or NULL past the end. */
const struct page_ops *pages_nth(int i);

/* Let the page of its path serve a request; 404 where there is none. */
void pages_serve(struct request *);

extern const struct page_ops page_root_ops, page_health_ops, page_sleep_ops;

#endif
