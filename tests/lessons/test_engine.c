/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A student goes through the lesson zombies, with wrong turns, at the real
 * shell without a screen.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/story.h"

static struct story *
learn(const char *lesson)
{
	const char *argv[] = { "--empty", "learn", lesson, NULL };
	struct story *s = story_open(argv);

	story_expect(s, "step [0-9]+ of [0-9]+$");
	return s;
}

static struct story *
learn_zombies(void)
{
	struct story *s = learn("zombies");

	story_expect(s, "^\\[ \\] p2 is a zombie: there is no p2");
	return s;
}

/* Steps *****************************************************************/

START_TEST(the_checklist_says_what_is_and_what_is_wanted)
{
	struct story *s = learn_zombies();

	story_send(s, "p1 fork");
	story_expect(s, "^\\[x\\] p2 is a child of p1");
	story_expect(s, "^\\[ \\] p2 is a zombie: state of p2: [RS], wanted Z");
	story_close(s);
}
END_TEST

START_TEST(a_prediction_is_asked_before_the_call_may_run)
{
	struct story *s = learn_zombies();

	story_send(s, "p1 fork");
	story_expect(s, "p2: fork\\(\\) = 0");
	story_send(s, "p2 exit 7");
	story_expect(s, "before `p2 exit 7` runs: ");
	story_send(s, "check alive(p2)");
	story_expect(s, "^true: alive\\(p2\\)");
	story_send(s, "predict 9");
	story_expect(s, "N is a whole number from 1 to 6");
	story_send(s, "1");
	story_expect(s, "you say: nothing: it ended");
	story_expect(s, "it is otherwise: one row, marked Z \\(state of p2: Z");
	story_expect(s, "Its memory is gone");
	story_expect(s, "step 1 of 4 is done");
	story_close(s);
}
END_TEST

START_TEST(it_is_asked_however_the_call_is_typed)
{
	static const char *const lines[] = { "all exit 7", "p2 exi",
		                             "tree; p2 exit" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct story *s = learn_zombies();

		story_send(s, "p1 fork");
		story_expect(s, "p2: fork\\(\\) = 0");
		story_send(s, "%s", lines[i]);
		story_expect(s, "answer with 1 to 3");
		story_close(s);
	}
}
END_TEST

START_TEST(who_ran_it_too_early_is_asked_again)
{
	struct story *s = learn("races");

	story_send(s, "2");
	story_expect(s, "there is no question open");
	story_send(s, "peek counter");
	story_expect(s, "before `peek counter` runs: ");
	story_send(s, "2");
	story_expect(s, "it came otherwise here than the lesson expects: "
	                "requests of w1: 0, wanted at least 4");
	story_send(s, "get -n 4 -c 4 /count?n=100000000");
	story_expect(s, "w1 +4 +100.0%");
	story_send(s, "peek counter");
	story_expect(s, "before `peek counter` runs: ");
	story_send(s, "2");
	story_expect(s, "right: less");
	story_expect(s, "step 1 of 5 is done");
	story_close(s);
}
END_TEST

START_TEST(a_kill_by_pid_or_with_another_word_for_it_is_asked_about)
{
	static const char *const kills[] = { "kill -9 p2", "kill -SIGKILL p2",
		                             NULL };

	for (int i = 0; i < 3; i++) {
		struct story *s = learn_zombies();
		const char *const *m;
		char line[80];

		story_send(s, "p1 fork");
		m = story_expect(s, "puppet p2 \\(pid ([0-9]+)\\) forked");
		snprintf(line, sizeof(line), "kill -KILL %s", m[1]);
		story_send(s, "p2 exit 7");
		story_send(s, "2");
		story_expect(s, "right: one row, marked Z");
		story_expect(s, "zombies, step 2 of 4");
		story_send(s, "%s", kills[i] ? kills[i] : line);
		story_expect(s, "answer with 1 to 3");
		story_send(s, "predict 3");
		story_expect(s, "right: nothing, and kill");
		story_expect(s, "step 2 of 4 is done");
		story_close(s);
	}
}
END_TEST

START_TEST(what_cannot_be_won_offers_again_and_again_begins_anew)
{
	struct story *s = learn_zombies();

	story_send(s, "p1 fork");
	story_send(s, "p1 wait");
	story_send(s, "p2 exit 7");
	story_expect(s, "answer with 1 to 3");
	story_send(s, "2");
	story_expect(s, "The parent has reaped p2");
	story_expect(s, "cannot be won any more: `again` begins it anew");
	story_send(s, "again");
	story_expect(s, "\\[ \\] p2 is a child of p1: there is no p2");
	story_send(s, "p1 fork");
	story_expect(s, "p2: fork\\(\\) = 0"); /* p2, not p3 */
	story_close(s);
}
END_TEST

START_TEST(who_ends_the_lab_itself_can_go_on)
{
	struct story *s = learn_zombies();

	story_send(s, "kill -KILL p1");
	story_expect(s, "no longer so: p1 lives");
	story_send(s, "again");
	story_expect(s, "\\[ \\] p2 is a child of p1");
	story_send(s, "kill -KILL lab");
	story_send(s, "again");
	story_send(s, "p1 fork");
	story_expect(s, "\\[x\\] p2 is a child of p1");
	story_close(s);
}
END_TEST

/* Help ******************************************************************/

START_TEST(hints_come_one_by_one)
{
	struct story *s = learn_zombies();

	story_send(s, "hint");
	story_expect(s, "hint 1 of 2: ");
	story_send(s, "hint");
	story_expect(s, "hint 2 of 2: ");
	story_send(s, "hint");
	story_expect(s, "no more hints: `solve` shows how");
	story_close(s);
}
END_TEST

START_TEST(three_failed_commands_offer_a_hint_once)
{
	struct story *s = learn_zombies();

	story_send(s, "check count(puppets) = 9");
	story_send(s, "check count(puppets) = 9");
	story_send(s, "check count(puppets) = 9");
	story_expect(s, "stuck\\? `hint` helps");
	story_close(s);
}
END_TEST

START_TEST(solve_starts_fresh_and_types_the_solution)
{
	struct story *s = learn_zombies();

	story_send(s, "p1 fork; p1 fork");
	story_expect(s, "p3: fork\\(\\) = 0");
	story_send(s, "solve");
	story_expect(s, "puppet p2 .* exited 7");
	story_expect(s, "step 1 of 4 is done \\(solved\\)");
	story_expect(s, "zombies, step 2 of 4");
	story_send(s, "solve");
	story_expect(s, "step 2 of 4 is done \\(solved\\)");
	story_close(s);
}
END_TEST

START_TEST(goto_does_the_steps_before)
{
	struct story *s = learn_zombies();

	story_send(s, "goto 3");
	story_expect(s, "zombies, step 3 of 4");
	story_send(s, "check state(p2) = Z");
	story_expect(s, "^true: state");
	story_send(s, "goto kill");
	story_expect(s, "zombies, step 2 of 4");
	story_send(s, "goto 9");
	story_expect(s, "steps 1 to 4, not 9");
	story_close(s);
}
END_TEST

START_TEST(the_solution_of_another_lesson_loses_nothing)
{
	struct story *s = learn_zombies();

	story_send(s, "serve --port 0 --workers 2");
	story_send(s, "kill w1");
	story_expect(s, "w1 .* died");
	story_send(s, "p1 fork");
	story_expect(s, "\\[x\\] p2 is a child of p1");
	story_close(s);
}
END_TEST

START_TEST(where_3000_is_taken_serve_means_the_port_of_the_lesson)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		                 .sin_port = htons(3000),
		                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct story *s;

	/* Where that fails, somebody else has it: as good. */
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		ck_assert_int_eq(listen(fd, 1), 0);
	s = learn("cluster");
	story_send(s, "serve --workers 0");
	story_expect(s, "^\\[x\\] web lives");
	story_send(s, "get");
	story_expect(s, "before `get` runs");
	story_send(s, "3");
	story_expect(s, "step 1 of 5 is done");
	story_close(s);
	close(fd);
}
END_TEST

/* Free play and progress ************************************************/

START_TEST(leave_is_free_play_and_learn_comes_back)
{
	struct story *s = learn_zombies();

	story_send(s, "solve");
	story_expect(s, "zombies, step 2 of 4");
	story_send(s, "leave");
	story_expect(s, "free play");
	story_send(s, "p1 wait");
	story_expect(s, "p1: wait");
	story_send(s, "hint");
	story_expect(s, "no lesson open");
	story_send(s, "learn");
	story_expect(s, "zombies, step 2 of 4");
	story_send(s, "check state(p2) = Z");
	story_expect(s, "^true");
	story_close(s);
}
END_TEST

/* Nothing is done yet: it is not the first lesson of the course that opens. */
START_TEST(learn_stays_in_the_lesson_that_is_open)
{
	struct story *s = learn_zombies();

	story_send(s, "learn");
	story_expect(s, "^zombies: A zombie is a receipt");
	story_expect(s, "zombies, step 1 of 4");
	story_close(s);
}
END_TEST

/* A row that is wider than 80 columns goes on below its title. */
START_TEST(what_a_lesson_needs_stands_beside_its_title_or_below)
{
	struct story *s = learn_zombies();

	story_send(s, "lessons");
	story_expect(s, "^fork  .* becomes two  needs tree$");
	story_expect(s, "^exit  .* the service goes on$");
	story_expect(s, "^ +needs cluster$");
	story_close(s);
}
END_TEST

static struct story *
start_sh(const char *script)
{
	const char *argv[] = { "sh", "-c", script, NULL };

	return story_start(argv);
}

START_TEST(progress_survives_the_end_of_the_program)
{
	struct story *s =
	    start_sh("printf 'solve\n' | forkshop --plain learn zombies;"
	             "printf 'lessons\n' | forkshop --plain learn; echo over");

	story_expect(s, "zombies, step 2 of 4");
	story_expect(s, "last time you did step 1 of 4 of zombies");
	story_expect(s, "zombies, step 2 of 4");
	story_expect(s, "^zombies +1 of 4 +8 min +A zombie is a receipt");
	story_expect(s, "^over$");
	story_close(s);
}
END_TEST

/* Who is killed in the middle of a step has lost that step alone. */
START_TEST(progress_survives_a_kill)
{
	struct story *s =
	    start_sh("cd $HOME; mkfifo in; forkshop --plain learn zombies <in "
	             "& exec 9>in;"
	             "echo solve >&9; read line; kill -KILL $!;"
	             "echo learn | forkshop --plain -e; echo over");

	story_expect(s, "zombies, step 2 of 4");
	story_send(s, "now");
	story_expect(s, "last time you did step 1 of 4 of zombies");
	story_expect(s, "zombies, step 2 of 4");
	story_expect(s, "^over$");
	story_close(s);
}
END_TEST

START_TEST(a_broken_record_is_put_aside_and_a_new_one_begins)
{
	struct story *s = start_sh(
	    "mkdir $XDG_STATE_HOME/forkshop; cd $XDG_STATE_HOME/forkshop;"
	    "printf 'nonsense\1\377' >progress;"
	    "echo solve | forkshop --plain learn zombies; head -1 progress*");

	story_expect(s, "the record of your progress could not be read: it is "
	                "kept as .*progress.broken");
	story_expect(s, "zombies, step 1 of 4");
	story_expect(s, "zombies, step 2 of 4");
	story_expect(s, "^forkshop progress 1$");
	story_expect(s, "^nonsense");
	story_close(s);
}
END_TEST

START_TEST(a_lesson_that_is_saved_is_read_again)
{
	struct story *s = start_sh(
	    "cd $HOME; forkshop lessons new mine;"
	    "(read line; sed 's/TODO: what the/Now the/' mine.lesson >new;"
	    " mv new mine.lesson; read line) |"
	    "  forkshop --plain learn --watch ./mine.lesson");

	story_expect(s, "TODO: what the student is to do");
	story_send(s, "%s", "");
	story_expect(s, "mine.lesson was saved, and is read again");
	story_expect(s, "Now the student is to do");
	story_send(s, "%s", "");
	story_close(s);
}
END_TEST

START_TEST(a_lesson_compiles_to_a_script_that_plays_it)
{
	struct story *s =
	    start_sh("cd $HOME; forkshop lessons script zombies >script;"
	             "forkshop -e run script; echo status $?");

	story_expect(s, "zombies, step 1 of 4");
	story_expect(s, "the lesson zombies is done");
	story_expect(s, "^status 0$");
	story_close(s);
}
END_TEST

START_TEST(a_compiled_lesson_plays_whatever_stood_there)
{
	struct story *s =
	    start_sh("cd $HOME; forkshop lessons script exit >script;"
	             "printf 'puppet\nfork 2\nsource script\n' |"
	             "  forkshop --plain --port 0; echo status $?;"
	             "forkshop --plain -c lessons -e");

	story_expect(s, "exit, step 1 of 4");
	story_expect(s, "the lesson exit is done");
	story_expect(s, "^status 0$");
	story_expect(s, "^exit +- "); /* who looks on has done nothing */
	story_close(s);
}
END_TEST

START_TEST(a_step_of_a_script_does_the_steps_before_it)
{
	struct story *s = start_sh(
	    "cd $HOME; printf '#! step zombies reap\n"
	    "#! expect state(p2) = Z\nkill -KILL p1\n#! step zombies many\n' "
	    ">a;"
	    "forkshop -e run a; echo status $?;"
	    "echo '#! step zombies nowhere' | forkshop -e run -; echo over");

	story_expect(s, "zombies, step 3 of 4");
	story_expect(s, "a:4: the step reap of zombies is not done");
	story_expect(s, "^status 1$");
	story_expect(s, "the lesson zombies has no step nowhere: it has make, "
	                "kill, reap, many");
	story_expect(s, "^over$");
	story_close(s);
}
END_TEST

START_TEST(a_lesson_that_there_is_not_names_the_nearest)
{
	const char *argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);

	story_send(s, "learn zombie");
	story_expect(s, "there is no lesson zombie: did you mean zombies\\?");
	story_send(s, "learn /nowhere/x.lesson");
	story_expect(s, "/nowhere/x.lesson: cannot read it: No such file");
	story_send(s, "solve");
	story_expect(s, "no lesson open: `lessons` lists them");
	story_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("engine");
	TCase *tc = tcase_create("engine");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, the_checklist_says_what_is_and_what_is_wanted);
	tcase_add_test(tc, a_prediction_is_asked_before_the_call_may_run);
	tcase_add_test(tc, it_is_asked_however_the_call_is_typed);
	tcase_add_test(tc, who_ran_it_too_early_is_asked_again);
	tcase_add_test(
	    tc, a_kill_by_pid_or_with_another_word_for_it_is_asked_about);
	tcase_add_test(tc,
	               what_cannot_be_won_offers_again_and_again_begins_anew);
	tcase_add_test(tc, who_ends_the_lab_itself_can_go_on);
	tcase_add_test(tc, hints_come_one_by_one);
	tcase_add_test(tc, three_failed_commands_offer_a_hint_once);
	tcase_add_test(tc, solve_starts_fresh_and_types_the_solution);
	tcase_add_test(tc, goto_does_the_steps_before);
	tcase_add_test(tc, the_solution_of_another_lesson_loses_nothing);
	tcase_add_test(tc,
	               where_3000_is_taken_serve_means_the_port_of_the_lesson);
	tcase_add_test(tc, leave_is_free_play_and_learn_comes_back);
	tcase_add_test(tc, learn_stays_in_the_lesson_that_is_open);
	tcase_add_test(tc,
	               what_a_lesson_needs_stands_beside_its_title_or_below);
	tcase_add_test(tc, progress_survives_the_end_of_the_program);
	tcase_add_test(tc, progress_survives_a_kill);
	tcase_add_test(tc, a_lesson_that_is_saved_is_read_again);
	tcase_add_test(tc, a_broken_record_is_put_aside_and_a_new_one_begins);
	tcase_add_test(tc, a_lesson_compiles_to_a_script_that_plays_it);
	tcase_add_test(tc, a_compiled_lesson_plays_whatever_stood_there);
	tcase_add_test(tc, a_step_of_a_script_does_the_steps_before_it);
	tcase_add_test(tc, a_lesson_that_there_is_not_names_the_nearest);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
