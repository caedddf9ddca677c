/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every row of the table is whole: help, usage and completion come from it.
 */
#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/command.h"
#include "core/shell/parse.h"

static void
assert_arg(const struct command *c, const struct arg *a)
{
	if (a->kind == ARG_NONE)
		return;
	ck_assert_msg(a->name && a->name[0], "%s: an argument has no name",
	              c->name);
	if (a->kind == ARG_NUMBER)
		ck_assert_msg(a->min < a->max, "%s %s: %lld to %lld", c->name,
		              a->name, (long long)a->min, (long long)a->max);
	if (a->kind == ARG_WORD)
		ck_assert_msg(a->words && a->words[0], "%s %s: no words",
		              c->name, a->name);
}

START_TEST(every_row_has_name_group_blurb_and_run)
{
	for (int i = 0; command_table[i]; i++) {
		const struct command *c = command_table[i];
		size_t len = c->blurb ? strlen(c->blurb) : 0;

		ck_assert(c->name && c->name[0]);
		ck_assert_msg(c->group && c->group[0], "%s", c->name);
		ck_assert_msg(len > 10 && len <= 70, "%s: \"%s\"", c->name,
		              c->blurb);
		ck_assert_msg(c->blurb[len - 1] != '.' &&
		                  !isupper((unsigned char)c->blurb[0]),
		              "%s: \"%s\"", c->name, c->blurb);
		ck_assert_msg(c->run, "%s", c->name);
	}
}
END_TEST

START_TEST(names_are_unique_and_found)
{
	for (int i = 0; command_table[i]; i++) {
		const struct command *c = command_table[i];

		ck_assert_msg(command_find(c->name) == c, "%s", c->name);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(c->name, command_table[j]->name);
	}
	ck_assert_ptr_null(command_find("no-such-command"));
	ck_assert_ptr_null(command_find(""));
}
END_TEST

START_TEST(commands_of_a_group_stand_together)
{
	for (int i = 1; command_table[i]; i++) {
		const char *group = command_table[i]->group;

		if (strcmp(command_table[i - 1]->group, group) == 0)
			continue;
		for (int j = 0; j < i; j++)
			ck_assert_msg(strcmp(command_table[j]->group, group),
			              "%s stands apart from the others of %s",
			              command_table[i]->name, group);
	}
}
END_TEST

START_TEST(arguments_and_options_are_whole)
{
	for (int i = 0; command_table[i]; i++) {
		const struct command *c = command_table[i];
		bool optional = false;

		for (int a = 0; a < COMMAND_ARGS && c->args[a].name; a++) {
			assert_arg(c, &c->args[a]);
			ck_assert_msg(!optional || c->args[a].optional ||
			                  c->raw,
			              "%s: %s stands behind an optional one",
			              c->name, c->args[a].name);
			optional = c->args[a].optional;
		}
		for (int o = 0; o < COMMAND_OPTIONS && c->options[o].name;
		     o++) {
			ck_assert_int_eq(c->options[o].name[0], '-');
			ck_assert_msg(c->options[o].blurb, "%s %s", c->name,
			              c->options[o].name);
			assert_arg(c, &c->options[o].value);
		}
	}
}
END_TEST

START_TEST(usage_begins_with_the_name_and_names_every_option)
{
	for (int i = 0; command_table[i]; i++) {
		const struct command *c = command_table[i];
		char usage[512];

		command_usage(c, usage, sizeof(usage));
		ck_assert_msg(strncmp(usage, c->name, strlen(c->name)) == 0,
		              "%s: %s", c->name, usage);
		ck_assert_msg(strlen(usage) < sizeof(usage) - 1,
		              "%s: usage is cut", c->name);
		for (int o = 0; o < COMMAND_OPTIONS && c->options[o].name; o++)
			ck_assert_msg(strstr(usage, c->options[o].name),
			              "%s: no %s", usage, c->options[o].name);
	}
}
END_TEST

START_TEST(usage_is_spelt_as_in_a_manual)
{
	char usage[512];

	command_usage(command_find("fork"), usage, sizeof(usage));
	ck_assert_str_eq(usage, "fork [N] [SERVER]");
	command_usage(command_find("retire"), usage, sizeof(usage));
	ck_assert_str_eq(usage, "retire WORKER...");
}
END_TEST

START_TEST(every_example_is_understood)
{
	for (int i = 0; command_table[i]; i++) {
		const struct command *c = command_table[i];
		struct parse p;

		if (!c->example)
			continue;
		parse_line(c->example, &p);
		ck_assert_msg(p.kind == PARSE_COMMAND, "%s: %s: %s", c->name,
		              c->example, p.err.text);
		parse_free(&p);
	}
}
END_TEST

START_TEST(a_slip_of_the_finger_finds_its_command)
{
	static const char *const pairs[][2] = {
		{ "frok", "fork" },     { "kil", "kill" },
		{ "serv", "serve" },    { "tre", "tree" },
		{ "retrie", "retire" }, { "shutdwon", "shutdown" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		ck_assert_str_eq(command_nearest(pairs[i][0]), pairs[i][1]);
	ck_assert_ptr_null(command_nearest("xyzzyplugh"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("command");
	TCase *tc = tcase_create("rows");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, every_row_has_name_group_blurb_and_run);
	tcase_add_test(tc, names_are_unique_and_found);
	tcase_add_test(tc, commands_of_a_group_stand_together);
	tcase_add_test(tc, arguments_and_options_are_whole);
	tcase_add_test(tc, usage_begins_with_the_name_and_names_every_option);
	tcase_add_test(tc, usage_is_spelt_as_in_a_manual);
	tcase_add_test(tc, every_example_is_understood);
	tcase_add_test(tc, a_slip_of_the_finger_finds_its_command);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
