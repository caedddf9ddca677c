/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/policy.h"

#include <string.h>

static bool
policy_before(const struct candidate *a, const struct candidate *b)
{
	return a->turn != b->turn ? a->turn < b->turn : a->id < b->id;
}

/*
 * Node's round-robin (node-cluster.md): the free workers stand in the order
 * in which they became free, and the first of them is next.
 */
static int
policy_next_in_turn(const struct candidate *c, int n, uint64_t dice)
{
	int first = -1;

	(void)dice;
	for (int i = 0; i < n; i++)
		if (c[i].busy == BUSY_NO &&
		    (first < 0 || policy_before(&c[i], &c[first])))
			first = i;
	return first;
}

static const struct policy policy_rr = {
	.name = "rr",
	.help = "the next free worker in turn; the master hands over",
	.why = "next in turn",
	.next = policy_next_in_turn,
};

static const struct policy *const policy_table[] = { &policy_rr };

#define POLICIES (int)(sizeof(policy_table) / sizeof(policy_table[0]))

const struct policy *
policy_nth(int i)
{
	return i < POLICIES ? policy_table[i] : NULL;
}

const struct policy *
policy_find(const char *name)
{
	for (int i = 0; i < POLICIES; i++)
		if (strcmp(policy_table[i]->name, name) == 0)
			return policy_table[i];
	return NULL;
}

int
policy_skipped(const struct candidate *c, int n, int chosen)
{
	for (int i = 0; i < n; i++)
		if (c[i].busy > BUSY_TAKING && policy_before(&c[i], &c[chosen]))
			return i;
	return -1;
}

const char *
policy_busy_text(enum busy busy)
{
	static const char *const texts[] = {
		[BUSY_NO] = "is free",
		[BUSY_TAKING] = "is taking the last one",
		[BUSY_LATE] = "has not taken the last one",
		[BUSY_STOPPED] = "has not taken the last one (stopped)",
		[BUSY_FULL] = "holds as many as it may",
		[BUSY_CHANNEL] = "its channel is full",
	};

	return texts[busy];
}
