/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scripts that type themselves on the screen, and recordings of it.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/scratch.h"
#include "tests/screens/reel.h"
#include "tests/screens/screen.h"

#define PROMPT "^forkshop>$"

/* A path in the test's folder; four at a time. */
static const char *
in_folder(const char *name)
{
	static char paths[4][128];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", scratch_folder, name);
	return path;
}

static const char *
script(const char *text)
{
	const char *path = in_folder("a.shop");
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	return path;
}

static struct screen *
play(const char *text, const char *cast)
{
	const char *argv[9] = { "forkshop", "--port", "0", "play",
		                script(text) };

	if (cast) {
		argv[5] = "--record";
		argv[6] = cast;
	}
	return screen_open(argv, 24, 80);
}

static void
quit_lab(struct screen *s)
{
	screen_wait(s, PROMPT);
	screen_type(s, "quit\r");
	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert(screen_sane(s));
	ck_assert_int_eq(screen_close(s), 0);
}

/* While a script plays, the keys are its own. */
static void
quit_play(struct screen *s)
{
	screen_wait(s, "the script is over");
	quit_lab(s);
}

/* Playing ***************************************************************/

START_TEST(a_line_is_typed_key_by_key_and_runs)
{
	struct screen *s = play("#! type 100ms\nfork\n", NULL);

	screen_wait(s, "^forkshop> f$");
	screen_wait(s, "^forkshop> fork$");
	screen_wait(s, " 3 workers");
	screen_wait(s, "^› fork$");
	quit_play(s);
}
END_TEST

START_TEST(a_caption_stands_above_the_prompt)
{
	struct screen *s = play("#! type 1ms\n"
	                        "#! caption \"Look at the parent\"\n"
	                        "set linger 2s\n"
	                        "#! beat\n"
	                        "#! caption ''\n",
	                        NULL);

	ck_assert_int_eq(screen_wait(s, "^  Look at the parent +press a key to "
	                                "go on$"),
	                 22);
	ck_assert(screen_cell(s, 22, 0).reverse);
	screen_type(s, "x");
	screen_wait_gone(s, "Look at the parent");
	screen_wait(s, "the script is over");
	screen_type(s, "caption more\r");
	screen_wait(s, "^  more$");
	screen_type(s, "caption\r");
	screen_wait_gone(s, "^  more$");
	quit_play(s);
}
END_TEST

START_TEST(keys_do_not_mix_with_what_a_script_types)
{
	struct screen *s =
	    play("#! type 60ms\necho one-two-three\n#! beat\n", NULL);

	screen_wait(s, "^forkshop> ech");
	screen_type(s, "garbage\r");
	screen_wait(s, "^│ one-two-three$");
	screen_wait(s, "press a key");
	ck_assert_int_lt(screen_find(s, "garbage"), 0);
	screen_type(s, "x");
	screen_wait_gone(s, "press a key");
	quit_play(s);
}
END_TEST

START_TEST(ctrl_c_ends_what_types_and_gives_the_prompt_back)
{
	struct screen *s = play("#! type 60ms\necho never-never-never\n", NULL);

	screen_wait(s, "^forkshop> echo n");
	screen_type(s, "\x03");
	screen_wait(s, "the script is over");
	screen_wait(s, PROMPT);
	screen_type(s, "echo mine\r");
	screen_wait(s, "^│ mine$");
	quit_play(s);
}
END_TEST

START_TEST(a_failed_fact_is_the_exit_status)
{
	struct screen *s = play("#! type 1ms\n#! expect count(workers) = 9\n"
	                        "echo never\n",
	                        NULL);

	screen_wait(s, "a.shop:2: count\\(workers\\) = 9: false: workers: 2,");
	screen_wait(s, "the script is over");
	screen_type(s, "quit\r");
	ck_assert_int_eq(screen_wait_end(s), 1);
	screen_close(s);
}
END_TEST

/* Recording *************************************************************/

/* It waits for what it shows: a zombie is there by chance only. */
static const char demo[] = "#! type 3ms\n"
                           "set linger off\n"
                           "clear\n"
                           "#! caption \"Two workers: \u00e9 \u65e5\u672c\"\n"
                           "#! mark \"two\"\n"
                           "#! beat\n"
                           "fork\n"
                           "#! until count(workers) = 3\n"
                           "#! caption \"\"\n"
                           "#! mark \"three\"\n"
                           "get -n 6\n"
                           "#! until requests(web) = 6\n"
                           "#! until ever reaped(c1)\n"
                           "clear\n"
                           "kill w3\n"
                           "#! until ever reaped(w3)\n"
                           "echo \u00e9nd\n"
                           "#! until ever reaped(j1)\n"
                           "#! mark \"end\"\n";

static void
record_demo(const char *path)
{
	struct screen *s = play(demo, path);

	ck_assert_int_eq(screen_wait_end(s), 0);
	ck_assert(screen_sane(s));
	ck_assert_int_eq(screen_close(s), 0);
}

START_TEST(two_recordings_differ_only_in_pids_figures_and_times)
{
	struct reel *a, *b;

	/* one after the other into the same name: the tree shows it */
	record_demo(in_folder("a.cast"));
	ck_assert_int_eq(rename(in_folder("a.cast"), in_folder("b.cast")), 0);
	record_demo(in_folder("a.cast"));
	a = reel_open(in_folder("a.cast"));
	b = reel_open(in_folder("b.cast"));
	ck_assert_int_eq(reel_assert_same(a, b), 3);
	ck_assert_ptr_nonnull(strstr(reel_text(a, a->n, false), "\u00e9nd"));
	reel_close(a);
	reel_close(b);
}
END_TEST

/* What the pty has shown is what the recording shows. */
static void
assert_as_seen(struct screen *s, const char *path)
{
	struct reel *r = reel_open(path);

	ck_assert_str_eq(reel_text(r, r->n, false), screen_text(s));
	reel_close(r);
}

static struct screen *
open_lab(void)
{
	static const char *const argv[] = { "forkshop", "--port", "0", NULL };
	struct screen *s = screen_open(argv, 24, 80);

	screen_wait(s, " :[0-9]+ .* 2 workers");
	screen_wait(s, PROMPT);
	return s;
}

static void
wait_until_still(struct screen *s)
{
	for (int i = 0; i < 20; i++)
		if (screen_idle(s, 1200) == 0)
			return;
	ck_abort_msg("it never rests:\n%s", screen_text(s));
}

static void
type_record(struct screen *s, const char *path)
{
	char line[160];

	snprintf(line, sizeof(line), "record %s\r", path);
	screen_type(s, line);
	screen_wait(s, "is recorded into");
	screen_wait(s, PROMPT);
}

START_TEST(a_recording_shows_what_the_screen_has_shown)
{
	const char *path = in_folder("r.cast");
	struct screen *s = open_lab();

	type_record(s, path);
	screen_type(s, "set linger off\r");
	screen_type(s, "fork 2\r");
	screen_wait(s, " 4 workers");
	screen_type(s, "echo \u65e5\u672c e\u0301\r");
	screen_wait(s, "^│ \u65e5\u672c");
	screen_wait(s, PROMPT); /* what is typed before is the job's */
	screen_type(s, "set theme light\rmark \"half way\"\r");
	screen_type(s, "echo a; ls --help\rx");
	wait_until_still(s);
	assert_as_seen(s, path);
	screen_type(s, "\x7f");
	screen_type(s, "record off\r");
	screen_wait(s, "recorded: asciinema play ");
	screen_type(s, "echo more\r");
	screen_wait(s, "^│ more$");
	quit_lab(s);
	{
		struct reel *r = reel_open(path);
		int mark = reel_find(r, 'm', "half way");

		ck_assert_int_ge(mark, 0);
		ck_assert_ptr_null(strstr(reel_text(r, r->n, false), "│ more"));
		for (int i = 0; i < r->n; i++)
			ck_assert_int_ne(r->event[i].type, 'i');
		reel_close(r);
	}
}
END_TEST

START_TEST(nothing_is_recorded_while_nothing_changes)
{
	const char *path = in_folder("r.cast");
	struct screen *s = open_lab();
	struct reel *r;
	int before;

	type_record(s, path);
	wait_until_still(s);
	r = reel_open(path);
	before = r->n;
	reel_close(r);
	screen_idle(s, 1500);
	r = reel_open(path);
	ck_assert_int_eq(r->n, before);
	reel_close(r);
	quit_lab(s);
}
END_TEST

START_TEST(keys_are_recorded_when_asked_for)
{
	const char *path = in_folder("k.cast");
	struct screen *s = open_lab();
	struct reel *r;
	char line[160];

	snprintf(line, sizeof(line), "record --keys %s\r", path);
	screen_type(s, line);
	screen_wait(s, "is recorded into");
	screen_type(s, "\u00e9\r");
	screen_wait(s, "^› \u00e9$");
	quit_lab(s);
	r = reel_open(path);
	ck_assert_int_ge(reel_find(r, 'i', "\u00e9"), 0);
	ck_assert_int_ge(reel_find(r, 'i', "\r"), 0);
	reel_close(r);
}
END_TEST

START_TEST(another_size_is_recorded)
{
	const char *path = in_folder("r.cast");
	struct screen *s = open_lab();
	struct reel *r;

	type_record(s, path);
	screen_resize(s, 30, 100);
	wait_until_still(s);
	quit_lab(s);
	r = reel_open(path);
	ck_assert_int_ge(reel_find(r, 'r', "100x30"), 0);
	reel_close(r);
}
END_TEST

START_TEST(a_program_with_the_terminal_is_recorded_too)
{
	const char *path = in_folder("r.cast");
	struct screen *s = open_lab();
	struct reel *r;
	bool seen = false;

	type_record(s, path);
	screen_type(s, "!printf 'raw \\303\\251 here'\r");
	screen_wait(s, "press a key to go back");
	screen_type(s, "x");
	screen_wait(s, PROMPT);
	wait_until_still(s);
	assert_as_seen(s, path);
	quit_lab(s);
	r = reel_open(path);
	for (int i = 0; i < r->n; i++)
		seen = seen || strcmp(r->event[i].data, "raw \u00e9 here") == 0;
	ck_assert(seen);
	reel_close(r);
}
END_TEST

START_TEST(a_killed_shell_leaves_a_recording)
{
	const char *path = in_folder("r.cast");
	struct screen *s = open_lab();

	type_record(s, path);
	screen_type(s, "fork\r");
	screen_wait(s, " 3 workers");
	wait_until_still(s);
	kill(s->stage.pid, SIGKILL);
	ck_assert_int_eq(screen_wait_end(s), 128 + SIGKILL);
	{
		struct reel *r = reel_open(path);

		ck_assert_ptr_nonnull(
		    strstr(reel_text(r, r->n, false), " 3 workers"));
		reel_close(r);
	}
	screen_close(s);
}
END_TEST

START_TEST(a_file_that_takes_nothing_is_one_sentence)
{
	struct screen *s = open_lab();

	screen_type(s, "record /dev/full\r");
	screen_wait(s, "cannot record any more into /dev/full: No space left");
	screen_type(s, "record /nowhere/a.cast\r");
	screen_wait(s, "cannot record into /nowhere/a.cast: No such file");
	screen_type(s, "mark x\r");
	screen_wait(s, "a mark is for a recording, and there is none");
	screen_type(s, "fork\r");
	screen_wait(s, " 3 workers");
	quit_lab(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("play");
	TCase *tc = tcase_create("play"), *cast = tcase_create("record");
	TCase *same = tcase_create("same");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_checked_fixture(tc, scratch_open, scratch_close);
	tcase_add_test(tc, a_line_is_typed_key_by_key_and_runs);
	tcase_add_test(tc, a_caption_stands_above_the_prompt);
	tcase_add_test(tc, keys_do_not_mix_with_what_a_script_types);
	tcase_add_test(tc, ctrl_c_ends_what_types_and_gives_the_prompt_back);
	tcase_add_test(tc, a_failed_fact_is_the_exit_status);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(cast, 0);
	tcase_add_checked_fixture(cast, scratch_open, scratch_close);
	tcase_set_timeout(same, 0);
	tcase_set_tags(same, "no-tsan"); /* its threads come when they like */
	tcase_add_checked_fixture(same, scratch_open, scratch_close);
	tcase_add_test(same,
	               two_recordings_differ_only_in_pids_figures_and_times);
	tcase_add_test(cast, a_recording_shows_what_the_screen_has_shown);
	tcase_add_test(cast, nothing_is_recorded_while_nothing_changes);
	tcase_add_test(cast, keys_are_recorded_when_asked_for);
	tcase_add_test(cast, another_size_is_recorded);
	tcase_add_test(cast, a_program_with_the_terminal_is_recorded_too);
	tcase_add_test(cast, a_killed_shell_leaves_a_recording);
	tcase_add_test(cast, a_file_that_takes_nothing_is_one_sentence);
	suite_add_tcase(suite, cast);
	suite_add_tcase(suite, same);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
