/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The line at the top: as much of each server as there is room for.
 */
#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tableau.h"
#include "tui/view.h"

static struct tableau lab;

static void
setup(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	lab = tableau_open(8);
}

static void
teardown(void)
{
	tableau_close(&lab);
}

/* A server with so many workers, and 100 answers. */
static struct server *
serve(const char *name, int port, int workers)
{
	struct server *v = tableau_server(&lab, name, port);
	char worker[NAME_SIZE];

	for (int i = 1; i <= workers; i++) {
		snprintf(worker, sizeof(worker), "w%d", i);
		tableau_worker(&lab, name, worker, 0);
	}
	v->answered = 100;
	return v;
}

static void
expect_line(int cols, const char *want)
{
	struct model model = { .snap = lab.snapshot, .utf8 = true };
	struct canvas *canvas = canvas_open(1, cols, NULL);
	char *text;

	ck_assert_ptr_nonnull(canvas);
	view_status.draw(canvas, (struct area){ 0, 0, 1, cols }, &model);
	text = canvas_to_text(canvas);
	text[strcspn(text, "\n")] = '\0';
	ck_assert_str_eq(text, want);
	free(text);
	canvas_close(canvas);
}

START_TEST(one_server_is_told_whole)
{
	struct server *web = serve("web", 3000, 2);

	expect_line(80, " forkshop · web :3000 rr event · 2 workers"
	                "                         100 requests");
	web->least_workers = 1;
	web->most_workers = 8;
	expect_line(80, " forkshop · web :3000 rr event · 2 workers (1..8)"
	                "                  100 requests");
}
END_TEST

START_TEST(two_servers_stand_in_80_columns)
{
	serve("web", 3000, 2);
	serve("web2", 3001, 1)->most_workers = 8;
	expect_line(80, " forkshop · web :3000 2 workers · web2 :3001 1 worker "
	                "(0..8)       200 requests");
	expect_line(120, " forkshop · web :3000 rr event · 2 workers · web2 "
	                 ":3001 rr event · 1 worker (0..8)"
	                 "                         200 requests");
}
END_TEST

START_TEST(many_servers_are_told_in_short_and_then_as_a_sum)
{
	serve("web", 3000, 2);
	serve("web2", 3001, 1);
	serve("web3", 3002, 2);
	serve("db", 3003, 0)->up = false;
	expect_line(80, " forkshop · web :3000 2 · web2 :3001 1 · web3 :3002 2 "
	                "· db ended   400 requests");
	expect_line(70, " forkshop · web :3000 2 · web2 :3001 1 · web3 :3002 2 "
	                "   400 requests");
	expect_line(60, " forkshop · 3 servers up, 5 workers"
	                "            400 requests");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("view-status");
	TCase *t = tcase_create("view-status");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, one_server_is_told_whole);
	tcase_add_test(t, two_servers_stand_in_80_columns);
	tcase_add_test(t, many_servers_are_told_in_short_and_then_as_a_sum);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
