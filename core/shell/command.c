/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of commands, and what can be asked of a row.
 */
#include "core/shell/command.h"

#include <stdio.h>
#include <string.h>

#include "core/shell/balance.h"
#include "core/shell/troupe.h"
#include "core/sys/text.h"

// clang-format off
extern const struct command cmd_fork, cmd_thread, cmd_kill, cmd_retire, cmd_affinity,
    cmd_wait,
    cmd_jobs, cmd_fg, cmd_bg, cmd_key,
    cmd_tree, cmd_explain, cmd_compare, cmd_peek, cmd_poke,
    cmd_log, cmd_check, cmd_until,
    cmd_serve, cmd_shutdown, cmd_policy, cmd_model,
    cmd_scale, cmd_respawn, cmd_reload,
    cmd_balance, cmd_lb, cmd_drain, cmd_undrain, cmd_export,
    cmd_get,
    cmd_puppet, cmd_p, cmd_all,
    cmd_measure,
    cmd_slow, cmd_freeze, cmd_next, cmd_rewind, cmd_live,
    cmd_record, cmd_mark, cmd_caption, cmd_source,
    cmd_help, cmd_history, cmd_clear, cmd_set, cmd_cd, cmd_quit;

#define COMMAND_ROWS 128

const struct command *command_table[COMMAND_ROWS] = {
	/* processes */
	&cmd_fork,
	&cmd_thread,
	&cmd_kill,
	&cmd_retire,
	&cmd_affinity,
	&cmd_wait,
	&cmd_jobs,
	&cmd_fg,
	&cmd_bg,
	&cmd_key,
	/* looking */
	&cmd_tree,
	&cmd_explain,
	&cmd_compare,
	&cmd_peek,
	&cmd_poke,
	&cmd_log,
	&cmd_check,
	&cmd_until,
	/* serving */
	&cmd_serve,
	&cmd_shutdown,
	&cmd_policy,
	&cmd_model,
	&cmd_scale,
	&cmd_respawn,
	&cmd_reload,
	&cmd_balance,
	&cmd_lb,
	&cmd_drain,
	&cmd_undrain,
	&cmd_export,
	/* requests */
	&cmd_get,
	/* puppets */
	&cmd_puppet,
	&cmd_p,
	&cmd_all,
	/* measuring */
	&cmd_measure,
	/* time */
	&cmd_slow,
	&cmd_freeze,
	&cmd_next,
	&cmd_rewind,
	&cmd_live,
	/* recording */
	&cmd_record,
	&cmd_mark,
	&cmd_caption,
	&cmd_source,
	/* shell */
	&cmd_help,
	&cmd_history,
	&cmd_clear,
	&cmd_set,
	&cmd_cd,
	&cmd_quit,
	NULL,
};
// clang-format on

static int
command_rows(void)
{
	int n = 0;

	while (command_table[n])
		n++;
	return n;
}

void
command_add(const struct command *const *rows)
{
	int n = command_rows(), at = 0;

	while (at < n && strcmp(command_table[at]->group, "shell") != 0)
		at++;
	for (; *rows && n + 1 < COMMAND_ROWS; rows++, n++, at++) {
		memmove(&command_table[at + 1], &command_table[at],
		        (size_t)(n - at) * sizeof(command_table[0]));
		command_table[at] = *rows;
	}
}

/* One row serves all puppets, p2, p1.t1 ..., one all balancers. */
const struct command *
command_find(const char *name)
{
	if (troupe_name_ok(name))
		return &cmd_p;
	if (balance_name_ok(name))
		return &cmd_lb;
	for (int i = 0; command_table[i]; i++)
		if (strcmp(command_table[i]->name, name) == 0)
			return command_table[i];
	return NULL;
}

/* What people type who come from other shells. */
static const char *
command_elsewhere(const char *name)
{
	static const char *const pairs[][2] = {
		{ "exit", "quit" },
		{ "logout", "quit" },
		{ "q", "quit" },
		{ "start", "serve" },
		{ "stop", "shutdown" },
		{ "pstree", "tree" },
		{ "disconnect", "retire" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcmp(pairs[i][0], name) == 0)
			return pairs[i][1];
	return NULL;
}

/* Near is: at most a third of the letters are wrong, and one may always be. */
const char *
command_nearest(const char *name)
{
	int least = (int)strlen(name) / 3 + 1;
	const char *best = NULL;

	if (command_elsewhere(name))
		return command_elsewhere(name);
	for (int i = 0; command_table[i]; i++) {
		int d = text_distance(name, command_table[i]->name);

		if (d < least || (d == least && !best)) {
			least = d;
			best = command_table[i]->name;
		}
	}
	return best;
}

static int
args_index(const struct args *args, const char *name)
{
	const struct command_option *o = args->command->options;

	for (int i = 0; i < COMMAND_OPTIONS && o[i].name; i++)
		if (strcmp(o[i].name, name) == 0)
			return i;
	return -1;
}

const char *
args_option(const struct args *args, const char *name)
{
	int i = args_index(args, name);

	return i < 0 ? NULL : args->option[i];
}

int64_t
args_number(const struct args *args, const char *name, int64_t fallback)
{
	const char *value = args_option(args, name);
	int64_t n;

	return value && text_number(value, INT64_MIN, INT64_MAX, &n) ? n
	                                                             : fallback;
}

static void
command_usage_value(const struct arg *a, char *buf, size_t size)
{
	if (a->kind != ARG_WORD || !a->words) {
		text_add(buf, size, "%s", a->name);
		return;
	}
	for (int i = 0; a->words[i]; i++)
		text_add(buf, size, "%s%s", i ? "|" : "", a->words[i]);
}

void
command_usage(const struct command *c, char *buf, size_t size)
{
	snprintf(buf, size, "%s", c->name);
	for (int i = 0; i < COMMAND_ARGS && c->args[i].name; i++) {
		const struct arg *a = &c->args[i];

		text_add(buf, size, a->optional ? " [" : " ");
		command_usage_value(a, buf, size);
		text_add(buf, size, "%s%s", a->many ? "..." : "",
		         a->optional ? "]" : "");
	}
	for (int i = 0; i < COMMAND_OPTIONS && c->options[i].name; i++) {
		const struct command_option *o = &c->options[i];

		text_add(buf, size, " [%s", o->name);
		if (o->value.kind != ARG_NONE) {
			text_add(buf, size, " ");
			command_usage_value(&o->value, buf, size);
		}
		text_add(buf, size, "]");
	}
}
