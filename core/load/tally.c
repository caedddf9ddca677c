/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/load/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const tally_names[TALLY_REASONS] = {
	[TALLY_ANSWERED] = "answered", [TALLY_REFUSED] = "refused",
	[TALLY_EMPTY] = "empty",       [TALLY_RESET] = "reset",
	[TALLY_CUT] = "cut",           [TALLY_TIMEOUT] = "timeout",
	[TALLY_GARBAGE] = "garbage",   [TALLY_NO_PORT] = "no-port",
	[TALLY_AIM] = "aim",           [TALLY_OTHER] = "other",
};

const char *
tally_reason_name(enum tally_reason reason)
{
	return tally_names[reason];
}

struct tally *
tally_open(void)
{
	return calloc(1, sizeof(struct tally));
}

void
tally_close(struct tally *t)
{
	free(t);
}

/* Times *****************************************************************/

/*
 * A bucket for each value below 128; above, 64 buckets for each doubling.
 */
static int
tally_bucket(int64_t ns)
{
	int shift;

	if (ns < 128)
		return ns < 0 ? 0 : (int)ns;
	shift = 63 - __builtin_clzll((unsigned long long)ns) - 6;
	return shift * 64 + (int)(ns >> shift);
}

/* The largest value that falls into a bucket. */
static int64_t
tally_bucket_max(int bucket)
{
	int shift = bucket < 128 ? 0 : bucket / 64 - 1;

	return (int64_t)(((uint64_t)(bucket - shift * 64 + 1) << shift) - 1);
}

static void
tally_add_time(struct tally *t, int64_t ns)
{
	if (t->answered < TALLY_EXACT)
		t->exact_ns[t->answered] = ns;
	t->histogram[tally_bucket(ns)]++;
	if (ns > t->max_ns)
		t->max_ns = ns;
}

static int
tally_compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t
tally_exact(struct tally *t, uint64_t rank)
{
	if (t->nsorted != t->answered) {
		qsort(t->exact_ns, t->answered, sizeof(t->exact_ns[0]),
		      tally_compare_times);
		t->nsorted = t->answered;
	}
	return t->exact_ns[rank - 1];
}

static int64_t
tally_estimate(const struct tally *t, uint64_t rank)
{
	uint64_t seen = 0;
	int bucket = 0;

	while (bucket < TALLY_BUCKETS && (seen += t->histogram[bucket]) < rank)
		bucket++;
	return tally_bucket_max(bucket) < t->max_ns ? tally_bucket_max(bucket)
	                                            : t->max_ns;
}

int64_t
tally_percentile(struct tally *t, double percent)
{
	double exact = percent / 100 * (double)t->answered;
	uint64_t rank = (uint64_t)exact;

	if (!t->answered)
		return 0;
	if ((double)rank < exact || rank == 0)
		rank++;
	if (rank > t->answered)
		rank = t->answered;
	if (t->answered <= TALLY_EXACT)
		return tally_exact(t, rank);
	return tally_estimate(t, rank);
}

void
tally_answered_at(struct tally *t, int64_t at_ns)
{
	if (at_ns - t->last_ns > t->gap_ns)
		t->gap_ns = at_ns - t->last_ns;
	t->last_ns = at_ns;
}

int64_t
tally_gap(const struct tally *t)
{
	int64_t end_ns = t->took_ns - t->last_ns;

	return end_ns > t->gap_ns ? end_ns : t->gap_ns;
}

/* Who and why ***********************************************************/

static void
tally_add_worker(struct tally *t, const char *name)
{
	int i = 0;

	while (i < t->nworkers && strcmp(t->workers[i].name, name) != 0)
		i++;
	if (i == TALLY_WORKERS)
		i--; /* more names than a server can have: the last takes all */
	if (i == t->nworkers)
		memcpy(t->workers[t->nworkers++].name, name, TALLY_NAME);
	t->workers[i].answers++;
}

static void
tally_add_server(struct tally *t, const char *server)
{
	if (t->answered == 0)
		snprintf(t->server, sizeof(t->server), "%s", server);
	t->servers = t->servers || strcmp(t->server, server) != 0;
}

const char *
tally_name(const struct tally *t, const char *name)
{
	const char *worker = strchr(name, '.');

	return worker && !t->servers ? worker + 1 : name;
}

static void
tally_add_status(struct tally *t, int status)
{
	int i = 0;

	while (i < t->nstatuses && t->statuses[i].status != status)
		i++;
	if (i == TALLY_STATUSES)
		return;
	if (i == t->nstatuses)
		t->statuses[t->nstatuses++].status = status;
	t->statuses[i].answers++;
}

void
tally_add(struct tally *t, uint64_t nth, const struct answer *a)
{
	char name[TALLY_NAME] = { 0 };

	if (a->reason == TALLY_ANSWERED) {
		snprintf(name, sizeof(name), "%s%s%s", a->server,
		         a->server[0] ? "." : "",
		         a->worker[0] ? a->worker : "-");
		tally_add_server(t, a->server);
		tally_add_worker(t, name);
		tally_add_status(t, a->status);
		tally_add_time(t, a->took_ns);
		t->answered++;
		t->server_errors += a->status >= 500;
	} else {
		snprintf(name, sizeof(name), "%s", tally_names[a->reason]);
		t->failed++;
		if (!t->why[0])
			memcpy(t->why, a->why, TALLY_WHY);
	}
	t->reasons[a->reason]++;
	if (nth < TALLY_ORDER)
		memcpy(t->order[nth], name, TALLY_NAME);
}

static int
tally_compare_workers(const void *a, const void *b)
{
	const struct tally_worker *x = a, *y = b;

	return strverscmp(x->name, y->name);
}

void
tally_sort(struct tally *t)
{
	qsort(t->workers, (size_t)t->nworkers, sizeof(t->workers[0]),
	      tally_compare_workers);
}
