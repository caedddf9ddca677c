/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values of servers and of their workers: requests, connections, settings.
 */
#include <inttypes.h>
#include <string.h>

#include "core/facts/value-inside.h"

/* Requests **************************************************************/

/* A server answers for all its workers, the ended ones too. */
static const struct server *
value_server(const struct subject *s)
{
	bool master = !s->p || s->p->kind == KIND_MASTER;

	return master ? snapshot_server(s->snapshot, s->name) : NULL;
}

static bool
value_counts(const struct subject *s, struct datum *d)
{
	if (s->p && s->p->counts)
		return true;
	if (s->p)
		value_unknown(d, "%s does not count requests", s->name);
	else
		value_unknown(d, "there is no %s", s->name);
	return false;
}

/*
 * A client counts for itself, and says so when it ends.  The newest of that
 * name; NULL fills d with the reason.
 */
static const struct event *
value_fired(const struct subject *s, struct datum *d)
{
	for (size_t i = timeline_count(s->timeline); i-- > 0;) {
		const struct event *e = timeline_at(s->timeline, i);

		if (e->type == EVENT_FIRED && strcmp(e->who.name, s->name) == 0)
			return e;
	}
	if (s->p && s->p->kind == KIND_CLIENT)
		value_unknown(d, "%s has not said yet what it came to",
		              s->name);
	else if (s->p)
		value_unknown(d, "%s is no client", s->name);
	else
		value_unknown(d, "there is no %s", s->name);
	return NULL;
}

/* Has it no row (any more), or one that is a client's?  Then ask the above. */
static bool
value_is_client(const struct subject *s)
{
	return s->p ? s->p->kind == KIND_CLIENT
	            : !snapshot_server(s->snapshot, s->name);
}

void
value_took(const struct subject *s, struct datum *d)
{
	const struct event *e = value_fired(s, d);

	if (e)
		d->n = e->took_ns;
}

void
value_requests(const struct subject *s, struct datum *d)
{
	const struct server *server = value_server(s);
	const struct event *e;

	if (value_is_client(s)) {
		e = value_fired(s, d);
		d->n = e ? e->a : 0;
	} else if (server)
		d->n = (int64_t)server->answered;
	else if (value_counts(s, d))
		d->n = (int64_t)s->p->answered;
}

void
value_failed(const struct subject *s, struct datum *d)
{
	const struct server *server = value_server(s);
	const struct event *e;

	if (value_is_client(s)) {
		e = value_fired(s, d);
		d->n = e ? e->b : 0;
	} else if (server)
		d->n = (int64_t)server->failed;
	else if (value_counts(s, d))
		d->n = (int64_t)s->p->failed;
}

/* Begun and not done; what a killed worker had begun is over too. */
void
value_inflight(const struct subject *s, struct datum *d)
{
	const struct server *server = value_server(s);

	for (int i = 0; server && i < s->snapshot->nprocs; i++) {
		const struct proc *p = &s->snapshot->proc[i];

		if (p->kind == KIND_WORKER && !p->dead &&
		    strcmp(p->server, server->name) == 0)
			d->n += (int64_t)(p->started - p->done);
	}
	if (!server && value_counts(s, d))
		d->n = s->p->dead ? 0 : (int64_t)(s->p->started - s->p->done);
}

void
value_connections(const struct subject *s, struct datum *d)
{
	const struct server *server = value_server(s);

	for (int i = 0; server && i < s->snapshot->nprocs; i++) {
		const struct proc *p = &s->snapshot->proc[i];

		if (p->kind == KIND_WORKER && !p->dead &&
		    strcmp(p->server, server->name) == 0)
			d->n += p->open;
	}
	if (!server && value_counts(s, d))
		d->n = s->p->dead ? 0 : s->p->open;
}

/* Servers ***************************************************************/

void
value_port(const struct subject *s, struct datum *d)
{
	for (int i = 0; i < s->snapshot->nservers; i++) {
		const struct server *server = &s->snapshot->server[i];

		if (server->up && server->listening && server->port == s->n) {
			value_name(d, server->name);
			return;
		}
	}
	d->is = DATUM_NONE;
	WHY(d, "no server of the laboratory listens on port %" PRId64, s->n);
}

void
value_policy(const struct subject *s, struct datum *d)
{
	const struct server *server = snapshot_server(s->snapshot, s->name);

	if (server)
		value_name(d, server->policy);
	else
		value_unknown(d, "there is no server %s", s->name);
}

void
value_model(const struct subject *s, struct datum *d)
{
	const struct server *server = snapshot_server(s->snapshot, s->name);

	if (server)
		value_name(d, server->model);
	else
		value_unknown(d, "there is no server %s", s->name);
}
