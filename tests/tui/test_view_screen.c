/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_view_screen - the whole screen, drawn from snapshots made by hand, as
 * text, compared with pictures in tests/screens.
 *
 * FORKSHOP_PICTURES=write makes the pictures anew: look at them then.
 */
#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "tui/view-layout.h"
#include "tui/view-logbook.h"
#include "tui/view-tree.h"

#define T0 (1000 * NS_PER_S)

static struct model model;
static struct snapshot *snap;

/* Snapshots *************************************************************/

static struct proc *
add(int parent, enum kind kind, const char *name, const char *cmd)
{
	struct proc p = proc_none();
	int i = snap->nprocs;

	p.kind = kind;
	p.pid = 9408 + i;
	p.ppid = parent < 0 ? 700 : 9408 + parent;
	p.pgrp = p.session = 9409;
	p.state = 'S';
	p.threads = 1;
	p.processor = i % 2;
	p.rss_kb = 3000 + 111 * i;
	p.cpu_ns = i * 10 * NS_PER_MS;
	p.born_ns = T0 - 60 * NS_PER_S;
	snprintf(p.name, sizeof(p.name), "%s", name);
	snprintf(p.cmd, sizeof(p.cmd), "%s", cmd);
	if (kind == KIND_WORKER)
		snprintf(p.server, sizeof(p.server), "web");
	return snapshot_add(snap, parent, &p);
}

static struct proc *
add_worker(int n, unsigned answered)
{
	char name[NAME_SIZE], cmd[64];
	struct proc *p;

	snprintf(name, sizeof(name), "w%d", n);
	snprintf(cmd, sizeof(cmd), "forkshop-server w%d", n);
	p = add(2, KIND_WORKER, name, cmd);
	p->counts = true;
	p->life = LIFE_LISTENING;
	p->started = p->answered = p->done = answered;
	snap->server[0].answered += answered;
	snap->proc[2].answered += answered;
	return p;
}

static void
die(struct proc *p, bool killed, int code)
{
	p->state = 'X';
	p->dead = p->reaped = true;
	p->life = p->kind == KIND_WORKER ? LIFE_DEAD : LIFE_NONE;
	p->end.known = true;
	p->end.killed = killed;
	p->end.code = code;
	p->ended_ns = T0 - NS_PER_S;
}

/* The shell, the lab and a master: rows 0, 1 and 2. */
static void
new_lab(int room)
{
	struct server *web;

	snap = snapshot_make(room);
	snap->t_ns = model.now_ns = T0;
	model.snap = snap;
	add(-1, KIND_SHELL, "", "forkshop");
	add(0, KIND_LAB, "lab", "forkshop-lab");
	add(1, KIND_MASTER, "web", "forkshop-server web")->counts = true;
	web = &snap->server[snap->nservers++];
	strcpy(web->name, "web");
	strcpy(web->policy, "rr");
	strcpy(web->model, "event");
	web->up = web->listening = true;
	web->port = 3000;
}

/* Pictures **************************************************************/

static struct canvas *
draw(int rows, int cols)
{
	struct err err;
	struct canvas *canvas = canvas_open(rows, cols, &err);
	struct layout layout;

	ck_assert_msg(canvas != NULL, "%s", err.text);
	layout_find(&layout, &model, rows, cols);
	layout_draw(&layout, canvas, &model);
	return canvas;
}

/* Is the screen what stands in tests/screens/NAME.txt? */
static void
expect_picture(const char *name, int rows, int cols)
{
	struct canvas *canvas = draw(rows, cols);
	char path[128], picture[65536] = "";
	char *text = canvas_to_text(canvas);
	FILE *file;

	snprintf(path, sizeof(path), "tests/screens/%s.txt", name);
	if (getenv("FORKSHOP_PICTURES")) {
		file = fopen(path, "w");
		ck_assert_ptr_nonnull(file);
		fputs(text, file);
		fclose(file);
	}
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "there is no %s", path);
	picture[fread(picture, 1, sizeof(picture) - 1, file)] = '\0';
	fclose(file);
	ck_assert_str_eq(text, picture);
	free(text);
	canvas_close(canvas);
}

static void
say(enum line_kind kind, const char *text)
{
	logbook_add(model.book, kind, "", text);
}

static void
happen(enum event_type type, enum kind kind, const char *name, int64_t a,
       int64_t b)
{
	struct event e = { .type = type, .a = a, .b = b, .t_ns = T0 };
	char text[512];

	e.who.kind = kind;
	e.who.pid = 9411;
	e.other.kind = KIND_MASTER;
	strcpy(e.who.name, name);
	strcpy(e.other.name, "web");
	strcpy(e.server, "web");
	if (type == EVENT_ANSWER)
		strcpy(e.text, "/");
	if (!logbook_count(model.book, &e))
		logbook_add_event(model.book, &e,
		                  event_text(&e, text, sizeof(text)));
}

static void
setup(void)
{
	struct err err;

	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	memset(&model, 0, sizeof(model));
	model.utf8 = true;
	model.book = logbook_open(&err);
	ck_assert_ptr_nonnull(model.book);
}

static void
teardown(void)
{
	logbook_close(model.book);
	snapshot_drop(snap);
	snap = NULL;
}

/* A lab as it is when somebody has just come. */
static void
fresh_lab(void)
{
	static const char *const lines[] = {
		"This is forkshop: a web server, drawn as the processes it is.",
		"  get       fire a request, and see which worker answers",
		"  fork      make one more worker",
		"  kill w1   end one, and see what its master notices",
		"help lists all commands; quit ends everything.",
	};

	new_lab(8);
	add_worker(1, 0);
	add_worker(2, 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		strcpy(model.greeting[model.greetings++], lines[i]);
	happen(EVENT_FORKED, KIND_WORKER, "w1", 0, 0);
	happen(EVENT_FORKED, KIND_WORKER, "w2", 0, 0);
	happen(EVENT_LISTENING, KIND_MASTER, "web", 3000, 0);
	happen(EVENT_ONLINE, KIND_WORKER, "w1", 0, 0);
	happen(EVENT_ONLINE, KIND_WORKER, "w2", 0, 0);
}

/* A lab in the middle of a lecture. */
static void
busy_lab(void)
{
	struct proc *p;

	new_lab(32);
	add_worker(1, 120)->answered_last = true;
	die(add_worker(2, 119), true, 15);
	p = add_worker(3, 42);
	p->threads = 3;
	add(5, KIND_THREAD, "w3.t1", "")->tid = 9431;
	add(5, KIND_THREAD, "w3.t2", "")->tid = 9432;
	add_worker(4, 7)->state = 'T';
	add_worker(5, 0)->born_ns = T0 - NS_PER_MS;
	p = add(1, KIND_PUPPET, "p1", "forkshop-puppet p1");
	p = add(10, KIND_PUPPET, "p2", "forkshop-puppet p2");
	die(p, false, 7);
	p->reaped = false;
	p->state = 'Z';
	p = add(1, KIND_JOB, "j1", "sleep 100");
	p->foreground = true;
	snap->server[0].failed = 1;
	model.rate = 118.4;
	say(LINE_COMMAND, "fork 2");
	happen(EVENT_FORKED, KIND_WORKER, "w4", 0, 0);
	happen(EVENT_FORKED, KIND_WORKER, "w5", 0, 0);
	say(LINE_COMMAND, "kill w2");
	happen(EVENT_SIGNAL, KIND_WORKER, "w2", 15, 0);
	happen(EVENT_EXITED, KIND_WORKER, "w2", -1, 15);
	say(LINE_COMMAND, "get -n 240");
	for (int i = 0; i < 240; i++)
		happen(EVENT_ANSWER, KIND_WORKER, i % 2 ? "w2" : "w1", 200,
		       400000);
	say(LINE_RESULT, "240 answered, 0 failed, 1204 requests/s");
	say(LINE_RESULT, "w1 120   w2 120   p50 0.4 ms   p95 0.6 ms");
	say(LINE_COMMAND, "kil w9");
	say(LINE_ERROR, "there is no command \"kil\": did you mean kill?");
	say(LINE_COMMAND, "echo hello");
	logbook_add(model.book, LINE_OUTPUT, "j1", "hello");
}

START_TEST(a_fresh_lab_at_80x24)
{
	fresh_lab();
	expect_picture("fresh-80x24", 24, 80);
}
END_TEST

START_TEST(a_busy_lab_at_80x24)
{
	busy_lab();
	expect_picture("busy-80x24", 24, 80);
}
END_TEST

START_TEST(a_busy_lab_at_100x30)
{
	busy_lab();
	expect_picture("busy-100x30", 30, 100);
}
END_TEST

START_TEST(a_busy_lab_at_160x45)
{
	busy_lab();
	expect_picture("busy-160x45", 45, 160);
}
END_TEST

START_TEST(a_lab_on_a_projector)
{
	fresh_lab();
	snap->proc[2].answered = snap->server[0].answered = 70;
	snap->proc[3].answered = 40;
	snap->proc[4].answered = 30;
	snap->proc[4].answered_last = true;
	model.big = true;
	model.greetings = 0;
	expect_picture("big-80x24", 24, 80);
}
END_TEST

START_TEST(a_lab_in_plain_ascii)
{
	busy_lab();
	model.utf8 = false;
	expect_picture("ascii-80x24", 24, 80);
}
END_TEST

START_TEST(a_terminal_that_is_too_small)
{
	fresh_lab();
	expect_picture("small-40x10", 10, 40);
}
END_TEST

/* Rows and colours ******************************************************/

/* The row of the canvas that holds this text. */
static int
row_of(const struct canvas *canvas, const char *text)
{
	char *all = canvas_to_text(canvas), *found = strstr(all, text);
	int row = 0;

	ck_assert_msg(found != NULL, "no %s on\n%s", text, all);
	for (char *s = all; s < found; s++)
		row += *s == '\n';
	free(all);
	return row;
}

/* Does the row go on with `text` from this column? */
static bool
stands_at(const struct canvas *canvas, int row, int col, const char *text)
{
	const struct cell *cell;

	while (*text && (cell = canvas_cell(canvas, row, col++))) {
		if (strncmp(text, cell->text, strlen(cell->text)) != 0)
			return false;
		text += strlen(cell->text);
	}
	return *text == '\0';
}

/* The style of `text` in the row that holds `sign`. */
static enum style
style_of(const struct canvas *canvas, const char *sign, const char *text)
{
	int row = row_of(canvas, sign), col = 0;

	while (col < canvas->cols && !stands_at(canvas, row, col, text))
		col++;
	ck_assert_msg(col < canvas->cols, "no %s by %s", text, sign);
	return canvas_cell(canvas, row, col)->style;
}

static bool
shows(const struct canvas *canvas, const char *text)
{
	char *all = canvas_to_text(canvas);
	bool found = strstr(all, text) != NULL;

	free(all);
	return found;
}

START_TEST(a_state_has_a_colour_and_a_call_its_words)
{
	struct canvas *canvas;

	busy_lab();
	strcpy(snap->proc[10].doing, "in wait4(), 2 calls wait");
	canvas = draw(30, 100);
	ck_assert(shows(canvas, "… p1  in wait4(), 2 calls wait"));
	ck_assert_int_eq(style_of(canvas, "server w1", "→"), ST_ARROW);
	ck_assert_int_eq(style_of(canvas, "server w2", "killed"), ST_DEAD);
	ck_assert_int_eq(style_of(canvas, "server w4", "T"), ST_STOPPED);
	ck_assert_int_eq(style_of(canvas, "{w3.t1}", "{w3.t1}"), ST_THREAD);
	ck_assert_int_eq(style_of(canvas, "puppet p2", "Z"), ST_ZOMBIE);
	canvas_close(canvas);
}
END_TEST

START_TEST(a_row_is_new_for_a_second)
{
	struct canvas *canvas;

	busy_lab();
	canvas = draw(24, 80);
	ck_assert_int_eq(style_of(canvas, "server w5", "forkshop"), ST_NEW);
	ck_assert_int_eq(view_tree_fades(&model), T0 - NS_PER_MS + NS_PER_S);
	canvas_close(canvas);
	model.now_ns = view_tree_fades(&model);
	canvas = draw(24, 80);
	ck_assert_int_eq(style_of(canvas, "server w5", "forkshop"), ST_NORMAL);
	ck_assert_int_eq(view_tree_fades(&model), -1);
	canvas_close(canvas);
}
END_TEST

START_TEST(rows_that_go_do_not_move_the_log)
{
	struct layout layout;
	int tall;

	busy_lab();
	layout_find(&layout, &model, 30, 100);
	tall = layout.area[LAYOUT_TREE].rows;
	snapshot_drop(snap);
	fresh_lab();
	layout_find(&layout, &model, 30, 100);
	ck_assert_int_eq(layout.area[LAYOUT_TREE].rows, tall);
	model.tree_floor = 0; /* another line was entered */
	layout_find(&layout, &model, 30, 100);
	ck_assert_int_lt(layout.area[LAYOUT_TREE].rows, tall);
}
END_TEST

START_TEST(of_many_that_ended_some_are_counted)
{
	struct canvas *canvas;

	new_lab(32);
	for (int i = 1; i <= 21; i++)
		die(add_worker(i, 0), true, 9);
	canvas = draw(30, 100);
	ck_assert(shows(canvas, "… 17 more ended"));
	canvas_close(canvas);
}
END_TEST

START_TEST(a_tree_that_is_too_tall_follows_what_happens)
{
	struct canvas *canvas;

	new_lab(64);
	for (int i = 1; i <= 40; i++)
		add_worker(i, 0);
	snap->proc[42].born_ns = T0;
	canvas = draw(24, 80);
	ck_assert(shows(canvas, "server w40"));
	ck_assert(shows(canvas, "↑"));
	canvas_close(canvas);
}
END_TEST

START_TEST(a_line_that_a_job_has_not_ended_is_shown)
{
	struct canvas *canvas;

	busy_lab();
	strcpy(model.job, "j1");
	strcpy(model.progress, "Overwrite? ");
	canvas = draw(24, 80);
	ck_assert(shows(canvas, "│ hello\n│ Overwrite?\n"));
	canvas_close(canvas);
}
END_TEST

START_TEST(what_is_read_further_up_is_said)
{
	struct canvas *canvas;

	busy_lab();
	model.log_back = 3;
	canvas = draw(24, 80);
	ck_assert(shows(canvas, "3 rows below"));
	ck_assert(!shows(canvas, "│ hello"));
	canvas_close(canvas);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("views");
	TCase *tcase = tcase_create("screen");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_fresh_lab_at_80x24);
	tcase_add_test(tcase, a_busy_lab_at_80x24);
	tcase_add_test(tcase, a_busy_lab_at_100x30);
	tcase_add_test(tcase, a_busy_lab_at_160x45);
	tcase_add_test(tcase, a_lab_on_a_projector);
	tcase_add_test(tcase, a_lab_in_plain_ascii);
	tcase_add_test(tcase, a_terminal_that_is_too_small);
	tcase_add_test(tcase, a_state_has_a_colour_and_a_call_its_words);
	tcase_add_test(tcase, a_row_is_new_for_a_second);
	tcase_add_test(tcase, rows_that_go_do_not_move_the_log);
	tcase_add_test(tcase, of_many_that_ended_some_are_counted);
	tcase_add_test(tcase, a_tree_that_is_too_tall_follows_what_happens);
	tcase_add_test(tcase, a_line_that_a_job_has_not_ended_is_shown);
	tcase_add_test(tcase, what_is_read_further_up_is_said);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
