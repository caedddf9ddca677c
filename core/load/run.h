/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run - send the requests of a plan and count what comes back.
 *
 * libcurl's multi interface driven by our loop; only this room knows curl.
 */
#ifndef CORE_LOAD_RUN_H
#define CORE_LOAD_RUN_H

#include "core/load/aim.h"
#include "core/load/plan.h"
#include "core/load/tally.h"
#include "core/sys/err.h"
#include "core/wire/wire.h"

#define RUN_BODY_KEPT 65536 /* bytes of the only answer */

/* Everything is borrowed. */
struct run_with {
	const struct plan *plan;
	struct wire *shell; /* gets PROGRESS and RESULT, or NULL */
	struct aim *aim;    /* each connection is aimed, or NULL: none is */
	struct tally *tally;
	bool show_progress; /* a line on the error output, for a terminal */
};

/* What the only request of a plan came to. */
struct run_only {
	struct answer answer;     /* its body is the one below */
	char body[RUN_BODY_KEPT]; /* what is behind it was dropped */
};

/*
 * Run until all is sent and answered, or SIGINT, SIGTERM, SIGHUP or the end
 * of the shell stops it.  Returns 0 when it came to its end, 1 when it was
 * stopped, -1 with err when it could not begin.  `only` gets the answer of a
 * plan of one request.
 */
int run_plan(const struct run_with *, struct run_only *only, struct err *);

#endif
