/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One row, one value.  Most of them are a field of a process's row; those
 * with a function of their own are above the table.
 */
#include "core/facts/value-inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"
#include "core/watch/watch.h"

void
value_unknown(struct datum *d, const char *why, const char *name)
{
	d->is = DATUM_UNKNOWN;
	WHY(d, why, name);
}

void
value_name(struct datum *d, const char *name)
{
	snprintf(d->name, sizeof(d->name), "%s", name);
}

/* Life ******************************************************************/

static void
value_alive(const struct subject *s, struct datum *d)
{
	char how[64];

	d->n = s->p && !s->p->dead;
	if (!s->p)
		WHY(d, "there is no %s", s->name);
	else if (d->n)
		WHY(d, "%s is alive", s->name);
	else
		WHY(d, "%s is dead: %s", s->name,
		    ending_text(s->p, how, sizeof(how)));
}

static void
value_state(const struct subject *s, struct datum *d)
{
	d->n = s->p->state;
}

static const char *const value_lives[] = {
	[LIFE_NONE] = "none",       [LIFE_STARTING] = "starting",
	[LIFE_ONLINE] = "online",   [LIFE_LISTENING] = "listening",
	[LIFE_LEAVING] = "leaving", [LIFE_DEAD] = "dead",
	[LIFE_DEAD + 1] = NULL,
};

static void
value_life(const struct subject *s, struct datum *d)
{
	if (s->p->life == LIFE_NONE) {
		d->is = DATUM_NONE;
		WHY(d, "%s is not a worker", s->name);
	}
	value_name(d, value_lives[s->p->life]);
}

/* How the newest of that name ended, from the row or from the timeline. */
static bool
value_ending(const struct subject *s, struct ending *end)
{
	if (s->p) {
		*end = s->p->end;
		return s->p->dead;
	}
	for (size_t i = timeline_count(s->timeline); i-- > 0;) {
		const struct event *e = timeline_at(s->timeline, i);

		if (e->type != EVENT_EXITED ||
		    strcmp(e->who.name, s->name) != 0)
			continue;
		end->known = e->b >= 0;
		end->killed = e->b > 0;
		end->code = (int)(e->b > 0 ? e->b : e->a);
		return true;
	}
	return false;
}

/* A code of the kind that is asked for, or none, or why not. */
static void
value_code(const struct subject *s, bool killed, struct datum *d)
{
	char sig[SIG_NAME_SIZE];
	struct ending end = { 0 };

	if (!value_ending(s, &end)) {
		if (!s->p) {
			value_unknown(d, "there is no %s", s->name);
			return;
		}
		d->is = DATUM_NONE;
		WHY(d, "%s still lives", s->name);
	} else if (!end.known) {
		value_unknown(d, "how %s ended is not known", s->name);
	} else if (end.killed != killed) {
		d->is = DATUM_NONE;
		if (end.killed)
			WHY(d, "%s was killed by %s", s->name,
			    sig_name(end.code, sig));
		else
			WHY(d, "%s was not killed, it exited %d", s->name,
			    end.code);
	}
	d->n = end.code;
}

static void
value_exitcode(const struct subject *s, struct datum *d)
{
	value_code(s, false, d);
}

static void
value_termsig(const struct subject *s, struct datum *d)
{
	value_code(s, true, d);
}

/* The tree **************************************************************/

static void
value_parent(const struct subject *s, struct datum *d)
{
	const struct proc *parent;

	if (s->p->parent < 0) {
		d->is = DATUM_NONE;
		WHY(d, "the parent of %s is outside the tree", s->name);
		return;
	}
	parent = &s->snapshot->proc[s->p->parent];
	d->pid = parent->pid;
	if (parent->name[0])
		value_name(d, parent->name);
	else
		snprintf(d->name, sizeof(d->name), "pid %d", (int)parent->pid);
}

static void
value_generation(const struct subject *s, struct datum *d)
{
	d->n = s->p->generation;
	if (d->n < 0)
		value_unknown(d, "who bore %s was not seen", s->name);
}

static void
value_children(const struct subject *s, struct datum *d)
{
	int self = (int)(s->p - s->snapshot->proc);

	for (int i = 0; i < s->snapshot->nprocs; i++) {
		const struct proc *p = &s->snapshot->proc[i];

		d->n += p->parent == self && !p->tid && !p->reaped;
	}
}

static void
value_threads(const struct subject *s, struct datum *d)
{
	d->n = s->p->dead ? 0 : s->p->threads;
}

static void
value_foreground(const struct subject *s, struct datum *d)
{
	d->n = s->p->foreground && !s->p->dead;
	WHY(d, "%s %s the terminal", s->name, d->n ? "has" : "does not have");
}

/* Variables *************************************************************/

static const struct proc_var *
value_find_variable(const struct subject *s, struct datum *d)
{
	const struct proc *p =
	    s->p->tid ? &s->snapshot->proc[s->p->parent] : s->p;

	for (int i = 0; i < p->nvars && !p->dead; i++)
		if (strcmp(p->var[i].name, s->variable) == 0)
			return &p->var[i];
	if (p->kind == KIND_PUPPET) {
		d->is = DATUM_NONE;
		WHY(d, "%s has no variable %s", s->name, s->variable);
	} else {
		value_unknown(d, "%s was not asked since: peek asks it",
		              s->name);
	}
	return NULL;
}

static void
value_variable(const struct subject *s, struct datum *d)
{
	const struct proc_var *var = value_find_variable(s, d);

	d->n = var ? var->value : 0;
}

static void
value_address(const struct subject *s, struct datum *d)
{
	const struct proc_var *var = value_find_variable(s, d);

	d->n = var ? (int64_t)var->address : 0;
}

/* What the machine gives ************************************************/

static void
value_fds(const struct subject *s, struct datum *d)
{
	d->n = s->p->fds;
	if (d->n < 0)
		value_unknown(d, "the descriptors of %s were not read",
		              s->name);
}

static void
value_uid(const struct subject *s, struct datum *d)
{
	d->n = s->p->uid;
	if (d->n < 0)
		value_unknown(d, "the user of %s was not read", s->name);
}

// clang-format off
#define FIELD(f) NULL, offsetof(struct proc, f)
static const struct value_row value_rows[] = {
	{ "alive", TYPE_TRUTH, 0, value_alive, 0, "it has not ended: alive(w1)", VALUE_ROWLESS, NULL },
	{ "state", TYPE_STATE, WANT_STAT, value_state, 0, "letter of ps: state(p2) = Z; X when reaped", 0, NULL },
	{ "life", TYPE_WORD, 0, value_life, 0, "of a worker: starting online listening leaving dead", 0, value_lives },
	{ "exitcode", TYPE_NUMBER, 0, value_exitcode, 0, "exit status: exitcode(w1) = 7", VALUE_ROWLESS, NULL },
	{ "termsig", TYPE_SIGNAL, 0, value_termsig, 0, "signal that killed it: termsig(w1) = TERM", VALUE_ROWLESS, NULL },
	{ "parent", TYPE_NAME, 0, value_parent, 0, "its parent: parent(w1) = web", 0, NULL },
	{ "children", TYPE_NUMBER, 0, value_children, 0, "how many children it has", 0, NULL },
	{ "threads", TYPE_NUMBER, WANT_STAT, value_threads, 0, "how many threads it has", 0, NULL },
	{ "foreground", TYPE_TRUTH, 0, value_foreground, 0, "it has the terminal: foreground(j1)", 0, NULL },
	{ "requests", TYPE_NUMBER, 0, value_requests, 0, "requests answered, of a worker, server or client", VALUE_ROWLESS, NULL },
	{ "failed", TYPE_NUMBER, 0, value_failed, 0, "requests that failed, of a worker, server or client", VALUE_ROWLESS, NULL },
	{ "took", TYPE_TIME, 0, value_took, 0, "how long a client took for all: took(c1)", VALUE_ROWLESS, NULL },
	{ "inflight", TYPE_NUMBER, 0, value_inflight, 0, "requests under way, of a worker or server", VALUE_ROWLESS, NULL },
	{ "connections", TYPE_NUMBER, 0, value_connections, 0, "open connections, of a worker or server", VALUE_ROWLESS, NULL },
	{ "port", TYPE_NAME, 0, value_port, 0, "who listens there: port(3000) = web", VALUE_PORT | VALUE_ROWLESS, NULL },
	{ "policy", TYPE_WORD, 0, value_policy, 0, "of a server: policy(web) = rr", VALUE_ROWLESS, NULL },
	{ "model", TYPE_WORD, 0, value_model, 0, "of a server: model(web) = event", VALUE_ROWLESS, NULL },
	{ "rss", TYPE_MEMORY, WANT_STAT, FIELD(rss_kb), "memory resident: rss(w1) > 10MB", 0, NULL },
	{ "private", TYPE_MEMORY, WANT_MEMORY, FIELD(private_kb), "memory of its own", 0, NULL },
	{ "cpu", TYPE_TIME, WANT_STAT, FIELD(cpu_ns), "processor time used: cpu(w1) > 500ms", 0, NULL },
	{ "switches", TYPE_NUMBER, WANT_STATUS, FIELD(switches), "how often it left the processor", 0, NULL },
	{ "processors", TYPE_NUMBER, WANT_STATUS, FIELD(processors), "how many it may run on: processors(w1) = 1", 0, NULL },
	{ "fds", TYPE_NUMBER, WANT_FDS, value_fds, 0, "open descriptors", 0, NULL },
	{ "uid", TYPE_NUMBER, WANT_STATUS, value_uid, 0, "number of its user", 0, NULL },
	{ "value", TYPE_NUMBER, 0, value_variable, 0, "variable of a puppet, or as peek found it: value(p1, x) = 5", VALUE_VARIABLE, NULL },
	{ "address", TYPE_NUMBER, 0, value_address, 0, "where: address(p1, x) = address(p2, x)", VALUE_VARIABLE, NULL },
	{ "generation", TYPE_NUMBER, 0, value_generation, 0, "births below the lab: generation(p2) = 2", 0, NULL },
	{ "pending", TYPE_SIGNALS, WANT_STATUS, FIELD(pending), "signals that wait: pending(p1, TERM)", VALUE_SIGNAL, NULL },
	{ "blocked", TYPE_SIGNALS, WANT_STATUS, FIELD(blocked), "signals blocked: blocked(p1) = none", VALUE_SIGNAL, NULL },
	{ "ignored", TYPE_SIGNALS, WANT_STATUS, FIELD(ignored), "signals ignored: ignored(p1, INT)", VALUE_SIGNAL, NULL },
	{ "caught", TYPE_SIGNALS, WANT_STATUS, FIELD(caught), "signals with a handler: caught(p1, USR1)", VALUE_SIGNAL, NULL },
};
// clang-format on

#define VALUE_ROWS (sizeof(value_rows) / sizeof(value_rows[0]))

const struct value_row *
value_nth(size_t i)
{
	return i < VALUE_ROWS ? &value_rows[i] : NULL;
}

size_t
value_count(void)
{
	return VALUE_ROWS;
}

const struct value_row *
value_find(const char *word)
{
	for (size_t i = 0; i < VALUE_ROWS; i++)
		if (strcmp(value_rows[i].name, word) == 0)
			return &value_rows[i];
	return NULL;
}

/* Is one signal in the set?  Makes a truth of it. */
static void
value_has_signal(const struct value_row *v, const struct subject *s,
                 struct datum *d)
{
	char sig[SIG_NAME_SIZE];

	d->n = (int64_t)((uint64_t)d->n >> (s->n - 1) & 1);
	WHY(d, "%s is %s%s in %s", sig_name((int)s->n, sig), d->n ? "" : "not ",
	    v->name, s->name);
}

/* What was not read is -1; a mask may have its highest bit set. */
static bool
value_was_read(const struct value_row *v, int64_t n)
{
	return v->type == TYPE_SIGNALS ? n != -1 : n >= 0;
}

void
value_get(const struct value_row *v, const struct subject *s, struct datum *d)
{
	memset(d, 0, sizeof(*d));
	if (!s->p && !(v->flags & VALUE_ROWLESS)) {
		value_unknown(d, "there is no %s", s->name);
		return;
	}
	if (v->get) {
		v->get(s, d);
		return;
	}
	/* NOLINTNEXTLINE: a value that needs no row has a function. */
	memcpy(&d->n, (const char *)s->p + v->offset, sizeof(d->n));
	if (!value_was_read(v, d->n)) {
		d->is = DATUM_UNKNOWN;
		WHY(d, "%s(%s) was not read", v->name, s->name);
	} else if ((v->flags & VALUE_SIGNAL) && s->n) {
		value_has_signal(v, s, d);
	}
}

/* Text ******************************************************************/

static void
value_time_text(int64_t ns, char *buf, size_t size)
{
	if (ns % NS_PER_S == 0 || ns >= 10 * NS_PER_S)
		snprintf(buf, size, "%" PRId64 " s", ns / NS_PER_S);
	else
		snprintf(buf, size, "%" PRId64 " ms", ns / NS_PER_MS);
}

static void
value_memory_text(int64_t kb, char *buf, size_t size)
{
	if (kb < 1024 && kb > -1024)
		snprintf(buf, size, "%" PRId64 " kB", kb);
	else
		snprintf(buf, size, "%.1f MB", (double)kb / 1024);
}

void
value_text(enum type type, const struct datum *d, char *buf, size_t size)
{
	char sig[SIG_NAME_SIZE];

	if (d->is != DATUM_KNOWN)
		snprintf(buf, size, "%s",
		         d->is == DATUM_NONE ? "none" : "unknown");
	else if (type == TYPE_TIME)
		value_time_text(d->n, buf, size);
	else if (type == TYPE_MEMORY)
		value_memory_text(d->n, buf, size);
	else if (type == TYPE_STATE)
		snprintf(buf, size, "%c", (int)d->n);
	else if (type == TYPE_SIGNAL)
		snprintf(buf, size, "%s", sig_name((int)d->n, sig));
	else if (type == TYPE_SIGNALS)
		sig_mask_text((uint64_t)d->n, buf, size);
	else if (type == TYPE_TRUTH || type == TYPE_NUMBER)
		snprintf(buf, size, "%" PRId64, d->n);
	else
		snprintf(buf, size, "%s", d->name);
}

const char *
value_type_text(enum type type)
{
	static const char *const words[] = {
		[TYPE_TRUTH] = "true or false by itself",
		[TYPE_NUMBER] = "a number",
		[TYPE_TIME] = "a time, such as 500ms or 2s",
		[TYPE_MEMORY] = "an amount of memory, such as 10MB",
		[TYPE_STATE] = "a state, a letter such as S or Z",
		[TYPE_SIGNAL] = "a signal, such as TERM",
		[TYPE_SIGNALS] = "a set of signals, such as none or INT",
		[TYPE_NAME] = "a name, such as w1 or web",
		[TYPE_WORD] = "a word",
		[TYPE_LITERAL] = "a word",
	};

	return words[type];
}
