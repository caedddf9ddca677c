/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model [NAME] [SERVER]: what a worker does with a connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/wire/models.h"

struct model_change {
	uint32_t seq;
	char server[NAME_SIZE], name[24];
};

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

/* What there is; a star before the one that serves now. */
static enum outcome
model_list(struct session *s)
{
	const struct server *v = session_default_server(s, NULL, NULL);
	const char *now = v ? v->model : "";

	for (int i = 0; model_words[i]; i++)
		session_say(s, LINE_RESULT, "%c %-8s %s",
		            strcmp(model_words[i], now) == 0 ? '*' : ' ',
		            model_words[i], model_texts[i]);
	return OUTCOME_DONE;
}

static enum outcome
model_poll(struct session *s, void *arg, struct err *err)
{
	struct model_change *c = arg;
	int answer = session_answer(s, c->seq, NULL, err);

	if (answer == 0)
		return OUTCOME_WAITS;
	if (answer < 0)
		return OUTCOME_FAILED;
	watch_server_set(s->watch, c->server, NULL, c->name);
	return OUTCOME_DONE;
}

static enum outcome
model_ask(struct session *s, struct model_change *c, struct err *err)
{
	struct msg m = msg_make(MSG_SET, NULL);

	snprintf(m.set.name, sizeof(m.set.name), "model");
	snprintf(m.set.value, sizeof(m.set.value), "%s", c->name);
	c->seq = session_ask_server(s, c->server, &m, NULL, 0, err);
	if (!c->seq) {
		free(c);
		return OUTCOME_FAILED;
	}
	session_wait(s, model_poll, NULL, c, -1);
	return OUTCOME_WAITS;
}

static enum outcome
run_model(struct session *s, const struct args *args, struct err *err)
{
	const struct server *v;
	struct model_change *c;

	if (!args->argc)
		return model_list(s);
	v = session_master(s, args->argc > 1 ? args->argv[1] : NULL, err);
	if (!v)
		return OUTCOME_FAILED;
	if (strcmp(v->model, args->argv[0]) == 0) {
		session_say(s, LINE_RESULT, "%s has that model already",
		            v->name);
		return OUTCOME_DONE;
	}
	c = calloc(1, sizeof(*c));
	if (!c) {
		err_sys(err, "no memory to wait for %s", v->name);
		return OUTCOME_FAILED;
	}
	snprintf(c->server, sizeof(c->server), "%s", v->name);
	snprintf(c->name, sizeof(c->name), "%s", args->argv[0]);
	return model_ask(s, c, err);
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
	          { .kind = ARG_SERVER, .name = "SERVER", .optional = true } },
	.run = run_model,
};
