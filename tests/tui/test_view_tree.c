/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_view_tree - what becomes of a tree that has too little room.
 */
#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "tests/tableau.h"
#include "tui/view-tree.h"

enum { ROWS = 11, COLS = 80 };

static struct tableau lab;
static struct model model;
static char *text; /* as it was drawn last */

static void
setup(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	lab = tableau_open(16);
	tableau_server(&lab, "web", 3000);
	memset(&model, 0, sizeof(model));
	model.utf8 = true;
	model.snap = lab.snapshot;
	model.now_ns = lab.now_ns;
}

static void
teardown(void)
{
	tableau_close(&lab);
	free(text);
	text = NULL;
}

static void
draw(void)
{
	struct err err;
	struct canvas *canvas = canvas_open(ROWS, COLS, &err);
	struct snapshot *snap = lab.snapshot;

	ck_assert_msg(canvas != NULL, "%s", err.text);
	for (int i = 0; i < snap->nprocs; i++)
		snprintf(snap->proc[i].cmd, sizeof(snap->proc[i].cmd),
		         "forkshop-%s", snap->proc[i].name);
	view_tree_follow(&model, ROWS, COLS);
	view_tree.draw(canvas, (struct area){ 0, 0, ROWS, COLS }, &model);
	free(text);
	text = canvas_to_text(canvas);
	canvas_close(canvas);
}

static void
shows(const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "no %s on\n%s", part, text);
}

static void
hides(const char *part)
{
	ck_assert_msg(strstr(text, part) == NULL, "%s on\n%s", part, text);
}

static void
add_workers(int n)
{
	char name[NAME_SIZE];

	for (int i = 1; i <= n; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		tableau_worker(&lab, "web", name, 0);
	}
}

/* A worker and as many children, the last one's row is returned. */
static struct proc *
add_family(const char *worker, int n)
{
	char name[NAME_SIZE];
	struct proc *p = tableau_worker(&lab, "web", worker, 0);

	for (int i = 1; i <= n; i++) {
		snprintf(name, sizeof(name), "%s.f%d", worker, i);
		p = tableau_row(&lab, worker, KIND_CHILD, name);
	}
	return p;
}

START_TEST(a_page_key_shows_what_has_no_room)
{
	add_workers(20);
	tableau_find(&lab, "w20")->born_ns = lab.now_ns + NS_PER_S;
	draw();
	shows("w20");
	shows("more rows · Alt-PgUp");
	hides("forkshop-lab");
	view_tree_scroll(&model, -100, ROWS, COLS);
	model.tree_held = true;
	draw();
	shows("forkshop-lab");
	shows("more rows · Alt-PgDn");
}
END_TEST

START_TEST(a_tree_that_is_scrolled_follows_nothing_up_to_the_next_line)
{
	add_workers(20);
	model.tree_held = true;
	draw();
	tableau_find(&lab, "w20")->born_ns = lab.now_ns + NS_PER_S;
	draw();
	hides("w20");
	view_tree_anew(&model);
	draw();
	shows("w20");
}
END_TEST

START_TEST(children_of_a_worker_are_one_row_where_room_is_scarce)
{
	add_family("w1", 4);
	add_family("w2", 3);
	tableau_end(tableau_find(&lab, "w1.f1"), false, 0, true);
	tableau_find(&lab, "w2.f3")->answered_last = true;
	draw();
	shows("… 3 children, 1 ended");
	shows("→");
	shows("… 3 children\n");
	hides("more rows");
	hides("w1.f2");
}
END_TEST

START_TEST(children_of_a_worker_have_rows_where_there_is_room)
{
	add_family("w1", 3);
	draw();
	shows("w1.f1");
	shows("w1.f3");
	hides("children");
}
END_TEST

START_TEST(it_stays_tight_up_to_the_next_line)
{
	add_family("w1", 8);
	draw();
	shows("… 8 children");
	lab.snapshot->nprocs -= 5;
	draw();
	shows("… 3 children");
	view_tree_anew(&model);
	draw();
	shows("w1.f3");
}
END_TEST

START_TEST(what_is_born_for_one_request_is_not_followed)
{
	add_workers(20);
	draw();
	add_family("w21", 1)->born_ns = lab.now_ns + 2 * NS_PER_S;
	draw();
	hides("w21.f1");
	tableau_find(&lab, "w21")->born_ns = lab.now_ns + NS_PER_S;
	draw();
	shows("w21");
}
END_TEST

START_TEST(a_dead_row_keeps_its_name_on_a_projector)
{
	add_workers(2);
	tableau_end(tableau_find(&lab, "w1"), true, 15, true);
	model.big = true;
	draw();
	shows("… w1  killed by TERM");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tree");
	TCase *tcase = tcase_create("little room");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_page_key_shows_what_has_no_room);
	tcase_add_test(
	    tcase, a_tree_that_is_scrolled_follows_nothing_up_to_the_next_line);
	tcase_add_test(tcase,
	               children_of_a_worker_are_one_row_where_room_is_scarce);
	tcase_add_test(tcase,
	               children_of_a_worker_have_rows_where_there_is_room);
	tcase_add_test(tcase, it_stays_tight_up_to_the_next_line);
	tcase_add_test(tcase, what_is_born_for_one_request_is_not_followed);
	tcase_add_test(tcase, a_dead_row_keeps_its_name_on_a_projector);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
