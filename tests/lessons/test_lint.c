/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each lesson in broken/ says in its last lines what the linter says of it,
 * "# wanted FILE:LINE: SENTENCE".
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lessons/format.h"
#include "lessons/lint.h"
#include "lessons/shelf.h"
#include "lessons/template.h"

#define BROKEN     "tests/lessons/broken"
#define LINT_KINDS 25 /* at least so many */
#define LINT_FILES 200

static char *lint_files[LINT_FILES];
static int lint_nfiles;

static int
is_lesson(const struct dirent *d)
{
	const char *dot = strchr(d->d_name, '.');

	return dot && strcmp(dot, ".lesson") == 0;
}

static void
find_files(void)
{
	struct dirent **list = NULL;

	lint_nfiles = scandir(BROKEN, &list, is_lesson, alphasort);
	for (int i = 0; i < lint_nfiles; i++) {
		if (asprintf(&lint_files[i], "%s/%s", BROKEN, list[i]->d_name) <
		    0)
			abort();
		free(list[i]);
	}
	free(list);
}

/* All the sentences that a file wants, as they are printed. */
static void
read_wanted(const char *path, char *wanted, size_t size)
{
	static const char mark[] = "# wanted ";
	FILE *file = fopen(path, "re");
	char line[2048];

	ck_assert_ptr_nonnull(file);
	wanted[0] = '\0';
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, mark, sizeof(mark) - 1) == 0)
			strncat(wanted, line + sizeof(mark) - 1,
			        size - strlen(wanted) - 1);
	fclose(file);
}

static void
write_found(struct problems *found, char *text, size_t size)
{
	problems_sort(found);
	text[0] = '\0';
	for (int i = 0; i < problems_kept(found); i++) {
		const struct problem *p = problems_nth(found, i);
		size_t n = strlen(text);

		snprintf(text + n, size - n, "%s:%d: %s\n", shelf_base(p->file),
		         p->line, p->text);
	}
}

START_TEST(each_broken_lesson_gets_its_sentence_with_file_and_line)
{
	const char *path = lint_files[_i];
	struct problems found = { .n = 0 };
	char wanted[8192], text[8192];

	read_wanted(path, wanted, sizeof(wanted));
	ck_assert_msg(wanted[0], "%s says not what is wanted", path);
	lint_file(path, &found);
	write_found(&found, text, sizeof(text));
	ck_assert_str_eq(text, wanted);
	problems_free(&found);
}
END_TEST

START_TEST(there_are_at_least_25_kinds_of_mistakes)
{
	ck_assert_int_ge(lint_nfiles, LINT_KINDS);
}
END_TEST

START_TEST(a_lesson_of_more_than_a_megabyte_is_refused)
{
	struct problems found = { .n = 0 };
	char *text = malloc(10 << 20);
	struct lesson *l;

	ck_assert_ptr_nonnull(text);
	memset(text, '\n', 10 << 20);
	l = format_text("big.lesson", text, 10 << 20, &found);
	ck_assert_ptr_null(l);
	ck_assert_str_eq(problems_nth(&found, 0)->text,
	                 "it has 10485760 bytes: a lesson has at most 1048576");
	problems_free(&found);
	free(text);
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	struct problems found = { .n = 0 };

	ck_assert_ptr_null(format_read("/nowhere.lesson", &found));
	ck_assert_ptr_null(format_read("/dev/zero", &found));
	ck_assert_ptr_null(format_read("/tmp", &found));
	ck_assert_int_eq(found.n, 3);
	ck_assert_str_eq(problems_nth(&found, 0)->text,
	                 "cannot read it: No such file or directory");
	problems_free(&found);
}
END_TEST

START_TEST(a_thousand_mistakes_are_a_hundred_sentences)
{
	struct problems found = { .n = 0 };
	char text[6 * 1000 + 1] = "";

	for (int i = 0; i < 1000; i++)
		strcat(text, "frog\n");
	ck_assert_ptr_null(
	    format_text("frogs.lesson", text, strlen(text), &found));
	ck_assert_int_ge(found.n, 1000);
	ck_assert_int_eq(problems_kept(&found), PROBLEMS_MAX);
	problems_free(&found);
}
END_TEST

START_TEST(the_template_has_nothing_wrong_but_its_todos)
{
	struct problems found = { .n = 0 };
	char path[256], folder[] = "/tmp/forkshop-test-XXXXXX", home[4096];
	struct err err;

	ck_assert_ptr_nonnull(getcwd(home, sizeof(home)));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(template_write("mine", path, sizeof(path), &err), 0);
	ck_assert_str_eq(path, "mine.lesson");
	lint_file(path, &found);
	ck_assert_int_gt(found.n, 3);
	for (int i = 0; i < found.n; i++)
		ck_assert_str_eq(problems_nth(&found, i)->text,
		                 "there is a TODO left");
	ck_assert_int_eq(template_write("mine", path, sizeof(path), &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "is there already"));
	ck_assert_int_eq(template_write("../x", path, sizeof(path), &err), -1);
	unlink("mine.lesson");
	ck_assert_int_eq(chdir(home), 0);
	rmdir(folder);
	problems_free(&found);
}
END_TEST

START_TEST(rows_are_counted_as_they_are_broken)
{
	ck_assert_int_eq(lint_rows("", 10), 1);
	ck_assert_int_eq(lint_rows("one two", 10), 1);
	ck_assert_int_eq(lint_rows("one two three", 10), 2);
	ck_assert_int_eq(lint_rows("éééééééééé", 10), 1);
	ck_assert_int_eq(lint_rows("aaaaaaaaaa bbbbbbbbbb", 10), 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lint");
	TCase *tc = tcase_create("lint");
	SRunner *runner = srunner_create(suite);
	int failed;

	find_files();
	tcase_add_loop_test(
	    tc, each_broken_lesson_gets_its_sentence_with_file_and_line, 0,
	    lint_nfiles);
	tcase_add_test(tc, there_are_at_least_25_kinds_of_mistakes);
	tcase_add_test(tc, a_lesson_of_more_than_a_megabyte_is_refused);
	tcase_add_test(tc, what_is_no_file_is_refused);
	tcase_add_test(tc, a_thousand_mistakes_are_a_hundred_sentences);
	tcase_add_test(tc, the_template_has_nothing_wrong_but_its_todos);
	tcase_add_test(tc, rows_are_counted_as_they_are_broken);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
