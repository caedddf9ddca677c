/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker dies of what a page does: the log says of which, and who else
 * lost an answer.  And `policy`, which changes who gets the next connection.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/cast.h"

/* Four requests of the real curl are in service in the two workers. */
static struct cast
four_in_service(void)
{
	struct cast c = cast_open(NULL);

	story_outside(c.s,
	              "for i in 1 2 3 4; do curl -s -m 30 "
	              "'http://127.0.0.1:%d/sleep?ms=2000' "
	              ">/dev/null 2>&1 & done",
	              c.port);
	story_send(c.s, "until inflight(web) = 4 within 10s");
	story_send(c.s, "set linger off");
	return c;
}

static void
dies_of(const char *page, const char *how, const char *path)
{
	struct cast c = four_in_service();
	char want[256];

	story_send(c.s, "get %s", page);
	snprintf(want, sizeof(want),
	         "worker w[12] .*%s: while serving %s \\(connection 5\\); "
	         "[123] other requests? died with it: /sleep \\([1-4]\\)",
	         how, path);
	story_expect(c.s, want);
	story_send(c.s, "get");
	story_expect(c.s, "^200  w[12] ");
	ck_assert_int_eq(story_close(c.s), 1); /* the first get failed */
}

START_TEST(a_crash_is_told_with_its_page_and_who_died_with_it)
{
	dies_of("/crash", "killed by SEGV", "/crash");
}
END_TEST

START_TEST(an_overflow_is_told_too)
{
	dies_of("/overflow", "killed by SEGV", "/overflow");
}
END_TEST

START_TEST(an_exit_in_mid_request_is_told_too)
{
	dies_of("'/exit?code=3'", "exited 3", "/exit");
}
END_TEST

START_TEST(a_kill_names_the_requests_and_blames_none)
{
	struct cast c = four_in_service();

	story_send(c.s, "kill w1");
	story_expect(c.s, "worker w1 .*died: killed by TERM: [1234] requests? "
	                  "died with it: /sleep \\([1-4]\\)");
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(policy_changes_a_running_server_and_shows_it)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "policy");
	story_expect(c.s, "^\\* rr +the next free worker in turn");
	story_expect(c.s, "^  least +the free worker");
	story_send(c.s, "policy least");
	story_send(c.s, "check policy(web) = least");
	story_expect(c.s, "^true: ");
	ck_assert(story_outside(c.s,
	                        "curl -si http://127.0.0.1:%d/ | "
	                        "grep -c 'X-Why: fewest in flight'",
	                        c.port)[0] == '1');
	story_send(c.s, "policy best");
	story_expect(c.s, "is one of rr, least, .*not \"best\"");
	story_send(c.s, "policy rr nobody");
	story_expect(c.s, "there is no server nobody");
	story_send(c.s, "check policy(web) = least");
	story_expect(c.s, "^true: ");
	story_close(c.s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("harm");
	TCase *tc = tcase_create("story");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, a_crash_is_told_with_its_page_and_who_died_with_it);
	tcase_add_test(tc, an_overflow_is_told_too);
	tcase_add_test(tc, an_exit_in_mid_request_is_told_too);
	tcase_add_test(tc, a_kill_names_the_requests_and_blames_none);
	tcase_add_test(tc, policy_changes_a_running_server_and_shows_it);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
