/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at complete_line().  The line up to the cursor is cut into
 * words; the command's row says what the last of them may be.
 */
#include "core/shell/complete.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/facts/fact.h"
#include "core/shell/command.h"
#include "core/shell/parse.h"
#include "core/shell/session.h"
#include "core/shell/troupe.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"
#include "core/wire/call.h"

struct completion {
	const struct snapshot *snap;    /* borrowed */
	const struct command *command;  /* of the first word; or NULL */
	char text[PARSE_LINE];          /* the line up to the cursor */
	const char *words[PARSE_WORDS]; /* borrowed: where they begin in text */
	int nwords;                     /* with the one at the cursor */
	const char *word;               /* at the cursor, up to the NUL */
	int offered;
	void (*add)(void *, const char *, const char *);
	void *arg;
};

/* Offering **************************************************************/

static void
complete_offer(struct completion *c, const char *word, const char *blurb)
{
	if (strncasecmp(word, c->word, strlen(c->word)) != 0)
		return;
	c->offered++;
	c->add(c->arg, word, blurb);
}

/* "worker, pid 9412" */
static void
complete_offer_proc(struct completion *c, const struct proc *p,
                    const char *word)
{
	char blurb[64];

	snprintf(blurb, sizeof(blurb), "%s, %s %d", kind_word(p->kind),
	         p->tid ? "tid" : "pid", (int)(p->tid ? p->tid : p->pid));
	complete_offer(c, word, blurb);
}

/* A kind, or ALL: who lives and has a name. */
enum { ALL = -1 };

static void
complete_names(struct completion *c, int kind)
{
	for (int i = 0; i < c->snap->nprocs; i++) {
		const struct proc *p = &c->snap->proc[i];

		if (p->name[0] && !p->dead &&
		    (kind == ALL || (int)p->kind == kind))
			complete_offer_proc(c, p, p->name);
	}
}

/* "%1" for the job j1. */
static void
complete_jobs(struct completion *c)
{
	for (int i = 0; i < c->snap->nprocs; i++) {
		const struct proc *p = &c->snap->proc[i];
		char word[NAME_SIZE];

		if (p->kind != KIND_JOB || p->name[0] != 'j' || p->dead)
			continue;
		snprintf(word, sizeof(word), "%%%s", p->name + 1);
		complete_offer(c, word, p->cmd);
	}
}

static void
complete_signals(struct completion *c, const char *dash)
{
	const char *name;

	for (int i = 0; (name = sig_nth(i)); i++) {
		char word[SIG_NAME_SIZE + 1];

		snprintf(word, sizeof(word), "%s%s", dash, name);
		complete_offer(c, word, sig_default(sig_number(name)));
	}
}

static void
complete_pages(struct completion *c)
{
	static const char *const pages[][2] = {
		{ "/", "hello world, from whom" },
		{ "/health", "is this worker well?" },
		{ "/whoami", "pid, thread, and where a variable stands" },
		{ "/sleep?ms=", "waits" },
		{ "/cpu?ms=", "computes" },
		{ "/disk?mb=", "writes to the disk" },
		{ "/count", "adds to a variable, with a lock and without" },
		{ "/crash", "SIGSEGV" },
		{ "/exit?code=", "exit()" },
		{ "/leak?mb=", "takes memory and keeps it" },
		{ "/overflow", "fills the stack of its thread" },
		{ "/unsafe", "a library call that keeps static state" },
		{ "/spy?addr=", "reads an address of its own process" },
	};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		complete_offer(c, pages[i][0], pages[i][1]);
}

static void
complete_calls(struct completion *c)
{
	static const char *const calls[][2] = {
#define X(id, name, usage, min, max, blurb, page) { name, blurb },
		CALLS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		complete_offer(c, calls[i][0], calls[i][1]);
}

/* The first word ********************************************************/

static void
complete_commands(struct completion *c)
{
	for (int i = 0; command_table[i]; i++)
		if (!troupe_name_ok(command_table[i]->name))
			complete_offer(c, command_table[i]->name,
			               command_table[i]->blurb);
}

static void
complete_folder(struct completion *c, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir)
		return;
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			complete_offer(c, e->d_name, "program");
	closedir(dir);
}

/* They are many: only from two letters on. */
static void
complete_programs(struct completion *c)
{
	const char *path = getenv("PATH");
	char folder[1024];

	if (strlen(c->word) < 2 || strchr(c->word, '/'))
		return;
	while (path && *path) {
		size_t n = strcspn(path, ":");

		snprintf(folder, sizeof(folder), "%.*s", (int)n, path);
		complete_folder(c, folder);
		path += n + (path[n] == ':');
	}
}

/* A program only where it is no command of ours. */
static void
complete_first(struct completion *c)
{
	complete_commands(c);
	complete_names(c, KIND_PUPPET);
	if (!c->offered)
		complete_programs(c);
}

/* Facts *****************************************************************/

/* Only the last name of a fact is completed: "all(wor" goes on at "wor". */
static void
complete_fact(struct completion *c)
{
	const char *name, *blurb, *end = c->word + strlen(c->word);
	const char *begin = end;

	while (begin > c->word && (isalnum((unsigned char)begin[-1]) ||
	                           begin[-1] == '_' || begin[-1] == '.'))
		begin--;
	c->word = begin;
	for (size_t i = 0; (name = fact_word(i, &blurb)); i++)
		complete_offer(c, name, blurb);
	complete_names(c, ALL);
}

/* Arguments *************************************************************/

static void
complete_kind(struct completion *c, const struct arg *a)
{
	for (int i = 0; a->words && a->words[i]; i++)
		complete_offer(c, a->words[i], "");
	switch (a->kind) {
	case ARG_TARGET:
		if (c->word[0] == '%' || a->name[0] == '%')
			complete_jobs(c);
		else
			complete_names(c, ALL);
		break;
	case ARG_WORKER:
		complete_names(c, KIND_WORKER);
		complete_names(c, KIND_THREAD);
		break;
	case ARG_SERVER:
		complete_names(c, KIND_MASTER);
		break;
	case ARG_SIGNAL:
		complete_signals(c, "");
		break;
	case ARG_PATH:
		complete_pages(c);
		break;
	case ARG_COMMAND:
		complete_commands(c);
		complete_offer(c, "signals", "what each signal does");
		complete_offer(c, "facts", "the words of check and until");
		break;
	case ARG_FACT:
		complete_fact(c);
		break;
	default:
		break;
	}
}

static const struct command_option *
complete_option(const struct completion *c, int i)
{
	size_t len = strcspn(c->words[i], " \t");
	const struct command_option *o = c->command->options;

	for (; o < c->command->options + COMMAND_OPTIONS && o->name; o++)
		if (strlen(o->name) == len &&
		    strncmp(o->name, c->words[i], len) == 0)
			return o;
	return NULL;
}

static void
complete_options(struct completion *c)
{
	const struct command_option *o = c->command->options;

	for (; o < c->command->options + COMMAND_OPTIONS && o->name; o++)
		complete_offer(c, o->name, o->blurb);
}

/* The value of the option before it, or the argument that is due. */
static void
complete_argument(struct completion *c)
{
	const struct arg *args = c->command->args, *due = args;
	const struct command_option *o = NULL;

	for (int i = 1; i < c->nwords - 1; i++) {
		if (o && o->value.kind != ARG_NONE) {
			o = NULL;
			continue;
		}
		o = complete_option(c, i);
		if (!o && due < args + COMMAND_ARGS && due->name && !due->many)
			due++;
	}
	if (o && o->value.kind != ARG_NONE)
		complete_kind(c, &o->value);
	else if (c->word[0] == '-')
		complete_options(c);
	else if (due < args + COMMAND_ARGS && due->name)
		complete_kind(c, due);
}

/* kill(1) has forms of its own: -TERM, -s TERM, then targets. */
static void
complete_kill(struct completion *c)
{
	const char *before = c->words[c->nwords - 2];
	const struct arg target = { .kind = ARG_TARGET, .name = "TARGET" };

	if (strncmp(before, "-s ", 3) == 0)
		complete_signals(c, "");
	else if (c->word[0] == '-')
		complete_signals(c, "-");
	else
		complete_kind(c, &target);
}

static void
complete_rest(struct completion *c)
{
	const struct arg *first = &c->command->args[0];

	if (first->kind == ARG_FACT)
		complete_fact(c);
	else if (first->kind == ARG_SIGNAL)
		complete_kill(c);
	else if (first->kind == ARG_REST && c->nwords == 2)
		complete_calls(c);
	else if (first->kind == ARG_REST)
		complete_names(c, KIND_PUPPET);
	else
		complete_argument(c);
}

/* The line **************************************************************/

/* The command that the cursor is in: behind the last ";". */
static char *
complete_command(char *text)
{
	const char *end;

	while (*(end = parse_end(text)) == ';')
		text += end - text + 1;
	return *end == '#' ? NULL : text;
}

static void
complete_cut(struct completion *c, const char *s)
{
	char quote = '\0';
	bool inside = false;

	for (; *s; s++) {
		bool blank = !quote && (*s == ' ' || *s == '\t');

		if (!blank && !inside && c->nwords < PARSE_WORDS - 1)
			c->words[c->nwords++] = s;
		inside = !blank;
		if (quote ? *s == quote : *s == '\'' || *s == '"')
			quote = quote ? '\0' : *s;
		else if (*s == '\\' && s[1])
			s++;
	}
	if (!inside)
		c->words[c->nwords++] = s;
	c->word = c->words[c->nwords - 1];
}

static void
complete_find_command(struct completion *c)
{
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(c->words[0], " \t"),
	         c->words[0]);
	c->command = command_find(name);
}

void
complete_line(const struct snapshot *snap, const char *line, size_t cursor,
              size_t *word_start,
              void (*add)(void *arg, const char *word, const char *blurb),
              void *arg)
{
	struct completion c = { .snap = snap, .add = add, .arg = arg };
	char *begin;

	*word_start = cursor;
	if (cursor >= sizeof(c.text))
		return;
	memcpy(c.text, line, cursor);
	begin = complete_command(c.text);
	if (!begin)
		return;
	complete_cut(&c, begin);
	complete_find_command(&c);
	if (c.nwords == 1 && c.word[0] == '!') {
		c.word++;
		complete_programs(&c);
	} else if (c.nwords == 1) {
		complete_first(&c);
	} else if (c.command) {
		complete_rest(&c);
	}
	*word_start = (size_t)(c.word - c.text);
}

void
session_complete(struct session *s, const char *line, size_t cursor,
                 size_t *word_start,
                 void (*add)(void *, const char *, const char *), void *arg)
{
	complete_line(session_snapshot(s), line, cursor, word_start, add, arg);
}
