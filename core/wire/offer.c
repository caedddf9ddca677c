/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/wire/offer.h"

#define OFFER_CLAIMED (UINT64_C(1) << 62)
#define OFFER_TAKEN   (UINT64_C(1) << 63)

static bool
offer_move(struct row *row, int place, uint64_t from, uint64_t to)
{
	return place < ROW_OFFERS &&
	       atomic_compare_exchange_strong(&row->offer[place], &from, to);
}

void
offer_make(struct row *row, int place, uint64_t number)
{
	atomic_store(&row->offer[place], number);
}

bool
offer_claim(struct row *row, int place, uint64_t number)
{
	return offer_move(row, place, number, number | OFFER_CLAIMED);
}

void
offer_settle(struct row *row, int place, uint64_t number)
{
	offer_move(row, place, number | OFFER_CLAIMED, number | OFFER_TAKEN);
}

bool
offer_settled(struct row *row, int place, uint64_t number)
{
	return offer_move(row, place, number | OFFER_TAKEN, 0);
}

bool
offer_withdraw(struct row *row, int place, uint64_t number)
{
	return offer_move(row, place, number, 0);
}

void
offer_clear(struct row *row, int place)
{
	atomic_store(&row->offer[place], 0);
}

bool
offer_waits(const struct row *row)
{
	for (int i = 0; i < ROW_OFFERS; i++) {
		uint64_t word =
		    atomic_load_explicit(&row->offer[i], memory_order_relaxed);

		if (word && !(word & (OFFER_CLAIMED | OFFER_TAKEN)))
			return true;
	}
	return false;
}
