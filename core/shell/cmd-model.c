/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model [NAME] [SERVER]: what a worker does with a connection.
 */
#include <string.h>

#include "core/shell/change.h"
#include "core/shell/inside.h"
#include "core/wire/models.h"

static const char *const model_words[] = {
#define X(id, word, text) word,
	MODELS(X)
#undef X
	    NULL
};

static const char *const model_texts[] = {
#define X(id, word, text) text,
	MODELS(X)
#undef X
};

static enum outcome
run_model(struct session *s, const struct args *args, struct err *err)
{
	const struct server *v;

	if (!args->argc) {
		v = session_default_server(s, NULL, NULL);
		change_list(s, model_words, model_texts, v ? v->model : "");
		return OUTCOME_DONE;
	}
	v = session_master(s, args->argc > 1 ? args->argv[1] : NULL, err);
	if (!v)
		return OUTCOME_FAILED;
	if (strcmp(v->model, args->argv[0]) == 0) {
		session_say(s, LINE_RESULT, "%s has that model already",
		            v->name);
		return OUTCOME_DONE;
	}
	return change_ask(s, v->name, "model", args->argv[0], err);
}

const struct command cmd_model = {
	.name = "model",
	.group = "serving",
	.blurb = "what a worker does with a connection; alone, lists them",
	.detail = "A running server gets new workers, one after another: each "
	          "new one listens before an old one leaves, which finishes "
	          "what it has open.",
	.example = "model pool",
	.args = { { .kind = ARG_WORD,
	            .name = "NAME",
	            .optional = true,
	            .words = model_words },
	          { .kind = ARG_MASTER, .name = "SERVER", .optional = true } },
	.past = PAST_CANNOT,
	.run = run_model,
};
