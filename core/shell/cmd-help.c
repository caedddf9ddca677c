/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * help [COMMAND]: all of it comes from the rows of the commands.
 */
#include <stdio.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/shell/inside.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"
#include "core/wire/orders.h"

#define HELP_WIDTH 78
#define HELP_PAGES 8

/* The commands of one group on a line, so that all fit a small screen. */
static void
help_group(struct session *s, const char *group)
{
	char line[256] = "";

	text_add(line, sizeof(line), "%-10s", group);
	for (int i = 0; command_table[i]; i++) {
		const struct command *c = command_table[i];

		if (strcmp(c->group, group) != 0)
			continue;
		if (strlen(line) + strlen(c->name) + 2 > HELP_WIDTH) {
			session_say(s, LINE_RESULT, "%s", line);
			snprintf(line, sizeof(line), "%-10s", "");
		}
		text_add(line, sizeof(line), " %s", c->name);
	}
	session_say(s, LINE_RESULT, "%s", line);
}

static enum outcome
help_all(struct session *s)
{
	const char *last = "";

	for (int i = 0; command_table[i]; i++) {
		if (strcmp(command_table[i]->group, last) == 0)
			continue;
		last = command_table[i]->group;
		help_group(s, last);
	}
	session_say(s, LINE_RESULT,
	            "Any other line is a program: ps af, curl "
	            "http://localhost:3000, vi in !vi FILE.");
	session_say(s, LINE_RESULT,
	            "help NAME says more: help kill, help signals, help facts. "
	            "Tab completes.");
	if (!s->options.headless)
		session_say(s, LINE_RESULT,
		            "PgUp and PgDn scroll the log, with Alt the tree; "
		            "set big on is for a projector.");
	return OUTCOME_DONE;
}

/* Paragraphs, broken at blanks; a newline stays one. */
static void
help_wrap(struct session *s, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n"), cut = len;

		if (len > HELP_WIDTH) {
			for (cut = HELP_WIDTH; cut && text[cut] != ' ';)
				cut--;
			cut = cut ? cut : HELP_WIDTH;
		}
		session_say(s, LINE_RESULT, "%.*s", (int)cut, text);
		text += cut;
		text += *text == '\n' || *text == ' ';
	}
}

static enum outcome
help_command(struct session *s, const struct command *c)
{
	char usage[512];

	command_usage(c, usage, sizeof(usage));
	session_say(s, LINE_RESULT, "%s: %s", c->name, c->blurb);
	session_say(s, LINE_RESULT, "usage: %s", usage);
	for (int i = 0; i < COMMAND_OPTIONS && c->options[i].name; i++)
		session_say(s, LINE_RESULT, "  %-18s %s", c->options[i].name,
		            c->options[i].blurb);
	if (c->detail)
		help_wrap(s, c->detail);
	if (c->example)
		session_say(s, LINE_RESULT, "try: %s", c->example);
	return OUTCOME_DONE;
}

/* What signals are for those who catch them. */
static void
help_orders(struct session *s)
{
	static const char *const orders[][2] = {
#define X(SIGNAL, id, text) { #SIGNAL, text },
		ORDERS(X)
#undef X
	};

	session_say(s, LINE_RESULT, "A master obeys, as in kill -HUP web:");
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		session_say(s, LINE_RESULT, "   %-7s %s", orders[i][0],
		            orders[i][1]);
	session_say(s, LINE_RESULT, "   %-7s %s", "TERM",
	            "end at once, what is under way is lost (INT, too)");
	help_wrap(s,
	          "So does nginx: QUIT finishes, TERM is fast. gunicorn has it "
	          "the other way round: TERM finishes, QUIT and INT are fast. "
	          "puma finishes at TERM and at INT, and knows no QUIT. "
	          "Look it up before you kill -TERM a server that is not "
	          "yours.");
}

static enum outcome
help_signals(struct session *s)
{
	for (int i = 0; sig_nth(i); i++) {
		int sig = sig_number(sig_nth(i));

		session_say(s, LINE_RESULT, "%2d %-7s %s", sig, sig_nth(i),
		            sig_default(sig));
	}
	help_orders(s);
	return OUTCOME_DONE;
}

static enum outcome
help_facts(struct session *s)
{
	const char *word, *blurb;

	for (size_t i = 0; (word = fact_word(i, &blurb)); i++)
		session_say(s, LINE_RESULT, "%-22s %s", word, blurb);
	return OUTCOME_DONE;
}

/* Pages of other rooms **************************************************/

static const struct help_page *help_pages[HELP_PAGES];

void
help_add(const struct help_page *page)
{
	for (int i = 0; i < HELP_PAGES; i++)
		if (!help_pages[i] || help_pages[i] == page) {
			help_pages[i] = page;
			return;
		}
}

const struct help_page *
help_nth(int i)
{
	return i >= 0 && i < HELP_PAGES ? help_pages[i] : NULL;
}

static const struct help_page *
help_page(const char *name)
{
	for (int i = 0; help_nth(i); i++)
		if (strcmp(help_nth(i)->name, name) == 0)
			return help_nth(i);
	return NULL;
}

static enum outcome
run_help(struct session *s, const struct args *args, struct err *err)
{
	const char *name = args->argc ? args->argv[0] : NULL;
	const struct command *c;
	const char *near;

	if (!name)
		return help_all(s);
	if (strcmp(name, "signals") == 0)
		return help_signals(s);
	if (strcmp(name, "facts") == 0)
		return help_facts(s);
	if (help_page(name)) {
		help_wrap(s, help_page(name)->text);
		return OUTCOME_DONE;
	}
	c = command_find(name);
	if (c)
		return help_command(s, c);
	near = command_nearest(name);
	err_set(err, "there is no command %.40s%s%s%s", name,
	        near ? ": did you mean " : "", near ? near : "",
	        near ? "?" : "");
	return OUTCOME_USAGE;
}

const struct command cmd_help = {
	.name = "help",
	.group = "shell",
	.blurb = "list the commands, or say more about one",
	.example = "help kill",
	.args = { { .kind = ARG_COMMAND,
	            .name = "COMMAND",
	            .optional = true } },
	.past = PAST_LOOKS,
	.run = run_help,
};
