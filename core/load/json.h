/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json - the result of a run as one line of JSON, for programs.  Pure.
 */
#ifndef CORE_LOAD_JSON_H
#define CORE_LOAD_JSON_H

#include "core/load/plan.h"
#include "core/load/tally.h"

/* One request.  Returns the line (owned by the caller), or NULL. */
char *json_answer(const struct plan *, const struct answer *);

/* Many requests.  Sorts the tally. */
char *json_tally(const struct plan *, struct tally *);

#endif
