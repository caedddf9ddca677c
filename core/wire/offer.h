/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * offer - a hand-off on its way, as a word in the row of its worker.
 *
 *	master                       worker
 *	offer_make     0 -> number
 *	                             offer_claim    number -> claimed
 *	                             offer_settle   claimed -> taken
 *	offer_settled  taken -> 0
 *	offer_withdraw number -> 0   (and then the claim fails)
 *
 * Each move is one atomic operation, so that a writer which is killed leaves
 * a state that is true: what it had not claimed can still be given to others.
 * The numbers are those of connections: never used again, never 0.
 */
#ifndef CORE_WIRE_OFFER_H
#define CORE_WIRE_OFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire/page.h"

/* The master, before it sends the descriptor with the same place. */
void offer_make(struct row *, int place, uint64_t number);

/*
 * The worker, which has the descriptor.  Returns false when the master has
 * withdrawn the offer: then somebody else serves the connection.
 */
bool offer_claim(struct row *, int place, uint64_t number);

/* The worker: it is mine for good.  Does nothing the second time. */
void offer_settle(struct row *, int place, uint64_t number);

/* The master: is it the worker's for good?  Then the place is free. */
bool offer_settled(struct row *, int place, uint64_t number);

/* The master: returns whether nobody had claimed it; the place is free. */
bool offer_withdraw(struct row *, int place, uint64_t number);

/* The master: the worker has said no, or is dead. */
void offer_clear(struct row *, int place);

/* Is there one that the worker has not claimed yet? */
bool offer_waits(const struct row *);

#endif
