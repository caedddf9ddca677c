/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules that make readline live with a screen that is not its own:
 *
 * - whole tokens go into a queue, then it is pumped until the queue is empty;
 * - its signals, its modes of the terminal and its environment are off;
 * - its redisplay only marks the prompt as changed;
 * - what would block (a question, a blinking parenthesis) or write to the
 *   terminal (a bell) is switched off, whatever .inputrc says.
 */
#include "tui/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "tui/glyph.h"
#include "tui/histfile.h"
#include "tui/inputrow.h"

#define CTRL_C           '\003'
#define ABORT            '\a' /* ends whatever readline is in the midst of */
#define SEARCH_PASTE_MAX 256
#define PROMPT_TEXT_SIZE 1024
#define WORD_BREAKS      " \t\n\"'`;|&<>("
#define QUOTED_CHARS     " \t\n\\\"'`;|&<>()*?[]$#~!{}"

struct prompt {
	struct prompt_hooks hooks;
	FILE *nowhere;     /* owned: where readline reads and writes */
	const char *queue; /* borrowed: the token that is being fed */
	size_t queued;     /* bytes of it that readline has not taken */
	bool changed;
	int ends;                    /* Ctrl-D, not yet told */
	char *entered;               /* owned: lines, not yet told; or NULL */
	char text[PROMPT_TEXT_SIZE]; /* as prompt_set() has it */
	char *history_path;          /* owned; NULL: none is kept */
	struct err unkept;           /* why it ended, or "" */
	bool told;                   /* and that was told */

	size_t start, word_start;  /* of the word that is completed */
	struct candidates offered; /* by the hook */
	struct candidates shown;   /* those that are to be seen */
};

/* readline's callbacks have no argument. */
static struct prompt *the;

/* -- what readline calls ------------------------------------------------ */

static int
pop_key(FILE *in)
{
	(void)in;
	if (the->queued == 0)
		return ABORT;
	the->queued--;
	return (unsigned char)*the->queue++;
}

static int
key_available(void)
{
	return the->queued > 0;
}

static void
mark_changed(void)
{
	the->changed = true;
}

static int
on_repaint(int count, int key)
{
	(void)count, (void)key;
	the->hooks.repaint(the->hooks.arg);
	return 0;
}

/* A macro may enter several lines before the pump returns: keep them all. */
static void
on_line(char *line)
{
	const char *before = the->entered ? the->entered : "";
	char *all;

	if (!line) {
		the->ends++;
		return;
	}
	if (asprintf(&all, "%s%s\n", before, line) >= 0) {
		free(the->entered);
		the->entered = all;
	}
	free(line);
}

/* -- completion --------------------------------------------------------- */

/* The generator of rl_completion_matches(): one more at each call. */
static char *
next_candidate(const char *text, int state)
{
	static size_t i;

	(void)text;
	i = state == 0 ? 0 : i + 1;
	if (i >= the->offered.n)
		return NULL;
	return candidates_word(&the->offered, i, rl_line_buffer,
	                       the->word_start, the->start);
}

static char **
on_complete(const char *text, int start, int end)
{
	const struct prompt_hooks *hooks = &the->hooks;
	bool files;

	the->offered.n = 0;
	the->start = the->word_start = start;
	files =
	    hooks->complete(hooks->arg, rl_line_buffer, end, &the->word_start,
	                    candidates_add, &the->offered);
	rl_attempted_completion_over = the->offered.n > 0 || !files;
	if (the->offered.n == 0)
		return NULL;
	if (candidates_go_on(&the->offered))
		rl_completion_suppress_append = 1;
	return rl_completion_matches(text, next_candidate);
}

/* matches[0] is what they have in common, the others follow. */
static void
on_matches(char **matches, int n, int longest)
{
	(void)longest;
	the->shown.n = 0;
	for (int i = 1; i <= n; i++) {
		const char *blurb = candidates_blurb(&the->offered, matches[i]);

		candidates_add(&the->shown,
		               rl_filename_completion_desired
		                   ? candidates_base(matches[i])
		                   : matches[i],
		               blurb);
	}
	the->changed = true;
}

/* -- opening ------------------------------------------------------------ */

static void
set_doors(struct prompt *p)
{
	rl_instream = rl_outstream = p->nowhere;
	rl_catch_signals = rl_catch_sigwinch = rl_change_environment = 0;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_getc_function = pop_key;
	rl_input_available_hook = key_available;
	rl_redisplay_function = mark_changed;
	rl_attempted_completion_function = on_complete;
	rl_completion_display_matches_hook = on_matches;
	rl_basic_word_break_characters = WORD_BREAKS;
	rl_completer_word_break_characters = WORD_BREAKS;
	rl_completer_quote_characters = "\"'";
	rl_filename_quote_characters = QUOTED_CHARS;
}

/* After .inputrc was read, so that these win. */
static void
set_what_must_be(void)
{
	rl_variable_bind("show-all-if-ambiguous", "on");
	rl_variable_bind("enable-bracketed-paste", "off");
	rl_variable_bind("bell-style", "none");
	rl_variable_bind("blink-matching-paren", "off");
}

/* After .inputrc was read; readline asks terminfo nothing where we draw. */
static void
bind_in_map(Keymap map)
{
	rl_unbind_command_in_map("start-kbd-macro", map); /* may call itself */
	rl_bind_keyseq_in_map("\\C-l", on_repaint, map);
	rl_bind_keyseq_in_map("\\e\\C-l", on_repaint, map);
	rl_bind_keyseq_if_unbound_in_map("\\e[1~", rl_beg_of_line, map);
	rl_bind_keyseq_if_unbound_in_map("\\e[7~", rl_beg_of_line, map);
	rl_bind_keyseq_if_unbound_in_map("\\e[4~", rl_end_of_line, map);
	rl_bind_keyseq_if_unbound_in_map("\\e[8~", rl_end_of_line, map);
}

struct prompt *
prompt_open(const char *app, const struct prompt_hooks *hooks, struct err *err)
{
	struct prompt *p = calloc(1, sizeof(*p));

	if (p)
		p->nowhere = fopen("/dev/null", "r+e");
	if (!p || !p->nowhere) {
		err_sys(err, "cannot prepare the prompt");
		free(p);
		return NULL;
	}
	the = p;
	p->hooks = *hooks;
	rl_readline_name = app;
	set_doors(p);
	glyph_readline(true);
	rl_initialize();
	set_what_must_be();
	rl_add_defun("repaint", on_repaint, -1);
	bind_in_map(emacs_standard_keymap);
	bind_in_map(vi_insertion_keymap);
	bind_in_map(vi_movement_keymap);
	using_history();
	stifle_history(HISTFILE_LINES);
	snprintf(p->text, sizeof(p->text), "%s> ", app);
	rl_callback_handler_install(p->text, on_line);
	glyph_readline(false);
	p->changed = true;
	return p;
}

void
prompt_close(struct prompt *p)
{
	if (!p)
		return;
	rl_callback_handler_remove();
	clear_history();
	fclose(p->nowhere);
	free(p->history_path);
	free(p->entered);
	free(p);
	the = NULL;
}

/* -- history ------------------------------------------------------------ */

int
prompt_history_open(struct prompt *p, const char *path, struct err *err)
{
	if (histfile_load(path, add_history, err) < 0) {
		p->unkept = *err;
		return -1;
	}
	using_history();
	p->history_path = strdup(path);
	return 0;
}

const char *
prompt_history(const struct prompt *p, size_t i)
{
	HIST_ENTRY **list = history_list();

	(void)p;
	return list && i < (size_t)history_length ? list[i]->line : NULL;
}

/* Remember a line, unless it is the same as the one before. */
static void
remember(struct prompt *p, const char *line)
{
	const char *last = prompt_history(p, history_length - 1);

	if (last && strcmp(last, line) == 0)
		return;
	add_history(line);
	using_history(); /* Up begins behind the last line */
	if (p->history_path && !*p->unkept.text)
		histfile_append(p->history_path, line, &p->unkept);
	if (*p->unkept.text && !p->told)
		p->hooks.unkept(p->hooks.arg, p->unkept.text);
	p->told = *p->unkept.text;
}

/* -- feeding ------------------------------------------------------------ */

/* Tell of what was entered; a hook may not feed us meanwhile. */
static void
tell(struct prompt *p)
{
	char *all = p->entered, *line, *rest = all;

	p->entered = NULL;
	while (all && (line = strsep(&rest, "\n")))
		if (line[strspn(line, " \t")] != '\0') {
			remember(p, line);
			p->hooks.line(p->hooks.arg, line);
		}
	free(all);
	for (; p->ends > 0; p->ends--)
		p->hooks.eof(p->hooks.arg);
}

/* A prompt that was set while readline asked something has waited. */
static void
apply_prompt(struct prompt *p)
{
	if (rl_display_prompt == rl_prompt && strcmp(rl_prompt, p->text) != 0)
		rl_set_prompt(p->text);
}

static void
pump(struct prompt *p, const char *bytes, size_t len)
{
	p->queue = bytes;
	p->queued = len;
	glyph_readline(true);
	while (p->queued > 0)
		rl_callback_read_char();
	glyph_readline(false);
	apply_prompt(p);
	tell(p);
}

static void
feed_paste(struct prompt *p, const struct token *t)
{
	if (RL_ISSTATE(RL_STATE_ISEARCH)) { /* search for it */
		pump(p, t->bytes, token_plain_len(t, SEARCH_PASTE_MAX));
		return;
	}
	rl_callback_sigcleanup(); /* a half-typed command ends here */
	rl_clear_message();
	rl_begin_undo_group();
	rl_insert_text(t->bytes);
	rl_end_undo_group();
}

/* Ctrl-C: an empty line, whatever readline was in the midst of. */
static void
interrupt(void)
{
	rl_callback_sigcleanup();
	rl_free_line_state();
	rl_maybe_unsave_line(); /* what was typed before Up was pressed */
	rl_replace_line("", 1);
	rl_clear_message();
	using_history();
	if (rl_editing_mode == 0)
		rl_vi_insertion_mode(1, 0);
}

/*
 * An escape sequence that is bound to nothing would leave its tail in the
 * line.  ESC and one character are two keys in vi mode: they pass.
 */
static bool
understood(const struct token *t)
{
	int type = ISFUNC;
	bool pair = t->len > 1 && t->bytes[1] != '[' && t->bytes[1] != 'O';

	if (t->bytes[0] != '\033' || t->len == 1)
		return true;
	if (rl_editing_mode == 0 && pair)
		return true;
	return rl_function_of_keyseq_len(t->bytes, t->len, NULL, &type) &&
	       type != ISKMAP;
}

/* clang-format off */
static rl_command_func_t *const history_moves[] = {
	rl_get_previous_history, rl_get_next_history, rl_beginning_of_history,
	rl_end_of_history, rl_fetch_history, rl_vi_fetch_history,
	rl_operate_and_get_next, rl_vi_search, rl_vi_search_again,
	rl_history_search_backward, rl_history_search_forward,
	rl_history_substr_search_backward, rl_history_substr_search_forward,
	rl_reverse_search_history, rl_forward_search_history,
	rl_noninc_reverse_search, rl_noninc_reverse_search_again,
	rl_noninc_forward_search, rl_noninc_forward_search_again, NULL,
};
/* clang-format on */

/*
 * readline 8.2 keeps the list of undo with a line of the history and, after
 * some moves, in a second place too; then it frees it twice.  So each line
 * begins without a list.
 */
static void
drop_undo(const struct token *t)
{
	rl_command_func_t *command =
	    rl_function_of_keyseq_len(t->bytes, t->len, NULL, NULL);

	for (int i = 0; history_moves[i]; i++)
		if (command == history_moves[i])
			rl_free_undo_list();
}

/*
 * readline 8.2 crashes on a prefix key within a search (C-r C-x M-.): end the
 * search first, with what it has found, as readline would.
 */
static void
end_search(const struct token *t)
{
	int type = ISFUNC;

	if (!RL_ISSTATE(RL_STATE_ISEARCH) || strcmp(t->bytes, "\033") == 0)
		return;
	rl_function_of_keyseq_len(t->bytes, t->len, NULL, &type);
	if (t->bytes[0] == '\033' || type == ISKMAP)
		rl_callback_sigcleanup();
}

void
prompt_feed(struct prompt *p, const struct token *t)
{
	if (t->kind != TOKEN_KEY && t->kind != TOKEN_PASTE)
		return;
	p->changed = true;
	p->shown.n = 0;
	if (t->kind == TOKEN_PASTE)
		feed_paste(p, t);
	else if (token_is(t, CTRL_C))
		interrupt();
	else if (understood(t)) {
		end_search(t);
		drop_undo(t);
		pump(p, t->bytes, t->len);
	}
	apply_prompt(p);
}

void
prompt_set(struct prompt *p, const char *text)
{
	if (strcmp(p->text, text) == 0)
		return;
	snprintf(p->text, sizeof(p->text), "%s", text);
	p->changed = true;
	apply_prompt(p);
}

void
prompt_resize(struct prompt *p, int rows, int cols)
{
	rl_set_screen_size(rows, cols);
	p->changed = true;
}

/* -- drawing ------------------------------------------------------------ */

/* Which of the two modes vi is in; nothing in the mode of emacs. */
static const char *
mode_text(void)
{
	const char *name = rl_get_keymap_name(rl_get_keymap());

	if (rl_editing_mode != 0 || !name)
		return "";
	return strcmp(name, "vi-insert") == 0 ? "(ins) " : "(cmd) ";
}

int
prompt_draw(struct prompt *p, struct canvas *canvas, int row, int cols)
{
	const char *shown = rl_display_prompt ? rl_display_prompt : p->text;
	char text[PROMPT_TEXT_SIZE];
	struct inputrow in = {
		.prompt = text,
		.prompt_style = shown == rl_prompt ? ST_PROMPT : ST_SEARCH,
		.line = rl_line_buffer,
		.len = rl_end,
		.point = rl_point,
	};

	inputrow_prompt(text, sizeof(text), mode_text(), shown);
	p->changed = false;
	return inputrow_draw(&in, canvas, row, cols);
}

bool
prompt_changed(const struct prompt *p)
{
	return p->changed;
}

const struct candidates *
prompt_candidates(const struct prompt *p)
{
	return &p->shown;
}

const char *
prompt_line(const struct prompt *p)
{
	(void)p;
	return rl_line_buffer;
}
