/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * retire WORKER...: finish what is open, then leave.
 */
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"

#define RETIRE_MAX 128

struct retire {
	int n;
	uint32_t seq[RETIRE_MAX];
	char thread[RETIRE_MAX][NAME_SIZE]; /* "": a worker, told by the log */
};

static enum outcome
retire_poll(struct session *s, void *arg, struct err *err)
{
	struct retire *r = arg;

	while (r->n) {
		int answer = session_answer(s, r->seq[r->n - 1], NULL, err);

		if (answer == 0)
			return OUTCOME_WAITS;
		if (answer < 0)
			return OUTCOME_FAILED;
		r->n--;
		if (r->thread[r->n][0])
			session_say(s, LINE_RESULT, "%s has ended",
			            r->thread[r->n]);
	}
	return OUTCOME_DONE;
}

static int
retire_ask(struct session *s, struct retire *r, const char *name,
           struct err *err)
{
	const struct proc *p = session_target(s, name, err);
	struct msg m = msg_make(MSG_RETIRE, NULL);

	if (!p)
		return -1;
	if (p->kind != KIND_WORKER && !(p->kind == KIND_THREAD && p->id))
		return err_set(err,
		               "%s is not a worker: retire asks workers to "
		               "leave, shutdown a server",
		               name);
	if (p->dead)
		return err_set(err, "%s has ended already", name);
	m.target.id = p->id;
	m.target.value = (int)p->thread;
	if (p->kind == KIND_THREAD)
		memcpy(r->thread[r->n], p->name, NAME_SIZE);
	r->seq[r->n] = session_ask_server(s, p->server, &m, NULL, 0, err);
	return r->seq[r->n] ? (r->n++, 0) : -1;
}

static enum outcome
run_retire(struct session *s, const struct args *args, struct err *err)
{
	struct retire *r = calloc(1, sizeof(*r));

	for (int i = 0; r && i < args->argc && i < RETIRE_MAX; i++)
		if (retire_ask(s, r, args->argv[i], err) < 0) {
			free(r);
			return OUTCOME_FAILED;
		}
	if (!r)
		return OUTCOME_FAILED;
	session_wait(s, retire_poll, NULL, r, -1);
	return OUTCOME_WAITS;
}

const struct command cmd_retire = {
	.name = "retire",
	.group = "processes",
	.blurb = "let workers finish what is open, then leave",
	.detail = "The graceful way: no request is lost. kill is the other "
	          "one: what the worker had in hand dies with it.",
	.example = "retire w1",
	.args = { { .kind = ARG_WORKER, .name = "WORKER", .many = true } },
	.run = run_retire,
};
