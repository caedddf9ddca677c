/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree at one instant, and the family tree that it is drawn from.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/text.h"
#include "core/watch/snapshot.h"
#include "core/watch/table.h"

/* One word for each row, indented by depth, "`" before the last child. */
static const char *
tree_text(const struct snapshot *s)
{
	static char text[2048];

	text[0] = '\0';
	for (int i = 0; i < s->nprocs; i++) {
		const struct proc *p = &s->proc[i];

		for (int k = 0; k < p->depth; k++)
			text_add(text, sizeof(text), " ");
		text_add(text, sizeof(text), "%s%s\n", p->last ? "`" : "|",
		         p->name);
	}
	return text;
}

static struct proc
row(const char *name, enum kind kind, pid_t pid)
{
	struct proc p = proc_none();

	snprintf(p.name, sizeof(p.name), "%s", name);
	p.kind = kind;
	p.pid = pid;
	return p;
}

static void
put(struct snapshot *s, int parent, const char *name, const char *server,
    pid_t pid)
{
	struct proc p = row(name, KIND_WORKER, pid);

	snprintf(p.server, sizeof(p.server), "%s", server);
	snapshot_add(s, parent, &p);
}

static struct snapshot *
fresh(void)
{
	struct snapshot *s = snapshot_make(8);

	put(s, -1, "shell", "", 1);
	put(s, 0, "lab", "", 2);
	put(s, 1, "web", "web", 3);
	put(s, 2, "w1", "web", 4);
	put(s, 2, "w2", "web", 5);
	put(s, 1, "api", "api", 6);
	put(s, 5, "w1", "api", 7);
	return s;
}

START_TEST(rows_know_their_place)
{
	struct snapshot *s = fresh();

	ck_assert_str_eq(tree_text(s), "`shell\n"
	                               " `lab\n"
	                               "  |web\n"
	                               "   |w1\n"
	                               "   `w2\n"
	                               "  `api\n"
	                               "   `w1\n");
	snapshot_drop(s);
}
END_TEST

START_TEST(rows_are_found_by_name_server_and_pid)
{
	struct snapshot *s = fresh();

	ck_assert_int_eq(snapshot_find(s, "w2")->pid, 5);
	ck_assert_int_eq(snapshot_find(s, "web.w1")->pid, 4);
	ck_assert_int_eq(snapshot_find(s, "api.w1")->pid, 7);
	ck_assert_str_eq(snapshot_find(s, "6")->name, "api");
	ck_assert_ptr_null(snapshot_find(s, "w9"));
	ck_assert_ptr_null(snapshot_find(s, ""));
	ck_assert_ptr_null(snapshot_find(s, "99"));
	ck_assert_ptr_null(snapshot_find(s, "web.w1x"));
	snapshot_drop(s);
}
END_TEST

START_TEST(the_living_one_is_preferred)
{
	struct snapshot *s = fresh();
	struct proc p = row("w2", KIND_WORKER, 8);

	s->proc[4].dead = s->proc[4].reaped = true;
	snapshot_add(s, 1, &p);
	ck_assert_int_eq(snapshot_find(s, "w2")->pid, 8);
	s->proc[7].dead = true;
	ck_assert_int_eq(snapshot_find(s, "w2")->pid, 8);
	snapshot_drop(s);
}
END_TEST

START_TEST(a_thread_is_found_by_its_tid)
{
	struct snapshot *s = fresh();
	struct proc p = row("w1.t1", KIND_THREAD, 4);

	p.tid = 41;
	snapshot_add(s, 3, &p);
	ck_assert_str_eq(snapshot_find(s, "41")->name, "w1.t1");
	ck_assert_str_eq(snapshot_find(s, "4")->name, "w1");
	snapshot_drop(s);
}
END_TEST

START_TEST(a_snapshot_lives_as_long_as_somebody_holds_it)
{
	struct snapshot *s = fresh();

	snapshot_take(s);
	snapshot_drop(s);
	ck_assert_str_eq(s->proc[0].name, "shell");
	snapshot_drop(s);
	snapshot_drop(NULL);
	ck_assert_ptr_null(snapshot_take(NULL));
}
END_TEST

static const struct {
	struct proc p;
	const char *text;
} endings[] = {
	{ { .dead = false }, "" },
	{ { .dead = true, .reaped = true }, "ended, unknown how" },
	{ { .dead = true, .reaped = true, .end = { .known = true, .code = 7 } },
	  "exited 7" },
	{ { .dead = true, .end = { .known = true, .code = 0 } },
	  "<defunct>, exited 0" },
	{ { .dead = true,
	    .reaped = true,
	    .end = { .known = true, .killed = true, .code = 15 } },
	  "killed by TERM" },
	{ { .dead = true,
	    .reaped = true,
	    .end = { .known = true,
	             .killed = true,
	             .dumped = true,
	             .code = 6 } },
	  "killed by ABRT (core dumped)" },
	{ { .dead = true, .reaped = true, .tid = 5 }, "ended" },
};

START_TEST(endings_are_said)
{
	char buf[64];

	ck_assert_str_eq(ending_text(&endings[_i].p, buf, sizeof(buf)),
	                 endings[_i].text);
}
END_TEST

/* The table *************************************************************/

static struct table table;

static struct member *
born(struct member *parent, const char *name, pid_t pid, pid_t tid)
{
	struct member *m = table_add(&table, parent, pid, tid);

	snprintf(m->p.name, sizeof(m->p.name), "%s", name);
	return m;
}

static const char *
table_text(void)
{
	static char text[512];

	text[0] = '\0';
	for (struct member *m = table.root; m; m = table_next(m))
		text_add(text, sizeof(text), "%s%s", m == table.root ? "" : " ",
		         m->p.name);
	return text;
}

START_TEST(children_stand_in_the_order_of_birth_threads_first)
{
	struct member *root, *lab, *web;

	memset(&table, 0, sizeof(table));
	root = born(NULL, "shell", 1, 0);
	lab = born(root, "lab", 2, 0);
	web = born(lab, "web", 3, 0);
	born(lab, "j1", 9, 0);
	born(web, "w1", 4, 0);
	born(web, "w2", 5, 0);
	born(web, "t2", 3, 31); /* threads are found in any order */
	born(web, "t3", 3, 32);
	born(web, "t1", 3, 30);
	ck_assert_str_eq(table_text(), "shell lab web t1 t2 t3 w1 w2 j1");
	table_close(&table);
	ck_assert_int_eq(table.n, 0);
}
END_TEST

START_TEST(orphans_go_to_the_end_of_their_new_family)
{
	struct member *root, *lab, *p1, *p2;

	memset(&table, 0, sizeof(table));
	root = born(NULL, "shell", 1, 0);
	lab = born(root, "lab", 2, 0);
	p1 = born(lab, "p1", 3, 0);
	born(lab, "j1", 4, 0);
	p2 = born(p1, "p2", 5, 0);
	born(p2, "p3", 6, 0);
	table_move(p2, lab);
	ck_assert_str_eq(table_text(), "shell lab p1 j1 p2 p3");
	table_move(lab, p2); /* nobody is its own ancestor */
	ck_assert_str_eq(table_text(), "shell lab p1 j1 p2 p3");
	table_remove(&table, p2);
	ck_assert_str_eq(table_text(), "shell lab p1 j1 p3");
	table_close(&table);
}
END_TEST

START_TEST(a_reused_pid_is_told_from_the_dead)
{
	struct member *root, *old, *new;

	memset(&table, 0, sizeof(table));
	root = born(NULL, "shell", 1, 0);
	old = born(root, "w1", 5, 0);
	old->p.start_ticks = 100;
	old->p.dead = old->p.reaped = true;
	ck_assert_ptr_eq(table_find(&table, 5, 0), old);
	ck_assert_ptr_null(table_find(&table, 5, 200));
	new = born(root, "w9", 5, 0);
	new->p.start_ticks = 200;
	ck_assert_ptr_eq(table_find(&table, 5, 0), new);
	ck_assert_ptr_eq(table_find(&table, 5, 100), old);
	ck_assert_ptr_null(table_find(&table, 6, 0));
	table_close(&table);
}
END_TEST

START_TEST(the_table_is_bounded)
{
	struct member *root;

	memset(&table, 0, sizeof(table));
	root = born(NULL, "shell", 1, 0);
	while (table.n < TABLE_MAX)
		ck_assert_ptr_nonnull(table_add(&table, root, table.n + 1, 0));
	ck_assert_ptr_null(table_add(&table, root, 99999, 0));
	table_close(&table);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("snapshot");
	TCase *c = tcase_create("snapshot");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, c);
	tcase_add_test(c, rows_know_their_place);
	tcase_add_test(c, rows_are_found_by_name_server_and_pid);
	tcase_add_test(c, the_living_one_is_preferred);
	tcase_add_test(c, a_thread_is_found_by_its_tid);
	tcase_add_test(c, a_snapshot_lives_as_long_as_somebody_holds_it);
	tcase_add_loop_test(c, endings_are_said, 0,
	                    sizeof(endings) / sizeof(endings[0]));
	tcase_add_test(c, children_stand_in_the_order_of_birth_threads_first);
	tcase_add_test(c, orphans_go_to_the_end_of_their_new_family);
	tcase_add_test(c, a_reused_pid_is_told_from_the_dead);
	tcase_add_test(c, the_table_is_bounded);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
