/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree as cells and as text, over snapshots made by hand.
 */
#include <check.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/treetext.h"
#include "core/sys/clock.h"

#define ROOM 64

static struct snapshot *
fresh(void)
{
	struct snapshot *s = calloc(1, sizeof(*s) + ROOM * sizeof(struct proc));

	ck_assert_ptr_nonnull(s);
	s->refs = 1;
	s->t_ns = 100 * NS_PER_S;
	return s;
}

static struct proc *
row(struct snapshot *s, int parent, enum kind kind, const char *name,
    const char *cmd)
{
	struct proc *p = &s->proc[s->nprocs];

	ck_assert_int_lt(s->nprocs, ROOM);
	*p = (struct proc){
		.kind = kind,
		.pid = 9400 + s->nprocs,
		.ppid = parent < 0 ? 1 : s->proc[parent].pid,
		.pgrp = 9400 + s->nprocs,
		.session = 9401,
		.parent = parent,
		.depth = parent < 0 ? 0 : s->proc[parent].depth + 1,
		.state = 'S',
		.threads = 1,
		.rss_kb = 4300,
		.private_kb = -1,
		.cpu_ns = 1230 * NS_PER_MS,
		.born_ns = 1,
	};
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->cmd, sizeof(p->cmd), "%s", cmd);
	s->nprocs++;
	return p;
}

static struct proc *
worker(struct snapshot *s, int parent, const char *name, uint64_t answered)
{
	char cmd[64];
	struct proc *p;

	snprintf(cmd, sizeof(cmd), "forkshop-server %s", name);
	p = row(s, parent, KIND_WORKER, name, cmd);
	p->counts = true;
	p->answered = answered;
	return p;
}

/* Shell, lab, master: rows 0, 1, 2. */
static struct snapshot *
lab(void)
{
	struct snapshot *s = fresh();

	row(s, -1, KIND_SHELL, "forkshop", "forkshop");
	row(s, 0, KIND_LAB, "lab", "forkshop-lab");
	row(s, 1, KIND_MASTER, "web", "forkshop-server web");
	return s;
}

static void
die(struct proc *p, bool reaped, bool killed, int code)
{
	p->dead = true;
	p->reaped = reaped;
	p->state = reaped ? 'X' : 'Z';
	p->end =
	    (struct ending){ .known = true, .killed = killed, .code = code };
}

static char text[65536];

static void
collect(void *arg, const char *line)
{
	(void)arg;
	strcat(text, line);
	strcat(text, "\n");
}

static const char *
as_text(const struct snapshot *s, struct tree_style style)
{
	text[0] = '\0';
	tree_text(s, &style, collect, NULL);
	return text;
}

START_TEST(the_whole_tree_reads_like_ps)
{
	struct snapshot *s = lab();
	struct proc *w2, *job;

	worker(s, 2, "w1", 120);
	w2 = worker(s, 2, "w2", 60);
	die(w2, true, true, SIGTERM);
	job = row(s, 1, KIND_JOB, "j1", "sleep 100");
	job->foreground = true;
	ck_assert_str_eq(
	    as_text(s, (struct tree_style){ 0 }),
	    "    PID STAT CPU  THR   MEM REQUESTS        COMMAND\n"
	    "   9400 S      0    1  4.2M        –        forkshop\n"
	    "   9401 Ss     0    1  4.2M        –         \\_ forkshop-lab\n"
	    "   9402 S      0    1  4.2M        –             \\_ "
	    "forkshop-server web\n"
	    "   9403 S      0    1  4.2M      120 ######      |   \\_ "
	    "forkshop-server w1\n"
	    "   9404 X      –    –     –       60 ###         |   \\_ "
	    "fork… w2  killed by TERM\n"
	    "   9405 S+     0    1  4.2M        –             \\_ [j1] sleep "
	    "100\n");
	free(s);
}
END_TEST

START_TEST(boxes_are_drawn_when_asked)
{
	struct snapshot *s = lab();

	worker(s, 2, "w1", 1);
	worker(s, 2, "w2", 0);
	row(s, 1, KIND_JOB, "j1", "cat");
	ck_assert_str_eq(as_text(s, (struct tree_style){ .lines = TREE_BOX,
	                                                 .structure = true }),
	                 "    PID COMMAND\n"
	                 "   9400 forkshop\n"
	                 "   9401 └─ forkshop-lab\n"
	                 "   9402    ├─ forkshop-server web\n"
	                 "   9403    │  ├─ forkshop-server w1\n"
	                 "   9404    │  └─ forkshop-server w2\n"
	                 "   9405    └─ [j1] cat\n");
	free(s);
}
END_TEST

START_TEST(a_reader_of_screens_hears_no_drawing)
{
	struct snapshot *s = lab();
	const char *all;

	worker(s, 2, "w1", 1);
	all = as_text(s, (struct tree_style){ .lines = TREE_INDENT });
	ck_assert_ptr_null(strpbrk(all, "#|\\_"));
	ck_assert_ptr_nonnull(strstr(all, "\n   9403 S      0    1  4.2M"
	                                  "        1       forkshop-server"));
	free(s);
}
END_TEST

START_TEST(a_zombie_says_so)
{
	struct snapshot *s = lab();

	die(worker(s, 2, "w1", 0), false, false, 7);
	ck_assert_ptr_nonnull(strstr(as_text(s, (struct tree_style){ 0 }),
	                             " w1  <defunct>, exited 7\n"));
	free(s);
}
END_TEST

START_TEST(many_dead_rows_become_one)
{
	struct snapshot *s = lab();

	for (int i = 0; i < 21; i++)
		die(row(s, 2, KIND_OTHER, "", "true"), true, false, 0);
	worker(s, 2, "w1", 0);
	ck_assert_str_eq(
	    as_text(s, (struct tree_style){ .structure = true, .root = 9402 }),
	    "    PID COMMAND\n"
	    "   9402 forkshop-server web\n"
	    "         \\_ … 17 more ended\n"
	    "   9420  \\_ true  exited 0\n"
	    "   9421  \\_ true  exited 0\n"
	    "   9422  \\_ true  exited 0\n"
	    "   9423  \\_ true  exited 0\n"
	    "   9424  \\_ forkshop-server w1\n");
	free(s);
}
END_TEST

static struct snapshot *
threaded(int threads)
{
	struct snapshot *s = lab();
	char name[NAME_SIZE];

	worker(s, 2, "w1", 0)->threads = threads + 1;
	for (int i = 1; i <= threads; i++) {
		struct proc *t;

		snprintf(name, sizeof(name), "w1.t%d", i);
		t = row(s, 3, KIND_THREAD, name, "forkshop-server w1");
		t->tid = t->pid;
		t->pid = s->proc[3].pid;
	}
	return s;
}

START_TEST(threads_are_rows_in_braces)
{
	struct snapshot *s = threaded(2);
	const char *all = as_text(s, (struct tree_style){ 0 });

	ck_assert_ptr_nonnull(strstr(all, "Sl "));
	ck_assert_ptr_nonnull(strstr(all, "\n   9405 S"));
	ck_assert_ptr_nonnull(strstr(all, " \\_ {w1.t2}\n"));
	free(s);
}
END_TEST

START_TEST(many_threads_are_counted_unless_asked)
{
	struct snapshot *s = threaded(20);

	ck_assert_ptr_nonnull(
	    strstr(as_text(s, (struct tree_style){ 0 }), "{w1.t8}\n"));
	ck_assert_ptr_nonnull(strstr(text, " \\_ … 12 more threads\n"));
	ck_assert_ptr_null(strstr(text, "{w1.t9}"));
	as_text(s, (struct tree_style){ .threads = ROOM });
	ck_assert_ptr_nonnull(strstr(text, "{w1.t20}\n"));
	as_text(s, (struct tree_style){ .threads = -1 });
	ck_assert_ptr_null(strstr(text, "{"));
	free(s);
}
END_TEST

START_TEST(a_subtree_begins_at_its_root)
{
	struct snapshot *s = lab();

	worker(s, 2, "w1", 1);
	row(s, 1, KIND_JOB, "j1", "cat");
	ck_assert_str_eq(
	    as_text(s, (struct tree_style){ .structure = true, .root = 9402 }),
	    "    PID COMMAND\n"
	    "   9402 forkshop-server web\n"
	    "   9403  \\_ forkshop-server w1\n");
	as_text(s, (struct tree_style){ .structure = true, .root = 4711 });
	ck_assert_str_eq(text, "    PID COMMAND\n");
	free(s);
}
END_TEST

/* Where the command begins in a line of text. */
static long
command_at(const char *line)
{
	return strstr(line, "forkshop") - line;
}

START_TEST(columns_stand_still_while_numbers_grow)
{
	static const int widths[] = { 80, 100, 120, 160 };

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct tree_style style = { .width = widths[i] };
		struct snapshot *s = lab();
		struct proc *p = &s->proc[0];
		struct tree_row r;
		char buf[TREE_LINE];
		long before, after;

		p->counts = true;
		tree_rows(s, &style, 0, &r, 1);
		before = command_at(tree_line(&style, &r, buf));
		p->pid = p->pgrp = p->ppid = 4194304;
		p->rss_kb = INT64_C(800) << 20;
		p->threads = 9999;
		p->processor = 255;
		p->answered = UINT64_C(99999999999);
		p->cpu_ns = 500 * 60 * NS_PER_S;
		p->open = 99999;
		tree_rows(s, &style, 0, &r, 1);
		after = command_at(tree_line(&style, &r, buf));
		ck_assert_int_eq(before, after);
		free(s);
	}
}
END_TEST

START_TEST(wider_lines_have_more_columns)
{
	char buf[TREE_LINE];

	tree_heading(&(struct tree_style){ .width = 80 }, buf);
	ck_assert_ptr_null(strstr(buf, "TIME"));
	tree_heading(&(struct tree_style){ .width = 100 }, buf);
	ck_assert_ptr_nonnull(strstr(buf, "TIME"));
	ck_assert_ptr_null(strstr(buf, "PPID"));
	tree_heading(&(struct tree_style){ .width = 160 }, buf);
	ck_assert_ptr_nonnull(strstr(buf, "PPID"));
	tree_heading(&(struct tree_style){ .width = 160, .big = true }, buf);
	ck_assert_str_eq(buf, "    PID STAT REQUESTS                      "
	                      "COMMAND");
}
END_TEST

/* 0 is a parent outside, of the living; of the dead it was not read. */
START_TEST(who_was_gone_before_it_was_read_shows_no_ids)
{
	struct tree_style style = { .width = 160 };
	struct snapshot *s = lab();
	struct tree_row r;

	s->proc[0].ppid = s->proc[0].pgrp = 0;
	tree_rows(s, &style, 0, &r, 1);
	ck_assert_str_eq(r.cell[TREE_PPID], "0");
	s->proc[0].dead = true;
	tree_rows(s, &style, 0, &r, 1);
	ck_assert_str_eq(r.cell[TREE_PPID], "–");
	ck_assert_str_eq(r.cell[TREE_PGRP], "–");
	free(s);
}
END_TEST

START_TEST(no_line_is_longer_than_its_width)
{
	struct snapshot *s = lab();
	const char *line;

	for (int i = 2; i < 30; i++)
		row(s, i, KIND_OTHER, "",
		    "a long command that goes on and on and on and on and on "
		    "until the end of the line and beyond");
	die(&s->proc[3], false, true, SIGSEGV);
	as_text(s, (struct tree_style){ 0 });
	line = strtok(text, "\n");
	for (; line; line = strtok(NULL, "\n")) {
		int columns = 0;

		for (const char *c = line; *c; c++)
			columns += (*c & 0xc0) != 0x80;
		ck_assert_msg(columns <= 80, "%d columns: %s", columns, line);
	}
	as_text(s, (struct tree_style){ .width = 100 });
	ck_assert_ptr_nonnull(
	    strstr(text, " a long c  <defunct>, killed by SEGV\n"));
	/* The last word stays only where it is a name, as "… w2". */
	snprintf(s->proc[3].name, sizeof(s->proc[3].name), "beyond");
	as_text(s, (struct tree_style){ .width = 100 });
	ck_assert_ptr_nonnull(
	    strstr(text, " beyond  <defunct>, killed by SEGV\n"));
	free(s);
}
END_TEST

START_TEST(a_cell_tells_what_a_row_is)
{
	struct snapshot *s = lab();
	struct tree_row r[8];
	struct tree_style style = { 0 };

	worker(s, 2, "w1", 40)->answered_last = true;
	worker(s, 2, "w2", 80)->state = 'T';
	worker(s, 2, "w3", 0)->born_ns = s->t_ns - NS_PER_S / 2;
	ck_assert_uint_eq(tree_rows(s, &style, 0, r, 8), 6);
	ck_assert_int_eq(r[0].bar, -1);
	ck_assert_int_eq(r[3].bar, 500);
	ck_assert_int_eq(r[4].bar, 1000);
	ck_assert_int_eq(r[3].arrow, true);
	ck_assert_int_eq(r[4].arrow, false);
	ck_assert_int_eq(r[3].hint, TREE_IS_SLEEPING);
	ck_assert_int_eq(r[4].hint, TREE_IS_STOPPED);
	ck_assert_int_eq(r[5].hint, TREE_IS_NEW);
	ck_assert_str_eq(r[3].cell[TREE_REQUESTS], "40");
	ck_assert_ptr_eq(r[3].proc, &s->proc[3]);
	ck_assert_uint_eq(tree_rows(s, &style, 4, r, 1), 6);
	ck_assert_ptr_eq(r[0].proc, &s->proc[4]);
	free(s);
}
END_TEST

START_TEST(one_answer_among_thousands_is_still_a_mark)
{
	char buf[TREE_LINE];
	struct tree_style box = { .lines = TREE_BOX }, ascii = { 0 };

	ck_assert_str_eq(tree_bar(&box, 1, 6, buf), "▏");
	ck_assert_str_eq(tree_bar(&ascii, 1, 6, buf), "#");
	ck_assert_str_eq(tree_bar(&box, 0, 6, buf), "");
	ck_assert_str_eq(tree_bar(&box, 500, 6, buf), "███");
	ck_assert_str_eq(tree_bar(&box, -1, 6, buf), "");
	ck_assert_str_eq(tree_bar(&ascii, 1000, 6, buf), "######");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("treetext");
	TCase *tcase = tcase_create("tree");
	SRunner *runner = srunner_create(suite);
	int failed;

	setlocale(LC_ALL, "C.UTF-8");
	tcase_add_test(tcase, the_whole_tree_reads_like_ps);
	tcase_add_test(tcase, boxes_are_drawn_when_asked);
	tcase_add_test(tcase, a_reader_of_screens_hears_no_drawing);
	tcase_add_test(tcase, a_zombie_says_so);
	tcase_add_test(tcase, many_dead_rows_become_one);
	tcase_add_test(tcase, threads_are_rows_in_braces);
	tcase_add_test(tcase, many_threads_are_counted_unless_asked);
	tcase_add_test(tcase, a_subtree_begins_at_its_root);
	tcase_add_test(tcase, columns_stand_still_while_numbers_grow);
	tcase_add_test(tcase, wider_lines_have_more_columns);
	tcase_add_test(tcase, who_was_gone_before_it_was_read_shows_no_ids);
	tcase_add_test(tcase, no_line_is_longer_than_its_width);
	tcase_add_test(tcase, a_cell_tells_what_a_row_is);
	tcase_add_test(tcase, one_answer_among_thousands_is_still_a_mark);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
