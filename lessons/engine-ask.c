/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Predictions.  A question is asked before its command may run, however that
 * is typed; afterwards what was answered is compared with what happened.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/parse.h"
#include "core/shell/troupe.h"
#include "core/sys/clock.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"
#include "lessons/engine-inside.h"

#define ASK_WORDS 32

/* Is it that command? ***************************************************/

/* Words of a command; as many as fit. */
struct words {
	char text[PANEL_TEXT];
	char *word[ASK_WORDS];
	int n;
};

static void
ask_split(struct words *w, const char *text)
{
	char *state = NULL, *word;

	snprintf(w->text, sizeof(w->text), "%s", text);
	w->n = 0;
	for (word = strtok_r(w->text, " \t", &state); word && w->n < ASK_WORDS;
	     word = strtok_r(NULL, " \t", &state))
		w->word[w->n++] = word;
}

/* "-KILL", "-9" and "-SIGKILL" are one. */
static int
ask_signal(const char *word)
{
	return word[0] == '-' && word[1] ? sig_number(word + 1) : -1;
}

/* A name, or the pid of whom it names. */
static bool
ask_same(const struct snapshot *snap, const char *wanted, const char *word)
{
	const struct proc *p;

	if (strcmp(wanted, word) == 0)
		return true;
	if (ask_signal(wanted) > 0)
		return ask_signal(word) == ask_signal(wanted);
	p = snap && (isdigit((unsigned char)*word) || *word == '%')
	        ? snapshot_find(snap, wanted)
	        : NULL;
	if (p && *word == '%')
		return p->name[0] == 'j' && strcmp(p->name + 1, word + 1) == 0;
	return p && snapshot_find(snap, word) == p;
}

static bool
ask_has(const struct snapshot *snap, const struct words *w, int from,
        const char *wanted)
{
	for (int i = from; i < w->n; i++)
		if (ask_same(snap, wanted, w->word[i]))
			return true;
	return false;
}

/* "p2 exit" is typed as `p2 exit 7`, and as `all exit`. */
static bool
ask_calls(const struct words *wanted, const struct words *w)
{
	size_t n = w->n > 1 ? strlen(w->word[1]) : 0;
	bool all = strcmp(w->word[0], "all") == 0 ||
	           strcmp(wanted->word[0], "all") == 0;

	if (!all && strcmp(wanted->word[0], w->word[0]) != 0)
		return false;
	if (wanted->n < 2)
		return true;
	return n > 1 && strncmp(wanted->word[1], w->word[1], n) == 0;
}

static bool
ask_is_puppet(const char *word)
{
	return troupe_name_ok(word) || strcmp(word, "all") == 0;
}

bool
ask_matches(const struct snapshot *snap, const char *before,
            const struct parse *p)
{
	const char *text = p->kind == PARSE_COMMAND   ? p->args.line
	                   : p->kind == PARSE_PROGRAM ? p->line
	                                              : NULL;
	struct words wanted, w;
	int from = 1;

	if (!text)
		return false;
	ask_split(&wanted, before);
	ask_split(&w, text);
	if (!wanted.n || !w.n)
		return false;
	if (ask_is_puppet(wanted.word[0])) {
		if (!ask_is_puppet(w.word[0]) || !ask_calls(&wanted, &w))
			return false;
		from = 2;
	} else if (strcmp(wanted.word[0], w.word[0]) != 0) {
		return false;
	}
	for (int i = from; i < wanted.n; i++)
		if (!ask_has(snap, &w, from, wanted.word[i]))
			return false;
	return true;
}

/* Asking ****************************************************************/

void
ask_end(struct engine *e)
{
	for (int i = 0; i < LESSON_QUESTIONS; i++) {
		fact_free(e->asked[i].truth);
		e->asked[i] = (struct asked){ .truth = NULL };
	}
	e->question = -1;
	free(e->held);
	e->held = NULL;
}

void
ask_begin(struct engine *e)
{
	ask_end(e);
}

static const struct question *
ask_question(const struct engine *e, int i)
{
	return &engine_open_step(e)->question[i];
}

void
ask_tell(struct engine *e)
{
	const struct question *q = ask_question(e, e->question);

	if (e->options.panel)
		return;
	engine_say(e, LINE_GUIDE, "before `%s` runs: %s", e->held, q->ask.text);
	for (int i = 0; i < q->answers; i++)
		engine_say(e, LINE_RESULT, "  %d  %s", i + 1,
		           q->answer[i].text.text);
	engine_say(e, LINE_RESULT, "answer with 1 to %d", q->answers);
}

int
ask_wants(const struct engine *e)
{
	const struct step *s = engine_open_step(e);
	char text[PANEL_TEXT];
	int wants = 0;

	for (int i = 0; i < s->questions; i++) {
		struct fact *truth = fact_parse(
		    engine_text(e, s->question[i].truth.text, text), NULL);

		wants |= truth ? fact_wants_values(truth) : 0;
		fact_free(truth);
	}
	return wants;
}

/* From now on what happens is what was asked about. */
static void
ask_watch_truth(struct engine *e, int i)
{
	struct asked *a = &e->asked[i];
	char text[PANEL_TEXT];

	fact_free(a->truth);
	a->truth = fact_parse(
	    engine_text(e, ask_question(e, i)->truth.text, text), NULL);
	a->since_ns = 0;
	if (!a->truth)
		return;
	a->truth_is = TRUTH_OPEN;
	fact_start(a->truth, timeline_last(session_present(e->session)),
	           clock_ns());
}

static void
ask_hold(struct engine *e, int i, const char *line)
{
	free(e->held);
	e->held = strdup(line);
	e->question = i;
	ask_tell(e);
	engine_show(e);
}

/* What the engine types is not asked about, but told. */
static void
ask_show(struct engine *e, int i)
{
	const struct question *q = ask_question(e, i);

	e->asked[i].answered = true;
	e->asked[i].answer = -1;
	if (e->state != ENGINE_STEP)
		return;
	engine_say(e, LINE_GUIDE, "%s", q->ask.text);
	engine_say(e, LINE_GUIDE, "  %s", q->answer[q->right].text.text);
}

/* "2", typed while a question is open; or a moment too late. */
static bool
ask_takes_digit(struct engine *e, const char *line)
{
	int64_t n;
	struct err err;
	char word[8];

	if (e->question < 0 && strspn(line, "0123456789") != strlen(line))
		return false;
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(line, " \t;"), line);
	if (!text_number(word, 0, 99, &n))
		return false;
	if (engine_answer(e, (int)n, &err) < 0)
		engine_say(e, LINE_ERROR, "%s", err.text);
	return true;
}

bool
ask_before(struct engine *e, const char *line, const struct parse *p)
{
	const struct step *s = engine_open_step(e);

	if (ask_takes_digit(e, line))
		return false;
	if (e->state != ENGINE_STEP && e->state != ENGINE_COMING)
		return true;
	for (int i = 0; s && i < s->questions; i++) {
		struct asked *a = &e->asked[i];

		if (a->truth_is != TRUTH_UNASKED ||
		    !ask_matches(watch_snapshot(session_watch(e->session)),
		                 s->question[i].before.text, p))
			continue;
		if (e->running && !a->answered)
			ask_show(e, i);
		if (!a->answered) {
			ask_hold(e, i, line);
			return false;
		}
		ask_watch_truth(e, i);
	}
	return true;
}

int
engine_answer(struct engine *e, int answer, struct err *err)
{
	const struct question *q;
	int asked = e->question;

	if (asked < 0)
		return err_set(err, "there is no question open");
	if (session_past(e->session, NULL, NULL))
		return err_set(err, "this is the past: live comes back, and "
		                    "then the question is still open");
	q = ask_question(e, asked);
	if (answer < 1 || answer > q->answers)
		return err_set(err, "answer with a number from 1 to %d",
		               q->answers);
	e->question = -1;
	e->asked[asked].answered = true;
	e->asked[asked].answer = answer - 1;
	engine_say(e, LINE_RESULT, "you say: %s",
	           q->answer[answer - 1].text.text);
	session_run_first(e->session, e->held);
	free(e->held);
	e->held = NULL;
	return 0;
}

/* Comparing *************************************************************/

static void
ask_tell_reply(struct engine *e, const struct answer *given)
{
	if (given->reply.text)
		engine_say(e, LINE_GUIDE, "%s", given->reply.text);
}

/* What was answered, beside what happened. */
static void
ask_compare(struct engine *e, int i)
{
	const struct question *q = ask_question(e, i);
	struct asked *a = &e->asked[i];
	char is[FACT_EXPLAIN];

	if (a->answer < 0)
		return;
	fact_explain(a->truth, is, sizeof(is));
	if (a->truth_is == TRUTH_FAILED) {
		engine_say(e, LINE_GUIDE,
		           "it came otherwise here than the lesson expects: %s",
		           is);
		/* Too early, or in another way: the next one is asked about. */
		a->truth_is = TRUTH_UNASKED;
		a->answered = false;
		return;
	}
	if (a->answer == q->right)
		engine_say(e, LINE_GOOD, "right: %s (%s)",
		           q->answer[a->answer].text.text, is);
	else
		engine_say(e, LINE_GUIDE, "it is otherwise: %s (%s)",
		           q->answer[q->right].text.text, is);
	ask_tell_reply(e, &q->answer[a->answer]);
}

void
ask_after(struct engine *e)
{
	for (int i = 0; i < LESSON_QUESTIONS; i++)
		if (e->asked[i].truth_is == TRUTH_OPEN && !e->asked[i].since_ns)
			e->asked[i].since_ns = clock_ns();
}

static void
ask_look(struct engine *e, int i)
{
	struct asked *a = &e->asked[i];
	enum verdict verdict =
	    fact_evaluate(a->truth, watch_snapshot(session_watch(e->session)),
	                  session_present(e->session), clock_ns());

	if (!a->since_ns)
		return;
	if (verdict == FACT_TRUE)
		a->truth_is = TRUTH_HELD;
	else if (clock_ns() >= a->since_ns + ENGINE_TRUTH_NS)
		a->truth_is = TRUTH_FAILED;
	if (a->truth_is != TRUTH_OPEN)
		ask_compare(e, i);
}

bool
ask_settled(struct engine *e)
{
	bool settled = true;

	for (int i = 0; i < LESSON_QUESTIONS; i++) {
		if (e->asked[i].truth_is == TRUTH_OPEN)
			ask_look(e, i);
		settled = settled && e->asked[i].truth_is != TRUTH_OPEN;
	}
	return settled;
}

int64_t
ask_deadline_ns(const struct engine *e)
{
	int64_t at_ns = -1;

	for (int i = 0; i < LESSON_QUESTIONS; i++) {
		const struct asked *a = &e->asked[i];
		int64_t own_ns = a->since_ns + ENGINE_TRUTH_NS, fact_ns;

		if (a->truth_is != TRUTH_OPEN || !a->since_ns)
			continue;
		fact_ns = fact_next_deadline_ns(a->truth);
		if (fact_ns >= 0 && fact_ns < own_ns)
			own_ns = fact_ns;
		if (at_ns < 0 || own_ns < at_ns)
			at_ns = own_ns;
	}
	return at_ns;
}

enum engine_truth
engine_truth(const struct engine *e, int question)
{
	return e->asked[question].truth_is;
}
