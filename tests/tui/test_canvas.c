/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_canvas - the grid, the glyphs and the themes, without a terminal.
 */
#include "tui/canvas.h"

#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static struct canvas *canvas;

static void
setup(void)
{
	struct err err;

	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	canvas = canvas_open(3, 10, &err);
	ck_assert_msg(canvas != NULL, "%s", err.text);
}

static void
teardown(void)
{
	canvas_close(canvas);
}

static void
expect(const char *wanted)
{
	char *text = canvas_to_text(canvas);

	ck_assert_str_eq(text, wanted);
	free(text);
}

/* Draw at the start of the first row; returns the columns used. */
static int
draw(const char *text)
{
	return canvas_text(canvas, 0, 0, CANVAS_EDGE, ST_NORMAL, text);
}

START_TEST(a_new_canvas_is_blank)
{
	expect("\n\n\n");
}
END_TEST

START_TEST(text_is_clipped_at_the_right_edge)
{
	ck_assert_int_eq(draw("0123456789abc"), 10);
	expect("0123456789\n\n\n");
}
END_TEST

START_TEST(text_is_clipped_at_maxcols)
{
	ck_assert_int_eq(canvas_text(canvas, 1, 8, 1, ST_NORMAL, "abc"), 1);
	expect("\n        a\n\n");
}
END_TEST

START_TEST(nothing_is_drawn_outside)
{
	static const int places[][2] = {
		{ -1, 0 }, { 3, 0 }, { 0, -1 }, { 0, 10 }, { 99, 99 }
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		ck_assert_int_eq(canvas_text(canvas, places[i][0], places[i][1],
		                             CANVAS_EDGE, ST_BOLD, "x"),
		                 0);
		canvas_fill(canvas, places[i][0], places[i][1], 5, ST_STATUS);
		canvas_paint(canvas, places[i][0], places[i][1], 5, ST_STATUS);
		ck_assert_ptr_null(
		    canvas_cell(canvas, places[i][0], places[i][1]));
	}
	expect("\n\n\n");
}
END_TEST

START_TEST(a_wide_character_takes_two_columns)
{
	ck_assert_int_eq(draw("日本"), 4);
	ck_assert_int_eq(canvas_cell(canvas, 0, 0)->width, 2);
	ck_assert_int_eq(canvas_cell(canvas, 0, 1)->width, 0);
	expect("日本\n\n\n");
}
END_TEST

START_TEST(half_a_wide_character_is_never_written)
{
	ck_assert_int_eq(draw("012345678日"), 9);
	expect("012345678\n\n\n");
}
END_TEST

START_TEST(overwriting_the_right_half_removes_the_left_one)
{
	draw("日本");
	canvas_text(canvas, 0, 1, CANVAS_EDGE, ST_NORMAL, "x");
	expect(" x本\n\n\n");
}
END_TEST

START_TEST(overwriting_the_left_half_removes_the_right_one)
{
	draw("日本");
	canvas_text(canvas, 0, 2, CANVAS_EDGE, ST_NORMAL, "x");
	expect("日x\n\n\n");
}
END_TEST

START_TEST(a_wide_one_over_two_wide_ones_removes_both)
{
	draw("日本");
	canvas_text(canvas, 0, 1, CANVAS_EDGE, ST_NORMAL, "語");
	expect(" 語\n\n\n");
	ck_assert_int_eq(canvas_cell(canvas, 0, 3)->width, 1);
}
END_TEST

START_TEST(marks_stand_in_the_cell_of_their_base)
{
	ck_assert_int_eq(draw("e\u0301x"), 2);
	ck_assert_str_eq(canvas_cell(canvas, 0, 0)->text, "e\u0301");
	ck_assert_str_eq(canvas_cell(canvas, 0, 1)->text, "x");
}
END_TEST

START_TEST(a_heap_of_marks_stays_within_its_cell)
{
	char text[202] = "a";

	for (int i = 0; i < 100; i++)
		strcat(text, "\u0301");
	ck_assert_int_eq(glyph_columns(text, strlen(text)), draw(text));
	ck_assert_str_eq(canvas_cell(canvas, 0, 0)->text,
	                 "a\u0301\u0301\u0301\u0301");
}
END_TEST

START_TEST(a_mark_without_a_base_is_left_out)
{
	ck_assert_int_eq(draw("\u0301a"), 1);
	expect("a\n\n\n");
}
END_TEST

START_TEST(escape_sequences_lose_their_power)
{
	draw("\033[2J\a\x7f");
	expect("␛[2J␇␡\n\n\n");
}
END_TEST

START_TEST(c1_controls_are_replaced)
{
	draw("\xc2\x9b"
	     "2J");
	expect("\ufffd2J\n\n\n");
}
END_TEST

START_TEST(bad_utf8_is_replaced)
{
	draw("a\xff\xe6\x97z\xc0\xaf");
	expect("a\ufffd\ufffd\ufffdz\ufffd\ufffd\n\n\n");
}
END_TEST

START_TEST(what_terminals_disagree_about_is_left_out)
{
	ck_assert_int_eq(draw("a\u202e\u200d\ufe0f\u200bb"), 2);
	expect("ab\n\n\n");
}
END_TEST

START_TEST(a_tab_goes_to_the_next_multiple_of_eight)
{
	canvas_text(canvas, 0, 1, CANVAS_EDGE, ST_NORMAL, "a\tb");
	expect(" a       b\n\n\n");
	ck_assert_int_eq(canvas_text(canvas, 1, 0, 4, ST_NORMAL, "a\tb"), 4);
}
END_TEST

START_TEST(printf_formats_and_clips)
{
	ck_assert_int_eq(
	    canvas_printf(canvas, 2, 2, 5, ST_GOOD, "%s %d", "w1", 123456), 5);
	expect("\n\n  w1 12\n");
}
END_TEST

START_TEST(fill_blanks_in_a_style)
{
	draw("日本語");
	canvas_fill(canvas, 0, 1, 4, ST_STATUS);
	expect("\n\n\n");
	ck_assert_int_eq(canvas_cell(canvas, 0, 1)->style, ST_STATUS);
	ck_assert_int_eq(canvas_cell(canvas, 0, 4)->style, ST_STATUS);
	ck_assert_int_eq(canvas_cell(canvas, 0, 0)->width, 1);
	ck_assert_int_eq(canvas_cell(canvas, 0, 5)->width, 1);
}
END_TEST

START_TEST(paint_changes_the_style_alone)
{
	draw("abc");
	canvas_paint(canvas, 0, 1, 1, ST_ERROR);
	expect("abc\n\n\n");
	ck_assert_int_eq(canvas_cell(canvas, 0, 1)->style, ST_ERROR);
	ck_assert_int_eq(canvas_cell(canvas, 0, 2)->style, ST_NORMAL);
}
END_TEST

START_TEST(resize_leaves_a_blank_canvas_of_that_size)
{
	struct err err;

	draw("abc");
	ck_assert_int_eq(canvas_resize(canvas, 2, 500, &err), 0);
	expect("\n\n");
	ck_assert_int_eq(canvas_resize(canvas, 0, -7, &err), 0);
	ck_assert_int_eq(canvas->rows, 1);
	ck_assert_int_eq(canvas->cols, 1);
	ck_assert_int_eq(draw("日"), 0);
	expect("\n");
}
END_TEST

START_TEST(ansi_switches_styles_where_they_change)
{
	struct err err;
	char *ansi;

	canvas_resize(canvas, 2, 4, &err);
	draw("ab");
	canvas_paint(canvas, 0, 1, 1, ST_ERROR);
	ansi = canvas_to_ansi(canvas, theme_named("mono"));
	ck_assert_str_eq(ansi, "\033[H\033[0ma\033[0;7mb\033[0m  \r\n"
	                       "\033[0m    \033[0m");
	free(ansi);
}
END_TEST

START_TEST(a_theme_knows_bright_colours)
{
	const struct theme theme = { .paints = {
		                         [ST_BAR] = { 9, 12,
		                                      PAINT_BOLD |
		                                          PAINT_UNDERLINE },
		                         [ST_DIM] = { 1, 4, 0 },
		                     } };
	char sgr[THEME_SGR_SIZE];

	ck_assert_str_eq(theme_sgr(&theme, ST_BAR, sgr), "\033[0;1;4;91;104m");
	ck_assert_str_eq(theme_sgr(&theme, ST_DIM, sgr), "\033[0;31;44m");
}
END_TEST

START_TEST(the_mono_theme_has_no_colour)
{
	const struct theme *mono = theme_named("mono");

	for (int i = 0; i < ST_COUNT; i++) {
		ck_assert_int_eq(mono->paints[i].fg, PAINT_DEFAULT);
		ck_assert_int_eq(mono->paints[i].bg, PAINT_DEFAULT);
	}
	ck_assert_ptr_null(theme_named("plaid"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("canvas");
	TCase *tc = tcase_create("canvas");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_new_canvas_is_blank);
	tcase_add_test(tc, text_is_clipped_at_the_right_edge);
	tcase_add_test(tc, text_is_clipped_at_maxcols);
	tcase_add_test(tc, nothing_is_drawn_outside);
	tcase_add_test(tc, a_wide_character_takes_two_columns);
	tcase_add_test(tc, half_a_wide_character_is_never_written);
	tcase_add_test(tc, overwriting_the_right_half_removes_the_left_one);
	tcase_add_test(tc, overwriting_the_left_half_removes_the_right_one);
	tcase_add_test(tc, a_wide_one_over_two_wide_ones_removes_both);
	tcase_add_test(tc, marks_stand_in_the_cell_of_their_base);
	tcase_add_test(tc, a_heap_of_marks_stays_within_its_cell);
	tcase_add_test(tc, a_mark_without_a_base_is_left_out);
	tcase_add_test(tc, escape_sequences_lose_their_power);
	tcase_add_test(tc, c1_controls_are_replaced);
	tcase_add_test(tc, bad_utf8_is_replaced);
	tcase_add_test(tc, what_terminals_disagree_about_is_left_out);
	tcase_add_test(tc, a_tab_goes_to_the_next_multiple_of_eight);
	tcase_add_test(tc, printf_formats_and_clips);
	tcase_add_test(tc, fill_blanks_in_a_style);
	tcase_add_test(tc, paint_changes_the_style_alone);
	tcase_add_test(tc, resize_leaves_a_blank_canvas_of_that_size);
	tcase_add_test(tc, ansi_switches_styles_where_they_change);
	tcase_add_test(tc, a_theme_knows_bright_colours);
	tcase_add_test(tc, the_mono_theme_has_no_colour);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
