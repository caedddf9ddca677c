/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is offered at the cursor; the cursor stands at the end of each line.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/shell/complete.h"
#include "core/sys/text.h"

#define ROOM 10

static struct snapshot *snap;
static char offered[65536]; /* "fork kill " */
static char blurbs[65536];

static void
row(enum kind kind, const char *name, const char *cmd, bool dead)
{
	struct proc *p = &snap->proc[snap->nprocs++];

	p->kind = kind;
	p->pid = 9400 + snap->nprocs;
	p->dead = dead;
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->cmd, sizeof(p->cmd), "%s", cmd);
}

static void
setup(void)
{
	snap = calloc(1, sizeof(*snap) + ROOM * sizeof(struct proc));
	ck_assert_ptr_nonnull(snap);
	row(KIND_LAB, "lab", "forkshop-lab", false);
	row(KIND_MASTER, "web", "forkshop-server web", false);
	row(KIND_WORKER, "w1", "forkshop-server w1", false);
	row(KIND_WORKER, "w2", "forkshop-server w2", true);
	row(KIND_THREAD, "w1.t1", "forkshop-server w1", false);
	row(KIND_JOB, "j1", "sleep 100", false);
	row(KIND_PUPPET, "p1", "forkshop-puppet p1", false);
}

static void
teardown(void)
{
	free(snap);
}

static void
add(void *arg, const char *word, const char *blurb)
{
	(void)arg;
	text_add(offered, sizeof(offered), "%s ", word);
	text_add(blurbs, sizeof(blurbs), "%s\n", blurb);
}

/* The candidates; the word that they replace must begin at `start`. */
static const char *
offers(const char *line, size_t start)
{
	size_t word_start = 4711;

	offered[0] = blurbs[0] = '\0';
	complete_line(snap, line, strlen(line), &word_start, add, NULL);
	ck_assert_msg(word_start == start, "\"%s\" begins at %zu, not %zu",
	              line, word_start, start);
	return offered;
}

static bool
has(const char *word)
{
	char want[64];

	snprintf(want, sizeof(want), " %s ", word);
	return strncmp(offered, want + 1, strlen(want + 1)) == 0 ||
	       strstr(offered, want);
}

START_TEST(a_first_word_is_a_command)
{
	ck_assert_str_eq(offers("retir", 0), "retire ");
	ck_assert_str_eq(blurbs, "let workers finish what is open, then "
	                         "leave\n");
	offers("", 0);
	ck_assert(has("fork") && has("quit") && has("help"));
	ck_assert_str_eq(offers("fork; retir", 6), "retire ");
	ck_assert_str_eq(offers("  retir", 2), "retire ");
}
END_TEST

START_TEST(living_puppets_can_be_told)
{
	ck_assert_str_eq(offers("p1", 0), "p1 ");
	ck_assert_str_eq(blurbs, "puppet, pid 9407\n");
	snap->proc[6].dead = true;
	offers("p", 0);
	ck_assert(!has("p1"));
	ck_assert_str_eq(offers("p1 waitp", 3), "waitpid ");
	ck_assert_str_eq(offers("all get", 4), "getpid getppid get ");
}
END_TEST

START_TEST(targets_are_those_who_live)
{
	ck_assert_str_eq(offers("explain ", 8), "lab web w1 w1.t1 j1 p1 ");
	ck_assert_str_eq(offers("explain w", 8), "web w1 w1.t1 ");
	ck_assert_str_eq(blurbs, "master, pid 9402\nworker, pid 9403\n"
	                         "thread, pid 9405\n");
	ck_assert_str_eq(offers("retire ", 7), "w1 w1.t1 ");
	ck_assert_str_eq(offers("retire w1 ", 10), "w1 w1.t1 ");
	ck_assert_str_eq(offers("shutdown ", 9), "web ");
	ck_assert_str_eq(offers("fg ", 3), "%1 ");
	ck_assert_str_eq(blurbs, "sleep 100\n");
	ck_assert_str_eq(offers("wait %", 5), "%1 ");
}
END_TEST

START_TEST(kill_takes_signals_behind_a_dash)
{
	ck_assert_str_eq(offers("kill -KI", 5), "-KILL ");
	ck_assert_str_eq(blurbs, "ends the process, always\n");
	ck_assert_str_eq(offers("kill -s ST", 8), "STKFLT STOP ");
	ck_assert_str_eq(offers("kill -9 w1", 8), "w1 w1.t1 ");
	ck_assert_str_eq(offers("kill j", 5), "j1 ");
}
END_TEST

START_TEST(options_are_those_of_the_row)
{
	ck_assert_str_eq(offers("tree -", 5), "-p --threads ");
	ck_assert_str_eq(blurbs, "pids and structure alone\nevery thread\n");
	ck_assert_str_eq(offers("get --to ", 9), "w1 w1.t1 ");
	ck_assert_str_eq(offers("get -n 4 /he", 9), "/health ");
	ck_assert_str_eq(offers("get /he", 4), "/health ");
	ck_assert_str_eq(offers("get / ", 6), "");
	ck_assert_str_eq(offers("fork 2 ", 7), "web ");
	ck_assert_str_eq(offers("serve x --on-parent-death ", 26),
	                 "channel kill orphan ");
}
END_TEST

START_TEST(facts_are_completed_word_by_word)
{
	offers("until coun", 6);
	ck_assert(has("count"));
	offers("until count(work", 12);
	ck_assert(has("workers"));
	ck_assert_str_eq(offers("check count(workers) = 2 and alive(w1", 35),
	                 "w1 w1.t1 ");
	offers("check ever exi", 11);
	ck_assert(has("exited"));
}
END_TEST

START_TEST(help_knows_commands_and_topics)
{
	ck_assert_str_eq(offers("help fac", 5), "facts ");
	ck_assert_str_eq(offers("help retir", 5), "retire ");
}
END_TEST

START_TEST(a_program_is_offered_where_no_command_is)
{
	char dir[] = "/tmp/complete-XXXXXX", path[64];
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/xylophone", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	setenv("PATH", dir, 1);
	ck_assert_str_eq(offers("xyl", 0), "xylophone ");
	ck_assert_str_eq(offers("!xyl", 1), "xylophone ");
	ck_assert_str_eq(offers("x", 0), "");
	ck_assert_str_eq(offers("!fork", 1), "");
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(where_only_files_fit_nothing_is_offered)
{
	ck_assert_str_eq(offers("cat REA", 4), "");
	ck_assert_str_eq(offers("ls; cat 'a b", 8), "");
	ck_assert_str_eq(offers("cd ", 3), "");
	ck_assert_str_eq(offers("fork # ret", 10), "");
}
END_TEST

START_TEST(no_line_is_too_long)
{
	static char line[100000];

	memset(line, 'x', sizeof(line) - 1);
	ck_assert_str_eq(offers(line, strlen(line)), "");
	memset(line, ';', 7000);
	line[7000] = '\0';
	offers(line, 7000);
	for (int i = 0; i < 7000; i += 2)
		memcpy(line + i, "a ", 2);
	ck_assert_str_eq(offers(line, 7000), "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("complete");
	TCase *tcase = tcase_create("complete");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_first_word_is_a_command);
	tcase_add_test(tcase, living_puppets_can_be_told);
	tcase_add_test(tcase, targets_are_those_who_live);
	tcase_add_test(tcase, kill_takes_signals_behind_a_dash);
	tcase_add_test(tcase, options_are_those_of_the_row);
	tcase_add_test(tcase, facts_are_completed_word_by_word);
	tcase_add_test(tcase, help_knows_commands_and_topics);
	tcase_add_test(tcase, a_program_is_offered_where_no_command_is);
	tcase_add_test(tcase, where_only_files_fit_nothing_is_offered);
	tcase_add_test(tcase, no_line_is_too_long);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
