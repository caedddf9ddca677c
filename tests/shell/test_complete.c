/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the Tab key offers, over a laboratory that stands still.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/shell/complete.h"
#include "tests/tableau.h"

static struct tableau lab;
static char heard[65536];  /* " fork kill ", in the order of offers */
static char blurbs[65536]; /* " fork=make ... " of the same */
static size_t start;

static void
hear(void *arg, const char *candidate, const char *blurb)
{
	size_t len = strlen(heard);

	(void)arg;
	snprintf(heard + len, sizeof(heard) - len, "%s ", candidate);
	len = strlen(blurbs);
	snprintf(blurbs + len, sizeof(blurbs) - len, "%s=%s\n", candidate,
	         blurb ? blurb : "");
}

/* What is offered at the end of a line: " w1 w2 ". */
static const char *
tab(const char *line)
{
	strcpy(heard, " ");
	blurbs[0] = '\0';
	complete_line(lab.snapshot, line, strlen(line), &start, hear, NULL);
	return heard;
}

static bool
offers(const char *line, const char *candidate)
{
	char word[200];

	snprintf(word, sizeof(word), " %s ", candidate);
	return strstr(tab(line), word) != NULL;
}

static void
open_lab(void)
{
	lab = tableau_open(16);
	tableau_server(&lab, "web", 3000);
	tableau_worker(&lab, "web", "w1", 0);
	tableau_worker(&lab, "web", "w2", 0);
	tableau_row(&lab, "lab", KIND_PUPPET, "p1");
	tableau_row(&lab, "lab", KIND_JOB, "j3");
	tableau_end(tableau_find(&lab, "w2"), true, 15, false);
}

static void
close_lab(void)
{
	tableau_close(&lab);
}

START_TEST(the_first_word_is_a_command)
{
	ck_assert_str_eq(tab("for"), " fork ");
	ck_assert_uint_eq(start, 0);
	ck_assert_str_eq(strtok(blurbs, "\n") + strlen("fork="),
	                 command_find("fork")->blurb);
	ck_assert(offers("", "kill"));
	ck_assert(offers("", "p1"));
}
END_TEST

START_TEST(behind_a_semicolon_a_command_begins)
{
	ck_assert_str_eq(tab("fork; retir"), " retire ");
	ck_assert_uint_eq(start, 6);
	ck_assert_str_eq(tab("check 'a;b'; retir"), " retire ");
	ck_assert(!offers("check 'a; retir", "retire"));
}
END_TEST

START_TEST(a_comment_is_not_completed)
{
	ck_assert_str_eq(tab("# for"), " ");
	ck_assert_str_eq(tab("kill w1 # for"), " ");
}
END_TEST

START_TEST(options_come_from_the_row)
{
	ck_assert_str_eq(tab("serve --por"), " --port ");
	ck_assert_uint_eq(start, 6);
	ck_assert(offers("get -", "--keep-alive"));
	ck_assert(offers("tree -", "-p"));
}
END_TEST

START_TEST(the_value_of_an_option_is_completed)
{
	ck_assert_str_eq(tab("get --to w"), " w1 ");
	ck_assert_str_eq(tab("get --to=w"), " w1 ");
	ck_assert_uint_eq(start, 9);
	ck_assert_str_eq(tab("serve --on-parent-death or"), " orphan ");
	ck_assert_str_eq(tab("get --server "), " web ");
}
END_TEST

START_TEST(names_are_those_of_the_living)
{
	ck_assert_str_eq(tab("retire "), " w1 ");
	ck_assert_str_eq(tab("explain w"), " web w1 ");
	ck_assert(strstr(blurbs, "w1=worker, pid "));
	ck_assert_str_eq(tab("shutdown "), " web ");
}
END_TEST

START_TEST(a_balancer_is_offered_where_it_may_stand)
{
	static const char *const workers[] = { "fork ", "scale 3 ", "reload ",
		                               "respawn on ", "model pool " };

	tableau_row(&lab, "lab", KIND_BALANCER, "lb1");
	for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++)
		ck_assert_msg(!offers(workers[i], "lb1"), "%s", workers[i]);
	ck_assert_str_eq(tab("fork 2 "), " web ");
	ck_assert_str_eq(tab("drain web "), " lb1 ");
	ck_assert_str_eq(tab("balance lb2 --twin "), " lb1 ");
	ck_assert(offers("policy least ", "lb1"));
	ck_assert(offers("shutdown ", "lb1"));
	ck_assert(offers("get --server ", "lb1"));
}
END_TEST

START_TEST(a_worker_of_two_servers_is_named_with_its_own)
{
	tableau_server(&lab, "web2", 3001);
	tableau_worker(&lab, "web2", "w1", 0);
	ck_assert_str_eq(tab("retire "), " web.w1 web2.w1 ");
	ck_assert_str_eq(tab("retire web2."), " web2.w1 ");
}
END_TEST

START_TEST(a_server_may_be_typed_before_its_worker)
{
	ck_assert_str_eq(tab("retire web."), " web.w1 ");
	ck_assert_str_eq(tab("shutdown web"), " web ");
}
END_TEST

START_TEST(a_job_is_completed_with_its_percent_sign)
{
	ck_assert_str_eq(tab("fg "), " %3 ");
	ck_assert_str_eq(tab("kill %"), " %3 ");
	ck_assert_str_eq(tab("explain j"), " j3 ");
}
END_TEST

START_TEST(a_number_may_be_left_out)
{
	ck_assert_str_eq(tab("fork w"), " web ");
	ck_assert_str_eq(tab("fork 2 w"), " web ");
	ck_assert_str_eq(tab("fork 2 web w"), " ");
}
END_TEST

START_TEST(signals_stand_behind_kill)
{
	ck_assert_str_eq(tab("kill -TE"), " -TERM ");
	ck_assert_str_eq(tab("kill -s TE"), " TERM ");
	ck_assert_str_eq(tab("kill -TERM w"), " web w1 ");
	ck_assert_str_eq(tab("kill -s TERM w"), " web w1 ");
	ck_assert(offers("kill -", "-s"));
}
END_TEST

START_TEST(pages_stand_behind_get)
{
	ck_assert_str_eq(tab("get /h"), " /health ");
	ck_assert(offers("get -n 9 /", "/sleep?ms=100"));
}
END_TEST

START_TEST(settings_have_names_and_values)
{
	ck_assert_str_eq(tab("set th"), " theme ");
	ck_assert_str_eq(tab("set big "), " on off ");
	ck_assert_str_eq(tab("set linger "), " off ");
	ck_assert_str_eq(tab("set nonsense "), " ");
}
END_TEST

START_TEST(help_knows_commands_and_topics)
{
	ck_assert_str_eq(tab("help sig"), " signals ");
	ck_assert_str_eq(tab("help retir"), " retire ");
}
END_TEST

START_TEST(words_of_facts_stand_behind_check)
{
	ck_assert(offers("check exitc", "exitcode"));
	ck_assert(offers("until w", "within"));
	ck_assert(offers("until w", "w1"));
	ck_assert_str_eq(tab("check not alive(w"), " within workers web w1 ");
	ck_assert_uint_eq(start, strlen("check not alive("));
}
END_TEST

START_TEST(calls_stand_behind_a_puppet)
{
	ck_assert_str_eq(tab("p1 waitp"), " waitpid ");
	ck_assert(strstr(blurbs, "waitpid=wait for one child"));
	ck_assert_str_eq(tab("p1 waitpid p"), " p1 ");
	ck_assert_str_eq(tab("p1 waitpid p1 "), " nohang ");
	ck_assert_str_eq(tab("p1 sigprocmask "), " block unblock ");
	ck_assert_str_eq(tab("p1 sigprocmask block US"), " USR1 USR2 ");
	ck_assert_str_eq(tab("p1 signal USR1 "), " ignore catch default ");
	ck_assert_str_eq(tab("all getpp"), " getppid ");
	ck_assert_str_eq(tab("p1 fork "), " ");
}
END_TEST

START_TEST(programs_are_offered_from_two_letters_on)
{
	ck_assert(!offers("l", "ls"));
	ck_assert(offers("ls", "ls"));
	ck_assert(offers("!l", "ls"));
	ck_assert_uint_eq(start, 1);
	ck_assert(offers("ls | sor", "sort"));
}
END_TEST

START_TEST(programs_are_those_of_the_path)
{
	char folder[] = "/tmp/test_complete.XXXXXX", path[64];
	char *before = strdup(getenv("PATH"));
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/xylophone", folder);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	setenv("PATH", folder, 1);
	ck_assert_str_eq(tab("xyl"), " ");
	ck_assert_int_eq(chmod(path, 0700), 0);
	ck_assert_str_eq(tab("xyl"), " xylophone ");
	ck_assert_str_eq(tab("!xyl"), " xylophone ");
	ck_assert_str_eq(tab("!fork"), " ");
	unlink(path);
	rmdir(folder);
	setenv("PATH", before, 1);
	free(before);
}
END_TEST

START_TEST(a_puppet_that_has_ended_is_not_offered)
{
	ck_assert_str_eq(tab("p1"), " p1 ");
	tableau_end(tableau_find(&lab, "p1"), false, 0, false);
	ck_assert_str_eq(tab("p1"), " ");
}
END_TEST

/* A folder with a few names, and the test in it. */
static void
enter_folder(void)
{
	char folder[] = "/tmp/test_complete.XXXXXX";
	static const char *const names[] = { "alpha.txt", "also ran",
		                             "al\033[31m", ".alias", NULL };

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(mkdir("albums", 0700), 0);
	for (int i = 0; names[i]; i++) {
		FILE *f = fopen(names[i], "w");

		ck_assert_ptr_nonnull(f);
		fclose(f);
	}
	ck_assert_int_eq(mkdir("albums/one", 0700), 0);
}

static void
leave_folder(void)
{
	char folder[200];

	ck_assert_ptr_nonnull(getcwd(folder, sizeof(folder)));
	unlink("alpha.txt");
	unlink("also ran");
	unlink("al\033[31m");
	unlink(".alias");
	rmdir("albums/one");
	rmdir("albums");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}

START_TEST(files_stand_behind_programs)
{
	enter_folder();
	ck_assert_int_eq(strlen(tab("cat al")), strlen(" alpha.txt albums/ "));
	ck_assert(offers("cat al", "alpha.txt"));
	ck_assert(offers("cat al", "albums/"));
	ck_assert_str_eq(tab("cat .al"), " .alias ");
	ck_assert_str_eq(tab("cat albums/"), " albums/one/ ");
	ck_assert_str_eq(tab("cd al"), " albums/ ");
	ck_assert_str_eq(tab("p1 open alp"), " alpha.txt ");
	leave_folder();
}
END_TEST

START_TEST(files_stand_only_where_a_file_can)
{
	static const struct {
		const char *line;
		bool files;
	} lines[] = {
		{ "cat x", true },
		{ "./x", true },
		{ "source x", true },
		{ "cd x", true },
		{ "scale 1", false },
		{ "peek ", false },
		{ "fork x", false },
		{ "get x", false },
		{ "balance lb1 --to ", false },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(complete_line(lab.snapshot, lines[i].line,
		                            strlen(lines[i].line), &start, hear,
		                            NULL) == lines[i].files,
		              "%s", lines[i].line);
}
END_TEST

START_TEST(servers_stand_behind_each_comma)
{
	tableau_server(&lab, "web2", 3001);
	ck_assert_str_eq(tab("balance lb1 --to w"), " web web2 ");
	ck_assert_str_eq(tab("balance lb1 --to web,web2"), " web2 ");
	ck_assert_uint_eq(start, strlen("balance lb1 --to web,"));
}
END_TEST

START_TEST(variables_stand_behind_peek)
{
	struct proc *p = tableau_find(&lab, "p1");

	strcpy(p->var[0].name, "x");
	p->nvars = 1;
	ck_assert_str_eq(tab("peek "), " counter x ");
	ck_assert_str_eq(tab("poke w1 c"), " counter ");
}
END_TEST

START_TEST(every_candidate_begins_with_what_was_typed)
{
	static const char *const lines[] = { "s",       "kill -",   "p1 s",
		                             "check c", "serve --", "!s",
		                             "help p" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int n = 0;

		tab(lines[i]);
		for (char *w = strtok(heard, " "); w; w = strtok(NULL, " "))
			n += strncmp(w, lines[i] + start,
			             strlen(lines[i] + start)) == 0
			         ? 1
			         : 1000000;
		ck_assert_int_gt(n, 0);
		ck_assert_int_le(n, COMPLETE_MAX);
	}
}
END_TEST

START_TEST(the_cursor_need_not_stand_at_the_end)
{
	strcpy(heard, " ");
	complete_line(lab.snapshot, "reti w1", 4, &start, hear, NULL);
	ck_assert_str_eq(heard, " retire ");
	ck_assert_uint_eq(start, 0);
}
END_TEST

START_TEST(a_line_without_end_is_left_alone)
{
	static char line[20000];

	memset(line, 'a', sizeof(line) - 1);
	ck_assert_str_eq(tab(line), " ");
	ck_assert_str_eq(tab("kill 'w"), " ");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("complete");
	TCase *tcase = tcase_create("complete");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, open_lab, close_lab);
	tcase_add_test(tcase, the_first_word_is_a_command);
	tcase_add_test(tcase, behind_a_semicolon_a_command_begins);
	tcase_add_test(tcase, a_comment_is_not_completed);
	tcase_add_test(tcase, options_come_from_the_row);
	tcase_add_test(tcase, the_value_of_an_option_is_completed);
	tcase_add_test(tcase, names_are_those_of_the_living);
	tcase_add_test(tcase, a_balancer_is_offered_where_it_may_stand);
	tcase_add_test(tcase, a_worker_of_two_servers_is_named_with_its_own);
	tcase_add_test(tcase, a_server_may_be_typed_before_its_worker);
	tcase_add_test(tcase, a_job_is_completed_with_its_percent_sign);
	tcase_add_test(tcase, a_number_may_be_left_out);
	tcase_add_test(tcase, signals_stand_behind_kill);
	tcase_add_test(tcase, pages_stand_behind_get);
	tcase_add_test(tcase, settings_have_names_and_values);
	tcase_add_test(tcase, help_knows_commands_and_topics);
	tcase_add_test(tcase, words_of_facts_stand_behind_check);
	tcase_add_test(tcase, calls_stand_behind_a_puppet);
	tcase_add_test(tcase, programs_are_offered_from_two_letters_on);
	tcase_add_test(tcase, programs_are_those_of_the_path);
	tcase_add_test(tcase, a_puppet_that_has_ended_is_not_offered);
	tcase_add_test(tcase, files_stand_behind_programs);
	tcase_add_test(tcase, files_stand_only_where_a_file_can);
	tcase_add_test(tcase, servers_stand_behind_each_comma);
	tcase_add_test(tcase, variables_stand_behind_peek);
	tcase_add_test(tcase, every_candidate_begins_with_what_was_typed);
	tcase_add_test(tcase, the_cursor_need_not_stand_at_the_end);
	tcase_add_test(tcase, a_line_without_end_is_left_alone);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
