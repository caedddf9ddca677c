/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * drain SERVER, undrain SERVER: a server gets no new connections from its
 * balancers, and gets them again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/balance.h"
#include "core/shell/inside.h"

struct drain {
	uint32_t seq[SESSION_SERVERS]; /* 0: answered */
	char server[NAME_SIZE];
	bool drain;
};

static bool
drain_has(const struct serving *v, const char *server)
{
	for (int i = 0; i < PAGE_BACKENDS; i++)
		if (v->page->backend[i].state != BACKEND_NONE &&
		    strcmp(v->page->backend[i].name, server) == 0)
			return true;
	return false;
}

static enum outcome
drain_poll(struct session *s, void *arg, struct err *err)
{
	struct drain *d = arg;

	for (int i = 0; i < SESSION_SERVERS; i++) {
		int answer =
		    d->seq[i] ? session_answer(s, d->seq[i], NULL, err) : 1;

		if (answer == 0)
			return OUTCOME_WAITS;
		d->seq[i] = 0;
		if (answer < 0)
			return OUTCOME_FAILED;
	}
	session_say(s, LINE_RESULT,
	            d->drain ? "%s gets no new connections; the open ones end "
	                       "by themselves"
	                     : "%s gets connections again",
	            d->server);
	return OUTCOME_DONE;
}

/* Ask one balancer, or all that have the server.  Returns how many, or -1. */
static int
drain_ask(struct session *s, struct drain *d, const char *balancer,
          struct err *err)
{
	int n = 0;

	for (int i = 0; i < SESSION_SERVERS; i++) {
		struct serving *v = &s->servers[i];
		struct msg m = msg_make(MSG_SET, v->name);

		if (!v->name[0] || !v->balancer || !v->link.wire ||
		    (balancer && strcmp(v->name, balancer) != 0) ||
		    (!balancer && !drain_has(v, d->server)))
			continue;
		snprintf(m.set.name, sizeof(m.set.name), "%s",
		         d->drain ? "drain" : "undrain");
		snprintf(m.set.value, sizeof(m.set.value), "%s", d->server);
		d->seq[i] = session_ask_server(s, v->name, &m, NULL, 0, err);
		if (!d->seq[i])
			return -1;
		n++;
	}
	if (!n)
		err_set(err,
		        "no balancer has a server %.20s: `explain lb1` lists "
		        "those of lb1",
		        d->server);
	return n;
}

static enum outcome
drain_begin(struct session *s, const struct args *args, bool drain,
            struct err *err)
{
	const char *balancer = args->argc > 1 ? args->argv[1] : NULL;
	struct drain *d;

	if (balancer && !balance_find(s, balancer, err))
		return OUTCOME_FAILED;
	d = calloc(1, sizeof(*d));
	if (!d) {
		err_sys(err, "no memory to wait for the balancers");
		return OUTCOME_FAILED;
	}
	d->drain = drain;
	snprintf(d->server, sizeof(d->server), "%s", args->argv[0]);
	if (drain_ask(s, d, balancer, err) < 1) {
		free(d);
		return OUTCOME_FAILED;
	}
	session_wait(s, drain_poll, NULL, d, -1);
	return OUTCOME_WAITS;
}

static enum outcome
run_drain(struct session *s, const struct args *args, struct err *err)
{
	return drain_begin(s, args, true, err);
}

static enum outcome
run_undrain(struct session *s, const struct args *args, struct err *err)
{
	return drain_begin(s, args, false, err);
}

const struct command cmd_drain = {
	.name = "drain",
	.group = "serving",
	.blurb = "let a server get no new connections from its balancers",
	.detail = "Before it is shut down or changed: what is open goes on. "
	          "Without LB, all balancers that have the server do it.",
	.example = "balance lb1 --port 0 --to web; drain web",
	.args = { { .kind = ARG_SERVER, .name = "SERVER" },
	          { .kind = ARG_BALANCER, .name = "LB", .optional = true } },
	.run = run_drain,
};

const struct command cmd_undrain = {
	.name = "undrain",
	.group = "serving",
	.blurb = "let it get connections again",
	.example = "balance lb1 --port 0 --to web; drain web; undrain web",
	.args = { { .kind = ARG_SERVER, .name = "SERVER" },
	          { .kind = ARG_BALANCER, .name = "LB", .optional = true } },
	.run = run_undrain,
};
