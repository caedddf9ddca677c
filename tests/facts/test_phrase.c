/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fact about an event says in words what has happened, and what not yet.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/verdict.h"

START_TEST(what_was_not_done_yet_is_said_in_words)
{
	static const struct {
		const char *fact, *say;
	} rows[] = {
		{ "typed(ps)", "ps was not typed yet" },
		{ "typed(measure, create)",
		  "measure create was not typed yet" },
		{ "called(fork, p1)", "p1 has not called fork yet" },
		{ "refused(3000)", "nobody was refused at port 3000" },
		{ "signal(TERM, w1)", "TERM was not sent to w1 yet" },
		{ "signal(0, p1)", "signal 0 was not sent to p1 yet" },
		{ "signal(HUP, workers)", "HUP was not sent to a worker yet" },
		{ "stopped(jobs)", "no job was stopped yet" },
		{ "continued(w1)", "w1 has not gone on yet" },
		{ "adopted(p4, p2)", "p4 was not adopted by p2 yet" },
		{ "ever reaped(p2, web)", "p2 was not reaped by web yet" },
		{ "spied(w1.t2)", "w1.t2 has not read a secret yet" },
		{ "answer(workers)", "no worker has answered a request yet" },
		{ "forked(p3) and ever forked(p3)", "p3 was not forked yet" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fact *fact = verdict_begin(rows[i].fact);

		verdict_expect(fact, FACT_FALSE, rows[i].say);
		fact_free(fact);
	}
}
END_TEST

START_TEST(what_has_happened_is_said_in_words)
{
	struct fact *fact = verdict_begin("ever signal(KILL, p2)");

	tableau_event(&verdict_lab, EVENT_SIGNAL, "p2", NULL, SIGKILL, 0);
	verdict_expect(fact, FACT_TRUE, "KILL was sent to p2");
	verdict_expect(fact, FACT_TRUE, "KILL was sent to p2");
	fact_free(fact);
}
END_TEST

/* A sentence, not the fact once more: for every event of a process. */
START_TEST(no_event_is_without_words)
{
	for (int type = EVENT_NONE + 1; type < EVENT_LOST; type++) {
		struct fact *fact;
		char text[64], is[FACT_EXPLAIN];

		if (type == EVENT_SIGNAL || type == EVENT_REFUSED)
			continue;
		snprintf(text, sizeof(text), "%s(p1)",
		         event_word((enum event_type)type));
		fact = verdict_begin(text);
		verdict_expect(fact, FACT_FALSE, NULL);
		fact_explain(fact, is, sizeof(is));
		ck_assert_msg(strchr(is, '(') == NULL, "%s: \"%s\"", text, is);
		fact_free(fact);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("phrase");
	TCase *c = tcase_create("phrase");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, verdict_draw, verdict_wipe);
	tcase_add_test(c, what_was_not_done_yet_is_said_in_words);
	tcase_add_test(c, what_has_happened_is_said_in_words);
	tcase_add_test(c, no_event_is_without_words);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
