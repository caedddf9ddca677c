/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at elastic_decide().
 */
#include "core/serve/elastic.h"

#define GROW_AT   0.9 /* of the workers are busy */
#define SHRINK_AT 0.5 /* of the workers that would be left */
#define NO_LOAD   0.05

struct elastic
elastic_make(int min, int max)
{
	return (struct elastic){ .min = min,
		                 .max = max,
		                 .patience_ns = ELASTIC_PATIENCE_NS };
}

void
elastic_wake(struct elastic *e, int64_t now_ns)
{
	e->looked_ns = now_ns;
	e->load = 0;
	e->pressed_ns = e->quiet_ns = 0;
}

/*
 * An exponential mean.  A look that comes late counts as one in time: what
 * was seen then says nothing about the time before.
 */
static void
elastic_mean(struct elastic *e, const struct elastic_look *look)
{
	int64_t gone_ns = look->now_ns - e->looked_ns;

	if (gone_ns > ELASTIC_LOOK_NS)
		gone_ns = ELASTIC_LOOK_NS;
	if (gone_ns <= 0)
		return;
	e->load += (look->under_way - e->load) * (double)gone_ns /
	           (double)(ELASTIC_MEAN_NS + gone_ns);
	e->looked_ns = look->now_ns;
}

static int64_t
elastic_since(int64_t since_ns, int holds, int64_t now_ns)
{
	if (!holds)
		return 0;
	return since_ns ? since_ns : now_ns;
}

/* A quarter of them, one at least. */
static int
elastic_step(int workers)
{
	return workers < 8 ? 1 : workers / 4;
}

static int
elastic_grow(struct elastic *e, const struct elastic_look *look)
{
	int n = elastic_step(look->workers), room = e->max - look->workers;
	int wanted = (int)(e->load / GROW_AT) + 1 - look->workers;

	e->pressed_ns = e->quiet_ns = 0;
	if (e->shrank_ns && look->now_ns - e->shrank_ns < 2 * e->patience_ns) {
		e->patience_ns *= 2;
		if (e->patience_ns > ELASTIC_LONGEST_NS)
			e->patience_ns = ELASTIC_LONGEST_NS;
		e->shrank_ns = 0; /* it was regretted once */
	}
	if (n > wanted)
		n = wanted > 1 ? wanted : 1;
	return n < room ? n : room;
}

/* Would so many fewer have been enough all the while? */
static int
elastic_enough(const struct elastic *e, int left)
{
	return left >= e->min && e->peak <= SHRINK_AT * left;
}

static int
elastic_shrink(struct elastic *e, const struct elastic_look *look)
{
	int n = elastic_step(look->workers);

	while (n > 1 && !elastic_enough(e, look->workers - n))
		n--;
	/* It goes on being quiet: the next step comes sooner. */
	e->quiet_ns = look->now_ns - e->patience_ns + ELASTIC_STEP_NS;
	e->pressed_ns = 0;
	e->shrank_ns = look->now_ns;
	return -n;
}

/* After a long time without a regret, be as quick as in the beginning. */
static void
elastic_forgive(struct elastic *e, int64_t now_ns)
{
	if (e->shrank_ns && now_ns - e->shrank_ns > 4 * e->patience_ns) {
		e->patience_ns = ELASTIC_PATIENCE_NS;
		e->shrank_ns = 0;
	}
}

int
elastic_decide(struct elastic *e, const struct elastic_look *look)
{
	int left = look->workers - 1, quiet;

	elastic_mean(e, look);
	elastic_forgive(e, look->now_ns);
	if (look->workers > e->max)
		return e->max - look->workers;
	quiet = left >= e->min && e->load <= SHRINK_AT * left;
	e->pressed_ns = elastic_since(e->pressed_ns,
	                              look->workers < e->max &&
	                                  e->load >= GROW_AT * look->workers,
	                              look->now_ns);
	if (!e->quiet_ns || e->load > e->peak)
		e->peak = e->load;
	e->quiet_ns = elastic_since(e->quiet_ns, quiet, look->now_ns);
	if (e->pressed_ns && look->now_ns - e->pressed_ns >= ELASTIC_PRESSED_NS)
		return elastic_grow(e, look);
	if (e->quiet_ns && look->now_ns - e->quiet_ns >= e->patience_ns)
		return elastic_shrink(e, look);
	return 0;
}

int
elastic_at_rest(const struct elastic *e, const struct elastic_look *look)
{
	return look->workers <= e->min && !look->under_way && e->load < NO_LOAD;
}
