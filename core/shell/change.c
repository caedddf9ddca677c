/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"

struct change {
	uint32_t seq;
	char server[NAME_SIZE];
	struct msg_set set;
};

void
change_list(struct session *s, const char *const *words,
            const char *const *texts, const char *now)
{
	for (int i = 0; words[i]; i++)
		session_say(s, LINE_RESULT, "%c %-12s %s",
		            strcmp(words[i], now) == 0 ? '*' : ' ', words[i],
		            texts[i]);
}

static enum outcome
change_poll(struct session *s, void *arg, struct err *err)
{
	struct change *c = arg;
	int answer = session_answer(s, c->seq, NULL, err);
	bool policy = strcmp(c->set.name, "policy") == 0;

	if (answer == 0)
		return OUTCOME_WAITS;
	if (answer < 0)
		return OUTCOME_FAILED;
	watch_server_set(s->watch, c->server, policy ? c->set.value : NULL,
	                 policy ? NULL : c->set.value);
	return OUTCOME_DONE;
}

enum outcome
change_ask(struct session *s, const char *server, const char *setting,
           const char *word, struct err *err)
{
	struct msg m = msg_make(MSG_SET, NULL);
	struct change *c = calloc(1, sizeof(*c));

	if (!c) {
		err_sys(err, "no memory to wait for %s", server);
		return OUTCOME_FAILED;
	}
	snprintf(m.set.name, sizeof(m.set.name), "%s", setting);
	snprintf(m.set.value, sizeof(m.set.value), "%s", word);
	snprintf(c->server, sizeof(c->server), "%s", server);
	c->set = m.set;
	c->seq = session_ask_server(s, server, &m, NULL, 0, err);
	if (!c->seq) {
		free(c);
		return OUTCOME_FAILED;
	}
	session_wait(s, change_poll, NULL, c, -1);
	return OUTCOME_WAITS;
}
