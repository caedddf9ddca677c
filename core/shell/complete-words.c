/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words that complete a line: each list comes from where its words are
 * written down, and names come from the snapshot.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/shell/complete.h"
#include "core/shell/balance.h"
#include "core/shell/session.h"
#include "core/shell/troupe.h"
#include "core/sys/sig.h"
#include "core/wire/call.h"
#include "core/wire/pages.h"

/* Pages of every server, with a number to begin with. */
static const struct {
	const char *path, *blurb;
} complete_pages[] = {
#define X(id, path, query, example, harms, help) { path example, help },
	PAGES(X)
#undef X
};
#define NPAGES (int)(sizeof(complete_pages) / sizeof(complete_pages[0]))

/* One row serves all puppets: those that live are offered by name. */
void
complete_commands(struct complete *c)
{
	for (int i = 0; command_table[i]; i++)
		if (!troupe_name_ok(command_table[i]->name) &&
		    !balance_name_ok(command_table[i]->name))
			complete_offer(c, command_table[i]->name,
			               command_table[i]->blurb);
}

/* Names of the lab ******************************************************/

static bool
complete_twice(const struct snapshot *snap, const struct proc *p)
{
	for (int i = 0; i < snap->nprocs; i++)
		if (&snap->proc[i] != p && !snap->proc[i].dead &&
		    strcmp(snap->proc[i].name, p->name) == 0)
			return true;
	return false;
}

/* Has "web." been typed already? */
static bool
complete_dotted(const struct complete *c, const struct proc *p)
{
	size_t len = strlen(p->server);

	return strncmp(c->word, p->server, len) == 0 && c->word[len] == '.';
}

/* "w1", or "web.w1" where two servers have one; a job as %1, too. */
static void
complete_proc(struct complete *c, const struct proc *p)
{
	char name[2 * NAME_SIZE + 2], blurb[64];

	snprintf(blurb, sizeof(blurb), "%s, pid %d", kind_word(p->kind),
	         (int)p->pid);
	if (p->kind == KIND_JOB && p->name[0] == 'j') {
		snprintf(name, sizeof(name), "%%%s", p->name + 1);
		complete_offer(c, name, p->cmd);
		if (!c->word[0])
			return;
	}
	snprintf(name, sizeof(name), "%s", p->name);
	if (p->server[0] && p->kind != KIND_MASTER &&
	    (complete_twice(c->snap, p) || complete_dotted(c, p)))
		snprintf(name, sizeof(name), "%s.%s", p->server, p->name);
	complete_offer(c, name, blurb);
}

/* The living ones of the kinds in a mask: 1 << KIND_WORKER. */
static void
complete_kinds(struct complete *c, unsigned kinds)
{
	for (int i = 0; i < c->snap->nprocs; i++) {
		const struct proc *p = &c->snap->proc[i];

		if (p->name[0] && !p->dead && (kinds >> p->kind & 1))
			complete_proc(c, p);
	}
}

void
complete_targets(struct complete *c)
{
	complete_kinds(c, ~0U);
}

void
complete_puppets(struct complete *c)
{
	complete_kinds(c, 1U << KIND_PUPPET);
}

/* Lists *****************************************************************/

void
complete_signals(struct complete *c, const char *before)
{
	char name[SIG_NAME_SIZE + 1];

	for (int i = 0; sig_nth(i); i++) {
		snprintf(name, sizeof(name), "%s%s", before, sig_nth(i));
		complete_offer(c, name, sig_default(sig_number(sig_nth(i))));
	}
}

void
complete_facts(struct complete *c)
{
	const char *word, *blurb;

	for (size_t i = 0; (word = fact_word(i, &blurb)); i++)
		complete_offer(c, word, blurb);
	complete_targets(c);
}

static void
complete_words(struct complete *c, const char *const *words)
{
	for (int i = 0; words && words[i]; i++)
		complete_offer(c, words[i], NULL);
}

/*
 * Each of "on|off", "T|off": small letters stand for themselves, others for
 * a value of that kind.
 */
static void
complete_choice(struct complete *c, const char *choice,
                void (*value)(struct complete *, const char *kind))
{
	char word[32];

	while (*choice) {
		size_t len = strcspn(choice, "|");

		snprintf(word, sizeof(word), "%.*s", (int)len, choice);
		if (islower((unsigned char)word[0]))
			complete_offer(c, word, NULL);
		else if (value)
			value(c, word);
		choice += len + (choice[len] == '|');
	}
}

void
complete_setting(struct complete *c, const char *name)
{
	complete_choice(c, session_setting_values(name), NULL);
}

static void
complete_help(struct complete *c)
{
	complete_commands(c);
	complete_puppets(c);
	complete_offer(c, "signals", "every signal, and what it does");
	complete_offer(c, "facts", "the words of check and until");
	for (int i = 0; help_nth(i); i++)
		complete_offer(c, help_nth(i)->name, NULL);
}

/* The last of several names with commas between. */
static void
complete_servers(struct complete *c, unsigned kinds)
{
	const char *comma = strrchr(c->word, ',');

	if (comma)
		c->word = comma + 1;
	complete_kinds(c, kinds);
}

/* Every worker has a counter; puppets have told of theirs. */
static void
complete_variables(struct complete *c)
{
	complete_offer(c, "counter", "what /count adds to, in every worker");
	for (int i = 0; i < c->snap->nprocs; i++)
		for (int k = 0; k < c->snap->proc[i].nvars; k++)
			complete_offer(c, c->snap->proc[i].var[k].name, NULL);
}

static void
complete_found(void *arg, const char *word, const char *blurb)
{
	complete_offer(arg, word, blurb);
}

/* A name that has to be looked for; or the file itself. */
static void
complete_find(struct complete *c, const struct arg *a)
{
	if (strchr(c->word, '/'))
		complete_files(c, false);
	else
		a->find(complete_found, c);
}

void
complete_value(struct complete *c, const struct arg *a)
{
	unsigned servers = 1U << KIND_MASTER | 1U << KIND_BALANCER;
	unsigned workers = 1U << KIND_WORKER | 1U << KIND_THREAD;

	if (a->kind == ARG_TARGET && a->name[0] == '%')
		complete_kinds(c, 1U << KIND_JOB);
	else if (a->kind == ARG_TARGET)
		complete_targets(c);
	else if (a->kind == ARG_WORKER)
		complete_kinds(c, workers);
	else if (a->kind == ARG_MASTER)
		complete_kinds(c, 1U << KIND_MASTER);
	else if (a->kind == ARG_BALANCER)
		complete_kinds(c, 1U << KIND_BALANCER);
	else if (a->kind == ARG_SERVER)
		complete_kinds(c, servers);
	else if (a->kind == ARG_SERVERS)
		complete_servers(c, servers);
	else if (a->kind == ARG_VARIABLE)
		complete_variables(c);
	else if (a->find)
		complete_find(c, a);
	else if (a->kind == ARG_SIGNAL)
		complete_signals(c, "");
	else if (a->kind == ARG_COMMAND)
		complete_help(c);
	else if (a->kind == ARG_FILE)
		complete_files(c, strcmp(a->name, "FOLDER") == 0);
	else if (a->kind == ARG_WORD || a->kind == ARG_DURATION)
		complete_words(c, a->words);
	else if (a->kind == ARG_PATH)
		for (int i = 0; i < NPAGES; i++)
			complete_offer(c, complete_pages[i].path,
			               complete_pages[i].blurb);
}

/* Calls of puppets ******************************************************/

static const struct {
	const char *name, *usage, *blurb;
} complete_calls[] = {
#define X(id, name, usage, min, max, blurb, page) { name, usage, blurb },
	CALLS(X)
#undef X
};

/* What a word in capitals stands for in the usage of a call. */
static void
complete_call_value(struct complete *c, const char *kind)
{
	if (strcmp(kind, "SIG") == 0)
		complete_signals(c, "");
	else if (strcmp(kind, "PID") == 0 || strcmp(kind, "P") == 0)
		complete_puppets(c);
	else if (strcmp(kind, "CMD") == 0)
		complete_programs(c);
	else if (strcmp(kind, "FILE") == 0)
		complete_files(c, false);
	else if (strcmp(kind, "DIR") == 0)
		complete_files(c, true);
}

/* The i-th word of a usage without its brackets; "" past its end. */
static void
complete_usage_word(const char *usage, int i, char *buf, size_t size)
{
	usage += strspn(usage, " []");
	for (; i > 0 && *usage; i--) {
		usage += strcspn(usage, " ");
		usage += strspn(usage, " []");
	}
	snprintf(buf, size, "%.*s", (int)strcspn(usage, " ]"), usage);
}

void
complete_call(struct complete *c, char *const *words, int n)
{
	char choice[64];

	for (int i = 0; i < CALL_COUNT; i++) {
		if (n == 0)
			complete_offer(c, complete_calls[i].name,
			               complete_calls[i].blurb);
		else if (strcmp(complete_calls[i].name, words[0]) == 0) {
			complete_usage_word(complete_calls[i].usage, n - 1,
			                    choice, sizeof(choice));
			complete_choice(c, choice, complete_call_value);
		}
	}
}
