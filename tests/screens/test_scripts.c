/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every lesson of the course as a script (`forkshop lessons script`) plays to
 * its end: as lines, and typed on the screen.  Those that measure, wait or
 * load for long do so with FORKSHOP_LONG.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/screens/screen.h"
#include "tests/story.h"

#define COURSE     "lessons"
#define COURSE_MAX 100

static char *course[COURSE_MAX];
static int lessons;
static char folder[64];

static const char *const slow[] = { "13-", "15-", "16-", "19-", NULL };

/* Typed, a few stand for all: keys, threads, requests, processes. */
static const char *const shown[] = { "02-", "05-", "10-", "11-", NULL };

static bool
begins(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strncmp(name, *list, strlen(*list)) == 0)
			return true;
	return false;
}

static int
is_lesson(const struct dirent *d)
{
	const char *dot = strchr(d->d_name, '.');

	return dot && strcmp(dot, ".lesson") == 0;
}

static void
find(void)
{
	struct dirent **list = NULL;
	int n = scandir(COURSE, &list, is_lesson, alphasort);

	for (int i = 0; i < n; i++) {
		if (lessons < COURSE_MAX)
			course[lessons++] = strdup(list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

static void
setup(void)
{
	strcpy(folder, "/tmp/forkshop-scripts-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
teardown(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* The compiled script, with a line before it. */
static const char *
compile(const char *lesson, const char *first)
{
	static char path[128];
	char command[512];

	snprintf(path, sizeof(path), "%s/a.shop", folder);
	snprintf(
	    command, sizeof(command),
	    "echo '%s' >%s && XDG_STATE_HOME=%s '%s' lessons script " COURSE
	    "/%s >>%s",
	    first, path, folder, stage_program("forkshop"), lesson, path);
	ck_assert_int_eq(system(command), 0);
	return path;
}

/* As lines **************************************************************/

static void
run(const char *lesson)
{
	const char *argv[] = { "run", compile(lesson, ""), NULL };
	struct story *s = story_open(argv);

	ck_assert_msg(story_wait(s) == 0, "%s:\n%s", lesson, s->text);
	story_expect(s, "^the lesson .* is done");
	ck_assert_int_eq(story_close(s), 0);
}

START_TEST(it_plays_to_its_end_as_lines)
{
	if (stage_rounds(0, 1) || !begins(course[_i], slow))
		run(course[_i]);
}
END_TEST

/* On the screen *********************************************************/

/* Press a key at each beat, until the script is over. */
static void
watch(struct screen *s)
{
	while (screen_wait(s, "press a key to go on|the script is over") >= 0 &&
	       screen_find(s, "the script is over") < 0) {
		screen_type(s, "x");
		screen_wait_gone(s, "press a key to go on");
	}
}

static void
show(const char *lesson)
{
	const char *argv[] = { "forkshop",
		               "--port",
		               "0",
		               "play",
		               compile(lesson, "#! type 1ms"),
		               NULL };
	struct screen *s = screen_open(argv, 45, 120);

	watch(s);
	ck_assert_int_ge(screen_find(s, "the lesson .* is done"), 0);
	screen_type(s, "quit\r");
	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert(screen_sane(s));
	ck_assert_int_eq(screen_close(s), 0);
}

START_TEST(it_plays_to_its_end_on_the_screen)
{
	if (stage_rounds(0, 1) || begins(course[_i], shown))
		show(course[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scripts");
	TCase *tc = tcase_create("scripts");
	SRunner *runner = srunner_create(suite);
	int failed;

	find();
	tcase_set_timeout(tc, 0);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, it_plays_to_its_end_as_lines, 0, lessons);
	tcase_add_loop_test(tc, it_plays_to_its_end_on_the_screen, 0, lessons);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
