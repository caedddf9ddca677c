/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Jobs as a person handles them: the line that is typed, Ctrl-C, Ctrl-Z, and
 * programs that take the whole screen.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/screens/screen.h"

#define PROMPT "^forkshop>$"

static struct screen *
open_lab(void)
{
	static const char *const argv[] = { "forkshop", "--empty", NULL };
	struct screen *s = screen_open(argv, 24, 80);

	screen_wait(s, "─ forkshop-lab$");
	screen_wait(s, PROMPT);
	return s;
}

static void
quit_lab(struct screen *s)
{
	screen_wait(s, PROMPT); /* what is typed before is a job's */
	screen_type(s, "quit\r");
	screen_wait_end(s);
	ck_assert(screen_sane(s));
	screen_close(s);
}

START_TEST(control_c_ends_the_job_in_front)
{
	struct screen *s = open_lab();

	screen_type(s, "sleep 100\r");
	screen_wait(s, "^j1>$");
	screen_wait(s, "─ sleep 100$");
	screen_type(s, "\003");
	screen_wait(s, PROMPT);
	screen_wait(s, "killed by INT");
	quit_lab(s);
}
END_TEST

START_TEST(control_z_stops_it_and_fg_goes_on)
{
	struct screen *s = open_lab();

	screen_type(s, "sleep 100\r");
	screen_wait(s, "^j1>$");
	screen_wait(s, "─ sleep 100$"); /* sh(1) in vfork(2) cannot stop */
	screen_type(s, "\032");
	screen_wait(s, PROMPT);
	screen_wait(s, "j1 stopped \\(TSTP\\)");
	screen_wait(s, "^ *[0-9]+ T");
	screen_type(s, "fg\r");
	screen_wait(s, "^j1>$");
	screen_wait_gone(s, "^ *[0-9]+ T");
	screen_type(s, "\003");
	screen_wait(s, PROMPT);
	quit_lab(s);
}
END_TEST

START_TEST(control_z_without_a_job_says_so)
{
	struct screen *s = open_lab();

	screen_type(s, "\032");
	screen_wait(s, "Ctrl-Z stops a job in the foreground");
	screen_type(s, "read line\r\032");
	screen_wait(s, "the line that you typed is none so far");
	screen_wait(s, "^j1>$");
	screen_type(s, "\003");
	screen_wait(s, PROMPT);
	quit_lab(s);
}
END_TEST

START_TEST(a_job_in_the_background_may_not_read)
{
	struct screen *s = open_lab();

	screen_type(s, "cat &\r");
	screen_wait(s, "j1 stopped \\(TTIN\\)");
	screen_type(s, "fg\r");
	screen_wait(s, "^j1>$");
	screen_type(s, "meow\r");
	screen_wait(s, "^│ meow\n│ meow$");
	screen_type(s, "\004");
	screen_wait(s, PROMPT);
	quit_lab(s);
}
END_TEST

START_TEST(a_question_is_seen_and_the_answer_is_read)
{
	struct screen *s = open_lab();

	screen_type(s, "printf 'who? '; read x; echo \"<$x>\"\r");
	screen_wait(s, "^│ who\\?$");
	screen_type(s, "me\r");
	screen_wait(s, "^│ <me>$");
	screen_wait(s, PROMPT);
	quit_lab(s);
}
END_TEST

START_TEST(a_password_is_neither_seen_nor_kept)
{
	struct screen *s = open_lab();

	screen_type(s, "stty -echo; printf 'word: '; read x; stty echo; "
	               "echo ${#x} letters\r");
	screen_wait(s, "^│ word:");
	screen_type(s, "tiger\r");
	screen_wait(s, "^│ word: 5 letters$");
	ck_assert_int_eq(screen_find(s, "tiger"), -1);
	ck_assert_ptr_null(strstr(
	    stage_outside(&s->stage, "cat %s/forkshop/history", s->stage.home),
	    "tiger"));
	quit_lab(s);
}
END_TEST

START_TEST(a_pager_takes_the_screen_and_gives_it_back)
{
	struct screen *s = open_lab();

	screen_type(s, "!seq 100 | less\r");
	screen_wait_gone(s, "PID STAT");
	screen_wait(s, "^23$");
	screen_resize(s, 30, 100);
	screen_type(s,
	            "g"); /* less may look at its size at the next key only */
	screen_wait(s, "^29$");
	screen_type(s, "G");
	screen_wait(s, "\\(END\\)");
	screen_type(s, "q");
	screen_wait(s, "PID STAT");
	ck_assert_int_eq(screen_wait(s, PROMPT), 29);
	quit_lab(s);
}
END_TEST

START_TEST(an_editor_takes_the_screen_and_gives_it_back)
{
	struct screen *s = open_lab();

	screen_type(s, "!vi\r");
	screen_wait(s, "^~$");
	screen_type(s, "ihello");
	screen_wait(s, "^hello$");
	screen_type(s, "\033:q!\r");
	screen_wait(s, "PID STAT");
	screen_wait(s, PROMPT);
	quit_lab(s);
}
END_TEST

START_TEST(who_draws_in_the_log_is_told_how_to_have_the_screen)
{
	struct screen *s = open_lab();

	screen_type(s, "vi\r");
	screen_wait(s, "^  j1 draws on a whole screen.*`!vi` gives it");
	screen_type(s, "\033:q!\r");
	screen_wait(s, PROMPT);
	quit_lab(s);
}
END_TEST

START_TEST(what_a_program_printed_stays_up_to_a_key)
{
	struct screen *s = open_lab();

	screen_type(s, "!echo read me\r");
	screen_wait(s, "^read me$");
	screen_wait(s, "press a key");
	screen_type(s, " ");
	screen_wait(s, "PID STAT");
	screen_wait(s, PROMPT);
	quit_lab(s);
}
END_TEST

START_TEST(it_may_end_while_a_program_has_the_screen)
{
	struct screen *s = open_lab();

	screen_type(s, "!less README.md\r");
	screen_wait_gone(s, "PID STAT");
	screen_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("app_jobs");
	TCase *tcase = tcase_create("jobs");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, control_c_ends_the_job_in_front);
	tcase_add_test(tcase, control_z_stops_it_and_fg_goes_on);
	tcase_add_test(tcase, control_z_without_a_job_says_so);
	tcase_add_test(tcase, a_job_in_the_background_may_not_read);
	tcase_add_test(tcase, a_question_is_seen_and_the_answer_is_read);
	tcase_add_test(tcase, a_password_is_neither_seen_nor_kept);
	tcase_add_test(tcase, a_pager_takes_the_screen_and_gives_it_back);
	tcase_add_test(tcase, an_editor_takes_the_screen_and_gives_it_back);
	tcase_add_test(tcase,
	               who_draws_in_the_log_is_told_how_to_have_the_screen);
	tcase_add_test(tcase, what_a_program_printed_stays_up_to_a_key);
	tcase_add_test(tcase, it_may_end_while_a_program_has_the_screen);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
