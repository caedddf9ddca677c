/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What students believe, played on real puppets: every tests/scripts/m*.shop
 * runs with forkshop's own commands and ends in facts about the kernel's
 * state.  A line "#= REGEX" in a script is what its output must hold, and
 * "#2 TEXT" is a line that it must hold so often, whoever printed it.
 */
#include <check.h>
#include <glob.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/story.h"

#define SCRIPTS "tests/scripts/m*.shop"

static glob_t scripts;

static void
assert_holds(const char *script, const char *regex, const char *output)
{
	regex_t re;
	int found;

	ck_assert_int_eq(regcomp(&re, regex, REG_EXTENDED), 0);
	found = regexec(&re, output, 0, NULL, 0) == 0;
	regfree(&re);
	ck_assert_msg(found, "%s: nothing matches %s in\n%s", script, regex,
	              output);
}

/* "once", or "p1: once" where its printer is told. */
static bool
is_line(const char *line, size_t len, const char *text)
{
	size_t want = strlen(text);

	if (len < want || strncmp(line + len - want, text, want) != 0)
		return false;
	return len == want || (len <= want + 6 && line[0] == 'p' &&
	                       strncmp(line + len - want - 2, ": ", 2) == 0);
}

static void
assert_lines(const char *script, int wanted, const char *text,
             const char *output)
{
	int n = 0;

	for (size_t len; *output; output += len + (output[len] == '\n')) {
		len = strcspn(output, "\n");
		n += is_line(output, len, text);
	}
	ck_assert_msg(n == wanted, "%s: \"%s\" stands there %d times, not %d",
	              script, text, n, wanted);
}

static void
assert_output(const char *script, const char *output)
{
	FILE *file = fopen(script, "r");
	char line[256];

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "#= ", 3) == 0)
			assert_holds(script, line + 3, output);
		else if (line[0] == '#' && line[1] >= '0' && line[1] <= '9')
			assert_lines(script, line[1] - '0', line + 3, output);
	}
	fclose(file);
}

/* Does it count threads?  The thread sanitizer adds one to each process. */
static bool
counts_threads(const char *script)
{
	return strstr(script, "/m05-") || strstr(script, "/m19-") ||
	       strstr(script, "/m20-") || strstr(script, "/m34-");
}

START_TEST(the_kernel_says_otherwise)
{
	const char *script = scripts.gl_pathv[_i];
	const char *argv[] = { "--empty", "run", script, NULL };
	struct story *s = story_open(argv);
	int status = story_wait(s);

	ck_assert_msg(status == 0, "%s ended with %d:\n%s", script, status,
	              s->text);
	assert_output(script, s->text);
	story_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("misconceptions");
	TCase *tc = tcase_create("scripts");
	TCase *counted = tcase_create("threads");
	SRunner *runner;
	int failed;

	if (glob(SCRIPTS, 0, NULL, &scripts) != 0) {
		fprintf(stderr, "no scripts: run this from the top folder\n");
		return EXIT_FAILURE;
	}
	tcase_set_timeout(tc, 0);
	tcase_set_timeout(counted, 0);
	tcase_set_tags(counted, "no-tsan");
	for (int i = 0; i < (int)scripts.gl_pathc; i++)
		tcase_add_loop_test(
		    counts_threads(scripts.gl_pathv[i]) ? counted : tc,
		    the_kernel_says_otherwise, i, i + 1);
	suite_add_tcase(suite, counted);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	globfree(&scripts);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
