/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line of a balancer, an option a row.
 */
#include <stdio.h>
#include <string.h>

#include "core/serve/balancer.h"
#include "core/sys/text.h"

struct option {
	const char *name, *arg, *help;
	int (*set)(struct balancer_options *, const char *value, struct err *);
};

/* Values ******************************************************************/

static int
option_number(const char *name, const char *value, int min, int max, int *n,
              struct err *err)
{
	int64_t number;

	if (!text_number(value, min, max, &number))
		return err_set(err,
		               "%s is a number from %d to %d, not \"%.40s\"",
		               name, min, max, value);
	*n = (int)number;
	return 0;
}

static int
option_port(struct balancer_options *o, const char *value, struct err *err)
{
	return option_number("port", value, 0, 65535, &o->port, err);
}

static int
option_backlog(struct balancer_options *o, const char *value, struct err *err)
{
	return option_number("backlog", value, 1, 65535, &o->backlog, err);
}

static int
option_timeout(struct balancer_options *o, const char *value, struct err *err)
{
	return option_number("timeout", value, 1, 86400, &o->timeout_s, err);
}

int
balancer_options_to(const char *text, struct balancer_to *to, struct err *err)
{
	const char *equals = strchr(text, '='), *port = text;
	int64_t n;

	if (equals)
		port = equals + 1;
	if (!text_number(port, 1, 65535, &n) || equals == text)
		return err_set(err,
		               "a server is a name and its port, as web1=3000, "
		               "not \"%.40s\"",
		               text);
	to->port = (uint16_t)n;
	text_clean(to->name, sizeof(to->name), text,
	           equals ? (size_t)(equals - text) : strlen(text));
	return 0;
}

/* "web1=3000,web2=3001" */
static int
option_to(struct balancer_options *o, const char *value, struct err *err)
{
	while (*value) {
		size_t len = strcspn(value, ",");
		char word[64];

		if (o->nto == PAGE_BACKENDS)
			return err_set(err, "a balancer has %d servers at most",
			               PAGE_BACKENDS);
		snprintf(word, sizeof(word), "%.*s", (int)len, value);
		if (balancer_options_to(word, &o->to[o->nto], err) < 0)
			return -1;
		o->nto++;
		value += len + (value[len] == ',');
	}
	return 0;
}

const struct policy *
balancer_options_policy(const char *name, struct err *err)
{
	const struct policy *policy = policy_find(name);
	char names[128] = "";

	if (policy && policy->accepts == ACCEPTS_MASTER)
		return policy;
	for (int i = 0; policy_nth(i); i++)
		if (policy_nth(i)->accepts == ACCEPTS_MASTER)
			text_add(names, sizeof(names), " %s",
			         policy_nth(i)->name);
	err_set(err, "there is no policy \"%.40s\" for a balancer: there are%s",
	        name, names);
	return NULL;
}

static int
option_policy(struct balancer_options *o, const char *value, struct err *err)
{
	const struct policy *policy = balancer_options_policy(value, err);

	if (!policy)
		return -1;
	o->policy = policy;
	return 0;
}

static int
option_check(struct balancer_options *o, const char *value, struct err *err)
{
	bool none = strcmp(value, "connect") == 0;

	if (!none && (*value != '/' || strlen(value) >= sizeof(o->check) ||
	              strpbrk(value, " \r\n")))
		return err_set(err,
		               "check is a page, as /health, or \"connect\", "
		               "not \"%.40s\"",
		               value);
	snprintf(o->check, sizeof(o->check), "%s", none ? "" : value);
	return 0;
}

static int
option_twin(struct balancer_options *o, const char *value, struct err *err)
{
	(void)err;
	o->twin = strcmp(value, "on") == 0;
	return 0;
}

static int
option_standby(struct balancer_options *o, const char *value, struct err *err)
{
	(void)err;
	text_clean(o->standby, sizeof(o->standby), value, strlen(value));
	return 0;
}

// clang-format off
static const struct option option_table[] = {
	{ "port", "P", "listen on 127.0.0.1:P; 0 picks a free one",
	  option_port },
	{ "to", "LIST", "its servers: web1=3000,web2=3001", option_to },
	{ "policy", "NAME", "who gets the next connection", option_policy },
	{ "check", "PAGE", "ask each server for it, or only \"connect\"",
	  option_check },
	{ "timeout", "S", "end what is silent for S seconds",
	  option_timeout },
	{ "backlog", "N", "connections that the kernel keeps for us",
	  option_backlog },
	{ "twin", "on|off", "share the port with balancers of this user",
	  option_twin },
	{ "standby", "NAME", "take the port when the process of descriptor 6 "
	  "ends", option_standby },
};
// clang-format on

#define OPTION_COUNT (int)(sizeof(option_table) / sizeof(option_table[0]))

/* The command line ********************************************************/

static void
option_help(void)
{
	printf("usage: forkshop-server NAME --to LIST [OPTION...]\n\n"
	       "A balancer on 127.0.0.1: it joins each connection to one of\n"
	       "its servers, and tries another when one is dead.\n\n");
	for (int i = 0; i < OPTION_COUNT; i++)
		printf("  --%s %-*s %s\n", option_table[i].name,
		       18 - (int)strlen(option_table[i].name),
		       option_table[i].arg, option_table[i].help);
}

/* "--port" and "--port=8080"; returns how many words it took, or -1. */
static int
option_read(struct balancer_options *o, int argc, char **argv, struct err *err)
{
	const char *name = argv[0] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);

	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option *row = &option_table[i];

		if (strlen(row->name) != len ||
		    strncmp(row->name, name, len) != 0)
			continue;
		if (!equals && argc < 2)
			return err_set(err, "--%s wants a value: %s", row->name,
			               row->help);
		if (row->set(o, equals ? equals + 1 : argv[1], err) < 0)
			return -1;
		return equals ? 1 : 2;
	}
	return err_set(err,
	               "a balancer has no option \"--%.40s\": --help "
	               "lists them",
	               name);
}

static int
option_name(struct balancer_options *o, const char *word, struct err *err)
{
	if (o->name[0])
		return err_set(err,
		               "a balancer has one name, not \"%s\" and "
		               "\"%.40s\"",
		               o->name, word);
	text_clean(o->name, NAME_SIZE, word, strlen(word));
	return 0;
}

/* What can only be seen when all was read. */
static int
option_whole(const struct balancer_options *o, struct err *err)
{
	if (!o->name[0])
		return err_set(err, "the balancer wants a name: "
		                    "forkshop-server lb1 --to 3000,3001");
	if (!o->nto)
		return err_set(err, "a balancer without servers has nothing to "
		                    "balance: --to web1=3000,web2=3001");
	for (int i = 0; i < o->nto; i++) {
		if (o->port && o->to[i].port == o->port)
			return err_set(err,
			               "%s would be its own server: port %d is "
			               "where it listens itself",
			               o->name, o->port);
		for (int j = 0; j < i; j++)
			if (strcmp(o->to[i].name, o->to[j].name) == 0)
				return err_set(err, "%s is there twice",
				               o->to[i].name);
	}
	return 0;
}

int
balancer_options_parse(struct balancer_options *o, int argc, char **argv,
                       struct err *err)
{
	*o = (struct balancer_options){ .port = 8080,
		                        .backlog = 511,
		                        .timeout_s = 30,
		                        .check = "/health",
		                        .policy = policy_nth(0) };
	for (int i = 1, n; i < argc; i += n) {
		n = 1;
		if (strcmp(argv[i], "--help") == 0) {
			option_help();
			return 1;
		}
		if (strncmp(argv[i], "--", 2) == 0)
			n = option_read(o, argc - i, argv + i, err);
		else if (option_name(o, argv[i], err) < 0)
			return -1;
		if (n < 0)
			return -1;
	}
	return option_whole(o, err);
}

bool
balancer_wanted(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--to") == 0 ||
		    strncmp(argv[i], "--to=", 5) == 0)
			return true;
	return false;
}
