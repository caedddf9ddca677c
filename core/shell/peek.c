/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at peek_all(): ask; peek_over(): take in; peek_say(): tell.
 */
#include "core/shell/peek.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/same.h"
#include "core/sys/text.h"

/* Asking ****************************************************************/

/* Who hangs on a string; a thread's row may not have its name yet. */
static struct puppet *
peek_puppet(struct session *s, const struct proc *p)
{
	struct puppet *q;

	for (int i = 0; p->tid && (q = troupe_nth(s->troupe, i)); i++)
		if (q->wire && q->tid == p->tid)
			return q;
	return p->tid ? NULL : troupe_find(s->troupe, p->name);
}

static struct peeked *
peek_add(struct peek *peek, const struct proc *p, const char *name)
{
	struct peeked *at = &peek->at[peek->n];

	if (peek->n == PEEK_MAX)
		return NULL;
	peek->n++;
	*at = (struct peeked){ .pid = p->pid, .tid = p->tid };
	snprintf(at->name, sizeof(at->name), "%s", name);
	snprintf(at->server, sizeof(at->server), "%s", p->server);
	return at;
}

static struct msg
peek_message(const char *var, const char *value, const char *name)
{
	struct msg m = msg_make(MSG_VARIABLE, name);

	snprintf(m.set.name, sizeof(m.set.name), "%s", var);
	if (value)
		snprintf(m.set.value, sizeof(m.set.value), "%s", value);
	return m;
}

/* A puppet in a call hears nothing before it returns. */
static bool
peek_in_call(struct session *s, struct puppet *p)
{
	return p->asked != p->answered && troupe_quiet(s->troupe, p);
}

/* Send the question.  at->state says what became of it. */
static void
peek_ask(struct session *s, struct peeked *at, const struct proc *p,
         const char *var, const char *value)
{
	struct puppet *puppet = peek_puppet(s, p);
	struct msg m = peek_message(var, value, p->name);
	struct proc_stat st;
	struct err err;

	at->state = PEEK_GONE;
	if (p->dead || procfs_stat(s->procfs, p->pid, p->tid, &st) < 0)
		return;
	if (st.state == 'T')
		at->state = PEEK_STOPPED;
	else if (puppet && peek_in_call(s, puppet))
		at->state = PEEK_CALLING;
	else if (puppet)
		at->seq = session_ask_wire(s, puppet->wire, &m, &err);
	else
		at->seq = session_ask_server(s, p->server, &m, NULL, 0, &err);
	if (at->seq)
		at->state = PEEK_ASKED;
}

/* Its name, when it can be asked at all; a thread of a worker is listed. */
static const char *
peek_answers(struct session *s, const struct proc *p)
{
	const struct puppet *puppet = peek_puppet(s, p);

	if (p->dead)
		return NULL;
	if (puppet)
		return puppet->name;
	if (p->kind == KIND_MASTER || p->kind == KIND_WORKER ||
	    (p->kind == KIND_CHILD && p->server[0]) ||
	    (p->kind == KIND_THREAD && p->server[0] && p->name[0]))
		return p->name;
	return NULL;
}

static void
peek_begin(struct peek *peek, const char *var)
{
	memset(peek, 0, sizeof(*peek));
	snprintf(peek->var, sizeof(peek->var), "%s", var);
	peek->limit_ns = clock_ns() + PEEK_SECONDS * NS_PER_S;
}

void
peek_all(struct session *s, struct peek *peek, const char *var)
{
	const struct snapshot *snap = session_snapshot(s);

	peek_begin(peek, var);
	for (int i = 0; i < snap->nprocs; i++) {
		const struct proc *p = &snap->proc[i];
		const char *name = peek_answers(s, p);
		struct peeked *at = name ? peek_add(peek, p, name) : NULL;

		if (at)
			at->puppet = peek_puppet(s, p) != NULL;
		if (at && p->tid && !at->puppet)
			at->state = PEEK_WITHIN;
		else if (at)
			peek_ask(s, at, p, var, NULL);
	}
}

int
peek_one(struct session *s, struct peek *peek, const struct proc *p,
         const char *var, const char *value, struct err *err)
{
	const char *name = peek_answers(s, p);
	struct peeked *at;

	peek_begin(peek, var);
	if (p->dead)
		return err_set(err, "%s has ended: it has no memory any more",
		               p->name);
	if (name && p->tid && !peek_puppet(s, p))
		return err_set(err,
		               "%s is a thread: its memory is that of %.*s, so "
		               "poke that one",
		               name, (int)strcspn(name, "."), name);
	if (!name)
		return err_set(err,
		               "only workers, servers and puppets tell their "
		               "variables");
	at = peek_add(peek, p, name);
	peek_ask(s, at, p, var, value);
	if (at->state == PEEK_STOPPED)
		return err_set(err,
		               "%s is stopped and cannot answer: kill -CONT "
		               "%s, and then again",
		               name, name);
	if (at->state == PEEK_CALLING)
		return err_set(err,
		               "%s is in a call and hears nothing until it "
		               "returns",
		               name);
	return at->state == PEEK_ASKED
	           ? 0
	           : err_set(err, "%s has ended: it has no memory any more",
	                     name);
}

/* Answers ***************************************************************/

static void
peek_told(struct session *s, const struct peek *peek, struct peeked *at,
          const struct msg *m)
{
	const struct msg_variable *v = &m->variable;

	at->state = v->address ? PEEK_TOLD : PEEK_LACKS;
	at->address = v->address;
	at->value = v->value;
	watch_variable(s->watch, at->pid, peek->var, v);
	if (!v->address ||
	    procfs_pages(s->procfs, at->pid, v->address, &at->page, 1) < 1)
		at->page = 0;
}

bool
peek_over(struct session *s, struct peek *peek)
{
	bool late = clock_ns() >= peek->limit_ns;
	static struct msg m;
	bool over = true;
	struct err err;

	for (int i = 0; i < peek->n; i++) {
		struct peeked *at = &peek->at[i];
		int got;

		if (at->state != PEEK_ASKED)
			continue;
		got = session_answer(s, at->seq, &m, &err);
		if (got > 0)
			peek_told(s, peek, at, &m);
		else if (got < 0)
			at->state = PEEK_GONE;
		else if (late)
			at->state = PEEK_SILENT;
		over = over && at->state != PEEK_ASKED;
		if (at->state == PEEK_SILENT)
			session_unask(s, at->seq);
	}
	return over;
}

void
peek_drop(struct session *s, struct peek *peek)
{
	for (int i = 0; i < peek->n; i++)
		if (peek->at[i].state == PEEK_ASKED)
			session_unask(s, peek->at[i].seq);
}

/* Telling ***************************************************************/

static const char *
peek_page(const struct peeked *at)
{
	if (!(at->page & (PROC_PAGE_PRESENT | PROC_PAGE_SWAPPED)))
		return "the kernel does not tell of the page";
	return at->page & PROC_PAGE_EXCLUSIVE ? "a page of its own"
	                                      : "shared with others";
}

/* What stands for a value that was not told. */
static const char *
peek_why(const struct peeked *at)
{
	switch (at->state) {
	case PEEK_STOPPED:
		return "stopped, so it cannot answer: kill -CONT";
	case PEEK_CALLING:
		return "in a call, so it cannot answer";
	case PEEK_WITHIN:
		return "a thread: the memory is that of its process";
	case PEEK_GONE:
		return "it has ended";
	default:
		return "no answer: it is busy";
	}
}

/* A thread of a worker: the process spoke for it, if the memory is one. */
static const struct peeked *
peek_within(const struct peek *peek, const struct peeked *at)
{
	for (int i = 0; i < peek->n; i++) {
		const struct peeked *b = &peek->at[i];

		if (b->state == PEEK_TOLD && b->pid == at->pid &&
		    same_task(at->tid, b->pid, SAME_MEMORY) != 0)
			return b;
	}
	return at;
}

/* "w1", or "web.w1" where there are two servers. */
static const char *
peek_label(const struct peek *peek, const struct peeked *at,
           char buf[2 * NAME_SIZE])
{
	bool many = false;

	for (int i = 0; i < peek->n; i++)
		many = many || (peek->at[i].server[0] &&
		                strcmp(peek->at[i].server, at->server) != 0);
	many = many && at->server[0] && strcmp(at->name, at->server) != 0;
	snprintf(buf, 2 * NAME_SIZE, "%s%s%s", many ? at->server : "",
	         many ? "." : "", at->name);
	return buf;
}

static void
peek_say_one(struct session *s, const struct peek *peek,
             const struct peeked *at)
{
	const struct peeked *told =
	    at->state == PEEK_WITHIN ? peek_within(peek, at) : at;
	char buf[2 * NAME_SIZE];
	const char *label = peek_label(peek, at, buf);

	if (told->state == PEEK_TOLD)
		session_say(s, LINE_RESULT,
		            "  %-10s %7d  %#-14" PRIx64 " %12" PRId64 "  %s",
		            label, (int)(at->tid ? at->tid : at->pid),
		            told->address, told->value,
		            at->tid ? "a thread: same memory" : peek_page(at));
	else
		session_say(s, LINE_RESULT, "  %-10s %7d  %s", label,
		            (int)(at->tid ? at->tid : at->pid), peek_why(at));
}

/* How many different ones there are; threads count as their process. */
struct peek_sum {
	int processes, addresses, values;
};

static struct peek_sum
peek_sum(const struct peek *peek)
{
	struct peek_sum sum = { 0, 0, 0 };

	for (int i = 0; i < peek->n; i++) {
		const struct peeked *a = &peek->at[i];
		bool address = true, value = true;

		if (a->state != PEEK_TOLD || a->tid)
			continue;
		for (int k = 0; k < i; k++) {
			const struct peeked *b = &peek->at[k];

			if (b->state != PEEK_TOLD || b->tid)
				continue;
			address = address && a->address != b->address;
			value = value && a->value != b->value;
		}
		sum.processes++;
		sum.addresses += address;
		sum.values += value;
	}
	return sum;
}

static void
peek_say_sum(struct session *s, const struct peek *peek)
{
	struct peek_sum sum = peek_sum(peek);
	char addresses[32] = "the same address", values[32] = "the same value";

	if (sum.processes < 2)
		return;
	if (sum.addresses > 1)
		snprintf(addresses, sizeof(addresses), "%d addresses",
		         sum.addresses);
	if (sum.values > 1)
		snprintf(values, sizeof(values), "%d values", sum.values);
	session_say(s, LINE_RESULT, "  %d processes: %s, %s%s", sum.processes,
	            addresses, values,
	            sum.addresses == 1 && sum.values > 1
	                ? ": each has memory of its own"
	                : "");
}

/*
 * Is it of the table?  Who has not answered is, when others of its kind have
 * the variable; a thread is when its process has.
 */
static bool
peek_shown(const struct peek *peek, const struct peeked *at)
{
	if (at->state == PEEK_TOLD || at->state == PEEK_LACKS)
		return at->state == PEEK_TOLD;
	for (int i = 0; i < peek->n; i++) {
		const struct peeked *b = &peek->at[i];

		if (b->state == PEEK_TOLD &&
		    (b->pid == at->pid ||
		     (at->state != PEEK_WITHIN && b->puppet == at->puppet)))
			return true;
	}
	return false;
}

int
peek_say(struct session *s, const struct peek *peek, struct err *err)
{
	bool found = false;

	for (int i = 0; i < peek->n; i++)
		found = found || peek->at[i].state == PEEK_TOLD;
	for (int i = 0; i < peek->n && !found; i++)
		if (peek->at[i].state != PEEK_LACKS)
			return err_set(err,
			               "nobody has told of a variable %s; %s: "
			               "%s",
			               peek->var, peek->at[i].name,
			               peek_why(&peek->at[i]));
	if (!found)
		return err_set(err,
		               "nobody has a variable %s: a worker has "
		               "counter, a puppet what p1 set x 5 makes",
		               peek->var);
	session_say(s, LINE_RESULT, "  %-10s %7s  %-14s %12s", "who", "pid",
	            "address", peek->var);
	for (int i = 0; i < peek->n; i++)
		if (peek_shown(peek, &peek->at[i]))
			peek_say_one(s, peek, &peek->at[i]);
	peek_say_sum(s, peek);
	return 0;
}
