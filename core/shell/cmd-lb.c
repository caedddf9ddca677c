/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lb1 add SERVER, lb1 remove SERVER: a balancer's name is a command.
 */
#include <stdio.h>
#include <string.h>

#include "core/shell/balance.h"
#include "core/shell/inside.h"

static const char *const lb_words[] = { "add", "remove", NULL };

static enum outcome
run_lb(struct session *s, const struct args *args, struct err *err)
{
	char name[NAME_SIZE], to[64], done[96];
	bool add = strcmp(args->argv[0], "add") == 0;
	const struct serving *v;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(args->line, " \t"),
	         args->line);
	v = balance_find(s, name, err);
	if (!v)
		return OUTCOME_FAILED;
	snprintf(to, sizeof(to), "%s", args->argv[1]);
	if (add && balance_resolve(s, name, v->port, args->argv[1], to,
	                           sizeof(to), err) < 0)
		return OUTCOME_FAILED;
	snprintf(done, sizeof(done),
	         add ? "%s: %s gets connections from now on"
	             : "%s: %s gets no new connections, and is forgotten when "
	               "the last one ends",
	         name, args->argv[1]);
	return balance_set(s, name, add ? "add" : "remove", to, done, err);
}

const struct command cmd_lb = {
	.name = "lb1",
	.group = "serving",
	.blurb = "give the balancer lb1 (lb2 ...) one more server, or one less",
	.detail = "A server is one of this lab by its name, or any port of "
	          "this machine: 8081, node=8081. `explain lb1` lists them.",
	.example = "balance lb1 --port 0 --to web; serve web2 --port 0; "
	           "lb1 add web2",
	.args = { { .kind = ARG_WORD, .name = "CHANGE", .words = lb_words },
	          { .kind = ARG_SERVER, .name = "SERVER" } },
	.run = run_lb,
};
