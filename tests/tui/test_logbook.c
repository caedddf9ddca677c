/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_logbook - what happens often is counted in one line.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tui/view-logbook.h"

static struct logbook *book;

static void
setup(void)
{
	struct err err;

	book = logbook_open(&err);
	ck_assert_ptr_nonnull(book);
}

static void
teardown(void)
{
	logbook_close(book);
}

static void
answer(const char *server, const char *name, bool several)
{
	struct event e = { .type = EVENT_ANSWER, .several = several };

	e.who.kind = KIND_WORKER;
	snprintf(e.who.name, sizeof(e.who.name), "%s", name);
	snprintf(e.server, sizeof(e.server), "%s", server);
	ck_assert(logbook_count(book, &e));
}

static const char *
last_line(void)
{
	return logbook_back(book, 0)->text;
}

START_TEST(answers_are_counted_for_each_thread)
{
	answer("web", "w1.t1", false);
	answer("web", "w1.t2", false);
	answer("web", "w1.t1", false);
	ck_assert_str_eq(last_line(), "w1.t1 answered 2, w1.t2 1");
	ck_assert_uint_eq(logbook_size(book), 1);
}
END_TEST

START_TEST(of_too_many_a_worker_speaks_for_its_children)
{
	char name[NAME_SIZE];

	for (int i = 1; i <= 100; i++) {
		snprintf(name, sizeof(name), "w%d.f%d", 1 + i % 2, i);
		answer("web", name, false);
	}
	ck_assert_str_eq(last_line(), "w2 answered 50, w1 50");
}
END_TEST

START_TEST(of_too_many_workers_the_last_ones_are_others)
{
	char name[NAME_SIZE];

	for (int i = 1; i <= 14; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		answer("web", name, false);
	}
	ck_assert_ptr_nonnull(strstr(last_line(), ", w12 1, others 2"));
}
END_TEST

START_TEST(workers_of_two_servers_are_told_apart)
{
	answer("web", "w1", true);
	answer("web2", "w1", true);
	answer("web2", "w1", true);
	ck_assert_str_eq(last_line(), "web.w1 answered 1, web2.w1 2");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("logbook");
	TCase *tcase = tcase_create("counting");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, answers_are_counted_for_each_thread);
	tcase_add_test(tcase, of_too_many_a_worker_speaks_for_its_children);
	tcase_add_test(tcase, of_too_many_workers_the_last_ones_are_others);
	tcase_add_test(tcase, workers_of_two_servers_are_told_apart);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
