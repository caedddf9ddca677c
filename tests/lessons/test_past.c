/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What each command does while the past is shown: a row for every row of the
 * list.  And a lesson that goes on meanwhile.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/command.h"
#include "core/sys/clock.h"
#include "core/tape/tape.h"
#include "lessons/engine.h"
#include "tests/rehearse.h"
#include "tests/story.h"

static const struct {
	enum command_past past;
	const char *line;  /* as it is typed; its first word is the row's */
	const char *shows; /* LOOKS: what it says there, or NULL */
} rows[] = {
	{ PAST_REFUSES, "fork", NULL },
	{ PAST_REFUSES, "thread", NULL },
	{ PAST_REFUSES, "kill w1", NULL },
	{ PAST_REFUSES, "retire w1", NULL },
	{ PAST_REFUSES, "affinity w1 all", NULL },
	{ PAST_CANNOT, "wait", NULL },
	{ PAST_CANNOT, "jobs", NULL },
	{ PAST_REFUSES, "fg", NULL },
	{ PAST_REFUSES, "bg", NULL },
	{ PAST_REFUSES, "key ^C", NULL },
	{ PAST_LOOKS, "tree", "forkshop-server w1" },
	{ PAST_CANNOT, "explain w1", NULL },
	{ PAST_CANNOT, "compare w1 w2", NULL },
	{ PAST_CANNOT, "peek count", NULL },
	{ PAST_REFUSES, "poke w1 count 1", NULL },
	{ PAST_LOOKS, "log", "ago  " },
	{ PAST_LOOKS, "check alive(w1)", "true: alive(w1)" },
	{ PAST_CANNOT, "until alive(w1)", NULL },
	{ PAST_REFUSES, "serve", NULL },
	{ PAST_REFUSES, "shutdown web", NULL },
	{ PAST_CANNOT, "policy", NULL },
	{ PAST_CANNOT, "model", NULL },
	{ PAST_CANNOT, "scale", NULL },
	{ PAST_CANNOT, "respawn", NULL },
	{ PAST_REFUSES, "reload", NULL },
	{ PAST_REFUSES, "balance lb1 --to web", NULL },
	{ PAST_REFUSES, "lb1 add web", NULL },
	{ PAST_REFUSES, "drain web", NULL },
	{ PAST_REFUSES, "undrain web", NULL },
	{ PAST_CANNOT, "export node", NULL },
	{ PAST_REFUSES, "get", NULL },
	{ PAST_REFUSES, "puppet", NULL },
	{ PAST_REFUSES, "p1 fork", NULL },
	{ PAST_REFUSES, "all fork", NULL },
	{ PAST_CANNOT, "measure create", NULL },
	{ PAST_REFUSES, "slow", NULL },
	{ PAST_REFUSES, "freeze", NULL },
	{ PAST_LOOKS, "next", NULL },
	{ PAST_LOOKS, "rewind", "PAST, " },
	{ PAST_LOOKS, "live", "live: this is the present" },
	{ PAST_LOOKS, "record off", "nothing is being recorded" },
	{ PAST_LOOKS, "mark x", "chapter: x" },
	{ PAST_LOOKS, "caption x", "caption: x" },
	{ PAST_LOOKS, "source /nowhere/a.shop", "No such file" },
	{ PAST_LOOKS, "lessons", NULL },
	{ PAST_REFUSES, "learn zombies", NULL },
	{ PAST_REFUSES, "predict 1", NULL },
	{ PAST_LOOKS, "hint", "there is no lesson open" },
	{ PAST_REFUSES, "solve", NULL },
	{ PAST_REFUSES, "again", NULL },
	{ PAST_REFUSES, "goto 1", NULL },
	{ PAST_LOOKS, "leave", "there is no lesson open" },
	{ PAST_LOOKS, "help fork", "let the master fork" },
	{ PAST_LOOKS, "history", NULL },
	{ PAST_LOOKS, "clear", NULL },
	{ PAST_LOOKS, "set linger", "linger" },
	{ PAST_LOOKS, "cd .", NULL },
	{ PAST_LOOKS, "quit", NULL },
};

#define ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static struct engine *engine;

static void
setup(void)
{
	const struct engine_options how = { .forgetful = true };

	engine = engine_open(&how, NULL);
	ck_assert_ptr_nonnull(engine);
	rehearse_open((struct session_options){
	    .workers = 2, .guide = engine_guide(engine) });
	tape_open(rehearse_session, NULL, NULL);
	rehearse_until(rehearse_is_idle, NULL, "the server");
	rehearse_run("until all(workers, life = listening)");
}

static void
teardown(void)
{
	rehearse_close();
	engine_close(engine);
}

static const struct command *
command_of(const char *line)
{
	char name[32] = "";

	strncat(name, line, strcspn(line, " "));
	return command_find(name);
}

START_TEST(every_command_has_a_row_here)
{
	int n = 0;

	for (; command_table[n]; n++) {
		const struct command *found = NULL;

		for (int i = 0; i < ROWS && !found; i++)
			if (command_of(rows[i].line) == command_table[n])
				found = command_table[n];
		ck_assert_msg(found, "%s: what does it do in the past?",
		              command_table[n]->name);
	}
	ck_assert_int_eq(n, ROWS);
}
END_TEST

static void
look_back(void)
{
	rehearse_run("live");
	rehearse_run("rewind 10ms");
	rehearse_said("PAST, ");
}

START_TEST(each_looks_at_the_past_or_says_that_it_cannot)
{
	for (int i = 0; i < ROWS; i++) {
		const struct command *c = command_of(rows[i].line);
		char cannot[96];

		ck_assert_msg(c->past == rows[i].past, "%s", c->name);
		look_back();
		rehearse_run(rows[i].line);
		snprintf(cannot, sizeof(cannot), "%s knows only the present",
		         c->name);
		if (rows[i].past == PAST_LOOKS)
			rehearse_not_said("error -: this is the past");
		else if (rows[i].past == PAST_CANNOT)
			rehearse_said(cannot);
		else
			rehearse_said("error -: this is the past: it can be "
			              "looked at, and nothing in it can be "
			              "changed");
		if (rows[i].shows)
			rehearse_said(rows[i].shows);
	}
	ck_assert(session_quits(rehearse_session));
}
END_TEST

START_TEST(a_program_says_that_it_runs_in_the_present)
{
	look_back();
	rehearse_run("ps af");
	rehearse_said("this is the past, and programs run in the present");
	rehearse_run("!ps af");
	rehearse_said("programs run in the present");
}
END_TEST

START_TEST(the_log_ends_where_the_past_is)
{
	rehearse_run("echo before");
	rehearse_run("kill w1");
	rehearse_run("until ever exited(w1)");
	rehearse_run("log died");
	rehearse_said("worker w1 ");
	rehearse_run("rewind 1h");
	rehearse_run("log");
	rehearse_not_said("before");
	rehearse_not_said("died");
}
END_TEST

START_TEST(a_script_asks_the_past_and_does_not_wait_for_it)
{
	static const char text[] = "rewind 1h\n#! expect not alive(w9)\n"
	                           "#! until alive(w9)\n";
	int64_t since_ns = clock_ns();

	ck_assert_int_eq(
	    tape_play(tape_of(rehearse_session),
	              script_parse("demo", text, strlen(text), NULL), 0, NULL),
	    0);
	rehearse_until_said("error -: demo:3: alive(w9): ");
	ck_assert_int_lt(clock_ns() - since_ns, 20 * NS_PER_S);
	rehearse_run("live");
}
END_TEST

/* A lesson is about the present *****************************************/

START_TEST(a_question_stays_open_while_the_past_is_shown)
{
	static const char *const argv[] = { "--empty", "learn", "zombies",
		                            NULL };
	struct story *s = story_open(argv);

	story_expect(s, "^\\[ \\] p2 is a zombie: there is no p2");
	story_send(s, "p1 fork");
	story_expect(s, "p1: fork\\(\\) = ");
	story_send(s, "rewind");
	story_expect(s, "PAST, ");
	story_send(s, "p2 exit 7");
	story_expect(s, "this is the past: it can be looked at");
	story_send(s, "live");
	story_send(s, "p2 exit 7");
	story_expect(s, "answer with 1 to 3");
	story_send(s, "rewind");
	story_expect(s, "PAST, ");
	story_send(s, "2");
	story_expect(s, "this is the past: live comes back, and then the "
	                "question is still open");
	story_send(s, "live");
	story_send(s, "2");
	story_expect(s, "right: one row, marked Z");
	story_expect(s, "step 1 of 4 is done");
	story_close(s);
}
END_TEST

START_TEST(what_is_refused_in_the_past_was_not_typed)
{
	look_back();
	rehearse_run("explain w1");
	rehearse_run("live");
	rehearse_run("check ever typed(explain)");
	rehearse_said("false: ");
}
END_TEST

START_TEST(a_goal_is_reached_while_the_past_is_shown)
{
	static const char *const argv[] = { "--empty", "learn", "zombies",
		                            NULL };
	struct story *s = story_open(argv);
	int pid;

	story_expect(s, "^\\[ \\] p2 is a zombie: there is no p2");
	story_send(s, "p1 fork");
	pid = atoi(story_expect(s, "p1: fork\\(\\) = ([0-9]+)")[1]);
	story_send(s, "rewind 1h");
	story_expect(s, "PAST, ");
	story_outside(s, "kill %d", pid);
	story_expect(s, "\\[x\\] p2 is a zombie");
	story_send(s, "check alive(p2)");
	story_expect(s, "^(false|unknown): there is no p2");
	story_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("past");
	TCase *tc = tcase_create("past"), *told = tcase_create("lesson");
	SRunner *runner = srunner_create(suite);
	int failed;

	command_add(engine_commands);
	tcase_set_timeout(tc, 0);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_command_has_a_row_here);
	tcase_add_test(tc, each_looks_at_the_past_or_says_that_it_cannot);
	tcase_add_test(tc, a_program_says_that_it_runs_in_the_present);
	tcase_add_test(tc, the_log_ends_where_the_past_is);
	tcase_add_test(tc, a_script_asks_the_past_and_does_not_wait_for_it);
	tcase_add_test(tc, what_is_refused_in_the_past_was_not_typed);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(told, 0);
	tcase_add_test(told, a_question_stays_open_while_the_past_is_shown);
	tcase_add_test(told, a_goal_is_reached_while_the_past_is_shown);
	suite_add_tcase(suite, told);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
