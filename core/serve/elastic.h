/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * elastic - how many workers a load asks for.
 *
 * A decision, without any side effect: the caller looks at the load now and
 * then, and elastic_decide() says whether to fork or to retire.  It counts
 * one request as work for one worker.
 *
 *	grow     when at least 9 of 10 workers have had something to do for
 *	         ELASTIC_PRESSED_NS, a quarter of them (one at least) at a time
 *	shrink   when, with one worker less, at most half of them would have
 *	         been busy for `patience_ns`; then in the same steps,
 *	         ELASTIC_STEP_NS apart
 *
 * The gap between 9 of 10 and a half is the hysteresis: what made it grow
 * cannot make it shrink.  A load that comes and goes is the other way to flap: to grow
 * soon after it shrank doubles the patience, up to ELASTIC_LONGEST_NS.
 */
#ifndef CORE_SERVE_ELASTIC_H
#define CORE_SERVE_ELASTIC_H

#include <stdint.h>

#include "core/sys/clock.h"

#define ELASTIC_LOOK_NS     (100 * NS_PER_MS) /* between two looks */
#define ELASTIC_MEAN_NS     (400 * NS_PER_MS) /* the load is a mean of about */
#define ELASTIC_PRESSED_NS  (300 * NS_PER_MS)
#define ELASTIC_PATIENCE_NS (5 * NS_PER_S)
#define ELASTIC_STEP_NS     NS_PER_S
#define ELASTIC_LONGEST_NS  (40 * NS_PER_S)

/* What the caller sees. */
struct elastic_look {
	int64_t now_ns;
	int workers;   /* that serve or will, without those that leave */
	int under_way; /* requests that wait or are served */
};

struct elastic {
	int min, max; /* workers; max 0: it decides nothing */

	/* Changed by elastic_decide() alone. */
	double load, peak; /* requests under way: mean; most while quiet */
	int64_t looked_ns;
	int64_t pressed_ns, quiet_ns; /* since when; 0: it is not */
	int64_t shrank_ns;            /* last; 0: never */
	int64_t patience_ns;
};

/* Between `min` and `max` workers from now on. */
struct elastic elastic_make(int min, int max);

/* The load was not looked at for a while, because there was none. */
void elastic_wake(struct elastic *, int64_t now_ns);

/* How many workers to fork, or, when negative, to retire; mostly 0. */
int elastic_decide(struct elastic *, const struct elastic_look *);

/* Nothing to decide: no load, and no worker too many. */
int elastic_at_rest(const struct elastic *, const struct elastic_look *);

#endif
