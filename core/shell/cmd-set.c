/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * set NAME VALUE: what can be chosen, in one table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

struct setting {
	const char *name, *values, *initial, *blurb;
	int (*apply)(struct session *, const char *name, const char *value,
	             struct err *);
};

static int
set_linger(struct session *s, const char *name, const char *value,
           struct err *err)
{
	int64_t ns = -1;

	(void)name;
	if (strcmp(value, "off") != 0 && !text_duration(value, &ns))
		return err_set(err,
		               "linger is a time such as 3s, or off: until the "
		               "next command; not \"%.40s\"",
		               value);
	watch_linger(s->watch, ns);
	return 0;
}

static int
set_front(struct session *s, const char *name, const char *value,
          struct err *err)
{
	if (!s->front.set)
		return err_set(err, "%s is for the screen: there is none here",
		               name);
	return s->front.set(s->front.arg, name, value, err);
}

/* A setting of the servers that run. */
static int
set_servers(struct session *s, const char *name, const char *value,
            struct err *err)
{
	struct msg m = msg_make(MSG_SET, NULL);

	if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
		return err_set(err, "%s is on or off, not \"%.40s\"", name,
		               value);
	snprintf(m.set.name, sizeof(m.set.name), "%s", name);
	snprintf(m.set.value, sizeof(m.set.value), "%s", value);
	for (int i = 0; i < SESSION_SERVERS; i++)
		if (s->servers[i].name[0] && s->servers[i].link.wire &&
		    !session_ask_server(s, s->servers[i].name, &m, NULL, 0,
		                        err))
			return -1;
	return 0;
}

/* X(name, values, at first, blurb, how it is applied) */
// clang-format off
#define SETTINGS(X) \
	X("linger", "T|off", "3s", "how long the row of an ended process stays", set_linger) \
	X("big", "on|off", "off", "for a projector: few columns, long bars", set_front) \
	X("theme", "dark|light|contrast|mono", "dark", "the colours of the screen", set_front) \
	X("defer-accept", "on|off", "off", "accept only connections that have spoken", set_servers)
// clang-format on

static const struct setting set_table[] = {
#define X(name, values, initial, blurb, apply)                                 \
	{ name, values, initial, blurb, apply },
	SETTINGS(X)
#undef X
};

static const char *const set_names[] = {
#define X(name, values, initial, blurb, apply) name,
	SETTINGS(X)
#undef X
	    NULL
};

#define NSETTINGS (int)(sizeof(set_table) / sizeof(set_table[0]))

static int
set_index(const char *name)
{
	for (int i = 0; i < NSETTINGS; i++)
		if (strcmp(set_table[i].name, name) == 0)
			return i;
	return -1;
}

int
session_settings_open(struct session *s, struct err *err)
{
	for (int i = 0; i < NSETTINGS; i++) {
		s->settings[i] = strdup(set_table[i].initial);
		if (!s->settings[i])
			return err_sys(err, "cannot keep settings");
	}
	return set_linger(s, "linger", set_table[0].initial, err);
}

void
session_settings_apply(struct session *s)
{
	set_linger(s, "linger", session_setting(s, "linger"), NULL);
}

const char *
session_setting(const struct session *s, const char *name)
{
	int i = set_index(name);

	return i < 0 ? "" : s->settings[i];
}

const char *
session_setting_values(const char *name)
{
	int i = set_index(name);

	return i < 0 ? "" : set_table[i].values;
}

static enum outcome
set_list(struct session *s)
{
	for (int i = 0; i < NSETTINGS; i++)
		if (s->front.set || set_table[i].apply != set_front)
			session_say(s, LINE_RESULT, "%-13s %-6s %s (%s)",
			            set_table[i].name, s->settings[i],
			            set_table[i].blurb, set_table[i].values);
	return OUTCOME_DONE;
}

static enum outcome
run_set(struct session *s, const struct args *args, struct err *err)
{
	char *copy;
	int i;

	if (!args->argc)
		return set_list(s);
	i = set_index(args->argv[0]);
	if (i < 0) {
		err_set(err, "there is no setting %.40s: set lists them",
		        args->argv[0]);
		return OUTCOME_USAGE;
	}
	if (args->argc == 1) {
		session_say(s, LINE_RESULT, "%s %s", set_table[i].name,
		            s->settings[i]);
		return OUTCOME_DONE;
	}
	if (set_table[i].apply(s, set_table[i].name, args->argv[1], err) < 0)
		return OUTCOME_FAILED;
	copy = strdup(args->argv[1]);
	if (copy) {
		free(s->settings[i]);
		s->settings[i] = copy;
	}
	return OUTCOME_DONE;
}

const struct command cmd_set = {
	.name = "set",
	.group = "shell",
	.blurb = "choose how things are shown and served",
	.example = "set linger off",
	.args = { { .kind = ARG_WORD,
	            .name = "NAME",
	            .optional = true,
	            .words = set_names },
	          { .kind = ARG_TEXT, .name = "VALUE", .optional = true } },
	.past = PAST_LOOKS,
	.run = run_set,
};
