/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_prompt - readline, fed by tokens and drawn into a canvas.
 *
 * No terminal is needed: what is typed goes through the tokenizer, as in the
 * program, and what would be shown is read from the canvas.
 */
#include "tui/prompt.h"

#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COLS 40

static struct keys *keys;
static struct prompt *prompt;
static struct canvas *canvas;
static char said[4096]; /* what the hooks were told, one line each */
static char home[] = "/tmp/test_prompt.XXXXXX";

static void
on_line(void *arg, const char *line)
{
	(void)arg;
	strcat(strcat(said, line), "\n");
}

static void
on_eof(void *arg)
{
	(void)arg;
	strcat(said, "EOF\n");
}

static void
on_repaint(void *arg)
{
	(void)arg;
	strcat(said, "REPAINT\n");
}

/* Offers three commands at the start, signals behind "kill -". */
static void
on_complete(void *arg, const char *line, size_t cursor, size_t *start,
            void (*add)(void *, const char *, const char *), void *add_arg)
{
	static const char *const words[][2] = {
		{ "fork", "make another worker" },
		{ "freeze", "stop the clock" },
		{ "get", "fire requests" },
		{ "-TERM", "ends" },
		{ "-TSTP", "stops" },
		{ "w1.t1", "a thread" },
		{ "--port=", NULL },
	};
	size_t len;

	(void)arg;
	if (strncmp(line, "list ", 5) == 0) /* words that end at commas */
		for (*start = cursor;
		     line[*start - 1] != ',' && line[*start - 1] != ' ';)
			--*start;
	len = cursor - *start;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (len > 0 && strncmp(words[i][0], line + *start, len) == 0)
			add(add_arg, words[i][0], words[i][1]);
}

static const struct prompt_hooks hooks = {
	.line = on_line,
	.eof = on_eof,
	.repaint = on_repaint,
	.complete = on_complete,
};

/* Begin, with this text as .inputrc and what the environment says. */
static void
begin_in_locale(const char *inputrc, const char *lc_all)
{
	struct err err;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(home));
	ck_assert_int_eq(chdir(home), 0);
	f = fopen("inputrc", "w");
	fputs(inputrc, f);
	fclose(f);
	setenv("INPUTRC", "inputrc", 1);
	setenv("LC_ALL", lc_all, 1);
	glyph_locale();
	setenv("TERM", "xterm-256color", 1);
	keys = keys_open(&err);
	canvas = canvas_open(1, COLS, &err);
	prompt = prompt_open("forkshop", &hooks, &err);
	ck_assert_msg(prompt != NULL, "%s", err.text);
	prompt_resize(prompt, 24, 80);
}

static void
begin(const char *inputrc)
{
	begin_in_locale(inputrc, "C.UTF-8");
}

static void
setup(void)
{
	begin("");
}

static void
teardown(void)
{
	char command[64];

	prompt_close(prompt);
	keys_close(keys);
	canvas_close(canvas);
	snprintf(command, sizeof(command), "rm -rf %s", home);
	ck_assert_int_eq(system(command), 0);
}

static void
type_bytes(const char *bytes, size_t len)
{
	struct token t;

	keys_feed(keys, bytes, len, 0);
	while (keys_next(keys, &t))
		prompt_feed(prompt, &t);
	keys_expire(keys, KEYS_PASTE_NS);
	while (keys_next(keys, &t))
		prompt_feed(prompt, &t);
}

static void
type(const char *bytes)
{
	type_bytes(bytes, strlen(bytes));
}

static void
paste(const char *text)
{
	char bytes[1024];

	snprintf(bytes, sizeof(bytes), "\033[200~%s\033[201~", text);
	type(bytes);
}

/* The row as it is drawn, "|" where the cursor stands. */
static const char *
shown_in(int cols)
{
	static char text[512];
	int cursor = prompt_draw(prompt, canvas, 0, cols);
	size_t used = 0;

	text[0] = '\0';
	for (int col = 0; col < cols; col++)
		used += sprintf(text + used, "%s%s", col == cursor ? "|" : "",
		                canvas_cell(canvas, 0, col)->text);
	while (used > 0 && text[used - 1] == ' ')
		text[--used] = '\0';
	ck_assert_int_lt(cursor, cols);
	return text;
}

static void
expect(const char *wanted)
{
	ck_assert_str_eq(shown_in(COLS), wanted);
}

START_TEST(typing_shows_at_the_prompt)
{
	expect("forkshop> |");
	type("get -n 4");
	expect("forkshop> get -n 4|");
	type("\r");
	expect("forkshop> |");
	ck_assert_str_eq(said, "get -n 4\n");
}
END_TEST

START_TEST(an_older_line_is_edited_and_run)
{
	type("one\rtwo\r\020\020x\r");
	ck_assert_str_eq(said, "one\ntwo\nonex\n");
	type("\020\020\020");
	expect("forkshop> one|");
	type("\003new\020\016");
	expect("forkshop> new|");
}
END_TEST

START_TEST(blank_lines_are_not_told)
{
	type("\r  \r \r");
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(editing_knows_utf8_and_wide_characters)
{
	type("aé日x");
	expect("forkshop> aé日x|");
	type("\033[D\033[D");
	expect("forkshop> aé|日x");
	type("\177");
	expect("forkshop> a|日x");
	type("\033[C\004");
	expect("forkshop> a日|");
	type("\001ü");
	expect("forkshop> ü|a日");
}
END_TEST

START_TEST(marks_are_edited_with_their_base)
{
	type("e\u0301x\033[D\033[D");
	expect("forkshop> |e\u0301x");
}
END_TEST

START_TEST(words_are_killed_and_yanked)
{
	type("kill -TERM w2\027\027\031");
	expect("forkshop> kill -TERM w2|");
	type("\033b\033d");
	expect("forkshop> kill -TERM |");
	type("\037\037");
	ck_assert_str_ne(shown_in(COLS), "forkshop> kill -TERM |");
}
END_TEST

START_TEST(a_search_finds_what_is_not_ascii)
{
	type("echo café\recho 日本\rtree\r");
	type("\022é");
	expect("(reverse-i-search)`é': echo caf|é");
	type("\007\022日");
	expect("(reverse-i-search)`日': echo |日本");
	type("\r");
	ck_assert_str_eq(said, "echo café\necho 日本\ntree\necho 日本\n");
	expect("forkshop> |");
}
END_TEST

START_TEST(a_search_ends_with_an_arrow)
{
	type("tree\rget\r\022tr\033[D");
	expect("forkshop> |tree");
	type("\003\022ge\033[1;5C");
	expect("forkshop> get|");
}
END_TEST

START_TEST(a_search_takes_a_paste)
{
	type("echo café\rtree\r\022");
	paste("café");
	expect("(reverse-i-search)`café': echo |café");
}
END_TEST

START_TEST(tab_completes_the_only_candidate)
{
	type("ge\t");
	expect("forkshop> get |");
	type("--po\t");
	expect("forkshop> get --port=|");
	ck_assert_uint_eq(prompt_candidates(prompt)->n, 0);
}
END_TEST

START_TEST(tab_shows_several_candidates_up_to_the_next_key)
{
	const struct candidates *c;

	type("f\t");
	expect("forkshop> f|");
	c = prompt_candidates(prompt);
	ck_assert_uint_eq(c->n, 2);
	ck_assert_str_eq(c->list[0].word, "fork");
	ck_assert_str_eq(c->list[0].blurb, "make another worker");
	ck_assert_str_eq(c->list[1].word, "freeze");
	type("o");
	ck_assert_uint_eq(prompt_candidates(prompt)->n, 0);
	type("\t");
	expect("forkshop> fork |");
}
END_TEST

START_TEST(tab_completes_what_they_have_in_common)
{
	type("kill -\t");
	ck_assert_uint_eq(prompt_candidates(prompt)->n, 3);
	type("T\t");
	expect("forkshop> kill -T|");
	type("E\tw1.\t");
	expect("forkshop> kill -TERM w1.t1 |");
}
END_TEST

START_TEST(a_hook_may_begin_the_word_elsewhere)
{
	type("list get,fo\t");
	expect("forkshop> list get,fork |");
	type("\003list get,f\t");
	ck_assert_uint_eq(prompt_candidates(prompt)->n, 2);
	ck_assert_str_eq(prompt_candidates(prompt)->list[0].blurb,
	                 "make another worker");
}
END_TEST

START_TEST(tab_falls_back_to_files)
{
	ck_assert_int_eq(mkdir("a folder", 0700), 0);
	type("less inp\t");
	expect("forkshop> less inputrc |");
	type("\003!ls a\t");
	expect("forkshop> !ls \"a folder/|");
}
END_TEST

START_TEST(hundreds_of_candidates_ask_no_question)
{
	for (int i = 0; i < 300; i++) {
		char name[16];

		snprintf(name, sizeof(name), "file%d", i);
		fclose(fopen(name, "w"));
	}
	type("less fi\t\t");
	expect("forkshop> less file|");
	ck_assert_uint_eq(prompt_candidates(prompt)->n, 300);
	type("299\t");
	expect("forkshop> less file299 |");
}
END_TEST

START_TEST(a_paste_does_not_run)
{
	paste("fork\rget -n 4\n");
	ck_assert_str_eq(said, "");
	expect("forkshop> fork⏎get -n 4⏎|");
	type("\r");
	ck_assert_str_eq(said, "fork\nget -n 4\n");
	type("\020\020");
	expect("forkshop> fork|");
}
END_TEST

START_TEST(a_paste_is_one_step_of_undo)
{
	type("a");
	paste("bcd日");
	expect("forkshop> abcd日|");
	type("\037");
	expect("forkshop> a|");
}
END_TEST

START_TEST(a_paste_of_escape_sequences_is_text)
{
	paste("\033[2J\t\001");
	expect("forkshop> ␛[2J␉␁|");
}
END_TEST

START_TEST(a_paste_ends_a_half_typed_command)
{
	type("ab\0333"); /* an argument of three */
	paste("xy");
	type("z");
	expect("forkshop> abxyz|");
	type("\003\030"); /* Ctrl-X waits for a second key */
	paste("xy");
	type("z");
	expect("forkshop> xyz|");
	type("\003\026"); /* Ctrl-V for any */
	paste("xy");
	type("\001z");
	expect("forkshop> z|xy");
}
END_TEST

START_TEST(ctrl_c_empties_the_line_in_every_state)
{
	static const char *const states[] = { "",     "abc",   "abc\022x",
		                              "\030", "\0335", "\033",
		                              "\026", "f\t",   "\020\020" };

	type("one\rtwo\r");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		type(states[i]);
		type("\003");
		expect("forkshop> |");
		type("x\001y");
		expect("forkshop> y|x");
		type("\003\020");
		expect("forkshop> two|");
		type("\003");
	}
	ck_assert_str_eq(said, "one\ntwo\n");
}
END_TEST

START_TEST(ctrl_d_on_an_empty_line_is_the_end)
{
	type("a\001\004");
	ck_assert_str_eq(said, "");
	type("\004");
	ck_assert_str_eq(said, "EOF\n");
	type("still\r");
	ck_assert_str_eq(said, "EOF\nstill\n");
}
END_TEST

START_TEST(ctrl_l_asks_for_a_repaint)
{
	type("ab\014c");
	ck_assert_str_eq(said, "REPAINT\n");
	expect("forkshop> abc|");
}
END_TEST

START_TEST(a_literal_character_may_be_anything)
{
	type("\026\002\026é\026日\026\t");
	expect("forkshop> ␂é日␉|");
}
END_TEST

START_TEST(keys_that_are_bound_to_nothing_leave_no_tail)
{
	static const char *const strange[] = {
		"\033[15~",  "\033[99~",     "\033[1;9Z",  "\033[5~",
		"\033OP",    "\033[I",       "\033\033[D", "\033[<0;1;1M",
		"\033[M  !", "\033[27;5;9~", "\033Oz",     "\033é",
	};

	type("ab");
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		type(strange[i]);
	type("\022");
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		type(strange[i]);
	type("\007");
	ck_assert_str_eq(prompt_line(prompt), "ab");
}
END_TEST

START_TEST(history_is_walked_and_has_no_repeats)
{
	type("one\rtwo\rtwo\rthree\r");
	ck_assert_str_eq(prompt_history(prompt, 0), "one");
	ck_assert_str_eq(prompt_history(prompt, 1), "two");
	ck_assert_str_eq(prompt_history(prompt, 2), "three");
	ck_assert_ptr_null(prompt_history(prompt, 3));
	type("\033[A\033[A\033[A\033[B");
	expect("forkshop> two|");
	type("\r\020");
	expect("forkshop> two|");
}
END_TEST

/* The whole file, which must be small. */
static const char *
file_text(const char *path)
{
	static char text[65536];
	FILE *f = fopen(path, "r");

	text[f ? fread(text, 1, sizeof(text) - 1, f) : 0] = '\0';
	if (f)
		fclose(f);
	return text;
}

START_TEST(history_is_kept_in_a_file_at_once)
{
	struct err err;
	struct stat st;

	ck_assert_int_eq(prompt_history_open(prompt, "history", &err), 0);
	type("one\rtwo\rtwo\r");
	ck_assert_str_eq(file_text("history"), "one\ntwo\n");
	ck_assert_int_eq(stat("history", &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
}
END_TEST

START_TEST(history_is_loaded_and_a_long_one_is_cut)
{
	struct err err;
	FILE *f = fopen("history", "w");

	for (int i = 0; i < 3000; i++)
		fprintf(f, "line %d\n", i);
	fclose(f);
	ck_assert_int_eq(prompt_history_open(prompt, "history", &err), 0);
	ck_assert_str_eq(prompt_history(prompt, 0), "line 2000");
	ck_assert_str_eq(prompt_history(prompt, 999), "line 2999");
	ck_assert_int_eq(strncmp(file_text("history"), "line 2000\n", 10), 0);
	type("new\r\020\020");
	expect("forkshop> line 2999|");
	ck_assert_str_eq(prompt_history(prompt, 0), "line 2001");
	ck_assert_str_eq(prompt_history(prompt, 999), "new");
}
END_TEST

START_TEST(what_is_no_history_is_refused)
{
	struct err err;

	ck_assert_int_eq(prompt_history_open(prompt, "/dev/zero", &err), -1);
	ck_assert_msg(strstr(err.text, "/dev/zero") != NULL, "%s", err.text);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(prompt_history_open(prompt, "folder", &err), -1);
	type("one\r");
	ck_assert_str_eq(said, "one\n");
}
END_TEST

START_TEST(the_prompt_changes_but_not_during_a_search)
{
	type("tree\r\022t");
	prompt_set(prompt, "lesson> ");
	expect("(reverse-i-search)`t': |tree");
	type("\007");
	expect("lesson> |");
}
END_TEST

START_TEST(only_a_change_marks_it_as_changed)
{
	shown_in(COLS);
	ck_assert(!prompt_changed(prompt));
	prompt_set(prompt, "forkshop> ");
	ck_assert(!prompt_changed(prompt));
	type("a");
	ck_assert(prompt_changed(prompt));
}
END_TEST

START_TEST(a_long_line_scrolls_with_the_cursor)
{
	type("0123456789abcdefghij");
	ck_assert_str_eq(shown_in(31), "forkshop> 0123456789abcdefghij|");
	ck_assert_str_eq(shown_in(30), "forkshop> <bcdefghij|");
	type("\001");
	ck_assert_str_eq(shown_in(30), "forkshop> |0123456789abcdefghij");
	ck_assert_str_eq(shown_in(29), "forkshop> |0123456789abcdefgh>");
}
END_TEST

START_TEST(the_cursor_is_in_the_row_at_any_width)
{
	type("日本語のテスト fork é e\u0301 日本語\033b");
	for (int cols = 1; cols <= COLS; cols++) {
		for (int i = 0; i < 30; i++) {
			ck_assert_ptr_nonnull(strchr(shown_in(cols), '|'));
			type(i < 25 ? "\002" : "\006");
		}
		prompt_resize(prompt, 3, cols);
	}
}
END_TEST

START_TEST(a_narrow_row_lets_go_of_the_prompt)
{
	type("kill");
	ck_assert_str_eq(shown_in(8), "< kill|");
}
END_TEST

START_TEST(vi_mode_shows_which_one)
{
	begin("set editing-mode vi\n");
	type("abc");
	expect("(ins) forkshop> abc|");
	type("\033");
	expect("(cmd) forkshop> ab|c");
	type("0x");
	expect("(cmd) forkshop> |bc");
	type("A\033[D\033[99~é");
	expect("(ins) forkshop> bé|c");
	type("\033");
	type("\003");
	expect("(ins) forkshop> |");
	type("one\r\033k");
	expect("(cmd) forkshop> |one");
}
END_TEST

START_TEST(inputrc_is_honoured_but_not_where_it_would_block)
{
	begin("set blink-matching-paren on\n"
	      "set bell-style audible\n"
	      "set enable-bracketed-paste on\n"
	      "set show-all-if-ambiguous off\n"
	      "$if forkshop\n\"\\C-xt\": \"tree\\n\"\n$endif\n"
	      "$if bash\n\"\\C-xb\": \"bash\"\n$endif\n"
	      "\"\\C-x2\": \"one\\ntwo\\n\"\n");
	type("\030t\030b(a)\003f\t");
	ck_assert_str_eq(said, "tree\n");
	ck_assert_uint_eq(prompt_candidates(prompt)->n, 2);
	type("\003\0302");
	ck_assert_str_eq(said, "tree\none\ntwo\n");
}
END_TEST

START_TEST(a_locale_without_utf8_is_replaced)
{
	begin_in_locale("", "C");
	type("é\ré日\177");
	expect("forkshop> é|");
	ck_assert_str_eq(setlocale(LC_CTYPE, NULL), "C.UTF-8");
}
END_TEST

/*
 * What readline was in the midst of when it was interrupted is not freed by
 * it; that is no leak of ours, so the test ends as another program.
 */
static void
leave(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", home);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(1);
}

static void
mash_keys(void)
{
	static const char *const pieces[] = {
		"\022",   "\023",  "\033",   "\0335", "\030",  "\026",  "\t",
		"é",      "日",    "\177",   "\027",  "\031",  "\037",  "\033y",
		"\007",   "\r",    "\033[A", "\020",  "(",     "\033.", "\035x",
		"a",      " ",     "\033p",  "\033n", "\001",  "\013",  "\024",
		"\033\t", "\033?", "\033*",  "\030(", "\030)", "\030e", "d",
		"f",      "w",     "c",      "r",     "/",     "?",     "n",
		"i",      "R",     "@",      "m",     "`",     "3",     "\"",
		"y",      "p",     "u",      ".",     "~",     "%",     "\\",
		"#",      "=",
	};

	srand(7);
	for (int i = 0; i < 2000; i++) {
		type(pieces[rand() % (sizeof(pieces) / sizeof(pieces[0]))]);
		if (rand() % 20 == 0)
			paste("p\nq日");
		if (rand() % 50 == 0)
			type("\003");
		shown_in(1 + rand() % COLS);
		said[0] = '\0';
	}
	type("\003\003ok\r");
	ck_assert_str_eq(said, "ok\n");
	leave();
}

START_TEST(any_keys_leave_a_prompt_that_works)
{
	mash_keys();
}
END_TEST

START_TEST(any_keys_leave_a_prompt_of_vi_that_works)
{
	begin("set editing-mode vi\n");
	mash_keys();
}
END_TEST

static void
add_tests(TCase *tc)
{
	tcase_add_test(tc, typing_shows_at_the_prompt);
	tcase_add_test(tc, an_older_line_is_edited_and_run);
	tcase_add_test(tc, blank_lines_are_not_told);
	tcase_add_test(tc, editing_knows_utf8_and_wide_characters);
	tcase_add_test(tc, marks_are_edited_with_their_base);
	tcase_add_test(tc, words_are_killed_and_yanked);
	tcase_add_test(tc, a_search_finds_what_is_not_ascii);
	tcase_add_test(tc, a_search_ends_with_an_arrow);
	tcase_add_test(tc, a_search_takes_a_paste);
	tcase_add_test(tc, tab_completes_the_only_candidate);
	tcase_add_test(tc, tab_shows_several_candidates_up_to_the_next_key);
	tcase_add_test(tc, tab_completes_what_they_have_in_common);
	tcase_add_test(tc, a_hook_may_begin_the_word_elsewhere);
	tcase_add_test(tc, tab_falls_back_to_files);
	tcase_add_test(tc, hundreds_of_candidates_ask_no_question);
	tcase_add_test(tc, a_paste_does_not_run);
	tcase_add_test(tc, a_paste_is_one_step_of_undo);
	tcase_add_test(tc, a_paste_of_escape_sequences_is_text);
	tcase_add_test(tc, a_paste_ends_a_half_typed_command);
	tcase_add_test(tc, ctrl_c_empties_the_line_in_every_state);
	tcase_add_test(tc, ctrl_d_on_an_empty_line_is_the_end);
	tcase_add_test(tc, ctrl_l_asks_for_a_repaint);
	tcase_add_test(tc, a_literal_character_may_be_anything);
	tcase_add_test(tc, keys_that_are_bound_to_nothing_leave_no_tail);
	tcase_add_test(tc, history_is_walked_and_has_no_repeats);
	tcase_add_test(tc, history_is_kept_in_a_file_at_once);
	tcase_add_test(tc, history_is_loaded_and_a_long_one_is_cut);
	tcase_add_test(tc, what_is_no_history_is_refused);
	tcase_add_test(tc, the_prompt_changes_but_not_during_a_search);
	tcase_add_test(tc, only_a_change_marks_it_as_changed);
	tcase_add_test(tc, a_long_line_scrolls_with_the_cursor);
	tcase_add_test(tc, the_cursor_is_in_the_row_at_any_width);
	tcase_add_test(tc, a_narrow_row_lets_go_of_the_prompt);
	tcase_add_exit_test(tc, any_keys_leave_a_prompt_that_works, 0);
}

/* readline reads .inputrc once: these begin by themselves. */
static void
add_beginnings(TCase *tc)
{
	tcase_add_test(tc, vi_mode_shows_which_one);
	tcase_add_exit_test(tc, any_keys_leave_a_prompt_of_vi_that_works, 0);
	tcase_add_test(tc, inputrc_is_honoured_but_not_where_it_would_block);
	tcase_add_test(tc, a_locale_without_utf8_is_replaced);
}

int
main(void)
{
	Suite *s = suite_create("prompt");
	TCase *tc = tcase_create("prompt");
	TCase *beginnings = tcase_create("beginnings");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	add_tests(tc);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(beginnings, NULL, teardown);
	add_beginnings(beginnings);
	suite_add_tcase(s, beginnings);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
