/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way of a request through balancers, joined by ports: who connected from
 * the port that a server accepted?  A client says which ports are its own, a
 * balancer which one it took for a connection, and every server whose port it
 * accepted.  An answer comes after all of that has been told, so the way is
 * put together then, backwards.
 *
 * Both tables are small and forget: only a few requests are told one by one.
 */
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"
#include "core/watch/inside.h"

#define ROUTE_HOPS 8 /* more balancers than that are a loop of strangers */

static struct route_in *
route_in(struct watch *w, const struct served *served, uint64_t connection)
{
	size_t i = (size_t)(served - w->served) * 131 + connection;

	return &w->route_in[i % ROUTE_SIZE];
}

void
route_accepted(struct watch *w, const struct served *served,
               uint64_t connection, uint16_t port)
{
	*route_in(w, served, connection) =
	    (struct route_in){ served, connection, port };
}

void
route_taken(struct watch *w, const struct served *served, uint64_t connection,
            uint16_t port)
{
	w->route_out[port % ROUTE_SIZE] = (struct route_out){
		.port = port, .served = served, .connection = connection
	};
}

void
route_client(struct watch *w, const char *name, uint16_t port)
{
	struct route_out *out = &w->route_out[port % ROUTE_SIZE];

	*out = (struct route_out){ .port = port };
	snprintf(out->client, sizeof(out->client), "%s", name);
}

/* Its ports are anybody's now. */
void
route_forget_client(struct watch *w, const char *name)
{
	for (int i = 0; i < ROUTE_SIZE; i++)
		if (strcmp(w->route_out[i].client, name) == 0)
			w->route_out[i] = (struct route_out){ .port = 0 };
}

void
route_closed(struct watch *w, const struct served *served, uint64_t connection)
{
	struct route_in *in = route_in(w, served, connection);

	if (in->served == served && in->connection == connection)
		*in = (struct route_in){ .served = NULL };
}

/* Who connected there, or NULL: nobody that we know. */
static const struct route_out *
route_before(struct watch *w, const struct served *served, uint64_t connection)
{
	const struct route_in *in = route_in(w, served, connection);
	const struct route_out *out = &w->route_out[in->port % ROUTE_SIZE];

	if (in->served != served || in->connection != connection || !in->port ||
	    out->port != in->port)
		return NULL;
	return out;
}

void
route_text(struct watch *w, const struct served *served, uint64_t connection,
           char *buf, size_t size)
{
	const char *names[ROUTE_HOPS + 1];
	const struct route_out *out;
	bool balanced = false;
	int n = 0;

	names[n++] = served->s.name;
	while (n < ROUTE_HOPS && (out = route_before(w, served, connection))) {
		names[n++] = out->served ? out->served->s.name : out->client;
		if (!out->served)
			break;
		balanced = true;
		served = out->served;
		connection = out->connection;
	}
	buf[0] = '\0';
	for (; balanced && n > 0; n--)
		text_add(buf, size, "%s%s", names[n - 1], n > 1 ? " → " : "");
}
