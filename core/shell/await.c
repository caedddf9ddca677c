/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/await.h"

#include <stdlib.h>

#include "core/shell/inside.h"

struct await {
	uint32_t seq;
};

static enum outcome
await_poll(struct session *s, void *arg, struct err *err)
{
	static struct msg answer;
	struct await *await = arg;

	switch (session_answer(s, await->seq, &answer, err)) {
	case 0:
		return OUTCOME_WAITS;
	case 1:
		if (answer.type == MSG_DONE && answer.text.text[0])
			session_say(s, LINE_RESULT, "%s", answer.text.text);
		return OUTCOME_DONE;
	default:
		return OUTCOME_FAILED;
	}
}

enum outcome
await_answer(struct session *s, uint32_t seq, struct err *err)
{
	struct await *await = seq ? calloc(1, sizeof(*await)) : NULL;

	if (!await)
		return OUTCOME_FAILED;
	await->seq = seq;
	(void)err;
	session_wait(s, await_poll, NULL, await, -1);
	return OUTCOME_WAITS;
}
