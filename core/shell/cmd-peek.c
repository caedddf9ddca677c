/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peek VAR: a variable in every process.  poke TARGET VAR VALUE: in one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/shell/peek.h"
#include "core/sys/text.h"

static int
peek_name_ok(const char *var, struct err *err)
{
	if (!*var || strlen(var) >= sizeof(((struct peek *)NULL)->var))
		return err_set(err, "that is no name of a variable: peek "
		                    "counter shows one of every worker");
	return 0;
}

/* peek VAR **************************************************************/

static enum outcome
peek_poll(struct session *s, void *arg, struct err *err)
{
	struct peek *peek = arg;

	if (!peek_over(s, peek))
		return OUTCOME_WAITS;
	return peek_say(s, peek, err) < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
}

static void
peek_interrupt(struct session *s, void *arg)
{
	struct peek *peek = arg;

	peek->limit_ns = 0;
	session_news(s);
}

static enum outcome
run_peek(struct session *s, const struct args *args, struct err *err)
{
	struct peek *peek;

	if (peek_name_ok(args->argv[0], err) < 0)
		return OUTCOME_FAILED;
	peek = malloc(sizeof(*peek));
	if (!peek) {
		err_sys(err, "cannot look at %s", args->argv[0]);
		return OUTCOME_FAILED;
	}
	watch_refresh(session_watch(s));
	peek_all(s, peek, args->argv[0]);
	session_wait(s, peek_poll, peek_interrupt, peek, peek->limit_ns);
	return OUTCOME_WAITS;
}

const struct command cmd_peek = {
	.name = "peek",
	.group = "looking",
	.blurb = "address and value of a variable in every process",
	.detail =
	    "Each worker has a variable counter, which the page /count adds "
	    "to; a puppet has those that p1 set x 5 makes. Every process is "
	    "asked and tells of its own memory: the same address can hold "
	    "another value in each. A thread has the memory of its process; "
	    "a process that the model fork made for a connection (w1.f1) has "
	    "its own. Right of the value stands what the kernel "
	    "says of the page: after a fork both have the same one, until one "
	    "of them writes to it.",
	.example = "peek counter",
	.args = { { .kind = ARG_VARIABLE, .name = "VAR" } },
	.past = PAST_CANNOT,
	.run = run_peek,
};

/* poke TARGET VAR VALUE *************************************************/

enum poke_step { POKE_LOOK, POKE_SET, POKE_SHOW };

struct poke {
	struct peek peek;
	enum poke_step step;
	char name[NAME_SIZE], value[24];
	struct peeked before;
	struct proc_memory memory; /* before */
};

/* The target's own answer to what was asked last; -1 and err: it had none. */
static const struct peeked *
poke_answer(const struct poke *poke, struct err *err)
{
	const struct peeked *at = &poke->peek.at[0];

	if (at->state == PEEK_TOLD)
		return at;
	if (at->state == PEEK_LACKS)
		err_set(err,
		        "%s has no variable %s: a worker has counter, a "
		        "puppet what p1 set x 5 makes",
		        poke->name, poke->peek.var);
	else if (at->state == PEEK_SILENT && poke->step == POKE_SET)
		err_set(err,
		        "%s has not answered: it sets %s when it comes to it",
		        poke->name, poke->peek.var);
	else if (at->state == PEEK_GONE)
		err_set(err, "%s has ended: it has no memory any more",
		        poke->name);
	else
		err_set(err, "%s does not answer, nothing was changed",
		        poke->name);
	return NULL;
}

static int
poke_ask(struct session *s, struct poke *poke, const char *value,
         struct err *err)
{
	char var[sizeof(poke->peek.var)];
	const struct proc *p = session_target(s, poke->name, err);

	memcpy(var, poke->peek.var, sizeof(var));
	if (!p)
		return -1;
	return peek_one(s, &poke->peek, p, var, value, err);
}

/* What the write did to the memory of the process, by the kernel's word. */
static void
poke_say_page(struct session *s, const struct poke *poke,
              const struct peeked *now)
{
	uint64_t known = PROC_PAGE_PRESENT;
	bool was = poke->before.page & PROC_PAGE_EXCLUSIVE;
	bool is = now->page & PROC_PAGE_EXCLUSIVE;
	struct proc_memory m;

	if ((poke->before.page & now->page & known) && !was && is)
		session_say(s, LINE_RESULT,
		            "others had its page, too: the write made a copy "
		            "for %s alone",
		            poke->name);
	else if (is)
		session_say(s, LINE_RESULT,
		            "the page was %s's own already: nothing had to be "
		            "copied",
		            poke->name);
	if (procfs_memory(s->procfs, now->pid, &m) == 0 &&
	    poke->memory.private_kb)
		session_say(s, LINE_RESULT,
		            "private memory of %s: %" PRId64
		            "K before, %" PRId64 "K after",
		            poke->name, poke->memory.private_kb, m.private_kb);
}

static enum outcome
poke_set(struct session *s, struct poke *poke, struct err *err)
{
	const struct peeked *at = poke_answer(poke, err);

	if (!at)
		return OUTCOME_FAILED;
	poke->before = *at;
	if (procfs_memory(s->procfs, at->pid, &poke->memory) < 0)
		poke->memory.private_kb = 0;
	poke->step = POKE_SET;
	if (poke_ask(s, poke, poke->value, err) < 0)
		return OUTCOME_FAILED;
	session_deadline(s, poke->peek.limit_ns);
	return OUTCOME_WAITS;
}

static enum outcome
poke_show(struct session *s, struct poke *poke, struct err *err)
{
	const struct peeked *at = poke_answer(poke, err);
	char var[sizeof(poke->peek.var)];

	if (!at)
		return OUTCOME_FAILED;
	memcpy(var, poke->peek.var, sizeof(var));
	session_say(s, LINE_RESULT,
	            "%s: %s at %#" PRIx64 " was %" PRId64 ", is %" PRId64,
	            poke->name, var, at->address, poke->before.value,
	            at->value);
	poke_say_page(s, poke, at);
	poke->step = POKE_SHOW;
	peek_all(s, &poke->peek, var);
	session_deadline(s, poke->peek.limit_ns);
	return OUTCOME_WAITS;
}

static enum outcome
poke_poll(struct session *s, void *arg, struct err *err)
{
	struct poke *poke = arg;

	if (!peek_over(s, &poke->peek))
		return OUTCOME_WAITS;
	switch (poke->step) {
	case POKE_LOOK:
		return poke_set(s, poke, err);
	case POKE_SET:
		return poke_show(s, poke, err);
	default:
		return peek_say(s, &poke->peek, err) < 0 ? OUTCOME_FAILED
		                                         : OUTCOME_DONE;
	}
}

static void
poke_interrupt(struct session *s, void *arg)
{
	struct poke *poke = arg;

	peek_interrupt(s, &poke->peek);
}

static enum outcome
run_poke(struct session *s, const struct args *args, struct err *err)
{
	const char *value = args->argv[2];
	struct poke *poke;
	int64_t n;

	if (peek_name_ok(args->argv[1], err) < 0)
		return OUTCOME_FAILED;
	if (!text_number(value, INT64_MIN, INT64_MAX, &n)) {
		err_set(err, "%.40s is no whole number", value);
		return OUTCOME_FAILED;
	}
	poke = calloc(1, sizeof(*poke));
	if (!poke) {
		err_sys(err, "cannot set %s", args->argv[1]);
		return OUTCOME_FAILED;
	}
	watch_refresh(session_watch(s));
	snprintf(poke->name, NAME_SIZE, "%s", args->argv[0]);
	snprintf(poke->value, sizeof(poke->value), "%" PRId64, n);
	strcpy(poke->peek.var, args->argv[1]);
	if (poke_ask(s, poke, NULL, err) < 0) {
		free(poke);
		return OUTCOME_FAILED;
	}
	session_wait(s, poke_poll, poke_interrupt, poke, poke->peek.limit_ns);
	return OUTCOME_WAITS;
}

const struct command cmd_poke = {
	.name = "poke",
	.group = "looking",
	.blurb = "set a variable in one process, and see who else has it",
	.detail =
	    "The process sets it itself, as if it had run counter = 5. The "
	    "others keep theirs: the same address, another value. The kernel "
	    "says whether the page had to be copied for that, and how much "
	    "private memory the process has.",
	.example = "poke w1 counter 5",
	.args = { { .kind = ARG_TARGET, .name = "TARGET" },
	          { .kind = ARG_VARIABLE, .name = "VAR" },
	          { .kind = ARG_TEXT, .name = "VALUE" } },
	.run = run_poke,
};
