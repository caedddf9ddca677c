/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A student at a screen: what is to be done, the checklist, the question and
 * the tree are readable at 80x24, and wherever there is more room.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/screens/reel.h"
#include "tests/screens/screen.h"

#define PROMPT "^forkshop>$"

static const struct {
	int rows, cols;
} sizes[] = { { 24, 80 }, { 30, 100 }, { 45, 160 } };

static struct screen *
open_lesson(int rows, int cols)
{
	static const char *const argv[] = { "forkshop", "learn", "zombies",
		                            NULL };
	struct screen *s = screen_open(argv, rows, cols);

	screen_wait(s, "zombies: A zombie is a receipt .* step 1 of 4");
	screen_wait(s, "└─ forkshop-puppet p1( |$)");
	screen_wait(s, "type `p1 fork`, then end the child");
	screen_wait(s, "\\[ \\] p2 is a zombie: there is no p2");
	return s;
}

static void
quit_lesson(struct screen *s)
{
	screen_wait(s, PROMPT);
	screen_type(s, "quit\r");
	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert(screen_sane(s));
	ck_assert_int_eq(screen_close(s), 0);
}

START_TEST(a_step_is_readable_and_can_be_done_at_every_size)
{
	struct screen *s = open_lesson(sizes[_i].rows, sizes[_i].cols);

	screen_type(s, "p1 fork\r");
	screen_wait(s, "\\[x\\] p2 is a child of p1");
	screen_wait(s, "\\[ \\] p2 is a zombie: state of p2: [RS], wanted Z");
	screen_type(s, "p2 exit 7\r");
	screen_wait(s, "Before `p2 exit 7` runs:");
	screen_wait(s, "^.*1  nothing: it ended");
	screen_wait(s, "^.*3  one row, still running");
	screen_wait(s, "└─ forkshop-puppet p2( |$)");
	screen_type(s, "2\r");
	screen_wait(s, "right: one row, marked Z");
	screen_wait(s, "zombies: A zombie is a receipt .* step 2 of 4");
	screen_wait(s, "\\[ \\] KILL was sent to p2");
	quit_lesson(s);
}
END_TEST

START_TEST(tab_knows_the_lessons)
{
	struct screen *s = open_lesson(24, 80);

	screen_type(s, "learn zom\t");
	screen_wait(s, "^forkshop> learn zombies$");
	screen_type(s, "\003");
	quit_lesson(s);
}
END_TEST

START_TEST(the_prompt_and_the_log_stay_below_a_lesson)
{
	struct screen *s = open_lesson(24, 80);

	screen_type(s, "p1 fork\r");
	screen_wait(s, "p1: fork\\(\\) = [0-9]+");
	ck_assert_int_eq(screen_wait(s, PROMPT), 23);
	ck_assert_int_eq(screen_find(s, "zombies: A zombie"), 1);
	ck_assert_int_gt(screen_find(s, "PID STAT"), 2);
	quit_lesson(s);
}
END_TEST

START_TEST(leave_gives_the_rows_back_and_learn_takes_them_again)
{
	struct screen *s = open_lesson(24, 80);

	screen_type(s, "leave\r");
	screen_wait_gone(s, "step 1 of 4");
	ck_assert_int_eq(screen_wait(s, "PID STAT"), 1);
	screen_type(s, "learn\r");
	screen_wait(s, "step 1 of 4");
	quit_lesson(s);
}
END_TEST

START_TEST(the_solution_is_typed_visibly)
{
	struct screen *s = open_lesson(30, 100);

	screen_type(s, "solve\r");
	screen_wait(s, "^› p1 fork");
	screen_wait(s, "^› p2 exit 7");
	screen_wait(s, "step 1 of 4 is done \\(solved\\)");
	quit_lesson(s);
}
END_TEST

START_TEST(what_is_typed_while_the_lesson_types_is_refused)
{
	static const char *const argv[] = { "forkshop", "learn", "fork", NULL };
	struct screen *s = screen_open(argv, 24, 80);

	screen_wait(s, "\\[ \\] p2 is a child of p1: there is no p2");
	screen_type(s, "goto 5\r");
	screen_wait(s, "^› p4 race 200");
	screen_type(s, "p4 get x\r");
	screen_wait(s, "^✗ the lesson is typing: wait a moment");
	screen_wait(s, "\\[ \\] p4 prints into a pipe");
	quit_lesson(s);
}
END_TEST

START_TEST(a_lost_step_says_so_in_the_panel)
{
	struct screen *s = open_lesson(24, 80);

	screen_type(s, "p1 exit\r");
	screen_wait(s, "This step cannot be won any more: `again`");
	screen_type(s, "again\r");
	screen_wait_gone(s, "This step cannot be won");
	screen_wait(s, "\\[ \\] p2 is a zombie: there is no p2");
	quit_lesson(s);
}
END_TEST

START_TEST(a_goal_without_room_ends_behind_a_clause)
{
	static const char *const argv[] = { "forkshop", "learn", "fork", NULL };
	struct screen *s = screen_open(argv, 24, 80);

	screen_wait(s, "\\[ \\] fork has returned in both: p1 has not called "
	               "fork yet …$");
	quit_lesson(s);
}
END_TEST

START_TEST(steps_are_chapters_of_a_recording)
{
	static const char text[] = "#! type 1ms\n#! step zombies make\n"
	                           "p1 fork\np2 exit 7\npredict 2\n"
	                           "#! step zombies kill\n";
	char script[] = "/tmp/forkshop-steps-XXXXXX";
	char cast[] = "/tmp/forkshop-cast-XXXXXX";
	const char *argv[] = { "forkshop", "-e", "play", script,
		               "--record", cast, NULL };
	int fd = mkstemp(script), n;
	struct screen *s;
	struct reel *r;

	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
	close(mkstemp(cast));
	s = screen_open(argv, 24, 80);
	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert_int_eq(screen_close(s), 0);
	r = reel_open(cast);
	unlink(script);
	unlink(cast);
	ck_assert_int_ge(reel_find(r, 'm', "zombies: make"), 0);
	n = reel_find(r, 'm', "zombies: kill");
	ck_assert_int_gt(n, 0);
	ck_assert_ptr_nonnull(strstr(reel_text(r, n + 2, true), "step 2 of 4"));
	reel_close(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lesson");
	TCase *tc = tcase_create("lesson");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_loop_test(tc,
	                    a_step_is_readable_and_can_be_done_at_every_size, 0,
	                    sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tc, tab_knows_the_lessons);
	tcase_add_test(tc, the_prompt_and_the_log_stay_below_a_lesson);
	tcase_add_test(tc,
	               leave_gives_the_rows_back_and_learn_takes_them_again);
	tcase_add_test(tc, the_solution_is_typed_visibly);
	tcase_add_test(tc, what_is_typed_while_the_lesson_types_is_refused);
	tcase_add_test(tc, a_lost_step_says_so_in_the_panel);
	tcase_add_test(tc, a_goal_without_room_ends_behind_a_clause);
	tcase_add_test(tc, steps_are_chapters_of_a_recording);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
