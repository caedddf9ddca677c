/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/sig.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

START_TEST(names_are_read_in_every_spelling)
{
	static const char *const term[] = { "TERM", "SIGTERM", "term",
		                            "SigTerm", "15" };

	for (size_t i = 0; i < sizeof(term) / sizeof(term[0]); i++)
		ck_assert_int_eq(sig_number(term[i]), SIGTERM);
	ck_assert_int_eq(sig_number("0"), 0);
	ck_assert_int_eq(sig_number("RTMIN"), SIGRTMIN);
	ck_assert_int_eq(sig_number("RTMIN+3"), SIGRTMIN + 3);
}
END_TEST

START_TEST(what_is_no_signal_is_refused)
{
	static const char *const bad[] = {
		"",   "SIG",     "TREM",     "-1",      "15x",
		"99", "RTMIN+x", "RTMIN+99", "RTMIN-1", "9999999999999"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(sig_number(bad[i]) == -1, "%s", bad[i]);
}
END_TEST

START_TEST(every_name_is_read_back)
{
	char buf[SIG_NAME_SIZE];
	int n = 0;

	for (; sig_nth(n); n++)
		ck_assert_str_eq(sig_name(sig_number(sig_nth(n)), buf),
		                 sig_nth(n));
	ck_assert_int_eq(n, 31);
	for (int sig = SIGRTMIN; sig <= SIGRTMAX; sig++)
		ck_assert_int_eq(sig_number(sig_name(sig, buf)), sig);
	ck_assert_str_eq(sig_name(99, buf), "SIG99");
}
END_TEST

START_TEST(default_actions_are_those_of_the_manual)
{
	ck_assert_str_eq(sig_default(SIGTERM), "ends the process");
	ck_assert_str_eq(sig_default(SIGSEGV), "ends it with a core dump");
	ck_assert_str_eq(sig_default(SIGTSTP), "stops the process");
	ck_assert_str_eq(sig_default(SIGCHLD), "is ignored");
	ck_assert_str_eq(sig_default(SIGRTMIN), "ends the process");
}
END_TEST

START_TEST(a_slip_finds_the_nearest_name)
{
	ck_assert_str_eq(sig_nearest("TREM"), "TERM");
	ck_assert_str_eq(sig_nearest("sigkil"), "KILL");
	ck_assert_ptr_nonnull(sig_nearest(""));
}
END_TEST

START_TEST(no_name_is_near_to_a_number)
{
	struct err err;

	ck_assert_int_eq(sig_refuse("TREM", &err), -1);
	ck_assert_str_eq(err.text,
	                 "there is no signal TREM: did you mean TERM?");
	sig_refuse("99", &err);
	ck_assert_str_eq(err.text, "there is no signal 99: their numbers go "
	                           "from 1 to 64");
}
END_TEST

START_TEST(a_mask_is_told_in_words)
{
	char buf[64];

	sig_mask_text(0, buf, sizeof(buf));
	ck_assert_str_eq(buf, "none");
	sig_mask_text(1 << (SIGINT - 1) | 1 << (SIGQUIT - 1), buf, sizeof(buf));
	ck_assert_str_eq(buf, "INT QUIT");
	sig_mask_text(UINT64_MAX, buf, 16);
	ck_assert_str_eq(buf, "HUP INT QUIT...");
	sig_mask_text(UINT64_MAX, buf, sizeof(buf));
	ck_assert_ptr_nonnull(strstr(buf, "..."));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sig");
	TCase *tc = tcase_create("sig");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, names_are_read_in_every_spelling);
	tcase_add_test(tc, what_is_no_signal_is_refused);
	tcase_add_test(tc, every_name_is_read_back);
	tcase_add_test(tc, default_actions_are_those_of_the_manual);
	tcase_add_test(tc, a_slip_finds_the_nearest_name);
	tcase_add_test(tc, no_name_is_near_to_a_number);
	tcase_add_test(tc, a_mask_is_told_in_words);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
