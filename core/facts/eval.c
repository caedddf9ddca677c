/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walk the nodes over a snapshot and the new events.  Every node is visited
 * in every look, whatever its neighbour came to, because it may have to
 * remember what it sees.  Each says in `say` what is and what is wanted.
 *
 * Verdicts combine as in Kleene's logic: false and unknown is false, true and
 * unknown is unknown.
 */
#include <stdio.h>
#include <string.h>

#include "core/facts/phrase.h"
#include "core/facts/scan.h"
#include "core/facts/scene.h"
#include "core/sys/text.h"

#define EVAL_SHOWN 3 /* of a set, in an explanation */

/* What came of a node. */
struct truth {
	enum verdict verdict;
	bool settled;       /* it can never change again */
	struct position at; /* where it became true */
};

static struct truth eval_truth(struct scene *, struct node *, char *say);

#define SAY(...) snprintf(say, NODE_SAY, __VA_ARGS__)

/* Begin a node and all below it anew. */
static void
eval_begin(const struct fact *fact, struct node *n, struct position start,
           int64_t start_ns)
{
	if (!n)
		return;
	n->start = start;
	n->start_ns = start_ns;
	n->seen = start.level ? start.n : fact->after;
	n->gap = false;
	n->latched = false;
	n->since_ns = -1;
	eval_begin(fact, n->left, start, start_ns);
	eval_begin(fact, n->right, start, start_ns);
}

/* The fact looks again at this time, at the latest. */
static void
eval_wake(struct scene *k, int64_t at_ns)
{
	if (k->fact->deadline_ns < 0 || at_ns < k->fact->deadline_ns)
		k->fact->deadline_ns = at_ns;
}

/* Statements about now **************************************************/

static struct truth
eval_level(const struct scene *k, bool holds)
{
	return (struct truth){ holds ? FACT_TRUE : FACT_FALSE, false,
		               scene_here(k) };
}

static struct truth
eval_unknown(const struct scene *k, const char *why, char *say)
{
	SAY("%s", why);
	return (struct truth){ FACT_UNKNOWN, false, scene_here(k) };
}

static bool
eval_same(enum type type, const struct datum *a, const struct datum *b)
{
	if (a->is != b->is)
		return false;
	if (a->is == DATUM_NONE)
		return true;
	if (type == TYPE_NAME && a->pid && b->pid)
		return a->pid == b->pid;
	if (type == TYPE_NAME || type == TYPE_WORD)
		return strcmp(a->name, b->name) == 0;
	return a->n == b->n;
}

static bool
eval_holds(const struct node *n, const struct datum *a, const struct datum *b)
{
	enum type type = n->left->type;

	if (n->order == ORDER_EQ || n->order == ORDER_NE)
		return eval_same(type, a, b) == (n->order == ORDER_EQ);
	if (a->is == DATUM_NONE || b->is == DATUM_NONE)
		return false;
	switch (n->order) {
	case ORDER_LT:
		return a->n < b->n;
	case ORDER_LE:
		return a->n <= b->n;
	case ORDER_GT:
		return a->n > b->n;
	default:
		return a->n >= b->n;
	}
}

static void
eval_say_compare(const struct scene *k, const struct node *n, bool holds,
                 const struct datum *a, const struct datum *b, char *say)
{
	static const char *const wanted[] = {
		[ORDER_EQ] = "",           [ORDER_NE] = "another than ",
		[ORDER_LT] = "less than ", [ORDER_LE] = "at most ",
		[ORDER_GT] = "more than ", [ORDER_GE] = "at least ",
	};
	char what[128], is[96], want[96], other[96] = "";

	scene_describe(k, n->left, what, sizeof(what));
	value_text(n->left->type, a, is, sizeof(is));
	value_text(n->left->type, b, want, sizeof(want));
	if (n->right->op != OP_LITERAL) {
		scene_describe(k, n->right, other, sizeof(other));
	}
	SAY("%s: %s", what, is);
	if (a->is == DATUM_NONE && a->why[0])
		text_add(say, NODE_SAY, " (%s)", a->why);
	if (!holds)
		text_add(say, NODE_SAY, ", wanted %s%s", wanted[n->order],
		         want);
	if (!holds && other[0])
		text_add(say, NODE_SAY, " (%s)", other);
}

static struct truth
eval_compare(struct scene *k, struct node *n, char *say)
{
	struct datum a, b;
	bool holds;

	scene_datum(k, n->left, &a);
	scene_datum(k, n->right, &b);
	if (a.is == DATUM_UNKNOWN || b.is == DATUM_UNKNOWN)
		return eval_unknown(k, a.is == DATUM_UNKNOWN ? a.why : b.why,
		                    say);
	holds = eval_holds(n, &a, &b);
	eval_say_compare(k, n, holds, &a, &b, say);
	return eval_level(k, holds);
}

static struct truth
eval_statement(struct scene *k, struct node *n, char *say)
{
	struct datum d;

	scene_datum(k, n, &d);
	if (d.is == DATUM_UNKNOWN)
		return eval_unknown(k, d.why, say);
	SAY("%s", d.why);
	return eval_level(k, d.n != 0);
}

/* Events ****************************************************************/

static struct truth
eval_event(struct scene *k, struct node *n, char *say)
{
	char what[128];

	scan_events(k, n);
	if (!n->latched && n->gap) {
		scene_source(k, n, what, sizeof(what));
		SAY("some events were lost, %s may have been among them", what);
		return (struct truth){ FACT_UNKNOWN, false, scene_here(k) };
	}
	phrase_event(k, n, n->latched, say, NODE_SAY);
	if (n->latched)
		return (struct truth){ FACT_TRUE, true, n->at };
	return eval_level(k, false);
}

/* Logic *****************************************************************/

static struct truth
eval_not(struct truth t, const struct scene *k)
{
	if (t.verdict != FACT_UNKNOWN)
		t.verdict = t.verdict == FACT_TRUE ? FACT_FALSE : FACT_TRUE;
	t.at = scene_here(k);
	return t;
}

/* The side, or the sides, that made the verdict what it is. */
static void
eval_say_both(enum verdict verdict, const struct truth *a, const char *a_say,
              const struct truth *b, const char *b_say, char *say)
{
	if (a->verdict == verdict && b->verdict == verdict &&
	    strcmp(a_say, b_say) != 0)
		SAY("%.124s; %.124s", a_say, b_say);
	else
		SAY("%s", a->verdict == verdict ? a_say : b_say);
}

/* A side that decides alone: false for and, true for or. */
static struct truth
eval_both(struct scene *k, struct node *n, char *say)
{
	enum verdict decides = n->op == OP_AND ? FACT_FALSE : FACT_TRUE;
	char a_say[NODE_SAY], b_say[NODE_SAY];
	struct truth a = eval_truth(k, n->left, a_say);
	struct truth b = eval_truth(k, n->right, b_say);
	struct truth t = { .verdict = FACT_UNKNOWN };

	if (a.verdict == decides || b.verdict == decides)
		t.verdict = decides;
	else if (a.verdict == b.verdict)
		t.verdict = a.verdict;
	t.settled = (a.settled && b.settled) ||
	            (a.settled && a.verdict == decides) ||
	            (b.settled && b.verdict == decides);
	t.at = a.verdict == FACT_TRUE ? a.at : b.at;
	if (a.verdict == FACT_TRUE && b.verdict == FACT_TRUE)
		t.at = n->op == OP_AND ? scene_last(k, a.at, b.at)
		                       : scene_first(k, a.at, b.at);
	eval_say_both(t.verdict, &a, a_say, &b, b_say, say);
	return t;
}

/* How much one of a set weighs: what decides, what is unknown, the rest. */
static int
eval_weight(enum verdict verdict, enum verdict decides)
{
	return verdict == decides ? 2 : verdict == FACT_UNKNOWN;
}

/* Each of a set; tells of those that weigh most, a few of them by name. */
static int
eval_each(struct scene *k, struct node *n, const struct proc *of,
          enum verdict decides, struct truth *t, char *say)
{
	struct scene each = *k;
	char one_say[NODE_SAY];
	int i = 0, seen = 0, heaviest = 0, shown = 0;

	for (say[0] = '\0'; scene_next(&each, n, of, &i); seen++) {
		struct truth one = eval_truth(&each, n->left, one_say);
		int weight = eval_weight(one.verdict, decides);

		if (weight < heaviest)
			continue;
		if (weight > heaviest) {
			t->verdict = one.verdict;
			heaviest = weight;
			shown = 0;
			say[0] = '\0';
		}
		if (shown++ < EVAL_SHOWN)
			text_add(say, NODE_SAY, "%s%s", say[0] ? "; " : "",
			         one_say);
	}
	if (shown > EVAL_SHOWN)
		text_add(say, NODE_SAY, "; and %d more", shown - EVAL_SHOWN);
	return seen;
}

/* all and any: like and and or, over a set; of nobody nothing is known. */
static struct truth
eval_set(struct scene *k, struct node *n, char *say)
{
	enum verdict decides = n->op == OP_ALL ? FACT_FALSE : FACT_TRUE;
	struct truth t = eval_level(k, n->op == OP_ALL);
	const struct proc *of;

	if (!scene_of(k, n, &of)) {
		SAY("there is no %s", n->of);
		t.verdict = FACT_UNKNOWN;
	} else if (eval_each(k, n, of, decides, &t, say) == 0) {
		SAY("there are no %s", n->set->name);
		t.verdict = n->op == OP_ALL ? FACT_UNKNOWN : FACT_FALSE;
	}
	return t;
}

/* Memory ****************************************************************/

static struct truth
eval_ever(struct scene *k, struct node *n, char *say)
{
	struct truth t;
	char what[160];

	if (!n->latched) {
		t = eval_truth(k, n->left, say);
		n->latched = t.verdict == FACT_TRUE;
		n->at = t.at;
		if (!n->latched)
			return t;
	} else if (n->left->op == OP_EVENT) {
		phrase_event(k, n->left, true, say, NODE_SAY);
	} else {
		scene_source(k, n->left, what, sizeof(what));
		SAY("it has been so: %s", what);
	}
	return (struct truth){ FACT_TRUE, true, n->at };
}

static struct truth
eval_then(struct scene *k, struct node *n, char *say)
{
	char part[NODE_SAY];
	struct truth t;

	if (!n->latched) {
		t = eval_truth(k, n->left, part);
		if (t.verdict != FACT_TRUE) {
			/* In A then B then C, "first" and "then" stand once. */
			SAY("%s%.240s",
			    n->left->op == OP_THEN ? "" : "first: ", part);
			return t;
		}
		n->latched = true;
		eval_begin(k->fact, n->right, t.at, scene_time_ns(k, &t.at));
	}
	t = eval_truth(k, n->right, part);
	SAY("then: %.240s", part);
	return t;
}

static struct truth
eval_for(struct scene *k, struct node *n, char *say)
{
	char part[NODE_SAY], held[32], wanted[32];
	struct truth t = eval_truth(k, n->left, part);
	int64_t held_ns;

	SAY("%s", part);
	if (t.verdict != FACT_TRUE) {
		n->since_ns = -1;
		return t;
	}
	if (n->since_ns < 0)
		n->since_ns = k->now_ns;
	held_ns = k->now_ns - n->since_ns;
	t.at = scene_here(k);
	if (held_ns >= n->n)
		return t;
	eval_wake(k, n->since_ns + n->n);
	scene_span(held_ns, held, sizeof(held));
	scene_span(n->n, wanted, sizeof(wanted));
	SAY("%.180s, for %s of %s", part, held, wanted);
	t.verdict = FACT_FALSE;
	t.settled = false;
	return t;
}

static struct truth
eval_within(struct scene *k, struct node *n, char *say)
{
	int64_t end_ns = n->start_ns + n->n;
	char part[NODE_SAY], time[32];
	struct truth t;

	if (n->latched) {
		scene_source(k, n, part, sizeof(part));
		SAY("it has been so: %.230s", part);
		return (struct truth){ FACT_TRUE, true, n->at };
	}
	t = eval_truth(k, n->left, part);
	SAY("%s", part);
	if (t.verdict == FACT_TRUE && scene_time_ns(k, &t.at) <= end_ns) {
		n->latched = true;
		n->at = t.at;
		t.settled = true;
		return t;
	}
	if (k->now_ns > end_ns) {
		scene_span(n->n, time, sizeof(time));
		SAY("not within %s: %.200s", time, part);
		t.settled = true;
		if (t.verdict == FACT_TRUE)
			t.verdict = FACT_FALSE;
		return t;
	}
	eval_wake(k, end_ns + 1);
	scene_span(end_ns - k->now_ns, time, sizeof(time));
	SAY("%.200s, %s left", part, time);
	return t;
}

/* The whole *************************************************************/

static struct truth
eval_truth(struct scene *k, struct node *n, char *say)
{
	switch (n->op) {
	case OP_EVENT:
		return eval_event(k, n, say);
	case OP_COMPARE:
		return eval_compare(k, n, say);
	case OP_ALL:
	case OP_ANY:
		return eval_set(k, n, say);
	case OP_NOT:
		return eval_not(eval_truth(k, n->left, say), k);
	case OP_AND:
	case OP_OR:
		return eval_both(k, n, say);
	case OP_EVER:
		return eval_ever(k, n, say);
	case OP_NEVER:
		return eval_not(eval_ever(k, n, say), k);
	case OP_THEN:
		return eval_then(k, n, say);
	case OP_FOR:
		return eval_for(k, n, say);
	case OP_WITHIN:
		return eval_within(k, n, say);
	default:
		return eval_statement(k, n, say);
	}
}

void
eval_start(struct fact *fact, int64_t now_ns)
{
	struct position start = { fact->after, true };

	eval_begin(fact, fact->root, start, now_ns);
}

void
eval_look(struct fact *fact, const struct snapshot *snapshot,
          const struct timeline *timeline, int64_t now_ns)
{
	struct scene k = { .fact = fact,
		           .snapshot = snapshot,
		           .timeline = timeline,
		           .now_ns = now_ns };
	struct truth t;

	fact->deadline_ns = -1;
	t = eval_truth(&k, fact->root, fact->say);
	fact->verdict = t.verdict;
	fact->settled = t.settled;
}
