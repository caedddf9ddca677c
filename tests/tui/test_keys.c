/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_keys - bytes become tokens, wherever they were cut.
 */
#include "tui/keys.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_SIZE 4096

static struct keys *keys;
static char seen[LOG_SIZE]; /* tokens as text, a space behind each */

static void
setup(void)
{
	struct err err;

	keys = keys_open(&err);
	ck_assert_ptr_nonnull(keys);
	seen[0] = '\0';
}

static void
teardown(void)
{
	keys_close(keys);
}

static void
note(const char *fmt, const char *text, int number)
{
	size_t used = strlen(seen);

	snprintf(seen + used, sizeof(seen) - used, fmt, text, number);
}

/* Write a token down: "<a> ", "paste(text) ", "F5 " and so on. */
static void
note_token(const struct token *t)
{
	char text[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < t->len && n + 2 < sizeof(text); i++)
		if (t->bytes[i] == '\033')
			text[n++] = '^';
		else
			text[n++] = t->bytes[i] ? t->bytes[i] : '0';
	ck_assert_int_eq(t->bytes[t->len], '\0');
	if (t->kind == TOKEN_KEY)
		note("<%s> ", text, 0);
	else if (t->kind == TOKEN_PASTE)
		note("paste(%s) ", text, 0);
	else if (t->kind == TOKEN_MOUSE)
		note("mouse%s ", "", 0);
	else if (t->kind == TOKEN_FUNCTION)
		note("%sF%d ", "", t->number);
	else
		note(t->modified ? "tree-%s " : "%s ",
		     t->kind == TOKEN_PAGE_UP ? "up" : "down", 0);
}

static void
drain(void)
{
	struct token t;

	while (keys_next(keys, &t))
		note_token(&t);
}

static void
feed(const char *bytes, size_t len, int64_t now_ns)
{
	keys_feed(keys, bytes, len, now_ns);
	drain();
}

/* Everything a keyboard may send, and what it must become. */
static const char input[] =
    "a\303\251\346\227\245\360\237\230\200\003\r\177\033[A\033OB\033[1;5C"
    "\033[3~\033b\033\303\251\033\033[D\033[5~\033[6;2~\033\033[5~\033[6~"
    "\033OP\033[15~"
    "\033[24;2~\033[1;2Q\033[[C\033[<0;10;5M\033[<0;10;5m\033[M !!"
    "\033[200~x\033[Ay\r\nz\303\251\rw\033[201~q";
static const char output[] =
    "<a> <\303\251> <\346\227\245> <\360\237\230\200> <\003> <\r> <\177> "
    "<^[A> <^OB> <^[1;5C> <^[3~> <^b> <^\303\251> <^^[D> up tree-down tree-up "
    "down F1 F5 F12 "
    "F2 F3 mouse mouse mouse paste(x^[Ay\nz\303\251\nw) <q> ";

START_TEST(tokens_are_whole_when_all_comes_at_once)
{
	feed(input, sizeof(input) - 1, 0);
	ck_assert_str_eq(seen, output);
	ck_assert_int_eq(keys_deadline(keys), -1);
}
END_TEST

START_TEST(tokens_are_whole_when_bytes_come_one_by_one)
{
	for (size_t i = 0; i < sizeof(input) - 1; i++)
		feed(input + i, 1, 0);
	ck_assert_str_eq(seen, output);
}
END_TEST

START_TEST(tokens_are_whole_wherever_the_input_is_cut)
{
	for (size_t cut = 0; cut < sizeof(input); cut++) {
		seen[0] = '\0';
		feed(input, cut, 0);
		feed(input + cut, sizeof(input) - 1 - cut, 0);
		ck_assert_str_eq(seen, output);
	}
}
END_TEST

START_TEST(a_lone_escape_is_released_after_25_ms)
{
	feed("\033", 1, 1000);
	ck_assert_str_eq(seen, "");
	ck_assert_int_eq(keys_deadline(keys), 1000 + KEYS_ESCAPE_NS);
	keys_expire(keys, 999 + KEYS_ESCAPE_NS);
	drain();
	ck_assert_str_eq(seen, "");
	keys_expire(keys, 1000 + KEYS_ESCAPE_NS);
	drain();
	ck_assert_str_eq(seen, "<^> ");
	ck_assert_int_eq(keys_deadline(keys), -1);
}
END_TEST

START_TEST(an_escape_that_goes_on_is_one_token)
{
	feed("\033", 1, 0);
	feed("[", 1, KEYS_ESCAPE_NS - 1);
	feed("A", 1, 2 * KEYS_ESCAPE_NS - 2);
	ck_assert_str_eq(seen, "<^[A> ");
}
END_TEST

START_TEST(what_never_goes_on_is_released_as_it_is)
{
	static const char *const stumps[] = { "\033[", "\033O", "\033\033",
		                              "\033[1;", "\033[<0;1" };

	for (size_t i = 0; i < sizeof(stumps) / sizeof(stumps[0]); i++) {
		feed(stumps[i], strlen(stumps[i]), 0);
		ck_assert_str_eq(seen, "");
		keys_expire(keys, KEYS_ESCAPE_NS);
		drain();
		ck_assert_uint_eq(strlen(seen), strlen(stumps[i]) + 3);
		seen[0] = '\0';
	}
}
END_TEST

START_TEST(escapes_in_a_row_are_keys)
{
	feed("\033\033\033\033", 4, 0);
	keys_expire(keys, KEYS_ESCAPE_NS);
	drain();
	ck_assert_str_eq(seen, "<^> <^> <^^> ");
}
END_TEST

START_TEST(bad_utf8_becomes_the_replacement_character)
{
	feed("\xff"
	     "a\xc0\xaf\xe6\x97z\xed\xa0\x80",
	     10, 0);
	ck_assert_str_eq(seen, "<\ufffd> <a> <\ufffd> <\ufffd> <\ufffd> "
	                       "<\ufffd> <z> <\ufffd> <\ufffd> <\ufffd> ");
}
END_TEST

START_TEST(half_a_character_is_released_as_bad)
{
	feed("\xe6\x97", 2, 0);
	keys_expire(keys, KEYS_ESCAPE_NS);
	drain();
	ck_assert_str_eq(seen, "<\ufffd> ");
}
END_TEST

START_TEST(a_control_key_breaks_a_sequence_off)
{
	feed("\033[1\003x", 5, 0);
	ck_assert_str_eq(seen, "<^[1> <\003> <x> ");
}
END_TEST

START_TEST(a_sequence_without_end_is_cut)
{
	char bytes[300];

	memset(bytes, '1', sizeof(bytes));
	memcpy(bytes, "\033[", 2);
	feed(bytes, sizeof(bytes), 0);
	ck_assert_int_eq(keys_deadline(keys), -1);
}
END_TEST

START_TEST(ctrl_space_is_a_key)
{
	feed("\0", 1, 0);
	ck_assert_str_eq(seen, "<0> ");
}
END_TEST

START_TEST(a_paste_has_no_nul_and_no_return)
{
	feed("\033[200~a\0b\r\nc\033[201~", 18, 0);
	ck_assert_str_eq(seen, "paste(ab\nc) ");
}
END_TEST

START_TEST(an_empty_paste_is_a_token)
{
	feed("\033[200~\033[201~", 12, 0);
	ck_assert_str_eq(seen, "paste() ");
}
END_TEST

START_TEST(a_paste_that_breaks_off_ends_after_a_second)
{
	feed("\033[200~abc", 9, 5);
	ck_assert_int_eq(keys_deadline(keys), 5 + KEYS_PASTE_NS);
	keys_expire(keys, 5 + KEYS_PASTE_NS);
	drain();
	ck_assert_str_eq(seen, "paste(abc) ");
	feed("d", 1, 0);
	ck_assert_str_eq(seen, "paste(abc) <d> ");
}
END_TEST

START_TEST(a_huge_paste_is_cut_and_says_so)
{
	char chunk[KEYS_FEED_MAX];
	struct token t;

	memset(chunk, 'x', sizeof(chunk));
	feed("\033[200~", 6, 0);
	for (int i = 0; i < 100; i++)
		feed(chunk, sizeof(chunk), 0);
	ck_assert_str_eq(seen, "");
	keys_feed(keys, "\033[20", 4, 0);
	drain();
	keys_feed(keys, "1~y", 3, 0);
	ck_assert(keys_next(keys, &t));
	ck_assert_int_eq(t.kind, TOKEN_PASTE);
	ck_assert(t.cut);
	ck_assert_uint_eq(t.len, KEYS_PASTE_MAX);
	ck_assert(keys_next(keys, &t));
	ck_assert(token_is(&t, 'y'));
}
END_TEST

START_TEST(any_bytes_make_progress)
{
	srand(1);
	for (int i = 0; i < 20000; i++) {
		char bytes[16];
		size_t n = rand() % sizeof(bytes);

		for (size_t j = 0; j < n; j++)
			bytes[j] =
			    rand() % 3 ? "\033[O<M~;1\342"[rand() % 9] : rand();
		feed(bytes, n, 0);
		seen[0] = '\0';
		keys_expire(keys, KEYS_PASTE_NS);
		drain();
		ck_assert_int_eq(keys_deadline(keys), -1);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("keys");
	TCase *tc = tcase_create("keys");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, tokens_are_whole_when_all_comes_at_once);
	tcase_add_test(tc, tokens_are_whole_when_bytes_come_one_by_one);
	tcase_add_test(tc, tokens_are_whole_wherever_the_input_is_cut);
	tcase_add_test(tc, a_lone_escape_is_released_after_25_ms);
	tcase_add_test(tc, an_escape_that_goes_on_is_one_token);
	tcase_add_test(tc, what_never_goes_on_is_released_as_it_is);
	tcase_add_test(tc, escapes_in_a_row_are_keys);
	tcase_add_test(tc, bad_utf8_becomes_the_replacement_character);
	tcase_add_test(tc, half_a_character_is_released_as_bad);
	tcase_add_test(tc, a_control_key_breaks_a_sequence_off);
	tcase_add_test(tc, a_sequence_without_end_is_cut);
	tcase_add_test(tc, ctrl_space_is_a_key);
	tcase_add_test(tc, a_paste_has_no_nul_and_no_return);
	tcase_add_test(tc, an_empty_paste_is_a_token);
	tcase_add_test(tc, a_paste_that_breaks_off_ends_after_a_second);
	tcase_add_test(tc, a_huge_paste_is_cut_and_says_so);
	tcase_add_test(tc, any_bytes_make_progress);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
