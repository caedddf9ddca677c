/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * puppet [N], p1 CALL, all CALL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/shell/troupe.h"
#include "core/sys/clock.h"
#include "core/wire/call.h"

#define PUPPET_LOOK_NS   (10 * NS_PER_MS)
#define PUPPET_LIMIT_NS  (30 * NS_PER_S)
#define PUPPET_AT_A_TIME 50

/* A command that waits until the troupe is quiet. */
struct pull {
	int64_t limit_ns;
	int start; /* puppets that the lab was asked for */
	uint32_t seq[PUPPET_AT_A_TIME];
	char name[PUPPET_AT_A_TIME][NAME_SIZE];
	int look; /* timer: what blocks makes no event */
};

static void
puppet_on_look(void *arg)
{
	struct session *s = arg;

	session_news(s);
}

/* Has every one that was asked for been started, and is it in the tree? */
static int
puppet_started(struct session *s, struct pull *pull, struct err *err)
{
	for (int i = 0; i < pull->start; i++) {
		struct puppet *p = troupe_find(s->troupe, pull->name[i]);
		const struct proc *row;
		int answer = 1;

		if (pull->seq[i])
			answer = session_answer(s, pull->seq[i], NULL, err);
		if (answer <= 0)
			return answer;
		pull->seq[i] = 0;
		row = snapshot_find(session_snapshot(s), pull->name[i]);
		if (!row)
			return 0;
		if (p && !p->pid)
			p->pid = row->pid;
	}
	return 1;
}

/* The call that is not over, for the sentence when patience ends. */
static const struct puppet *
puppet_unquiet(struct session *s)
{
	struct puppet *p;

	for (int i = 0; (p = troupe_nth(s->troupe, i)); i++)
		if (!troupe_quiet(s->troupe, p))
			return p;
	return NULL;
}

static enum outcome
puppet_poll(struct session *s, void *arg, struct err *err)
{
	struct pull *pull = arg;
	int started = puppet_started(s, pull, err);
	const struct puppet *busy;

	loop_cancel(s->loop, pull->look);
	pull->look = 0;
	if (started < 0)
		return OUTCOME_FAILED;
	busy = puppet_unquiet(s);
	if (started && !busy && !troupe_leaves(s->troupe))
		return OUTCOME_DONE;
	if (clock_ns() > pull->limit_ns) {
		err_set(err,
		        "%s has not answered for half a minute: look "
		        "with explain %s",
		        busy ? busy->name : pull->name[0],
		        busy ? busy->name : pull->name[0]);
		return OUTCOME_FAILED;
	}
	pull->look =
	    loop_timer(s->loop, clock_ns() + PUPPET_LOOK_NS, puppet_on_look, s);
	return OUTCOME_WAITS;
}

static void
puppet_interrupt(struct session *s, void *arg)
{
	struct pull *pull = arg;

	pull->limit_ns = 0;
	session_news(s);
}

static enum outcome
puppet_wait(struct session *s, struct pull *pull)
{
	pull->limit_ns = clock_ns() + PUPPET_LIMIT_NS;
	session_wait(s, puppet_poll, puppet_interrupt, pull, pull->limit_ns);
	return OUTCOME_WAITS;
}

static struct pull *
puppet_pull(struct err *err)
{
	struct pull *pull = calloc(1, sizeof(*pull));

	if (!pull)
		err_sys(err, "cannot wait for a puppet");
	return pull;
}

/* puppet [N] ************************************************************/

static enum outcome
run_puppet(struct session *s, const struct args *args, struct err *err)
{
	int n = args->argc ? atoi(args->argv[0]) : 1;
	struct pull *pull = puppet_pull(err);

	for (int i = 0; pull && i < n; i++) {
		pull->seq[i] = troupe_start(s->troupe, pull->name[i], err);
		if (!pull->seq[i]) {
			free(pull);
			return OUTCOME_FAILED;
		}
		pull->start++;
	}
	return pull ? puppet_wait(s, pull) : OUTCOME_FAILED;
}

#define X(id, name, usage, min, max, blurb, page)                              \
	"  " name " " usage ": " blurb "\n"
static const char puppet_calls_help[] =
    "A puppet is a process that makes exactly the call it is told, and says "
    "what the call returned. p1 fork makes p2, its child, with a string of "
    "its own. A call that blocks, as wait does, lets the prompt go on. The "
    "calls:\n" CALLS(X);
#undef X

const struct command cmd_puppet = {
	.name = "puppet",
	.group = "puppets",
	.blurb = "start puppets: processes that do one call when told",
	.detail = puppet_calls_help,
	.example = "puppet; p1 fork; p2 exit 7; p1 wait",
	.args = { { .kind = ARG_NUMBER,
	            .name = "N",
	            .optional = true,
	            .min = 1,
	            .max = PUPPET_AT_A_TIME } },
	.run = run_puppet,
};

/* p1 CALL ***************************************************************/

/* Why nobody hangs on that string. */
static enum outcome
puppet_missing(struct session *s, const char *name, struct err *err)
{
	const struct proc *row = snapshot_find(session_snapshot(s), name);
	char how[64];

	if (row && row->dead)
		err_set(err, "%s has ended (%s): start another with puppet",
		        name, ending_text(row, how, sizeof(how)));
	else if (row && row->tid)
		err_set(err,
		        "the thread %s has ended: pthread_create starts "
		        "another",
		        name);
	else if (row && strncmp(row->cmd, "forkshop-puppet", 15) == 0)
		err_set(err,
		        "the first thread of %s has ended: call its others, as "
		        "with %s.t1 getpid",
		        name, name);
	else if (row)
		err_set(err,
		        "%s runs another program since its exec, and has no "
		        "string any more: kill %s reaches it still",
		        name, name);
	else
		err_set(err, "there is no puppet %s: puppet starts one", name);
	return OUTCOME_FAILED;
}

static void
puppet_tell_queued(struct session *s, const struct puppet *p)
{
	if (troupe_state(s->troupe, p) == 'T')
		session_say(s, LINE_RESULT,
		            "%s is stopped: the call waits until kill -CONT %s",
		            p->name, p->name);
	else if (p->calling && p->asked > p->answered + 1)
		session_say(s, LINE_RESULT,
		            "%s is still in %.*s(): this call waits its turn",
		            p->name, (int)strcspn(p->call, " "), p->call);
}

static enum outcome
run_p(struct session *s, const struct args *args, struct err *err)
{
	char name[NAME_SIZE];
	size_t len = strcspn(args->line, " \t");
	struct puppet *p;
	struct pull *pull;
	int sent;

	snprintf(name, sizeof(name), "%.*s", (int)len, args->line);
	p = troupe_find(s->troupe, name);
	if (!p)
		return puppet_missing(s, name, err);
	sent = troupe_call(s->troupe, p, args->rest, err);
	if (sent < 0)
		return sent == -1 ? OUTCOME_USAGE : OUTCOME_FAILED;
	puppet_tell_queued(s, p);
	pull = puppet_pull(err);
	return pull ? puppet_wait(s, pull) : OUTCOME_FAILED;
}

const struct command cmd_p = {
	.name = "p1",
	.group = "puppets",
	.blurb = "tell the puppet p1 (p2, p1.t1 ...) to make a call",
	.detail = "The calls are listed by help puppet. A short word works "
	          "where only one call begins so: p1 exec ls.",
	.example = "puppet; p1 fork; p2 getppid",
	.args = { { .kind = ARG_REST, .name = "CALL" } },
	.raw = true,
	.run = run_p,
};

/* all CALL **************************************************************/

/* In the order of their numbers, so that children are named the same way. */
static int
puppet_by_number(const void *a, const void *b)
{
	const struct puppet *p = *(struct puppet *const *)a;
	const struct puppet *q = *(struct puppet *const *)b;

	return strverscmp(p->name, q->name);
}

static enum outcome
run_all(struct session *s, const struct args *args, struct err *err)
{
	struct puppet *hang[TROUPE_MAX], *p;
	struct pull *pull;
	int n = 0, sent;

	for (int i = 0; (p = troupe_nth(s->troupe, i)); i++)
		if (p->wire && !p->thread)
			hang[n++] = p;
	qsort(hang, (size_t)n, sizeof(hang[0]), puppet_by_number);
	if (n == 0) {
		err_set(err,
		        "no puppet hangs on a string: puppet 2 starts two");
		return OUTCOME_FAILED;
	}
	sent = troupe_room(s->troupe, args->rest, n, err);
	for (int i = 0; i < n && sent == 0; i++)
		sent = troupe_call(s->troupe, hang[i], args->rest, err);
	if (sent < 0)
		return sent == -1 ? OUTCOME_USAGE : OUTCOME_FAILED;
	pull = puppet_pull(err);
	return pull ? puppet_wait(s, pull) : OUTCOME_FAILED;
}

const struct command cmd_all = {
	.name = "all",
	.group = "puppets",
	.blurb = "tell every puppet at once",
	.example = "puppet; all fork; all fork; all fork",
	.args = { { .kind = ARG_REST, .name = "CALL" } },
	.raw = true,
	.run = run_all,
};
