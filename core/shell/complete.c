/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at complete_line().
 */
#include "core/shell/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/parse.h"
#include "core/shell/session.h"
#include "core/shell/troupe.h"

void
complete_offer(struct complete *c, const char *candidate, const char *blurb)
{
	if (c->n == COMPLETE_MAX || strlen(candidate) >= COMPLETE_WORD ||
	    strncmp(candidate, c->word, strlen(c->word)) != 0)
		return;
	for (int i = 0; i < c->n; i++)
		if (strcmp(c->offered[i], candidate) == 0)
			return;
	snprintf(c->offered[c->n++], COMPLETE_WORD, "%s", candidate);
	c->add(c->arg, candidate, blurb);
}

/* Words of one of our commands ******************************************/

/* The option that a word names: "--port", "--port=30", or NULL. */
static const struct command_option *
complete_option(const struct command *row, const char *word)
{
	size_t len = strcspn(word, "=");

	for (int i = 0; i < COMMAND_OPTIONS && row->options[i].name; i++)
		if (strlen(row->options[i].name) == len &&
		    strncmp(row->options[i].name, word, len) == 0)
			return &row->options[i];
	return NULL;
}

static void
complete_options(struct complete *c, const struct command *row)
{
	for (int i = 0; i < COMMAND_OPTIONS && row->options[i].name; i++)
		complete_offer(c, row->options[i].name, row->options[i].blurb);
}

/*
 * What stands before the word: how many arguments, and the option that the
 * word is the value of, or NULL.
 */
static int
complete_before(const struct command *row, char *const *words, int n,
                const struct command_option **waits)
{
	int arguments = 0;

	*waits = NULL;
	for (int i = 0; i < n; i++) {
		const struct command_option *o = *waits;

		*waits = NULL;
		if (o)
			continue;
		o = complete_option(row, words[i]);
		if (o && o->value.kind != ARG_NONE && !strchr(words[i], '='))
			*waits = o;
		arguments += words[i][0] != '-';
	}
	return arguments;
}

static void
complete_argument(struct complete *c, const struct command *row,
                  char *const *words, int i)
{
	int last = 0;

	while (last + 1 < COMMAND_ARGS && row->args[last + 1].name)
		last++;
	if (i > last && row->args[last].many)
		i = last;
	if (i > last || !row->args[i].name)
		return;
	if (i == 1 && strcmp(row->name, "set") == 0)
		complete_setting(c, words[0]);
	complete_value(c, &row->args[i]);
	/* `fork web`: a number may be left out */
	if (row->args[i].kind == ARG_NUMBER && row->args[i].optional &&
	    i < last)
		complete_value(c, &row->args[i + 1]);
}

/* kill -SIG TARGET, kill -s SIG TARGET, kill -l SIG */
static void
complete_kill(struct complete *c, char *const *words, int n)
{
	const char *last = n ? words[n - 1] : "";

	if (strcmp(last, "-s") == 0 || strcmp(last, "-l") == 0)
		complete_signals(c, "");
	else if (n == 0 && c->word[0] == '-') {
		complete_offer(c, "-s", "the signal follows");
		complete_offer(c, "-l", "list all signals");
		complete_signals(c, "-");
	} else
		complete_targets(c);
}

/* The part of a fact's word behind "count(" or "pid=". */
static void
complete_fact(struct complete *c)
{
	const char *s = c->word + strlen(c->word);

	while (s > c->word && !strchr("(),!=<>", s[-1]))
		s--;
	c->word = s;
	complete_facts(c);
}

static void
complete_plain(struct complete *c, const struct command *row,
               char *const *words, int n)
{
	const struct command_option *o;
	int arguments = complete_before(row, words, n, &o);

	if (o) {
		complete_value(c, &o->value);
		return;
	}
	o = strchr(c->word, '=') ? complete_option(row, c->word) : NULL;
	if (o) {
		c->word = strchr(c->word, '=') + 1;
		complete_value(c, &o->value);
		return;
	}
	if (c->word[0] != '-')
		complete_argument(c, row, words, arguments);
	if (c->word[0] == '-' || (c->word[0] == '\0' && c->n == 0))
		complete_options(c, row);
}

static void
complete_ours(struct complete *c, const struct command *row, char *const *words,
              int n)
{
	if (row->args[0].kind == ARG_FACT)
		complete_fact(c);
	else if (row->raw && row->args[0].kind == ARG_SIGNAL)
		complete_kill(c, words, n);
	else if (row->raw && strcmp(row->group, "puppets") == 0)
		complete_call(c, words, n);
	else
		complete_plain(c, row, words, n);
}

/* Which word of which command *******************************************/

/* The row whose name begins the text, or NULL. */
static const struct command *
complete_row(const char *text)
{
	char name[COMPLETE_WORD];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, " \t;"), text);
	return command_find(name);
}

/* Where the last command of the text begins; NULL in a comment. */
static const char *
complete_command(const char *text)
{
	for (;;) {
		const char *end;

		text += strspn(text, " \t;");
		if (*text == '#')
			return NULL;
		if (!complete_row(text))
			return text;
		end = parse_end(text);
		if (*end == '#')
			return NULL;
		if (!*end)
			return text;
		text = end + 1;
	}
}

/* The first word of a line: a command, a puppet, a program. */
static void
complete_first(struct complete *c)
{
	c->files = true;
	if (c->word[0] == '!') {
		c->word++;
		complete_programs(c);
		return;
	}
	complete_commands(c);
	complete_puppets(c);
	if (strlen(c->word) >= 2)
		complete_programs(c);
}

/* A word of a line that sh reads: behind | ; & another program begins. */
static void
complete_shell(struct complete *c, const char *begin)
{
	const char *s = c->word;

	c->files = true;
	while (s > begin && strchr(" \t", s[-1]))
		s--;
	if (s > begin && strchr("|;&(", s[-1]))
		complete_programs(c);
	else
		complete_files(c, false);
}

static void
complete_at(struct complete *c, const char *begin)
{
	const struct command *row = complete_row(begin);
	char *words[PARSE_WORDS + 1] = { NULL };
	struct err err;
	int n = 0;

	if (c->word == begin) {
		complete_first(c);
		return;
	}
	if (!row) {
		complete_shell(c, begin);
		return;
	}
	n = parse_words(begin + strcspn(begin, " \t"), c->word, words,
	                PARSE_WORDS, &err);
	if (n >= 0)
		complete_ours(c, row, words, n);
	for (int i = 0; i < n; i++)
		free(words[i]);
}

bool
complete_line(const struct snapshot *snap, const char *line, size_t cursor,
              size_t *word_start,
              void (*add)(void *, const char *, const char *), void *arg)
{
	struct complete c = { .snap = snap, .add = add, .arg = arg };
	char text[PARSE_LINE];
	const char *begin;

	*word_start = cursor;
	if (cursor >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)cursor, line);
	begin = complete_command(text);
	if (!begin)
		return false;
	c.word = text + strlen(text);
	while (c.word > begin && !strchr(" \t", c.word[-1]))
		c.word--;
	complete_at(&c, begin);
	*word_start = (size_t)(c.word - text);
	return c.files;
}

bool
session_complete(struct session *s, const char *line, size_t cursor,
                 size_t *word_start,
                 void (*add)(void *, const char *, const char *), void *arg)
{
	return complete_line(session_snapshot(s), line, cursor, word_start, add,
	                     arg);
}
