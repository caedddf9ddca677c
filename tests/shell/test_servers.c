/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Several servers at once: each has its own workers, w1 and on, and a line
 * says which server it means, or is told.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/rehearse.h"

static void
setup(void)
{
	rehearse_open((struct session_options){ .workers = 2, .port = 0 });
	rehearse_run("serve web2 --port 0 --workers 1");
}

START_TEST(a_line_that_names_no_server_means_the_first_and_says_so)
{
	rehearse_run("fork");
	rehearse_said("web is meant; another can be named, as web2");
	rehearse_until_said("worker web.w3 ");
	rehearse_run("fork web2");
	rehearse_not_said("is meant");
	rehearse_until_said("worker web2.w2 ");
	rehearse_run("scale 3 web2");
	rehearse_said("web2 has 3 workers");
	rehearse_run("shutdown web2; fork");
	rehearse_not_said("is meant");
	rehearse_until_said("worker w4 ");
}
END_TEST

START_TEST(a_worker_that_both_have_is_named_with_its_server)
{
	rehearse_run("kill w1");
	rehearse_said("w1 of which server: say web.w1 or web2.w1");
	rehearse_run("get --to w1");
	rehearse_said("w1 of which server: say web.w1 or web2.w1");
	rehearse_run("kill w2");
	rehearse_until_said("TERM sent to web.w2");
	rehearse_run("get --to web2.w1");
	rehearse_said("hello world from w1");
	rehearse_run("retire web2.w1");
	rehearse_until_said("worker web2.w1 ");
	rehearse_run("until exitcode(web2.w1) = 0; kill w1");
	rehearse_until_said("TERM sent to web.w1");
}
END_TEST

START_TEST(each_counts_its_own_requests)
{
	rehearse_run("get -n 3; get -n 5 --server web2");
	rehearse_run("check requests(web) = 3 and requests(web2) = 5");
	rehearse_said("true: ");
	rehearse_run("check requests(web2.w1) = 5");
	rehearse_said("true: ");
}
END_TEST

START_TEST(a_fact_does_not_guess_which_of_two_is_meant)
{
	rehearse_run("check requests(w1) = 0");
	rehearse_said("w1 of which server: say web.w1 or web2.w1");
	rehearse_run("check requests(w2) = 0");
	rehearse_said("true: requests(w2) = 0");
}
END_TEST

START_TEST(a_killed_balancer_is_asked_until_it_is_shut_down)
{
	rehearse_run("balance lb1 --port 0 --to web,web2");
	rehearse_run("kill -KILL lb1");
	rehearse_until_said("died: killed by KILL");
	rehearse_run("get");
	rehearse_said("has ended: --server web asks web itself");
	rehearse_said("refused");
	rehearse_run("shutdown web; get");
	rehearse_said("has ended: --server web2 asks web2 itself");
	rehearse_run("serve web --port 0; shutdown lb1");
	rehearse_said("lb1 had ended already: requests go past it now");
	rehearse_run("get");
	rehearse_said("hello world from w1");
}
END_TEST

START_TEST(what_needs_workers_is_not_for_balancers)
{
	rehearse_run("balance lb1 --port 0 --to web,web2");
	rehearse_run("fork lb1");
	rehearse_said("lb1 is a balancer, which has servers and no workers");
	rehearse_run("scale 4 lb1");
	rehearse_said("lb1 is a balancer, which has servers and no workers");
	rehearse_run("reload lb1");
	rehearse_said("lb1 is a balancer, which has servers and no workers");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("servers");
	TCase *t = tcase_create("servers");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 0);
	tcase_add_checked_fixture(t, setup, rehearse_close);
	tcase_add_test(t,
	               a_line_that_names_no_server_means_the_first_and_says_so);
	tcase_add_test(t, a_worker_that_both_have_is_named_with_its_server);
	tcase_add_test(t, each_counts_its_own_requests);
	tcase_add_test(t, a_fact_does_not_guess_which_of_two_is_meant);
	tcase_add_test(t, a_killed_balancer_is_asked_until_it_is_shut_down);
	tcase_add_test(t, what_needs_workers_is_not_for_balancers);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
