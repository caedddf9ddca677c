/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fact that is false says why: one for every value, every event and every
 * set that there is.  A new value has no row here, and that fails.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/facts/set.h"
#include "core/facts/value.h"
#include "tests/tableau.h"

// clang-format off
static const struct {
	const char *value, *fact, *why;
} values[] = {
	{ "alive", "alive(w9)", "there is no w9" },
	{ "state", "state(w1) = T", "state of w1: S, wanted T" },
	{ "life", "life(w1) = dead", "life of w1: listening, wanted dead" },
	{ "exitcode", "exitcode(p2) = 0", "exitcode of p2: 7, wanted 0" },
	{ "termsig", "termsig(p2) = TERM", "termsig of p2: none (p2 was not killed, it exited 7), wanted TERM" },
	{ "parent", "parent(p2) = web", "parent of p2: p1, wanted web" },
	{ "children", "children(web) = 7", "children of web: 1, wanted 7" },
	{ "generation", "generation(p1) = 4", "generation of p1: 0, wanted 4" },
	{ "threads", "threads(w1) = 3", "threads of w1: 1, wanted 3" },
	{ "foreground", "foreground(w1)", "w1 does not have the terminal" },
	{ "requests", "requests(w1) = 13", "requests of w1: 12, wanted 13" },
	{ "failed", "failed(w1) = 9", "failed of w1: 0, wanted 9" },
	{ "took", "took(c1) > 1s", "took of c1: 0 s, wanted more than 1 s" },
	{ "inflight", "inflight(w1) = 3", "inflight of w1: 0, wanted 3" },
	{ "connections", "connections(web) > 3", "connections of web: 0, wanted more than 3" },
	{ "port", "port(3001) = web", "port(3001): none (no server of the laboratory listens on port 3001), wanted web" },
	{ "policy", "policy(web) = least", "policy of web: rr, wanted least" },
	{ "model", "model(web) = pool", "model of web: event, wanted pool" },
	{ "rss", "rss(w1) > 1gb", "rss of w1: 4.2 MB, wanted more than 1024.0 MB" },
	{ "private", "private(w1) > 1gb", "private of w1: 1.0 MB, wanted more than 1024.0 MB" },
	{ "cpu", "cpu(w1) > 2s", "cpu of w1: 500 ms, wanted more than 2 s" },
	{ "switches", "switches(w1) > 999", "switches of w1: 30, wanted more than 999" },
	{ "processors", "processors(w1) = 9", "processors of w1: 2, wanted 9" },
	{ "fds", "fds(w1) = 99", "fds of w1: 7, wanted 99" },
	{ "uid", "uid(w1) = 0", "uid of w1: 1000, wanted 0" },
	{ "value", "value(p1, x) = 6", "value of x in p1: 5, wanted 6" },
	{ "address", "address(p1, x) = 1", "address of x in p1: 4096, wanted 1" },
	{ "pending", "pending(p1, TERM)", "TERM is not pending in p1" },
	{ "blocked", "blocked(p1) = INT", "blocked of p1: none, wanted INT" },
	{ "ignored", "ignored(p1, TERM)", "TERM is not ignored in p1" },
	{ "caught", "caught(p1, TERM)", "TERM is not caught in p1" },
};
// clang-format on

#define VALUES (sizeof(values) / sizeof(values[0]))

static struct tableau t;

static void
draw(void)
{
	struct proc *p1;

	t = tableau_open(16);
	tableau_server(&t, "web", 3000);
	tableau_worker(&t, "web", "w1", 12);
	p1 = tableau_row(&t, "lab", KIND_PUPPET, "p1");
	p1->nvars = 1;
	p1->var[0] = (struct proc_var){ "x", 5, 0x1000 };
	tableau_end(tableau_row(&t, "p1", KIND_PUPPET, "p2"), false, 7, false);
	tableau_event(&t, EVENT_FIRED, "c1", NULL, 9, 3);
}

static void
wipe(void)
{
	tableau_close(&t);
}

/* It is false now, and why. */
static void
evaluate(const char *text, char say[FACT_EXPLAIN])
{
	struct err err;
	struct fact *fact = fact_parse(text, &err);
	enum verdict verdict;

	ck_assert_msg(fact, "%s: %s", text, err.text);
	fact_start(fact, 0, t.now_ns);
	verdict = fact_evaluate(fact, t.snapshot, t.timeline, t.now_ns);
	fact_explain(fact, say, FACT_EXPLAIN);
	ck_assert_msg(verdict == FACT_FALSE, "%s: %s: %s", text,
	              fact_verdict_word(verdict), say);
	fact_free(fact);
}

static void
expect_false(const char *text, const char *why)
{
	char say[FACT_EXPLAIN];

	evaluate(text, say);
	ck_assert_str_eq(say, why);
}

static int
rows_of(const char *value)
{
	int n = 0;

	for (size_t i = 0; i < VALUES; i++)
		n += strcmp(values[i].value, value) == 0;
	return n;
}

START_TEST(every_value_says_why_not)
{
	for (size_t i = 0; i < VALUES; i++)
		expect_false(values[i].fact, values[i].why);
	for (size_t i = 0; i < value_count(); i++)
		ck_assert_msg(rows_of(value_nth(i)->name) == 1,
		              "%s: what does it say when it is not so?",
		              value_nth(i)->name);
	ck_assert_int_eq((int)VALUES, (int)value_count());
}
END_TEST

/* Of whom, or of what, an event is asked. */
static const char *
event_of(enum event_type event)
{
	switch (event) {
	case EVENT_REFUSED:
		return "3001";
	case EVENT_SIGNAL:
		return "TERM, w1";
	case EVENT_TYPED:
		return "fork";
	case EVENT_CALLED:
		return "fork, p1";
	default:
		return "w1";
	}
}

START_TEST(every_event_says_that_it_has_not_happened)
{
	for (int i = EVENT_NONE + 1; i < EVENT_TYPES; i++) {
		enum event_type event = (enum event_type)i;
		char text[96], say[FACT_EXPLAIN];

		snprintf(text, sizeof(text), "ever %s(%s)", event_word(event),
		         event_of(event));
		evaluate(text, say);
		ck_assert_msg(strstr(say, " not ") || strstr(say, "nobody "),
		              "%s: %s", text, say);
		ck_assert_msg(strcmp(say, text) != 0, "%s", say);
	}
}
END_TEST

START_TEST(every_set_says_how_many_there_are)
{
	for (size_t i = 0; i < set_words(); i++) {
		const char *set = set_nth(i)->name;
		char text[96], say[FACT_EXPLAIN];

		snprintf(text, sizeof(text), "count(%s) = 99", set);
		evaluate(text, say);
		ck_assert_msg(strncmp(say, set, strlen(set)) == 0 &&
		                  strstr(say, ", wanted 99"),
		              "%s: %s", text, say);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fact why");
	TCase *c = tcase_create("why");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, draw, wipe);
	tcase_add_test(c, every_value_says_why_not);
	tcase_add_test(c, every_event_says_that_it_has_not_happened);
	tcase_add_test(c, every_set_says_how_many_there_are);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
