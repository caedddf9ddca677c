/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings as files, and bytes cut where a player may stop.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/tape/asciicast.h"
#include "core/tape/whole.h"

static char folder[] = "/tmp/forkshop-cast-XXXXXX";
static char path[64];
static const struct asciicast_header header = {
	.rows = 24,
	.cols = 80,
	.wall_s = 1700000000,
	.now_ns = 5 * NS_PER_S,
	.term = "xterm-256color",
};

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.cast", folder);
}

static void
teardown(void)
{
	unlink(path);
	rmdir(folder);
}

static const char *
contents(void)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	size_t n;

	ck_assert_ptr_nonnull(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static void
add(struct asciicast *c, enum asciicast_event event, int64_t ms,
    const char *text)
{
	struct err err;

	ck_assert_int_eq(asciicast_add(c, event, header.now_ns + ms * NS_PER_MS,
	                               text, strlen(text), &err),
	                 0);
}

START_TEST(a_cast_is_a_header_and_an_event_a_line)
{
	struct asciicast *c = asciicast_open(path, &header, NULL);

	ck_assert_ptr_nonnull(c);
	add(c, CAST_OUTPUT, 1, "\033[1mh\u00e9\"llo\r\n");
	add(c, CAST_MARKER, 1500, "fork");
	add(c, CAST_INPUT, 1400, "q"); /* time never goes back */
	add(c, CAST_RESIZE, 12345, "100x40");
	ck_assert_str_eq(
	    contents(),
	    "{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":"
	    "1700000000,\"env\":{\"TERM\":\"xterm-256color\"}}\n"
	    "[0.001000, \"o\", \"\\u001B[1mh\u00e9\\\"llo\\r\\n\"]\n"
	    "[1.500000, \"m\", \"fork\"]\n"
	    "[1.500000, \"i\", \"q\"]\n"
	    "[12.345000, \"r\", \"100x40\"]\n");
	asciicast_close(c);
}
END_TEST

START_TEST(what_stands_in_a_file_is_kept)
{
	struct asciicast *c = asciicast_open(path, &header, NULL);
	struct err err;

	asciicast_close(c);
	ck_assert_ptr_null(asciicast_open(path, &header, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "a.cast is there already"));
	ck_assert_int_eq(truncate(path, 0), 0);
	c = asciicast_open(path, &header, NULL);
	ck_assert_ptr_nonnull(c);
	asciicast_close(c);
}
END_TEST

START_TEST(a_file_that_cannot_be_made_is_named)
{
	struct err err;

	ck_assert_ptr_null(asciicast_open("/nowhere/a.cast", &header, &err));
	ck_assert_str_eq(err.text, "cannot record into /nowhere/a.cast: No "
	                           "such file or directory");
	ck_assert_ptr_null(asciicast_open(folder, &header, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "Is a directory"));
}
END_TEST

START_TEST(a_full_disk_is_told_once_and_leaves_whole_lines)
{
	struct rlimit before, limit;
	struct asciicast *c = asciicast_open(path, &header, NULL);
	char text[60];
	struct err err = { 0 };
	size_t lines;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 200;
	memset(text, 'x', sizeof(text));
	setrlimit(RLIMIT_FSIZE, &limit); /* Check writes files, too */
	for (lines = 0; lines < 9; lines++)
		if (asciicast_add(c, CAST_OUTPUT, 0, text, sizeof(text), &err) <
		    0)
			break;
	setrlimit(RLIMIT_FSIZE, &before);
	ck_assert_uint_eq(lines, 1);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot record any more into"));
	ck_assert_ptr_nonnull(strstr(err.text, "File too large"));
	ck_assert_int_eq(asciicast_add(c, CAST_OUTPUT, 0, "y", 1, &err), -1);
	ck_assert_int_eq(contents()[strlen(contents()) - 1], '\n');
	ck_assert_ptr_null(strchr(contents(), 'y'));
	asciicast_close(c);
}
END_TEST

START_TEST(a_device_that_is_full_refuses_the_header)
{
	struct err err;

	ck_assert_ptr_null(asciicast_open("/dev/full", &header, &err));
	ck_assert_str_eq(err.text, "cannot record any more into /dev/full: No "
	                           "space left on device");
}
END_TEST

/* Whole *******************************************************************/

/* Pieces, "|" between them, and what came out, also with a "|" for each. */
static const struct {
	const char *pieces, *out;
} cuts[] = {
	{ "abc", "abc|" },
	{ "a\xc3|\xa9z", "a|\u00e9z|" },
	{ "\xe6|\x97|\xa5", "||\u65e5|" },
	{ "\033|[1|;3|1mred", "|||\033[1;31mred|" },
	{ "a\033[2", "a|" },
	{ "\033]0;title|\007x", "|\033]0;title\007x|" },
	{ "\033]0;t\033|\\x", "|\033]0;t\033\\x|" },
	{ "\033P1$r\033\\x", "\033P1$r\033\\x|" },
	{ "\033(|Bx", "|\033(Bx|" },
	{ "\0337x", "\0337x|" },
	{ "a\xff|b", "a\ufffd|b|" },
	{ "\xc3(", "\ufffd(|" },
	{ "\xed\xa0\x80", "\ufffd\ufffd\ufffd|" },
	{ "\033[1\033[2J", "\033[1\033[2J|" },
};

START_TEST(pieces_end_behind_characters_and_sequences)
{
	struct whole w = { .len = 0 };
	char pieces[128], out[256] = "", *save = NULL;

	strcpy(pieces, cuts[_i].pieces);
	for (char *p = strtok_r(pieces, "|", &save); p;
	     p = strtok_r(NULL, "|", &save)) {
		char *cut;
		size_t n = whole_take(&w, p, strlen(p), &cut);

		strncat(out, cut ? cut : "", n);
		strcat(out, "|");
		free(cut);
	}
	ck_assert_str_eq(out, cuts[_i].out);
}
END_TEST

START_TEST(a_sequence_without_an_end_waits_only_so_long)
{
	struct whole w = { .len = 0 };
	char text[WHOLE_WAITS + 2], *cut;

	memset(text, 'x', sizeof(text));
	memcpy(text, "\033]", 2);
	ck_assert_uint_eq(whole_take(&w, text, WHOLE_WAITS - 1, &cut), 0);
	ck_assert_uint_eq(whole_take(&w, text, 1, &cut), WHOLE_WAITS);
	free(cut);
	ck_assert_uint_eq(w.len, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cast");
	TCase *tc = tcase_create("cast"), *whole = tcase_create("whole");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_cast_is_a_header_and_an_event_a_line);
	tcase_add_test(tc, what_stands_in_a_file_is_kept);
	tcase_add_test(tc, a_file_that_cannot_be_made_is_named);
	tcase_add_test(tc, a_full_disk_is_told_once_and_leaves_whole_lines);
	tcase_add_test(tc, a_device_that_is_full_refuses_the_header);
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(whole, pieces_end_behind_characters_and_sequences,
	                    0, sizeof(cuts) / sizeof(cuts[0]));
	tcase_add_test(whole, a_sequence_without_an_end_waits_only_so_long);
	suite_add_tcase(suite, whole);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
