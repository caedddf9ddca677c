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

void
value_requests(const struct subject *s, struct datum *d)
{
	const struct server *server = value_server(s);

	if (server)
		d->n = (int64_t)server->answered;
	else if (value_counts(s, d))
		d->n = (int64_t)s->p->answered;
}

void
value_failed(const struct subject *s, struct datum *d)
{
	const struct server *server = value_server(s);

	if (server)
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
