/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy [NAME] [SERVER]: who gets the next connection.
 */
#include "core/shell/change.h"
#include "core/shell/inside.h"
#include "core/wire/policies.h"

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

static enum outcome
run_policy(struct session *s, const struct args *args, struct err *err)
{
	const struct server *v = session_default_server(
	    s, args->argc > 1 ? args->argv[1] : NULL, err);

	if (!args->argc) {
		change_list(s, policy_words, policy_texts, v ? v->policy : "");
		return OUTCOME_DONE;
	}
	if (!v)
		return OUTCOME_FAILED;
	return change_ask(s, v->name, "policy", args->argv[0], err);
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
	.past = PAST_CANNOT,
	.run = run_policy,
};
