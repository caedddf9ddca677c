/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/policy.h"

#include <stdio.h>
#include <string.h>

#include "core/serve/settings.h"
#include "core/wire/policies.h"

static bool
policy_before(const struct candidate *a, const struct candidate *b)
{
	return a->turn != b->turn ? a->turn < b->turn : a->id < b->id;
}

static bool
policy_lighter(const struct candidate *a, const struct candidate *b)
{
	return a->open != b->open ? a->open < b->open : policy_before(a, b);
}

/* The free one that stands before all other free ones, or -1. */
static int
policy_first(const struct candidate *c, int n,
             bool (*before)(const struct candidate *, const struct candidate *))
{
	int first = -1;

	for (int i = 0; i < n; i++)
		if (c[i].busy == BUSY_NO &&
		    (first < 0 || before(&c[i], &c[first])))
			first = i;
	return first;
}

/*
 * Node's round-robin (node-cluster.md): the free workers stand in the order
 * in which they became free, and the first of them is next.
 */
static int
policy_next_rr(const struct candidate *c, int n, uint64_t dice)
{
	(void)dice;
	return policy_first(c, n, policy_before);
}

static void
policy_say_rr(const struct candidate *c, int n, uint64_t dice, char *buf,
              size_t size)
{
	(void)c;
	(void)n;
	(void)dice;
	snprintf(buf, size, "next in turn");
}

static int
policy_next_least(const struct candidate *c, int n, uint64_t dice)
{
	(void)dice;
	return policy_first(c, n, policy_lighter);
}

static void
policy_say_least(const struct candidate *c, int n, uint64_t dice, char *buf,
                 size_t size)
{
	(void)c;
	(void)n;
	(void)dice;
	snprintf(buf, size, "fewest in flight");
}

static int
policy_free(const struct candidate *c, int n)
{
	int nfree = 0;

	for (int i = 0; i < n; i++)
		nfree += c[i].busy == BUSY_NO;
	return nfree;
}

/* The k-th free one, from 0. */
static int
policy_free_nth(const struct candidate *c, int k)
{
	int i = 0;

	while (c[i].busy != BUSY_NO || k-- > 0)
		i++;
	return i;
}

static int
policy_next_random(const struct candidate *c, int n, uint64_t dice)
{
	int nfree = policy_free(c, n);

	return nfree ? policy_free_nth(c, (int)(dice % (unsigned)nfree)) : -1;
}

static void
policy_say_random(const struct candidate *c, int n, uint64_t dice, char *buf,
                  size_t size)
{
	(void)c;
	(void)n;
	(void)dice;
	snprintf(buf, size, "by chance");
}

/* One half of the dice each; returns false when fewer than two are free. */
static bool
policy_pair(const struct candidate *c, int n, uint64_t dice, int pair[2])
{
	int nfree = policy_free(c, n), a, b;

	if (nfree < 2)
		return false;
	a = (int)((uint32_t)dice % (unsigned)nfree);
	b = (int)((uint32_t)(dice >> 32) % (unsigned)(nfree - 1));
	pair[0] = policy_free_nth(c, a);
	pair[1] = policy_free_nth(c, b + (b >= a));
	return true;
}

/*
 * Two at random and the lighter of them: nearly as even as `least`, without
 * a look at all (Mitzenmacher, The Power of Two Choices, 2001).
 */
static int
policy_next_two(const struct candidate *c, int n, uint64_t dice)
{
	int pair[2];

	if (!policy_pair(c, n, dice, pair))
		return policy_first(c, n, policy_before);
	return pair[policy_lighter(&c[pair[1]], &c[pair[0]])];
}

static void
policy_say_two(const struct candidate *c, int n, uint64_t dice, char *buf,
               size_t size)
{
	int pair[2];

	if (policy_pair(c, n, dice, pair))
		snprintf(buf, size, "better of two: w%u and w%u", c[pair[0]].id,
		         c[pair[1]].id);
	else
		snprintf(buf, size, "better of two: no other is free");
}

/* The kernel chooses; what the master holds goes in turn. */
static void
policy_say_held(const struct candidate *c, int n, uint64_t dice, char *buf,
                size_t size)
{
	(void)c;
	(void)n;
	(void)dice;
	snprintf(buf, size, "next in turn: the master had accepted it");
}

#define policy_next_shared    policy_next_rr
#define policy_say_shared     policy_say_held
#define policy_next_reuseport policy_next_rr
#define policy_say_reuseport  policy_say_held

static const struct policy policy_table[] = {
#define X(id, word, who, text)                                                 \
	{ .name = (word),                                                      \
	  .help = (text),                                                      \
	  .accepts = ACCEPTS_##who,                                            \
	  .next = policy_next_##id,                                            \
	  .say = policy_say_##id },
	POLICIES(X)
#undef X
};

#define POLICY_COUNT (int)(sizeof(policy_table) / sizeof(policy_table[0]))

const struct policy *
policy_nth(int i)
{
	return i < POLICY_COUNT ? &policy_table[i] : NULL;
}

const struct policy *
policy_find(const char *name)
{
	for (int i = 0; i < POLICY_COUNT; i++)
		if (strcmp(policy_table[i].name, name) == 0)
			return &policy_table[i];
	return NULL;
}

int
policy_skipped(const struct policy *p, const struct candidate *c, int n,
               uint64_t dice)
{
	struct candidate able[SETTINGS_WORKERS];
	int i, waiting = 0;

	for (i = 0; i < n; i++) {
		able[i] = c[i];
		if (c[i].busy <= BUSY_TAKING)
			continue;
		able[i].busy = BUSY_NO;
		waiting++;
	}
	if (!waiting)
		return -1;
	i = p->next(able, n, dice);
	return i >= 0 && c[i].busy != BUSY_NO ? i : -1;
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
