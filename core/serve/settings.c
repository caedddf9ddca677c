/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/settings.h"

#include <sched.h>
#include <stddef.h>
#include <string.h>

#include "core/serve/model.h"
#include "core/serve/policy.h"
#include "core/sys/text.h"
#include "core/wire/loopback.h"

/* When it can be changed. */
enum change {
	AT_START,
	AT_BIRTH, /* of a worker, which keeps it */
	LIVE      /* at any time, and everybody hears of it */
};

struct setting {
	const char *name, *arg, *help;
	enum change change;
	int (*set)(const struct setting *, struct settings *, const char *,
	           struct err *);
	size_t offset; /* of the field, for numbers and switches */
	int min, max;
};

static int
settings_number(const struct setting *s, struct settings *all,
                const char *value, struct err *err)
{
	int64_t n;

	if (!text_number(value, s->min, s->max, &n))
		return err_set(err, "%s is a number from %d to %d, not \"%s\"",
		               s->name, s->min, s->max, value);
	*(int *)(void *)((char *)all + s->offset) = (int)n;
	return 0;
}

static int
settings_switch(const struct setting *s, struct settings *all,
                const char *value, struct err *err)
{
	bool on = strcmp(value, "on") == 0;

	if (!on && strcmp(value, "off") != 0)
		return err_set(err, "%s is on or off, not \"%s\"", s->name,
		               value);
	*(bool *)((char *)all + s->offset) = on;
	return 0;
}

static int
settings_death(const struct setting *s, struct settings *all, const char *value,
               struct err *err)
{
	static const char *const modes[] = {
		[DEATH_CHANNEL] = "channel",
		[DEATH_KILL] = "kill",
		[DEATH_ORPHAN] = "orphan",
	};

	for (int i = 0; i <= DEATH_ORPHAN; i++)
		if (strcmp(value, modes[i]) == 0) {
			all->on_parent_death = (enum on_parent_death)i;
			return 0;
		}
	return err_set(err, "%s is channel, kill or orphan, not \"%s\"",
	               s->name, value);
}

static int
settings_policy(const struct setting *s, struct settings *all,
                const char *value, struct err *err)
{
	const struct policy *policy = policy_find(value);
	char names[128] = "";

	(void)s;
	for (int i = 0; policy_nth(i); i++)
		text_add(names, sizeof(names), " %s", policy_nth(i)->name);
	if (!policy)
		return err_set(err, "there is no policy \"%.40s\": there are%s",
		               value, names);
	all->policy = policy;
	return 0;
}

static int
settings_model(const struct setting *s, struct settings *all, const char *value,
               struct err *err)
{
	const struct model *model = model_find(value);
	char names[128] = "";

	(void)s;
	for (int i = 0; model_nth(i); i++)
		text_add(names, sizeof(names), " %s", model_name(model_nth(i)));
	if (!model)
		return err_set(err, "there is no model \"%.40s\": there are%s",
		               value, names);
	all->model = model;
	return 0;
}

static int
settings_threads(const struct setting *s, struct settings *all,
                 const char *value, struct err *err)
{
	cpu_set_t set;

	if (strcmp(value, "cores") != 0)
		return settings_number(s, all, value, err);
	all->threads =
	    sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	if (all->threads > s->max)
		all->threads = s->max;
	return 0;
}

// clang-format off
#define AT(field) offsetof(struct settings, field)
static const struct setting settings_table[] = {
	{ "port", "P", "listen on 127.0.0.1:P; 0 picks a free one",
	  AT_START, settings_number, AT(port), 0, 65535 },
	{ "workers", "N", "fork so many at the start",
	  AT_START, settings_number, AT(workers), 0, SETTINGS_WORKERS },
	{ "backlog", "N", "connections that the kernel keeps for us",
	  AT_START, settings_number, AT(backlog), 1, 65535 },
	{ "on-parent-death", "M", "workers: channel, kill or orphan",
	  AT_START, settings_death, 0, 0, 0 },
	{ "policy", "NAME", "who gets the next connection",
	  LIVE, settings_policy, 0, 0, 0 },
	{ "model", "NAME", "what a worker does with a connection",
	  AT_BIRTH, settings_model, 0, 0, 0 },
	{ "threads", "N|cores", "that serve in each worker (model pool: 4)",
	  AT_START, settings_threads, AT(threads), 1, SETTINGS_THREADS },
	{ "connections", "N", "that a worker holds at one time",
	  LIVE, settings_number, AT(connections), 0, SETTINGS_CONNECTIONS },
	{ "timeout", "S", "drop what is silent for S seconds",
	  LIVE, settings_number, AT(timeout_s), 1, 86400 },
	{ "defer-accept", "on|off", "accept only what has spoken",
	  LIVE, settings_switch, AT(defer_accept), 0, 0 },
	{ "respawn", "on|off", "replace a worker that dies unasked",
	  LIVE, settings_switch, AT(respawn), 0, 0 },
	{ "ask-uid", "on|off", "look up which user connects",
	  LIVE, settings_switch, AT(ask_uid), 0, 0 },
};
#undef AT
// clang-format on

#define SETTINGS_COUNT (int)(sizeof(settings_table) / sizeof(settings_table[0]))

struct settings
settings_default(void)
{
	return (struct settings){
		.port = LOOPBACK_PORT,
		.workers = 2,
		.backlog = 511, /* as Node */
		.connections = SETTINGS_CONNECTIONS,
		.timeout_s = 30,
		.policy = policy_nth(0),
		.model = model_nth(0),
	};
}

static const struct setting *
settings_find(const char *name, size_t len)
{
	for (int i = 0; i < SETTINGS_COUNT; i++)
		if (strlen(settings_table[i].name) == len &&
		    strncmp(settings_table[i].name, name, len) == 0)
			return &settings_table[i];
	return NULL;
}

static int
settings_unknown(const char *name, struct err *err)
{
	const char *nearest = settings_table[0].name;

	for (int i = 1; i < SETTINGS_COUNT; i++)
		if (text_distance(name, settings_table[i].name) <
		    text_distance(name, nearest))
			nearest = settings_table[i].name;
	return err_set(err, "there is no setting \"%s\": did you mean %s?",
	               name, nearest);
}

static void
settings_help(void)
{
	printf("usage: forkshop-server NAME [OPTION...]\n\n"
	       "A web server for 127.0.0.1 whose master forks its workers and\n"
	       "hands each of them connections.\n\n");
	for (int i = 0; i < SETTINGS_COUNT; i++) {
		const struct setting *s = &settings_table[i];

		printf("  --%s %-*s %s\n", s->name, 22 - (int)strlen(s->name),
		       s->arg, s->help);
	}
}

/* One option at argv[0]; returns how many words it took, or -1. */
static int
settings_option(struct settings *all, int argc, char **argv, struct err *err)
{
	const char *name = argv[0] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct setting *s = settings_find(name, len);

	if (!s)
		return settings_unknown(name, err);
	if (equals)
		return s->set(s, all, equals + 1, err) < 0 ? -1 : 1;
	if (s->set == settings_switch)
		return s->set(s, all, "on", err) < 0 ? -1 : 1;
	if (argc < 2)
		return err_set(err, "--%s wants a value: %s", s->name, s->help);
	return s->set(s, all, argv[1], err) < 0 ? -1 : 2;
}

/* Threads make a pool of the model event; others have none to choose. */
static int
settings_with_threads(struct settings *all, struct err *err)
{
	if (!all->threads || all->model == &model_pool)
		return 0;
	if (all->model != &model_event)
		return err_set(err,
		               "--threads is for the models event and pool: %s",
		               all->model->one_thread);
	all->model = &model_pool;
	return 0;
}

int
settings_parse(struct settings *all, int argc, char **argv, struct err *err)
{
	for (int i = 1, n; i < argc; i += n) {
		n = 1;
		if (strcmp(argv[i], "--help") == 0) {
			settings_help();
			return 1;
		}
		if (strcmp(argv[i], "--version") == 0) {
			printf("forkshop-server %s\n", VERSION);
			return 1;
		}
		if (strncmp(argv[i], "--", 2) == 0)
			n = settings_option(all, argc - i, argv + i, err);
		else if (all->name[0])
			return err_set(err,
			               "a server has one name, not \"%s\" "
			               "and \"%s\"",
			               all->name, argv[i]);
		else
			text_clean(all->name, NAME_SIZE, argv[i],
			           strlen(argv[i]));
		if (n < 0)
			return -1;
	}
	if (settings_with_threads(all, err) < 0)
		return -1;
	if (!all->name[0])
		return err_set(err, "the server wants a name: "
		                    "forkshop-server web --port 3000");
	return 0;
}

int
settings_change(struct settings *all, const char *name, const char *value,
                struct err *err)
{
	const struct setting *s = settings_find(name, strlen(name));

	if (!s)
		return settings_unknown(name, err);
	if (s->change == AT_START)
		return err_set(err, "%s is chosen when the server starts",
		               s->name);
	return s->set(s, all, value, err);
}

bool
settings_of_birth(const char *name)
{
	const struct setting *s = settings_find(name, strlen(name));

	return s && s->change == AT_BIRTH;
}
