/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shot - one request under way: what curl is told before it, and what the
 * answer was.
 */
#ifndef CORE_LOAD_SHOT_H
#define CORE_LOAD_SHOT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/load/aim.h"
#include "core/load/plan.h"
#include "core/load/tally.h"
#include "core/wire/wire.h"

struct run;

/* One request under way, or idle.  Its handle serves many in turn. */
struct shot {
	struct run *run;   /* borrowed */
	struct shot *next; /* of the idle ones */
	CURL *easy;        /* owned */
	bool flying;       /* the multi handle has it */
	uint64_t nth;
	int retries;
	int64_t begin_ns;   /* of the request */
	int64_t attempt_ns; /* of its latest repetition */
	struct answer answer;
	struct aim *aim;    /* borrowed; or NULL */
	struct wire *shell; /* borrowed: is told our ports; or NULL */
	const char *name;   /* borrowed: the client's */
	char *body;         /* borrowed: RUN_BODY_KEPT bytes; or NULL */
};

/* What all shots of a run have in common; borrowed. */
struct shot_with {
	const struct plan *plan;
	struct aim *aim;            /* or NULL */
	struct curl_slist *connect; /* with an aim: the private port */
	struct wire *shell;         /* or NULL */
	char *body;                 /* of the only request, or NULL */
};

/*
 * Make its handle, which the caller frees.  Returns -1 when there is no
 * memory.
 */
int shot_open(struct shot *, const struct shot_with *, const char *url);

/*
 * It is done: fill the answer from what curl knows.  Returns how many
 * connections it opened.
 */
uint64_t shot_read(struct shot *, CURLcode);

#endif
