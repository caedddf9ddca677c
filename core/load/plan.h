/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plan - what a client was told to do, from its command line.
 */
#ifndef CORE_LOAD_PLAN_H
#define CORE_LOAD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/err.h"
#include "core/wire/msg.h"

#define PLAN_PATH_SIZE    2048
#define PLAN_REQUESTS_MAX 1000000
#define PLAN_AT_ONCE_MAX  1000
#define PLAN_RATE_MAX     100000
#define PLAN_RETRIES_MAX  100

struct plan {
	char name[NAME_SIZE]; /* "c1", or "" */
	uint16_t port;        /* of 127.0.0.1 */
	char path[PLAN_PATH_SIZE];
	uint64_t requests;  /* 0: as many as there is time for */
	int at_once;        /* requests under way at one time, at most */
	bool keep_alive;    /* connections are used again */
	double rate;        /* requests per second; 0: as fast as it goes */
	int64_t for_ns;     /* how long to go on sending; 0: no limit */
	int retries;        /* times that a failed request is sent again */
	uint32_t to_id;     /* aim at this worker; 0: at none */
	uint32_t to_thread; /* and at this thread of it; 0: at any */
	int64_t timeout_ns; /* of one attempt */
	bool json;
	bool help;
};

/*
 * Read the command line.  Nothing of argv is kept.  Returns 0, or -1 with
 * err when a word is not understood; *plan is then of no use.
 */
int plan_parse(struct plan *, int argc, char **argv, struct err *);

/* The help text: usage, and a line for each option. */
void plan_usage(char *buf, size_t size);

#endif
