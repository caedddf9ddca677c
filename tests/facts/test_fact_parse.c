/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is no fact is answered with a column and a sentence to act on.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/watch/timeline.h"

struct wrong {
	const char *fact;
	const char *sentence;
};

static void
refuse(const struct wrong *w)
{
	struct err err = { 0 };
	struct fact *fact = fact_parse(w->fact, &err);

	ck_assert_msg(!fact, "%s: was read", w->fact);
	ck_assert_msg(strcmp(err.text, w->sentence) == 0,
	              "%s: \"%s\", wanted \"%s\"", w->fact, err.text,
	              w->sentence);
}

#define REFUSE(rows)                                                           \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)          \
	refuse(&rows[i])

// clang-format off
START_TEST(a_word_that_is_none_brings_the_nearest_one)
{
	static const struct wrong rows[] = {
		{ "reqests(w1) = 3", "column 1: there is no value and no event 'reqests'; the nearest word is requests" },
		{ "1 = 1 and exitted(w1)", "column 11: there is no value and no event 'exitted'; the nearest word is exited" },
		{ "hello", "column 1: there is no value and no event 'hello'; the nearest word is all" },
		{ "workers = 2", "column 1: write count(workers)" },
		{ "2 = workers", "column 5: write count(workers)" },
		{ "count = 2", "column 1: of what? Write count(workers)" },
		{ "exited", "column 1: whose? Write exited(w1)" },
		{ "state = Z", "column 1: whose? Write state(w1)" },
		{ "port = web", "column 1: whose? Write port(3000)" },
		{ "all(workers, port = web)", "column 14: whose? Write port(3000)" },
		{ "count(worker) = 1", "column 7: expected workers, zombies, threads, children, processes, orphans, servers, balancers, puppets, clients or jobs, not worker" },
		{ "signal(TRM, w1)", "column 8: there is no signal 'TRM'; the nearest is TERM" },
		{ "pending(w1, 99)", "column 13: there is no signal 99: they go from 1 to 64" },
		{ "termsig(w1) = KIL", "column 15: there is no signal 'KIL'; the nearest is KILL" },
		{ "life(w1) = up", "column 12: life is one of none starting online listening leaving dead, not 'up'" },
		{ "state(w1) = zombie", "column 13: a state is one of the letters of ps: R S D T t Z I X" },
	};

	REFUSE(rows);
}
END_TEST

START_TEST(a_place_that_is_wrong_is_pointed_at)
{
	static const struct wrong rows[] = {
		{ "", "column 1: expected a value or an event, not the end" },
		{ "   ", "column 4: expected a value or an event, not the end" },
		{ "and", "column 1: expected a value or an event, not and" },
		{ "1 = ", "column 5: expected a value or an event, not the end" },
		{ "1 = 1 1", "column 7: expected and, or, then, or the end, not 1" },
		{ "(1 = 1", "column 7: expected ')', not the end" },
		{ "1 = 1)", "column 6: expected and, or, then, or the end, not )" },
		{ "alive(w1", "column 9: expected ')', not the end" },
		{ "alive(9412)", "column 7: names, never pids: write w1, not 9412" },
		{ "alive()", "column 7: expected a name, such as w1, not )" },
		{ "alive(\"\")", "column 7: expected a name, such as w1, not \"\"" },
		{ "alive(\"w1)", "column 7: expected a name, such as w1, not \"w1)" },
		{ "alive(abcdefghijklmnopqrstuvwxyz)", "column 7: no name is so long" },
		{ "alive(w1, TERM)", "column 9: expected ')', not ," },
		{ "port(w1) = web", "column 6: expected a port, such as 3000, not w1" },
		{ "port(70000) = web", "column 6: expected a port, such as 3000, not 70000" },
		{ "refused(0)", "column 9: expected a port, such as 3000, not 0" },
		{ "exited w1", "column 1: whose? Write exited(w1)" },
		{ "signal(TERM)", "column 12: expected ',' and a name, not )" },
		{ "exited(zombies)", "column 8: an event is of a name, or of workers, puppets and the like, not of zombies" },
		{ "max(workers)", "column 12: expected ',' and what to look at, not )" },
		{ "count(workers, 1)", "column 14: expected ')', not ," },
		{ "requests(w1) ≥ 3", "column 14: expected =, !=, <, <=, > or >=, not ≥" },
		{ "1 ! 2", "column 3: expected =, !=, <, <=, > or >=, not !" },
		{ "alive(w1) & alive(w2)", "column 11: expected and, or, then, or the end, not &" },
		{ "alive(w1) for", "column 14: expected a time, such as 500ms or 2s, not the end" },
		{ "alive(w1) for 3 apples", "column 17: expected and, or, then, or the end, not apples" },
		{ "alive(w1) within 5parsecs", "column 18: expected a time, such as 500ms or 2s, not 5parsecs" },
		{ "requests(w1) = 3x", "column 16: expected a number, a time or an amount of memory, not 3x" },
		{ "requests(w1) = 99999999999999999999", "column 16: expected a number, a time or an amount of memory, not 99999999999999999999" },
		{ "rss(w1) = 1.2.3MB", "column 11: expected a number, a time or an amount of memory, not 1.2.3MB" },
		{ "rss(w1) = 99999999999999GB", "column 11: expected a number, a time or an amount of memory, not 99999999999999GB" },
	};

	REFUSE(rows);
}
END_TEST

START_TEST(only_like_is_compared_with_like)
{
	static const struct wrong rows[] = {
		{ "requests(w1)", "column 1: 'requests(w1)' is a number: compare it with =, < and so on" },
		{ "not requests(w1)", "column 5: 'requests(w1)' is a number: compare it with =, < and so on" },
		{ "requests(w1) = rr", "column 16: expected a number, not 'rr'" },
		{ "requests(w1) = 500ms", "column 14: the left side is a number, the right side a time, such as 500ms or 2s" },
		{ "cpu(w1) = 5", "column 9: the left side is a time, such as 500ms or 2s, the right side a number" },
		{ "state(w1) < Z", "column 11: a state, a letter such as S or Z can only be compared with = and !=" },
		{ "alive(w1) = alive(w2)", "column 11: what is true or false by itself is not compared" },
		{ "none != exited(w1)", "column 6: what is true or false by itself is not compared" },
		{ "requests(w1) + cpu(w1) = 1", "column 14: only two numbers, two times or two amounts of memory can be added" },
		{ "parent(w1) + parent(w2) = 1", "column 12: only two numbers, two times or two amounts of memory can be added" },
		{ "max(workers, state) = Z", "column 14: 'state' is a state, a letter such as S or Z, which cannot be counted" },
		{ "all(workers, requests)", "column 14: 'requests' is a number: compare it with =, < and so on" },
		{ "1 = 1 = 1", "column 7: expected and, or, then, or the end, not =" },
	};

	REFUSE(rows);
}
END_TEST

START_TEST(what_remembers_does_not_stand_inside_a_set)
{
	static const char *const facts[] = {
		"all(workers, ever state = T)", "any(workers, never alive)", "all(workers, alive for 1s)",
		"all(workers, (alive then alive))", "all(workers, alive within 1s)", "any(workers, exited(w1))",
	};
	struct err err;

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		ck_assert_msg(!fact_parse(facts[i], &err), "%s: was read", facts[i]);
		ck_assert_msg(strstr(err.text, "events, ever, never, then, for and within stand around all(), any()"),
		              "%s: %s", facts[i], err.text);
	}
}
END_TEST
// clang-format on

/* `before` so often, then a fact. */
static const char *
repeat(const char *before, int n, const char *then, char buf[2 * FACT_TEXT])
{
	buf[0] = '\0';
	for (int i = 0; i < n; i++)
		strcat(buf, before);
	return strcat(buf, then);
}

START_TEST(depth_and_length_are_bounded)
{
	static const struct {
		const char *before;
		int n;
		const char *then;
		const char *sentence; /* a part of it; NULL: it is read */
	} rows[] = {
		{ "not ", 31, "alive(w1)", NULL },
		{ "not ", 32, "alive(w1)", "this fact is too deep" },
		{ "(", 32, "1 = 1", "this fact is too deep" },
		{ "(", 1000, "", "this fact is too deep" },
		{ "max(workers, ", 2, "requests)) = 1", NULL },
		{ "max(workers, ", 3, "requests))) = 1",
		  "column 27: sets stand inside each other at most 2 deep" },
		{ "all(workers, ", 20, "alive", "at most 2 deep" },
		{ "1+", 62, "1 = 1", NULL },
		{ "1+", 63, "1 = 1", "this fact is too long" },
		{ " ", FACT_TEXT - 6, "1 = 1", NULL },
		{ " ", FACT_TEXT - 5, "1 = 1",
		  "a fact has at most 1023 characters" },
	};
	char text[2 * FACT_TEXT];
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fact *fact = fact_parse(
		    repeat(rows[i].before, rows[i].n, rows[i].then, text),
		    &err);

		ck_assert_msg(!fact == !!rows[i].sentence, "%s: %s", text,
		              fact ? "was read" : err.text);
		ck_assert_msg(fact || strstr(err.text, rows[i].sentence),
		              "%s: %s", text, err.text);
		fact_free(fact);
	}
}
END_TEST

START_TEST(a_fact_keeps_its_text)
{
	const char *text = "ever (exited(p2) then signal(KILL, p2))";
	struct fact *fact = fact_parse(text, NULL);
	char say[FACT_EXPLAIN];

	ck_assert_ptr_nonnull(fact);
	ck_assert_str_eq(fact_text(fact), text);
	ck_assert_str_eq(fact_explain(fact, say, sizeof(say)),
	                 "nobody has looked yet");
	fact_free(fact);
	fact_free(NULL);
}
END_TEST

/* Every word that help and completion show can be written. */
START_TEST(every_word_has_a_blurb_and_is_read)
{
	const char *word, *blurb;
	size_t n = 0;

	for (; (word = fact_word(n, &blurb)); n++) {
		ck_assert_msg(word[0] && blurb && blurb[0], "%s", word);
		ck_assert_msg(strlen(blurb) < 60, "%s: %s", word, blurb);
	}
	ck_assert_uint_gt(n, 60);
}
END_TEST

START_TEST(every_event_can_be_asked)
{
	char text[64];
	struct err err;

	for (int i = EVENT_NONE + 1; i < EVENT_TYPES; i++) {
		const char *form = i == EVENT_SIGNAL    ? "%s(TERM, w1)"
		                   : i == EVENT_REFUSED ? "%s(3000)"
		                   : i == EVENT_CALLED  ? "%s(fork, p1)"
		                   : i == EVENT_TYPED   ? "%s(explain)"
		                                        : "%s(w1, lab)";
		struct fact *fact;

		snprintf(text, sizeof(text), form,
		         event_word((enum event_type)i));
		fact = fact_parse(text, &err);
		ck_assert_msg(fact, "%s: %s", text, err.text);
		fact_free(fact);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fact parse");
	TCase *c = tcase_create("text");
	SRunner *r;
	int failed;

	tcase_add_test(c, a_word_that_is_none_brings_the_nearest_one);
	tcase_add_test(c, a_place_that_is_wrong_is_pointed_at);
	tcase_add_test(c, only_like_is_compared_with_like);
	tcase_add_test(c, what_remembers_does_not_stand_inside_a_set);
	tcase_add_test(c, depth_and_length_are_bounded);
	tcase_add_test(c, a_fact_keeps_its_text);
	tcase_add_test(c, every_word_has_a_blurb_and_is_read);
	tcase_add_test(c, every_event_can_be_asked);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
