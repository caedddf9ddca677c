/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at parse_line().  Words are cut first, then the row says
 * which of them are options and what each argument may be.
 */
#include "core/shell/parse.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/program.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

/* Words *****************************************************************/

static bool
parse_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Behind the quoted part that begins at s; at the NUL when it has no end. */
static const char *
parse_skip_quoted(const char *s)
{
	char quote = *s++;

	for (; *s && *s != quote; s++)
		if (*s == '\\' && quote == '"' && s[1])
			s++;
	return *s ? s + 1 : s;
}

const char *
parse_end(const char *s)
{
	const char *begin = s;

	while (*s && *s != ';') {
		if (*s == '#' && (s == begin || parse_blank(s[-1])))
			return s;
		if (*s == '\'' || *s == '"')
			s = parse_skip_quoted(s);
		else
			s += *s == '\\' && s[1] ? 2 : 1;
	}
	return s;
}

/* One word into dst, without its quotes.  Returns where it ends, or NULL. */
static const char *
parse_word(const char *s, const char *end, char *dst)
{
	char quote = '\0';

	for (; s < end && (quote || !parse_blank(*s)); s++) {
		if (quote ? *s == quote : *s == '\'' || *s == '"')
			quote = quote ? '\0' : *s;
		else if (*s == '\\' && quote != '\'' && s + 1 < end)
			*dst++ = *++s;
		else
			*dst++ = *s;
	}
	*dst = '\0';
	return quote ? NULL : s;
}

int
parse_words(const char *s, const char *end, char **words, int max,
            struct err *err)
{
	int n = 0;

	for (;;) {
		while (s < end && parse_blank(*s))
			s++;
		if (s >= end)
			return n;
		if (n == max) {
			err_set(err, "a command has at most %d words", max);
			break;
		}
		words[n] = malloc((size_t)(end - s) + 1);
		if (!words[n]) {
			err_sys(err, "cannot keep the line");
			break;
		}
		s = parse_word(s, end, words[n++]);
		if (!s) {
			err_set(err, "a quote was opened and not closed");
			break;
		}
	}
	while (n > 0) {
		free(words[--n]);
		words[n] = NULL;
	}
	return -1;
}

/* Values ****************************************************************/

/* The nearest of some words, or NULL when none is near. */
static const char *
parse_nearest(const char *word, const char *const *words)
{
	const char *best = NULL;
	int least = 3;

	for (int i = 0; words[i]; i++) {
		int d = text_distance(word, words[i]);

		if (d < least) {
			least = d;
			best = words[i];
		}
	}
	return best;
}

static int
parse_check_word(const struct arg *a, const char *what, const char *value,
                 struct err *err)
{
	char list[200] = "";
	const char *near;

	for (int i = 0; a->words && a->words[i]; i++) {
		if (strcmp(a->words[i], value) == 0)
			return 0;
		text_add(list, sizeof(list), "%s%s", i ? ", " : "",
		         a->words[i]);
	}
	near = a->words ? parse_nearest(value, a->words) : NULL;
	if (strchr(what, '|')) /* it is called by its words */
		return err_set(err, "say one of %s, not \"%.40s\"", list,
		               value);
	return err_set(err, "%s is one of %s, not \"%.40s\"%s%s%s", what, list,
	               value, near ? ": did you mean " : "", near ? near : "",
	               near ? "?" : "");
}

/* Of a page of our own servers: where they listen is not typed. */
static int
parse_check_path(const char *value, struct err *err)
{
	if (strstr(value, "://"))
		return err_set(err,
		               "get asks a server of the lab: a path is "
		               "enough, as in get /health; curl %.60s is a "
		               "program",
		               value);
	if (*value != '/')
		return err_set(err,
		               "a path begins with a slash: did you mean "
		               "/%.40s?",
		               value);
	return 0;
}

/* May this value stand here?  `what` is the argument's or option's name. */
static int
parse_check(const struct arg *a, const char *what, const char *value,
            struct err *err)
{
	int64_t n;

	switch (a->kind) {
	case ARG_NUMBER:
		if (text_number(value, a->min, a->max, &n))
			return 0;
		return err_set(err,
		               "%s is a whole number from %lld to %lld, not "
		               "\"%.40s\"",
		               what, (long long)a->min, (long long)a->max,
		               value);
	case ARG_DURATION:
		if (text_duration(value, &n) ||
		    (a->words && strcmp(value, a->words[0]) == 0))
			return 0;
		return err_set(err,
		               "%s is a time such as 500ms or 2s%s%s, not "
		               "\"%.40s\"",
		               what, a->words ? " or " : "",
		               a->words ? a->words[0] : "", value);
	case ARG_SIGNAL:
		return sig_number(value) >= 0 ? 0 : sig_refuse(value, err);
	case ARG_PATH:
		return parse_check_path(value, err);
	case ARG_WORD:
		return parse_check_word(a, what, value, err);
	default:
		return 0;
	}
}

/* Options ***************************************************************/

static int
parse_option_index(const struct command *c, const char *word, size_t len)
{
	for (int i = 0; i < COMMAND_OPTIONS && c->options[i].name; i++)
		if (strlen(c->options[i].name) == len &&
		    strncmp(c->options[i].name, word, len) == 0)
			return i;
	return -1;
}

static int
parse_unknown_option(const struct command *c, const char *word, struct err *err)
{
	const char *names[COMMAND_OPTIONS + 1] = { NULL }, *near;

	for (int i = 0; i < COMMAND_OPTIONS && c->options[i].name; i++)
		names[i] = c->options[i].name;
	near = parse_nearest(word, names);
	if (!names[0])
		return err_set(err, "%s has no options, such as %.40s", c->name,
		               word);
	return err_set(err, "%s has no option %.40s%s%s%s", c->name, word,
	               near ? ": did you mean " : "", near ? near : "",
	               near ? "?" : "");
}

/*
 * "--port 3", "--port=3", "-n 3" or "-n3" at words[i].  Returns how many
 * words it took, or -1.
 */
static int
parse_option(struct args *args, char **words, int i, int n, struct err *err)
{
	const struct command *c = args->command;
	char *word = words[i];
	size_t len = word[1] == '-' ? strcspn(word, "=") : 2;
	int at = parse_option_index(c, word, len);
	const char *value = word[len] == '=' ? word + len + 1 : word + len;
	const struct command_option *o;

	if (at < 0)
		return parse_unknown_option(c, word, err);
	o = &c->options[at];
	if (o->value.kind == ARG_NONE) {
		args->option[at] = "";
		return word[len] ? err_set(err, "%s takes no value", o->name)
		                 : 1;
	}
	args->option[at] = word[len] || i + 1 == n ? value : words[i + 1];
	if (!word[len] && i + 1 == n)
		return err_set(err, "%s needs a value: %s %s", o->name, o->name,
		               o->value.name);
	if (parse_check(&o->value, o->name, args->option[at], err) < 0)
		return -1;
	return word[len] ? 1 : 2;
}

/* Arguments *************************************************************/

static bool
parse_rest_of_line(const struct command *c)
{
	return c->raw || c->args[0].kind == ARG_REST ||
	       c->args[0].kind == ARG_FACT;
}

/* Match the words that are left with the row's arguments. */
static int
parse_arguments(const struct args *args, struct err *err)
{
	const struct command *c = args->command;
	int a = 0;

	for (int i = 0; args->argv[i]; i++) {
		const char *word = args->argv[i];

		/* `fork web`: the number was left out. */
		if (a + 1 < COMMAND_ARGS && c->args[a].optional &&
		    c->args[a].kind == ARG_NUMBER && c->args[a + 1].name &&
		    !isdigit((unsigned char)*word) && *word != '-')
			a++;
		if (strcmp(word, "|") == 0 || strcmp(word, ">") == 0)
			return err_set(err,
			               "\"%s\" is for programs: %s is a "
			               "command of forkshop",
			               word, c->name);
		if (a == COMMAND_ARGS || !c->args[a].name)
			return err_set(err,
			               "%s: \"%.40s\" is one word too "
			               "many",
			               c->name, word);
		if (parse_check(&c->args[a], c->args[a].name, word, err) < 0)
			return -1;
		if (!c->args[a].many)
			a++;
		else if (i + 1 == args->argc)
			return 0;
	}
	if (a < COMMAND_ARGS && c->args[a].name && !c->args[a].optional)
		return err_set(err, "%s needs %s", c->name, c->args[a].name);
	return 0;
}

/* "-5" is a value for a command of values that knows no options: `poke`. */
static bool
parse_is_option(const struct command *c, const char *word)
{
	bool number =
	    word[0] && isdigit((unsigned char)word[1]) && !c->options[0].name;
	bool values = false;

	for (int i = 0; i < COMMAND_ARGS; i++)
		values = values || c->args[i].kind == ARG_TEXT;
	return word[0] == '-' && word[1] && !(number && values);
}

/* Take options out of the words; argv keeps the others. */
static int
parse_take(struct args *args, char **words, int n, struct err *err)
{
	bool options = !parse_rest_of_line(args->command);

	for (int i = 0; i < n;) {
		bool option =
		    options && parse_is_option(args->command, words[i]);
		int took = 1;

		if (option && strcmp(words[i], "--") == 0)
			options = false;
		else if (option)
			took = parse_option(args, words, i, n, err);
		else
			args->argv[args->argc++] = words[i];
		if (took < 0)
			return -1;
		i += took;
	}
	return parse_rest_of_line(args->command) ? 0
	                                         : parse_arguments(args, err);
}

static char *
parse_copy(const char *s, const char *end)
{
	while (s < end && parse_blank(*s))
		s++;
	while (end > s && parse_blank(end[-1]))
		end--;
	return strndup(s, (size_t)(end - s));
}

/* One of ours: its words are kept for argv and options in args->words. */
static int
parse_command(const char *text, struct parse *p)
{
	const char *end = parse_end(text);
	struct args *args = &p->args;
	size_t name = strcspn(text, " \t;"); /* "p7" finds the row of p1 */
	int n;

	p->next = *end == ';' ? end + 1 : end + strlen(end);
	args->command = p->command;
	args->line = parse_copy(text, end);
	args->rest = parse_copy(text + name, end);
	args->words = calloc(PARSE_WORDS + 1, sizeof(char *));
	args->argv = calloc(PARSE_WORDS + 1, sizeof(char *));
	if (!args->line || !args->rest || !args->words || !args->argv)
		return err_sys(&p->err, "cannot keep the line");
	n = parse_words(text + name, end, args->words, PARSE_WORDS, &p->err);
	if (n < 0)
		return -1;
	return parse_take(args, args->words, n, &p->err);
}

/* A program's line, with a "&" at its end taken off. */
static int
parse_program(const char *text, struct parse *p)
{
	const char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	if (end - text > 1 && end[-1] == '&' && end[-2] != '&' &&
	    end[-2] != '\\') {
		p->background = true;
		end--;
	}
	p->next = text + strlen(text);
	p->line = parse_copy(text, end);
	return p->line ? 0 : err_sys(&p->err, "cannot keep the line");
}

/* What stands behind it runs on, as in sh(1). */
static int
parse_unknown(const char *word, const char *text, struct parse *p)
{
	const char *near = command_nearest(word), *end = parse_end(text);

	p->next = *end == ';' ? end + 1 : end + strlen(end);
	if (!near)
		return err_set(&p->err,
		               "there is no command or program %.40s: `help` "
		               "lists the commands",
		               word);
	return err_set(&p->err,
	               "there is no command or program %.40s: did you mean %s?",
	               word, near);
}

/* The first word as it stands, into `word`. */
static void
parse_first(const char *text, char *word, size_t size)
{
	size_t n = strcspn(text, " \t;|&<>()");

	if (n == 0)
		n = 1;
	snprintf(word, size, "%.*s", (int)n, text);
}

/*
 * sh(1) has a cd, too: in "cd /tmp && ls" it is meant.  Elsewhere our command
 * is, and a "|" in it is a word too many.
 */
static bool
parse_for_sh(const struct command *c, const char *text)
{
	return strcmp(c->name, "cd") == 0 && strpbrk(text, "&|<>()`");
}

static int
parse_by_first_word(const char *text, struct parse *p)
{
	char word[PARSE_LINE];

	parse_first(text, word, sizeof(word));
	p->command = command_find(word);
	if (p->command && !parse_for_sh(p->command, text)) {
		p->kind = PARSE_COMMAND;
		return parse_command(text, p);
	}
	p->command = NULL;
	p->kind = *text == '!' ? PARSE_TERMINAL : PARSE_PROGRAM;
	text += *text == '!';
	text += strspn(text, " \t");
	if (p->kind == PARSE_TERMINAL && !*text)
		return err_set(&p->err, "say which program: !less README.md");
	if (p->kind == PARSE_TERMINAL)
		parse_first(text, word, sizeof(word));
	return program_runs(word) ? parse_program(text, p)
	                          : parse_unknown(word, text, p);
}

void
parse_line(const char *text, struct parse *p)
{
	memset(p, 0, sizeof(*p));
	text += strspn(text, " \t;");
	p->next = text + strlen(text);
	if (!*text || *text == '#')
		return;
	if (strlen(text) >= PARSE_LINE)
		err_set(&p->err, "a line has at most %d bytes", PARSE_LINE - 1);
	else if (parse_by_first_word(text, p) == 0)
		return;
	p->kind = PARSE_WRONG;
}

void
parse_free(struct parse *p)
{
	for (int i = 0; p->args.words && p->args.words[i]; i++)
		free(p->args.words[i]);
	free(p->args.words);
	free(p->args.argv);
	free(p->args.line);
	free(p->args.rest);
	free(p->line);
	memset(p, 0, sizeof(*p));
}
