/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/await.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/shell/inside.h"

struct await {
	uint32_t seq;
	char said[AWAIT_SAID]; /* when the answer has no words */
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
		else if (await->said[0])
			session_say(s, LINE_RESULT, "%s", await->said);
		return OUTCOME_DONE;
	default:
		return OUTCOME_FAILED;
	}
}

enum outcome
await_answer(struct session *s, uint32_t seq, struct err *err)
{
	return await_said(s, seq, "", err);
}

enum outcome
await_said(struct session *s, uint32_t seq, const char *said, struct err *err)
{
	struct await *await = seq ? calloc(1, sizeof(*await)) : NULL;

	if (!await)
		return OUTCOME_FAILED;
	await->seq = seq;
	snprintf(await->said, sizeof(await->said), "%s", said);
	(void)err;
	session_wait(s, await_poll, NULL, await, -1);
	return OUTCOME_WAITS;
}
