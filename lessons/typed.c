/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/typed.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/shell/key.h"
#include "core/shell/parse.h"
#include "core/shell/troupe.h"
#include "core/sys/text.h"
#include "core/wire/call.h"

/* Commands that would lead out of the lesson, or into files. */
static const char *const typed_refused[] = {
	"quit",    "cd",     "source", "record",  "history", "learn",
	"hint",    "solve",  "again",  "goto",    "leave",   "lessons",
	"predict", "export", "mark",   "caption", "play",    NULL
};

/* Programs that are no commands of ours, and what their words may be. */
static const struct {
	const char *name;
	const char *letters; /* of every word */
	const char *blurb;   /* what is allowed */
} typed_programs[] = {
	{ "ps",
	  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,-",
	  "letters, such as ps af" },
	{ "sleep", "0123456789.", "a number" },
	{ "true", "", "no words" },
	{ "false", "", "no words" },
	{ "cat", "", "no words" },
};

#define TYPED_PROGRAMS (sizeof(typed_programs) / sizeof(typed_programs[0]))

static bool
typed_in(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* Programs **************************************************************/

static bool
typed_curl_word(const char *word)
{
	static const char *const options[] = { "-s", "-i", "-v", "-sS", NULL };
	static const char *const places[] = { "http://localhost:",
		                              "http://127.0.0.1:", NULL };

	if (typed_in(word, options))
		return true;
	for (int i = 0; places[i]; i++) {
		size_t n = strlen(places[i]);

		if (strncmp(word, places[i], n) == 0 &&
		    word[n + strspn(word + n, "0123456789abcdefghijklmnopqrstuv"
		                              "wxyz/?=")] == '\0')
			return true;
	}
	return false;
}

static int
typed_program(size_t row, char **words, int n, struct err *err)
{
	for (int i = 1; i < n; i++)
		if (words[i][strspn(words[i], typed_programs[row].letters)] ||
		    !words[i][0])
			return err_set(
			    err, "in a lesson %s takes %s, not \"%.40s\"",
			    words[0], typed_programs[row].blurb, words[i]);
	return 0;
}

/* One of the few programs, with nothing for sh(1) in it but a last "&". */
static int
typed_words(char **words, int n, struct err *err)
{
	if (n > 1 && strcmp(words[n - 1], "&") == 0)
		n--;
	for (size_t i = 0; i < TYPED_PROGRAMS; i++)
		if (strcmp(words[0], typed_programs[i].name) == 0)
			return typed_program(i, words, n, err);
	if (strcmp(words[0], "curl") != 0)
		return err_set(err,
		               "a lesson types commands of forkshop, and of "
		               "other programs only ps, curl, sleep, cat, true "
		               "and false, not %.40s",
		               words[0]);
	for (int i = 1; i < n; i++)
		if (!typed_curl_word(words[i]))
			return err_set(err,
			               "in a lesson curl takes -s, -i, -v and "
			               "http://localhost:3000/..., not "
			               "\"%.40s\"",
			               words[i]);
	return 0;
}

static int
typed_split(const char *line, struct err *err)
{
	char copy[PARSE_LINE], *words[32], *state = NULL;
	int n = 0;

	if (strlen(line) >= sizeof(copy))
		return err_set(err, "the line is too long");
	strcpy(copy, line);
	for (char *word = strtok_r(copy, " \t", &state); word && n < 32;
	     word = strtok_r(NULL, " \t", &state))
		words[n++] = word;
	if (n == 0)
		return err_set(err, "nothing is typed");
	return typed_words(words, n, err);
}

/* Calls of puppets ******************************************************/

static bool
typed_call_known(const char *word)
{
	static const char *const calls[] = {
#define X(id, name, usage, min, max, blurb, page) name,
		CALLS(X)
#undef X
		    NULL
	};

	return typed_in(word, calls);
}

static int
typed_call_file(const char *call, const char *file, struct err *err)
{
	size_t n = strlen(TYPED_FILES);

	if (strcmp(call, "stdout") == 0 &&
	    (strcmp(file, "pty") == 0 || strcmp(file, "pipe") == 0))
		return 0;
	if (strncmp(file, TYPED_FILES, n) == 0 && file[n] &&
	    file[n + strspn(file + n, "abcdefghijklmnopqrstuvwxyz")] == '\0')
		return 0;
	return err_set(
	    err,
	    "a puppet in a lesson may %s only files such as " TYPED_FILES
	    "notes: they are taken away afterwards",
	    call);
}

static int
typed_call(const struct args *args, struct err *err)
{
	const char *call = args->argc ? args->argv[0] : "";
	const char *file = args->argc > 1 ? args->argv[1] : "";

	if (!typed_call_known(call))
		return err_set(err,
		               "a puppet knows no call \"%.40s\": help "
		               "puppet lists them",
		               call);
	if (strcmp(call, "open") == 0 || strcmp(call, "stdout") == 0)
		return typed_call_file(call, file, err);
	if (strcmp(call, "chdir") == 0)
		return err_set(err, "a puppet in a lesson stays in its folder");
	if (strcmp(call, "execve") != 0)
		return 0;
	return args->argc < 2
	           ? err_set(err, "execve needs a program")
	           : typed_words(args->argv + 1, args->argc - 1, err);
}

/* Commands **************************************************************/

static int
typed_fact(const char *text, struct err *err)
{
	struct err why;
	struct fact *fact = fact_parse(text, &why);

	if (!fact)
		return err_set(err, "the fact \"%.80s\": %.300s", text,
		               why.text);
	fact_free(fact);
	return 0;
}

static int
typed_command(const struct parse *p, struct err *err)
{
	const char *name = p->command->name;

	if (typed_in(name, typed_refused))
		return err_set(err, "%s has no place in what a lesson types",
		               name);
	if (troupe_name_ok(name) || strcmp(name, "all") == 0)
		return typed_call(&p->args, err);
	if (p->command->args[0].kind == ARG_FACT)
		return typed_fact(p->args.rest, err);
	return 0;
}

static bool
typed_is_program(const char *line)
{
	size_t n = strcspn(line, " \t");

	for (size_t i = 0; i < TYPED_PROGRAMS; i++)
		if (strlen(typed_programs[i].name) == n &&
		    strncmp(line, typed_programs[i].name, n) == 0)
			return true;
	return n == 4 && strncmp(line, "curl", n) == 0;
}

static int
typed_one(const char *line, const struct parse *p, struct err *err)
{
	switch (p->kind) {
	case PARSE_COMMAND:
		return typed_command(p, err);
	case PARSE_PROGRAM:
		return typed_split(line, err);
	case PARSE_TERMINAL:
		return err_set(err, "a lesson does not give the terminal to "
		                    "programs: no line begins with !");
	case PARSE_EMPTY:
		return err_set(err, "nothing is typed");
	default:
		return err_set(err, "%.400s", p->err.text);
	}
}

int
typed_allowed(const char *line, struct err *err)
{
	int result = 0;

	if (key_byte(line))
		return 0;
	if (typed_is_program(line)) /* though it may not be installed */
		return typed_split(line, err);
	do {
		struct parse p;

		parse_line(line, &p);
		result = typed_one(line, &p, err);
		line = p.next + strspn(p.next, " \t;");
		parse_free(&p);
	} while (result == 0 && *line && *line != '#');
	return result;
}
