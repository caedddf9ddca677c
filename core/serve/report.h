/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report - write news into the ring of a row of the shared page, and wake
 * the shell when it sleeps.
 */
#ifndef CORE_SERVE_REPORT_H
#define CORE_SERVE_REPORT_H

#include "core/wire/page.h"

struct reporter {
	struct page *page;   /* borrowed */
	int row, worker_row; /* its own, and that of its worker */
	int wake; /* borrowed: eventfd of the shell; -1: nobody reads */
	int stir; /* borrowed: eventfd of the master, for report_stir() */
	uint32_t id, thread;
	int32_t pid, tid;
};

/* A report of this reporter, now; the caller adds what it has to say. */
struct report report_make(const struct reporter *, enum report_type);

/* Copy a text that came from outside, fit for a terminal. */
void report_text(struct report *, const char *text);

/* Into the ring.  Does nothing when nobody reads. */
void report_send(const struct reporter *, const struct report *);

/* A request begins: wake a master that dozes (page.master_dozes). */
void report_stir(const struct reporter *);

#endif
