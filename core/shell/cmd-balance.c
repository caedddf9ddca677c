/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * balance [NAME]: a balancer in front of servers; alone, as a twin that
 * shares an address, or as a standby that waits for one.
 *
 * Start reading at run_balance(): a twin is let in by its partner first, then
 * the balancer is started as a server is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/balance.h"
#include "core/shell/inside.h"
#include "core/sys/text.h"
#include "core/wire/policies.h"

#define BALANCE_TO  512
#define BALANCE_FDS 4 /* wire, page, eventfd, the partner's pidfd */

static const char *const balance_policies[] = { "rr", "least", "random",
	                                        "two-choices", NULL };

/* What was asked for; it waits for its partner, then for its process. */
struct balance {
	char name[NAME_SIZE], partner[NAME_SIZE];
	bool twin, standby;
	int port;
	char to[BALANCE_TO];
	char policy[24], check[64], timeout[16];
	uint32_t twin_seq; /* the partner lets us in; 0: it has */
	uint32_t start_seq;
};

/* What was typed **********************************************************/

/* As the partner has them: "web1=3000,web2=3001". */
static void
balance_same_servers(const struct serving *partner, char to[BALANCE_TO])
{
	to[0] = '\0';
	for (int i = 0; i < PAGE_BACKENDS; i++) {
		const struct backend *b = &partner->page->backend[i];

		if (b->state == BACKEND_NONE)
			continue;
		text_add(to, BALANCE_TO, "%s%s=%u", to[0] ? "," : "", b->name,
		         b->port);
	}
}

static int
balance_read_servers(struct session *s, struct balance *b, const char *list,
                     struct err *err)
{
	char word[64], one[64];

	while (*list) {
		size_t len = strcspn(list, ",");

		snprintf(word, sizeof(word), "%.*s", (int)len, list);
		if (balance_resolve(s, b->name, (uint16_t)b->port, word, one,
		                    sizeof(one), err) < 0)
			return -1;
		if (strlen(b->to) + strlen(one) + 2 > sizeof(b->to))
			return err_set(err, "that are too many servers");
		text_add(b->to, sizeof(b->to), "%s%s", b->to[0] ? "," : "",
		         one);
		list += len + (list[len] == ',');
	}
	if (b->to[0])
		return 0;
	return err_set(err,
	               "a balancer without servers has nothing to "
	               "balance: balance %s --to web1,web2",
	               b->name);
}

/* The address is the partner's, and so is all that was not said. */
static int
balance_read_partner(struct session *s, struct balance *b,
                     const struct args *args, struct err *err)
{
	const struct serving *partner = balance_find(s, b->partner, err);
	const struct server *server =
	    snapshot_server(session_snapshot(s), b->partner);

	if (!partner)
		return -1;
	if (strcmp(b->partner, b->name) == 0)
		return err_set(err, "%s cannot be its own %s", b->name,
		               b->twin ? "twin" : "standby");
	if (args_option(args, "--port") && b->port != partner->port)
		return err_set(err,
		               "%s listens on port %u, and so must its %s: "
		               "leave --port out",
		               b->partner, partner->port,
		               b->twin ? "twin" : "standby");
	b->port = partner->port;
	if (!args_option(args, "--to"))
		balance_same_servers(partner, b->to);
	if (!args_option(args, "--policy") && server)
		snprintf(b->policy, sizeof(b->policy), "%s", server->policy);
	return 0;
}

static void
balance_copy(char *to, size_t size, const char *value, const char *otherwise)
{
	snprintf(to, size, "%s", value ? value : otherwise);
}

static int
balance_read(struct session *s, struct balance *b, const struct args *args,
             struct err *err)
{
	const char *twin = args_option(args, "--twin");
	const char *standby = args_option(args, "--standby");
	const char *to = args_option(args, "--to");

	balance_copy(b->name, NAME_SIZE, args->argc ? args->argv[0] : NULL,
	             "lb1");
	balance_copy(b->policy, sizeof(b->policy),
	             args_option(args, "--policy"), "rr");
	balance_copy(b->check, sizeof(b->check), args_option(args, "--check"),
	             "/health");
	balance_copy(b->timeout, sizeof(b->timeout),
	             args_option(args, "--timeout"), "30");
	b->port = (int)args_number(args, "--port", 8080);
	b->twin = twin != NULL;
	b->standby = standby != NULL;
	balance_copy(b->partner, NAME_SIZE, twin ? twin : standby, "");
	if (!balance_name_ok(b->name))
		return err_set(err,
		               "a balancer is called lb1, lb2 and so on, not "
		               "\"%.40s\"",
		               b->name);
	if (twin && standby)
		return err_set(err, "a twin works beside its partner, a "
		                    "standby in its place: choose one");
	if (b->partner[0] && balance_read_partner(s, b, args, err) < 0)
		return -1;
	if (b->to[0] && !to)
		return 0;
	return balance_read_servers(s, b, to ? to : "", err);
}

/* The process *************************************************************/

static uint32_t
balance_start(struct session *s, const struct balance *b, int *fds, int nfds,
              struct err *err)
{
	char port[8], name[NAME_SIZE], cmd[200];
	const char *words[24] = { "forkshop-server",
		                  b->name,
		                  "--port",
		                  port,
		                  "--to",
		                  b->to,
		                  "--policy",
		                  b->policy,
		                  "--check",
		                  b->check,
		                  "--timeout",
		                  b->timeout };
	int n = 12;
	struct start_plan plan = { .kind = START_SERVER,
		                   .balancer = true,
		                   .name = b->name,
		                   .argv = words,
		                   .fds = fds,
		                   .nfds = nfds,
		                   .cmd = cmd };

	if (b->twin)
		words[n++] = "--twin=on";
	if (b->standby) {
		words[n++] = "--standby";
		words[n++] = b->partner;
	}
	snprintf(port, sizeof(port), "%d", b->port);
	snprintf(cmd, sizeof(cmd), "forkshop-server %s", b->name);
	return session_start(s, &plan, name, err);
}

/* The pidfd of whom it stands by for: the kernel tells its death by it. */
static int
balance_partner_fd(struct session *s, const struct balance *b, struct err *err)
{
	const struct server *v =
	    snapshot_server(session_snapshot(s), b->partner);

	if (v && v->up)
		return watch_pidfd(s->watch, v->pid, err);
	return err_set(err, "%s has ended: there is nobody to stand by for",
	               b->partner);
}

static uint32_t
balance_connect(struct session *s, struct balance *b, struct serving *v,
                int page, struct err *err)
{
	int pair[2], fds[BALANCE_FDS], nfds = 3;
	uint32_t seq = 0;

	if (b->standby && (fds[nfds++] = balance_partner_fd(s, b, err)) < 0)
		return 0;
	if (wire_pair(pair, err) < 0)
		return 0;
	fds[0] = pair[1];
	fds[1] = page;
	fds[2] = watch_wake_fd(s->watch);
	if (watch_server(s->watch, b->name, v->page, b->policy, NULL, "") < 0)
		err_set(err, "%d servers run already: shutdown one first",
		        SESSION_SERVERS);
	else if (session_link(s, &v->link, pair[0], b->name, err) == 0)
		seq = balance_start(s, b, fds, nfds, err);
	close(pair[1]);
	return seq;
}

static int
balance_open(struct session *s, struct balance *b, struct err *err)
{
	int page = -1;
	struct serving *v = session_serving_new(s, b->name, &page, err);

	if (!v)
		return -1;
	v->balancer = true;
	b->start_seq = balance_connect(s, b, v, page, err);
	close(page);
	if (b->start_seq)
		return 0;
	session_serving_drop(s, v);
	return -1;
}

/* Its own words are better than "it ended". */
static enum outcome
balance_failed(const struct serving *v, struct err *err)
{
	if (v && v->why[0])
		err_set(err, "%.480s", v->why);
	else if (!err->text[0])
		err_set(err, "it ended at once: `log` shows what it printed");
	return OUTCOME_FAILED;
}

static void
balance_say_up(struct session *s, const struct balance *b,
               const struct serving *v)
{
	if (b->standby)
		session_say(s, LINE_RESULT,
		            "%s stands by: it takes port %u over when %s ends",
		            b->name, v->port, b->partner);
	else if (b->twin)
		session_say(s, LINE_RESULT,
		            "%s is http://localhost:%u, too: the kernel deals "
		            "connections to it and to %s",
		            b->name, v->port, b->partner);
	else
		session_say(s, LINE_RESULT, "%s is http://localhost:%u",
		            b->name, v->port);
}

static enum outcome
balance_poll(struct session *s, void *arg, struct err *err)
{
	struct balance *b = arg;
	const struct serving *v;
	int answer;

	if (b->twin_seq) {
		answer = session_answer(s, b->twin_seq, NULL, err);
		if (answer == 0)
			return OUTCOME_WAITS;
		b->twin_seq = 0;
		if (answer < 0 || balance_open(s, b, err) < 0)
			return OUTCOME_FAILED;
	}
	v = session_serving(s, b->name);
	answer = b->start_seq ? session_answer(s, b->start_seq, NULL, err) : 1;
	if (answer == 0)
		return OUTCOME_WAITS;
	b->start_seq = 0;
	if (answer < 0 || !v || !v->link.wire)
		return balance_failed(v, err);
	if (!v->up)
		return OUTCOME_WAITS;
	balance_say_up(s, b, v);
	return OUTCOME_DONE;
}

static int
balance_begin(struct session *s, struct balance *b, struct err *err)
{
	struct msg m = msg_make(MSG_SET, b->partner);

	if (!b->twin)
		return balance_open(s, b, err);
	snprintf(m.set.name, sizeof(m.set.name), "twin");
	b->twin_seq = session_ask_server(s, b->partner, &m, NULL, 0, err);
	return b->twin_seq ? 0 : -1;
}

static enum outcome
run_balance(struct session *s, const struct args *args, struct err *err)
{
	struct balance *b = calloc(1, sizeof(*b));

	if (!b) {
		err_sys(err, "no memory for a balancer");
		return OUTCOME_FAILED;
	}
	if (balance_read(s, b, args, err) < 0 || balance_begin(s, b, err) < 0) {
		free(b);
		return OUTCOME_FAILED;
	}
	session_wait(s, balance_poll, NULL, b, -1);
	return OUTCOME_WAITS;
}

const struct command cmd_balance = {
	.name = "balance",
	.group = "serving",
	.blurb = "start a balancer: a process in front of several servers",
	.detail =
	    "It joins each connection to one to a server and passes bytes both "
	    "ways; a server that refuses is left out at once, and the next one "
	    "tried. Each second it asks every server for /health: 3 bad answers "
	    "and it is down, 2 good ones and it is up again. These checks are "
	    "neither counted nor told, and this is the one process with a timer "
	    "that always runs. A balancer alone is a single point of failure: "
	    "--twin shares its address (SO_REUSEPORT, as routers that hash do), "
	    "--standby takes it over at its death (as VRRP does; a stopped one "
	    "is not dead). Both have the partner's servers when --to is left "
	    "out. See also: lb1 add, drain, explain lb1, get.",
	.example = "serve web2 --port 0; balance lb1 --port 0 --to web,web2",
	.args = { { .kind = ARG_TEXT, .name = "NAME", .optional = true } },
	.options = {
		{ "--to", { .kind = ARG_SERVERS, .name = "LIST" },
		  "its servers: web1,web2, or ports: 8081, node=8081" },
		{ "--port", { .kind = ARG_NUMBER, .name = "P", .min = 0, .max = 65535 },
		  "listen on 127.0.0.1:P (8080); 0 picks a free one" },
		{ "--policy", { .kind = ARG_WORD, .name = "NAME", .words = balance_policies },
		  "who gets the next connection (rr)" },
		{ "--twin", { .kind = ARG_BALANCER, .name = "LB" },
		  "share the address of that balancer" },
		{ "--standby", { .kind = ARG_BALANCER, .name = "LB" },
		  "take the address over when that balancer ends" },
		{ "--check", { .kind = ARG_TEXT, .name = "PAGE" },
		  "ask servers for this page (/health), or only \"connect\"" },
		{ "--timeout", { .kind = ARG_NUMBER, .name = "S", .min = 1, .max = 86400 },
		  "end what is silent for S seconds (30)" },
	},
	.run = run_balance,
};
