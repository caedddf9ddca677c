/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * value-inside - what value.c and value-server.c share.
 */
#ifndef CORE_FACTS_VALUE_INSIDE_H
#define CORE_FACTS_VALUE_INSIDE_H

#include <stdio.h>

#include "core/facts/value.h"

#define WHY(d, ...) snprintf((d)->why, sizeof((d)->why), __VA_ARGS__)

/* value.c: it is not known, and why ("%s" is the name); it is this name. */
void value_unknown(struct datum *, const char *why, const char *name);
void value_name(struct datum *, const char *name);

/* value-server.c: what servers and workers count, and how they are set. */
void value_requests(const struct subject *, struct datum *);
void value_failed(const struct subject *, struct datum *);
void value_took(const struct subject *, struct datum *);
void value_inflight(const struct subject *, struct datum *);
void value_connections(const struct subject *, struct datum *);
void value_port(const struct subject *, struct datum *);
void value_policy(const struct subject *, struct datum *);
void value_model(const struct subject *, struct datum *);

#endif
