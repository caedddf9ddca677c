/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A lesson in the student's language, by the real program.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/story.h"

#define LEARN                                                                  \
	"src=$PWD; cd; cp $src/lessons/08-zombies.lesson .; "                  \
	"printf '%b' '@lesson zombies\\ntitle Un re\\303\\247u\\n"             \
	"@step make\\nsay un\\nsay deux\\ngoal p2 est un enfant\\n"            \
	"goal p2 est un zombie\\n' >08-zombies.fr.lesson; "                    \
	"unset LC_ALL LC_MESSAGES LANG LANGUAGE; "

static struct story *
begin(const char *locale, const char *command)
{
	static char line[1024];
	const char *argv[] = { "sh", "-c", line, NULL };

	snprintf(line, sizeof(line), "%s%s %s", LEARN, locale, command);
	return story_start(argv);
}

static const struct {
	const char *locale;
	bool french;
} locales[] = {
	{ "LANG=fr_FR.UTF-8", true },
	{ "LC_MESSAGES=fr_FR LANG=C", true },
	{ "LC_ALL=fr LANG=de_DE", true },
	{ "LC_ALL=C LANG=fr_FR", false },
	{ "LANG=de_DE.UTF-8", false },
	{ "LANGUAGE=de:fr LANG=de_DE.UTF-8", true },
	{ "LANGUAGE=fr_FR LANG=en_US.UTF-8", true },
	{ "LANGUAGE=en:fr LANG=fr_FR.UTF-8", false },
	{ "LANGUAGE=fr LANG=C", false }, /* gettext(3): C is C */
	{ "LANGUAGE=fr", false },
	{ "LANG=french", false },
};

START_TEST(the_locale_says_which_language)
{
	struct story *s =
	    begin(locales[_i].locale,
	          "exec forkshop --plain -e learn ./08-zombies.lesson");

	if (locales[_i].french) {
		story_expect(s, "^zombies: Un re");
		story_expect(s, "^un$");
		story_expect(s, "^\\[ \\] p2 est un zombie: there is no p2");
	} else {
		story_expect(s, "^zombies: A zombie is a receipt");
		story_expect(s, "^\\[ \\] p2 is a zombie: there is no p2");
	}
	story_close(s);
}
END_TEST

START_TEST(what_is_not_translated_stays_as_it_was)
{
	struct story *s =
	    begin("LANG=fr_FR.UTF-8",
	          "exec forkshop --plain -e learn ./08-zombies.lesson");

	story_expect(s, "p2 est un zombie: there is no p2");
	story_send(s, "hint");
	story_expect(s, "hint 1 of 2: A process makes its child itself");
	story_send(s, "p1 fork");
	story_expect(s, "^\\[x\\] p2 est un enfant$");
	story_send(s, "p2 exit 7");
	story_expect(s, "before `p2 exit 7` runs: .*What is left of p2");
	story_close(s);
}
END_TEST

/* The original may be named, or the translation. */
START_TEST(the_linter_says_what_is_missing)
{
	static const char *const names[] = { "08-zombies.lesson",
		                             "08-zombies.fr.lesson" };
	char command[80];
	struct story *s;

	snprintf(command, sizeof(command), "forkshop lessons check %s",
	         names[_i]);
	s = begin("LANG=C", command);
	story_expect_each(
	    s, "08-zombies.fr.lesson: the step kill is not translated",
	    "08-zombies.fr.lesson:3: hints: 2 in the original, 0 here",
	    "08-zombies.fr.lesson:3: questions: 1 in the original, 0 here",
	    NULL);
	ck_assert_int_eq(story_wait(s), 1);
	ck_assert(!story_saw(s, "it is written"));
	story_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("translation");
	TCase *tc = tcase_create("translation");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_loop_test(tc, the_locale_says_which_language, 0,
	                    sizeof(locales) / sizeof(locales[0]));
	tcase_add_test(tc, what_is_not_translated_stays_as_it_was);
	tcase_add_loop_test(tc, the_linter_says_what_is_missing, 0, 2);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
