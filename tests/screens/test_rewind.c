/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The past on the screen.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/screens/screen.h"

#define PROMPT "^forkshop>$"

static void
type(struct screen *s, const char *line)
{
	screen_wait(s, PROMPT);
	screen_type(s, line);
}

START_TEST(the_past_has_a_banner_and_ends_its_log)
{
	static const char *const argv[] = { "forkshop", "--port", "0", NULL };
	struct screen *s = screen_open(argv, 24, 80);

	screen_wait(s, " :[0-9]+ .* 2 workers");
	type(s, "kill w1\r");
	screen_wait(s, "worker w1 .* died: killed by TERM");
	type(s, "rewind 1h\r");
	screen_wait(s, "^ PAST, [0-9.]+ s ago · forkshop .*live comes back$");
	ck_assert_int_lt(screen_find(s, "worker w1 .* died"), 0);
	screen_wait(s, "^  PAST, [0-9.]+ s ago");
	type(s, "get\r");
	screen_wait(s, "this is the past: it can be looked at");
	type(s, "live\r");
	screen_wait(s, "^ forkshop .* 1 worker");
	screen_wait(s, "worker w1 .* died: killed by TERM");
	type(s, "quit\r");
	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert_int_eq(screen_close(s), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rewind");
	TCase *tc = tcase_create("rewind");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, the_past_has_a_banner_and_ends_its_log);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
