/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * thread [N] [WORKER]: more serving threads in a running worker.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/shell/await.h"

/* The first worker that listens. */
static const struct proc *
thread_worker(struct session *s, struct err *err)
{
	const struct snapshot *snap = session_snapshot(s);

	for (int i = 0; i < snap->nprocs; i++)
		if (snap->proc[i].kind == KIND_WORKER && !snap->proc[i].dead &&
		    snap->proc[i].life == LIFE_LISTENING)
			return &snap->proc[i];
	err_set(err,
	        "there is no worker to give a thread to: `fork` makes one");
	return NULL;
}

static const struct proc *
thread_target(struct session *s, const char *name, struct err *err)
{
	const struct proc *p =
	    name ? session_target(s, name, err) : thread_worker(s, err);

	if (!p)
		return NULL;
	if (p->kind != KIND_WORKER)
		err_set(err,
		        "%s is not a worker: serving threads are given to "
		        "workers, as in `thread 2 w1`",
		        name);
	else if (p->dead)
		err_set(err, "%s has ended already", p->name);
	else if (p->state == 'T')
		err_set(err,
		        "%s is stopped, so it cannot start a thread: `kill "
		        "-CONT %s` lets it go on",
		        p->name, p->name);
	else
		return p;
	return NULL;
}

static enum outcome
run_thread(struct session *s, const struct args *args, struct err *err)
{
	bool counted = args->argc && isdigit((unsigned char)*args->argv[0]);
	const struct proc *p =
	    thread_target(s, args->argv[counted ? 1 : 0], err);
	struct msg m = msg_make(MSG_THREAD, NULL);
	char said[AWAIT_SAID];

	if (!p)
		return OUTCOME_FAILED;
	m.target.id = p->id;
	m.target.value = counted ? atoi(args->argv[0]) : 1;
	snprintf(said, sizeof(said), "%s has %d serving thread%s more", p->name,
	         m.target.value, m.target.value == 1 ? "" : "s");
	return await_said(s, session_ask_server(s, p->server, &m, NULL, 0, err),
	                  said, err);
}

const struct command cmd_thread = {
	.name = "thread",
	.group = "processes",
	.blurb = "give a running worker more serving threads",
	.detail = "Each has a row and counters of its own, and is named for "
	          "ps -L and htop, as w1.t1. A worker of the model event "
	          "becomes a pool by it. retire w1.t1 ends one after what it "
	          "has open; get --to w1.t1 aims at one.",
	.example = "thread 2 w1",
	.args = { { .kind = ARG_NUMBER,
	            .name = "N",
	            .optional = true,
	            .min = 1,
	            .max = 64 },
	          { .kind = ARG_WORKER, .name = "WORKER", .optional = true } },
	.run = run_thread,
};
