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
#include "core/wire/pages.h"

/* A row of core/wire/pages.h. */
struct page_ops {
	const char *path;  /* "/sleep" */
	const char *query; /* "?ms=N", or "" */
	bool harmful;      /* only for the user who runs the server: guard.h */
	void (*serve)(struct request *); /* answers, now or later */
};

/* Let the page of its path serve a request; 404 where there is none. */
void pages_serve(struct request *);

/*
 * The number of ?name=.  *n comes with what holds when it was not given; that
 * is below min where it must be.  Returns false when it is no number from min
 * to max: then the request is answered with 400 and a sentence.
 */
bool pages_number(struct request *, const char *name, int64_t min, int64_t max,
                  int64_t *n);

#define X(id, ...) void page_##id##_serve(struct request *);
PAGES(X)
#undef X

#endif
