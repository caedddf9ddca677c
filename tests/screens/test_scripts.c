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

#include "tests/scratch.h"
#include "tests/screens/reel.h"
#include "tests/screens/screen.h"
#include "tests/story.h"

#define COURSE     "lessons"
#define COURSE_MAX 100

static char *course[COURSE_MAX];
static int lessons;

static const char *const slow[] = { "13-", "15-", "16-", "19-", NULL };

/* Typed, a few stand for all: keys, threads, requests, processes. */
static const char *const shown[] = { "02-", "05-", "10-", "11-", NULL };

/* Where two processes never race for a line of the log; the rest, long. */
static const char *const recorded[][6] = {
	{ "10-", NULL },
	{ "02-", "03-", "08-", "10-", "18-", NULL },
};

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

/* The compiled script, with a line before it. */
static const char *
compile(const char *lesson, const char *first)
{
	static char path[128];
	char command[512];

	snprintf(path, sizeof(path), "%s/a.shop", scratch_folder);
	snprintf(command, sizeof(command),
	         "printf '%%b\\n' '%s' >%s && XDG_STATE_HOME=%s '%s' lessons "
	         "script " COURSE "/%s >>%s",
	         first, path, scratch_folder, stage_program("forkshop"), lesson,
	         path);
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

/* Recorded **************************************************************/

static struct reel *
record(const char *script, const char *name)
{
	char cast[128], kept[128];
	const char *argv[] = { "forkshop", "--port", "0",    "-e", "play",
		               "--record", cast,     script, NULL };
	struct screen *s;

	/* the tree shows the name */
	snprintf(cast, sizeof(cast), "%s/x.cast", scratch_folder);
	snprintf(kept, sizeof(kept), "%s/%s", scratch_folder, name);
	s = screen_open(argv, 45, 120);
	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert_int_eq(screen_close(s), 0);
	ck_assert_int_eq(rename(cast, kept), 0);
	return reel_open(kept);
}

/* asciinema(1) takes it, where it is installed: it wants a terminal. */
static void
replay(const char *name)
{
	char cast[128];
	const char *argv[] = { "asciinema", "play", "-s", "1000", cast, NULL };
	struct screen *s;

	if (system("command -v asciinema >/dev/null") != 0)
		return;
	snprintf(cast, sizeof(cast), "%s/%s", scratch_folder, name);
	s = screen_open(argv, 45, 120);
	ck_assert_int_eq(screen_wait_end(s), 0);
	screen_close(s);
	argv[1] = "cat";
	argv[2] = cast;
	argv[3] = NULL;
	s = screen_open(argv, 45, 120);
	ck_assert_int_eq(screen_wait_end(s), 0);
	screen_close(s);
}

/* Steps of the lesson are the chapters. */
START_TEST(recorded_twice_it_is_the_same)
{
	static const char first[] = "#! type 1ms\nset linger off\n";
	const char *script;
	struct reel *a, *b;

	if (!begins(course[_i], recorded[!!stage_rounds(0, 1)]))
		return;
	script = compile(course[_i], first);
	a = record(script, "a.cast");
	b = record(script, "b.cast");
	ck_assert_int_ge(reel_assert_same_log(a, b), 3);
	for (int i = 0; i < a->n; i++)
		ck_assert_int_ne(a->event[i].type, 'i');
	reel_close(a);
	reel_close(b);
	replay("a.cast");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scripts");
	TCase *tc = tcase_create("scripts"), *same = tcase_create("same");
	SRunner *runner = srunner_create(suite);
	int failed;

	find();
	tcase_set_timeout(tc, 0);
	tcase_add_checked_fixture(tc, scratch_open, scratch_close);
	tcase_add_loop_test(tc, it_plays_to_its_end_as_lines, 0, lessons);
	tcase_add_loop_test(tc, it_plays_to_its_end_on_the_screen, 0, lessons);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, same);
	tcase_set_timeout(same, 0);
	tcase_set_tags(same, "no-tsan"); /* its threads come when they like */
	tcase_add_checked_fixture(same, scratch_open, scratch_close);
	tcase_add_loop_test(same, recorded_twice_it_is_the_same, 0, lessons);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
