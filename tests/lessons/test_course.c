/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every lesson of the course is proved: read, linted, and played on one
 * processor; with FORKSHOP_LONG under load, too.  Each in unprovable/ gets
 * from the player the sentences that it wants in its last lines.
 */
#include <check.h>
#include <dirent.h>
#include <libgen.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/shell/command.h"
#include "core/sys/clock.h"
#include "lessons/engine.h"
#include "lessons/lint.h"
#include "lessons/play.h"
#include "lessons/shelf.h"
#include "tests/stage.h"

#define COURSE     "lessons"
#define UNPROVABLE "tests/lessons/unprovable"
#define COURSE_MAX 100
#define LOAD_MAX   16

struct folder {
	char *path[COURSE_MAX];
	int n;
};

static struct folder course, unprovable;
static char programs[4096];

static int
is_lesson(const struct dirent *d)
{
	const char *dot = strchr(d->d_name, '.');

	return dot && strcmp(dot, ".lesson") == 0;
}

static void
find(struct folder *f, const char *folder)
{
	struct dirent **list = NULL;

	f->n = scandir(folder, &list, is_lesson, alphasort);
	for (int i = 0; i < f->n; i++) {
		if (asprintf(&f->path[i], "%s/%s", folder, list[i]->d_name) < 0)
			abort();
		free(list[i]);
	}
	free(list);
}

/* "FILE:LINE: sentence" lines; to be freed. */
static char *
say(struct problems *found)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	problems_sort(found);
	for (int i = 0; i < problems_kept(found); i++) {
		const struct problem *p = problems_nth(found, i);

		fprintf(out, "%s:%d: %s\n", shelf_base(p->file), p->line,
		        p->text);
	}
	fclose(out);
	problems_free(found);
	return text;
}

/* Where a lesson is played: nothing else is there, and nothing stays. */
static char *
play(const char *path, int64_t limit_ns)
{
	struct problems found = { .n = 0 };
	char home[4096], folder[] = "/tmp/forkshop-test-XXXXXX", *full;

	full = realpath(path, NULL);
	ck_assert_ptr_nonnull(full);
	ck_assert_ptr_nonnull(getcwd(home, sizeof(home)));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	setenv("TMPDIR", folder, 1);
	play_file(full, programs, limit_ns, &found);
	ck_assert_int_eq(chdir(home), 0);
	ck_assert_msg(rmdir(folder) == 0, "%s: files are left in %s", path,
	              folder);
	free(full);
	return say(&found);
}

static void
on_one_processor(void)
{
	cpu_set_t set, one;

	CPU_ZERO(&one);
	ck_assert_int_eq(sched_getaffinity(0, sizeof(set), &set), 0);
	for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &set))
			CPU_SET(i, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

/* The course ************************************************************/

START_TEST(it_has_nothing_wrong)
{
	struct problems found = { .n = 0 };
	char *text;

	lint_file(course.path[_i], &found);
	text = say(&found);
	ck_assert_msg(!*text, "%s", text);
	free(text);
}
END_TEST

START_TEST(it_is_proved_on_one_processor)
{
	char *text;

	on_one_processor();
	text = play(course.path[_i], PLAY_LIMIT_NS);
	ck_assert_msg(!*text, "%s", text);
	free(text);
}
END_TEST

/* Twice as many who compute as there are processors. */
static int
load_begin(pid_t pids[LOAD_MAX])
{
	int n = (int)sysconf(_SC_NPROCESSORS_ONLN) * 2;

	n = n > LOAD_MAX ? LOAD_MAX : n;
	for (int i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			alarm(300);
			for (;;)
				;
		}
	}
	return n;
}

START_TEST(it_is_proved_under_load)
{
	pid_t pids[LOAD_MAX];
	int n = load_begin(pids);
	char *text = play(course.path[_i], PLAY_LIMIT_NS);

	for (int i = 0; i < n; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	ck_assert_msg(!*text, "%s", text);
	free(text);
}
END_TEST

/* What cannot be proved *************************************************/

static char *
read_wanted(const char *path)
{
	static const char mark[] = "# wanted ";
	FILE *file = fopen(path, "re"), *out;
	char line[2048], *text = NULL;
	size_t size = 0;

	ck_assert_ptr_nonnull(file);
	out = open_memstream(&text, &size);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, mark, sizeof(mark) - 1) == 0)
			fputs(line + sizeof(mark) - 1, out);
	fclose(file);
	fclose(out);
	return text;
}

START_TEST(what_is_not_so_is_said_with_file_and_line)
{
	char *wanted = read_wanted(unprovable.path[_i]);
	char *text = play(unprovable.path[_i], 3 * NS_PER_S);

	ck_assert_str_ne(wanted, "");
	ck_assert_str_eq(text, wanted);
	free(text);
	free(wanted);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("course");
	TCase *tc = tcase_create("course"), *bad = tcase_create("unprovable");
	SRunner *runner = srunner_create(suite);
	int failed;

	snprintf(programs, sizeof(programs), "%s",
	         stage_program("forkshop-lab"));
	dirname(programs);
	command_add(engine_commands);
	find(&course, COURSE);
	find(&unprovable, UNPROVABLE);
	tcase_set_timeout(tc, 0);
	tcase_set_timeout(bad, 0);
	tcase_add_loop_test(tc, it_has_nothing_wrong, 0, course.n);
	tcase_add_loop_test(tc, it_is_proved_on_one_processor, 0, course.n);
	if (stage_rounds(0, 1))
		tcase_add_loop_test(tc, it_is_proved_under_load, 0, course.n);
	tcase_add_loop_test(bad, what_is_not_so_is_said_with_file_and_line, 0,
	                    unprovable.n);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, bad);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
