/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands in a file is what stands in the lesson.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/format.h"
#include "lessons/translate.h"
#include "lessons/engine.h"
#include "lessons/typed.h"

static const char text[] =
    "# a comment\n"
    "@lesson zombie\n"
    "title    A zombie is a receipt   # another\n"
    "needs    fork signals\n"
    "minutes  8\n"
    "start    puppet\n"
    "\n"
    "@step make\n"
    "say      What is left? It's #1.\n"
    "predict  before p2 exit\n"
    "  ?      How many lines?\n"
    "  -      0: it ended  -> Its memory is gone.\n"
    "  *      1, marked Z\n"
    "  truth  count(zombies) = 1\n"
    "goal     p2 : a child : ever parent(p2) = p1\n"
    "keep     p1 lives : alive(p1)\n"
    "fail     It was reaped : ever reaped(p2)\n"
    "when     ever signal(KILL, p2) : kill() returned 0: look : still Z.\n"
    "hint     Who has to ask?\n"
    "solution\n"
    "  > p1 fork\n"
    "  > p2 exit 7\n"
    "mistake  asks at once\n"
    "  > p1 wait\n"
    "  expect fail It was reaped\n"
    "note     Ask the room.\r\n"
    "caption  The child is dead.\n"
    "more     wait(2), kill(2)\n";

static struct lesson *
read_text(const char *bytes)
{
	struct problems found = { .n = 0 };
	struct lesson *l =
	    format_text("zombie.lesson", bytes, strlen(bytes), &found);

	ck_assert_msg(l && !found.n, "%d: %s", found.n ? found.list[0].line : 0,
	              found.n ? found.list[0].text : "");
	problems_free(&found);
	return l;
}

START_TEST(every_line_is_kept_with_its_number)
{
	struct lesson *l = read_text(text);
	const struct step *s = &l->step[0];

	ck_assert_str_eq(l->id, "zombie");
	ck_assert_int_eq(l->line, 2);
	ck_assert_str_eq(l->title.text, "A zombie is a receipt");
	ck_assert_int_eq(l->needs, 2);
	ck_assert_str_eq(l->need[1].text, "signals");
	ck_assert_int_eq(l->minutes, 8);
	ck_assert_str_eq(l->start[0].text, "puppet");
	ck_assert_str_eq(lesson_more(l), "wait(2), kill(2)");
	ck_assert_int_eq(l->steps, 1);
	ck_assert_str_eq(s->id, "make");
	ck_assert_str_eq(s->say[0].text, "What is left? It's #1.");
	ck_assert_str_eq(s->hint[0].text, "Who has to ask?");
	ck_assert_int_eq(s->hint[0].line, 19);
	ck_assert_int_eq(s->solutions, 2);
	ck_assert_str_eq(s->solution[1].text, "p2 exit 7");
	ck_assert_str_eq(s->note[0].text, "Ask the room.");
	ck_assert_str_eq(s->caption.text, "The child is dead.");
	lesson_free(l);
}
END_TEST

START_TEST(a_question_has_answers_of_which_one_is_right)
{
	struct lesson *l = read_text(text);
	const struct question *q = &l->step[0].question[0];

	ck_assert_str_eq(q->before.text, "p2 exit");
	ck_assert_str_eq(q->ask.text, "How many lines?");
	ck_assert_int_eq(q->answers, 2);
	ck_assert_int_eq(q->right, 1);
	ck_assert_str_eq(q->answer[0].text.text, "0: it ended");
	ck_assert_str_eq(q->answer[0].reply.text, "Its memory is gone.");
	ck_assert_ptr_null(q->answer[1].reply.text);
	ck_assert_str_eq(q->truth.text, "count(zombies) = 1");
	lesson_free(l);
}
END_TEST

/* A text may hold a colon: the fact is at the end, in `when` at the front. */
START_TEST(a_check_is_a_text_and_a_fact)
{
	struct lesson *l = read_text(text);
	const struct step *s = &l->step[0];
	const struct check *goal = step_check(s, CHECK_GOAL, 0);
	const struct check *when = step_check(s, CHECK_WHEN, 0);

	ck_assert_str_eq(goal->text.text, "p2 : a child");
	ck_assert_str_eq(goal->fact.text, "ever parent(p2) = p1");
	ck_assert_str_eq(when->fact.text, "ever signal(KILL, p2)");
	ck_assert_str_eq(when->text.text, "kill() returned 0: look : still Z.");
	ck_assert_int_eq(step_count(s, CHECK_KEEP), 1);
	ck_assert_ptr_null(step_check(s, CHECK_GOAL, 1));
	lesson_free(l);
}
END_TEST

START_TEST(a_mistake_knows_which_check_it_sets_off)
{
	struct lesson *l = read_text(text);
	const struct step *s = &l->step[0];

	ck_assert_int_eq(s->mistake[0].expect, EXPECT_FAIL);
	ck_assert_int_ge(s->mistake[0].check, 0);
	ck_assert_int_eq(s->check[s->mistake[0].check].kind, CHECK_FAIL);
	lesson_free(l);
}
END_TEST

START_TEST(the_last_line_needs_no_newline)
{
	char copy[sizeof(text)];
	struct lesson *l;

	memcpy(copy, text, sizeof(text));
	copy[strlen(copy) - 1] = '\0';
	l = read_text(copy);
	ck_assert_str_eq(lesson_more(l), "wait(2), kill(2)");
	lesson_free(l);
}
END_TEST

START_TEST(steps_are_found_by_name_and_by_number)
{
	struct lesson *l = read_text(text);

	ck_assert_int_eq(lesson_step(l, "make"), 0);
	ck_assert_int_eq(lesson_step(l, "1"), 0);
	ck_assert_int_eq(lesson_step(l, "2"), -1);
	ck_assert_int_eq(lesson_step(l, "0"), -1);
	ck_assert_int_eq(lesson_step(l, "break"), -1);
	lesson_free(l);
}
END_TEST

START_TEST(a_translation_replaces_texts_and_no_facts)
{
	struct lesson *l = read_text(text), *other = read_text(text);

	free(other->title.text);
	other->title.text = strdup("Un zombie");
	free(other->step[0].check[0].text.text);
	other->step[0].check[0].text.text = strdup("p2 : un enfant");
	free(other->step[0].check[0].fact.text);
	other->step[0].check[0].fact.text = strdup("alive(p9)");
	translate_over(l, other);
	ck_assert_str_eq(l->title.text, "Un zombie");
	ck_assert_str_eq(l->step[0].check[0].text.text, "p2 : un enfant");
	ck_assert_str_eq(l->step[0].check[0].fact.text, "ever parent(p2) = p1");
	lesson_free(l);
	lesson_free(other);
}
END_TEST

/* What a lesson may type ************************************************/

static const struct {
	const char *line;
	bool allowed;
} typed[] = {
	{ "p1 fork; p2 exit 7", true },
	{ "serve --workers 2", true },
	{ "ps af", true },
	{ "sleep 100 &", true },
	{ "curl -s http://localhost:3000/whoami", true },
	{ "p1 execve sleep 10", true },
	{ "p1 open /tmp/forkshop-notes", true },
	{ "^C", true },
	{ "until alive(p1) within 2s", true },
	{ "rm -rf /", false },
	{ "sleep 1; rm x", false },
	{ "ps af > file", false },
	{ "ps $(reboot)", false },
	{ "curl http://example.org/", false },
	{ "curl file:///etc/passwd", false },
	{ "curl -o x http://localhost:3000", false },
	{ "curl http://localhost:3000/;reboot", false },
	{ "p1 execve sh -c x", false },
	{ "p1 open /etc/passwd", false },
	{ "p1 open /tmp/forkshop-../x", false },
	{ "p1 chdir /", false },
	{ "p1 stdout /tmp/x", false },
	{ "fork; quit", false },
	{ "!vi", false },
	{ "learn zombies", false },
	{ "", false },
};

START_TEST(a_lesson_types_nothing_that_could_do_harm)
{
	struct err err = { 0 };
	bool allowed = typed_allowed(typed[_i].line, &err) == 0;

	ck_assert_msg(allowed == typed[_i].allowed, "\"%s\": %s",
	              typed[_i].line, err.text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lesson_parse");
	TCase *tc = tcase_create("reading");
	SRunner *runner = srunner_create(suite);
	int failed;

	command_add(engine_commands);
	tcase_add_test(tc, every_line_is_kept_with_its_number);
	tcase_add_test(tc, a_question_has_answers_of_which_one_is_right);
	tcase_add_test(tc, a_check_is_a_text_and_a_fact);
	tcase_add_test(tc, a_mistake_knows_which_check_it_sets_off);
	tcase_add_test(tc, the_last_line_needs_no_newline);
	tcase_add_test(tc, steps_are_found_by_name_and_by_number);
	tcase_add_test(tc, a_translation_replaces_texts_and_no_facts);
	tcase_add_loop_test(tc, a_lesson_types_nothing_that_could_do_harm, 0,
	                    sizeof(typed) / sizeof(typed[0]));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
