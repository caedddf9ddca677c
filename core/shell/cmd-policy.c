/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy [NAME] [SERVER]: who gets the next connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/wire/policies.h"

struct policy_change {
	uint32_t seq;
	char server[NAME_SIZE], name[24];
};

static const char *const policy_words[] = {
#define X(id, word, who, text) word,
	POLICIES(X)
#undef X
	    NULL
};

static const char *const policy_texts[] = {
#define X(id, word, who, text) text,
	POLICIES(X)
#undef X
};

/* What there is; a star before the one that decides now. */
static enum outcome
policy_list(struct session *s)
{
	const struct server *v = session_default_server(s, NULL, NULL);
	const char *now = v ? v->policy : "";

	for (int i = 0; policy_words[i]; i++)
		session_say(s, LINE_RESULT, "%c %-12s %s",
		            strcmp(policy_words[i], now) == 0 ? '*' : ' ',
		            policy_words[i], policy_texts[i]);
	return OUTCOME_DONE;
}

static enum outcome
policy_poll(struct session *s, void *arg, struct err *err)
{
	struct policy_change *c = arg;
	int answer = session_answer(s, c->seq, NULL, err);

	if (answer == 0)
		return OUTCOME_WAITS;
	if (answer < 0)
		return OUTCOME_FAILED;
	watch_server_set(s->watch, c->server, c->name, NULL);
	return OUTCOME_DONE;
}

static enum outcome
run_policy(struct session *s, const struct args *args, struct err *err)
{
	struct msg m = msg_make(MSG_SET, NULL);
	const struct server *v;
	struct policy_change *c;

	if (!args->argc)
		return policy_list(s);
	v = session_default_server(s, args->argc > 1 ? args->argv[1] : NULL,
	                           err);
	if (!v)
		return OUTCOME_FAILED;
	c = calloc(1, sizeof(*c));
	if (!c) {
		err_sys(err, "no memory to wait for %s", v->name);
		return OUTCOME_FAILED;
	}
	snprintf(c->server, sizeof(c->server), "%s", v->name);
	snprintf(c->name, sizeof(c->name), "%s", args->argv[0]);
	snprintf(m.set.name, sizeof(m.set.name), "policy");
	snprintf(m.set.value, sizeof(m.set.value), "%s", args->argv[0]);
	c->seq = session_ask_server(s, c->server, &m, NULL, 0, err);
	if (!c->seq) {
		free(c);
		return OUTCOME_FAILED;
	}
	session_wait(s, policy_poll, NULL, c, -1);
	return OUTCOME_WAITS;
}

const struct command cmd_policy = {
	.name = "policy",
	.group = "serving",
	.blurb = "who gets the next connection; alone, lists what there is",
	.detail = "A running server changes at once: the connections that are "
	          "open stay where they are. X-Why of each answer and the log "
	          "say why this worker got it.",
	.example = "policy least",
	.args = { { .kind = ARG_WORD,
	            .name = "NAME",
	            .optional = true,
	            .words = policy_words },
	          { .kind = ARG_SERVER, .name = "SERVER", .optional = true } },
	.run = run_policy,
};
