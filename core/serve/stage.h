/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stage - a point of serving that can be slowed, frozen and stepped.
 *
 * Hand-off, serving and reply each pass a stage.  Its gate looks at slow_ms,
 * frozen and steps of the shared page: who may not pass now is called back
 * by a timer of the loop, or by gate_poke() after the page was changed;
 * nobody ever sleeps.
 */
#ifndef CORE_SERVE_STAGE_H
#define CORE_SERVE_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sys/loop.h"
#include "core/wire/page.h"

/* Somebody at a gate.  Zero it once; it belongs to who waits. */
struct stage {
	struct stage *next, *prev;
	bool waits;
	int64_t since_ns;
	loop_fn *fn;
	void *arg;
};

/* One for each loop.  Who came first passes first. */
struct gate {
	struct loop *loop; /* borrowed */
	struct page *page; /* borrowed */
	struct stage *first, *last;
	int timer;
};

void gate_init(struct gate *, struct loop *, struct page *);

/*
 * May we pass now?  If not, fn(arg) is called once when we may, always from
 * the loop, and false is returned.
 */
bool stage_pass(struct gate *, struct stage *, loop_fn *fn, void *arg);

/* Wait no longer, and do not pass.  Does nothing for who does not wait. */
void stage_cancel(struct gate *, struct stage *);

/* The page says something else now: let pass whoever may. */
void gate_poke(struct gate *);

#endif
