/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each option is one row: how it is read and what help says about it.
 */
#include "core/load/plan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"

#define PLAN_TIMEOUT_NS   (10 * NS_PER_S)
#define PLAN_RATE_AT_ONCE 100 /* with --rate, unless -c says otherwise */

typedef int plan_set_fn(struct plan *, const char *value, struct err *);

static int
plan_count(const char *option, const char *s, int64_t min, int64_t max,
           int64_t *value, struct err *err)
{
	if (text_number(s, min, max, value))
		return 0;
	return err_set(err, "%s takes a number from %lld to %lld, not '%.40s'",
	               option, (long long)min, (long long)max, s);
}

static int
plan_time(const char *option, const char *s, int64_t *ns, struct err *err)
{
	if (text_duration(s, ns) && *ns >= NS_PER_MS)
		return 0;
	return err_set(err,
	               "%s takes a time such as 500ms, 2s or 1m, not "
	               "'%.40s'",
	               option, s);
}

static int
plan_set_port(struct plan *plan, const char *s, struct err *err)
{
	int64_t n;

	if (plan_count("--port", s, 1, 65535, &n, err) < 0)
		return -1;
	plan->port = (uint16_t)n;
	return 0;
}

static int
plan_set_requests(struct plan *plan, const char *s, struct err *err)
{
	int64_t n;

	if (plan_count("-n", s, 1, PLAN_REQUESTS_MAX, &n, err) < 0)
		return -1;
	plan->requests = (uint64_t)n;
	return 0;
}

static int
plan_set_at_once(struct plan *plan, const char *s, struct err *err)
{
	int64_t n;

	if (plan_count("-c", s, 1, PLAN_AT_ONCE_MAX, &n, err) < 0)
		return -1;
	plan->at_once = (int)n;
	return 0;
}

static int
plan_set_keep_alive(struct plan *plan, const char *s, struct err *err)
{
	(void)s;
	(void)err;
	plan->keep_alive = true;
	return 0;
}

static int
plan_set_rate(struct plan *plan, const char *s, struct err *err)
{
	bool number = isdigit((unsigned char)*s) || *s == '.';
	char *end;

	plan->rate = number ? strtod(s, &end) : 0;
	if (number && plan->rate >= 0.01 && plan->rate <= PLAN_RATE_MAX &&
	    !*end)
		return 0;
	return err_set(err,
	               "--rate takes requests per second, from 0.01 to "
	               "%d, not '%.40s'",
	               PLAN_RATE_MAX, s);
}

static int
plan_set_for(struct plan *plan, const char *s, struct err *err)
{
	return plan_time("--for", s, &plan->for_ns, err);
}

static int
plan_set_retries(struct plan *plan, const char *s, struct err *err)
{
	int64_t n;

	if (plan_count("--retry", s, 0, PLAN_RETRIES_MAX, &n, err) < 0)
		return -1;
	plan->retries = (int)n;
	return 0;
}

static int
plan_set_to(struct plan *plan, const char *s, struct err *err)
{
	char worker[NAME_SIZE];
	const char *dot = strstr(s, ".t");
	int64_t id = 0, thread = 0;

	snprintf(worker, sizeof(worker), "%.*s",
	         dot ? (int)(dot - s) : (int)strlen(s), s);
	if (worker[0] != 'w' || !text_number(worker + 1, 1, UINT32_MAX, &id) ||
	    (dot && !text_number(dot + 2, 1, UINT32_MAX, &thread)))
		return err_set(err,
		               "--to takes a worker or a thread of one, such "
		               "as w1 or w1.t2, not '%.40s'",
		               s);
	plan->to_id = (uint32_t)id;
	plan->to_thread = (uint32_t)thread;
	return 0;
}

static int
plan_set_timeout(struct plan *plan, const char *s, struct err *err)
{
	return plan_time("--timeout", s, &plan->timeout_ns, err);
}

static int
plan_set_json(struct plan *plan, const char *s, struct err *err)
{
	(void)s;
	(void)err;
	plan->json = true;
	return 0;
}

static int
plan_set_help(struct plan *plan, const char *s, struct err *err)
{
	(void)s;
	(void)err;
	plan->help = true;
	return 0;
}

// clang-format off
static const struct plan_option {
	const char *name, *value; /* value NULL: takes none */
	plan_set_fn *set;
	const char *blurb;
} plan_options[] = {
	{ "--port", "P", plan_set_port, "of the server, on 127.0.0.1" },
	{ "-n", "N", plan_set_requests, "how many requests; 1" },
	{ "-c", "N", plan_set_at_once, "how many at one time; 1, with --rate 100" },
	{ "--keep-alive", NULL, plan_set_keep_alive, "use connections again; otherwise each has its own" },
	{ "--rate", "R", plan_set_rate, "requests per second; as fast as it goes" },
	{ "--for", "T", plan_set_for, "go on for this long" },
	{ "--retry", "N", plan_set_retries, "send a failed request again, this often; 0" },
	{ "--to", "W", plan_set_to, "aim at a worker, w1, or a thread of it, w1.t2" },
	{ "--timeout", "T", plan_set_timeout, "give a request up after this time; 10s" },
	{ "--json", NULL, plan_set_json, "print JSON" },
	{ "--help", NULL, plan_set_help, "this text" },
};
// clang-format on

#define PLAN_OPTIONS (sizeof(plan_options) / sizeof(plan_options[0]))

void
plan_usage(char *buf, size_t size)
{
	if (size)
		buf[0] = '\0';
	text_add(buf, size, "usage: forkshop-client [NAME] --port P [PATH]");
	text_add(buf, size, " [OPTION...]\n");
	text_add(buf, size, "Send HTTP requests to a server on 127.0.0.1.\n");
	for (size_t i = 0; i < PLAN_OPTIONS; i++) {
		const struct plan_option *o = &plan_options[i];
		int used = (int)strlen(o->name) + 1;

		text_add(buf, size, "  %s %-*s %s\n", o->name,
		         used < 14 ? 14 - used : 1, o->value ? o->value : "",
		         o->blurb);
	}
}

static const struct plan_option *
plan_find(const char *word, size_t len)
{
	for (size_t i = 0; i < PLAN_OPTIONS; i++)
		if (strlen(plan_options[i].name) == len &&
		    strncmp(plan_options[i].name, word, len) == 0)
			return &plan_options[i];
	return NULL;
}

static int
plan_unknown(const char *word, struct err *err)
{
	const struct plan_option *best = &plan_options[0];

	for (size_t i = 1; i < PLAN_OPTIONS; i++)
		if (text_distance(word, plan_options[i].name) <
		    text_distance(word, best->name))
			best = &plan_options[i];
	return err_set(err, "there is no option '%.40s'; the nearest is %s",
	               word, best->name);
}

/*
 * One option, at argv[i]: "--rate 5", "--rate=5", "-n 5" or "-n5".  Returns
 * how many words it took, or -1.
 */
static int
plan_option(struct plan *plan, char **argv, int i, struct err *err)
{
	const char *word = argv[i], *value = NULL;
	size_t len = word[1] == '-' ? strcspn(word, "=") : 2;
	const struct plan_option *o = plan_find(word, len);
	int took = 1;

	if (!o)
		return plan_unknown(word, err);
	if (word[len])
		value = word + len + (word[len] == '=');
	if (!o->value && value)
		return err_set(err, "%s takes no value", o->name);
	if (o->value && !value) {
		value = argv[i + 1];
		took = 2;
	}
	if (o->value && !value)
		return err_set(err, "%s needs a value behind it: %s %s",
		               o->name, o->name, o->value);
	return o->set(plan, value, err) < 0 ? -1 : took;
}

static int
plan_set_path(struct plan *plan, const char *s, struct err *err)
{
	if (strlen(s) >= sizeof(plan->path))
		return err_set(err, "a path has at most %d characters",
		               PLAN_PATH_SIZE - 1);
	for (const char *c = s; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 127 || *c == '#')
			return err_set(err,
			               "a path has no blanks, no control "
			               "characters and no '#': write %%20 for "
			               "a blank");
	snprintf(plan->path, sizeof(plan->path), "%s", s);
	return 0;
}

static int
plan_operand(struct plan *plan, const char *s, struct err *err)
{
	if (*s == '/' && !plan->path[0])
		return plan_set_path(plan, s, err);
	if (*s == '/' || plan->name[0])
		return err_set(err, "'%.40s' is one word too many", s);
	if (!isalpha((unsigned char)*s) || strlen(s) >= NAME_SIZE ||
	    s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                "0123456789._-")])
		return err_set(err,
		               "'%.40s' is neither a path, which begins with "
		               "'/', nor a name such as c1",
		               s);
	snprintf(plan->name, sizeof(plan->name), "%s", s);
	return 0;
}

/* What was not said. */
static int
plan_complete(struct plan *plan, struct err *err)
{
	if (!plan->port && !plan->help)
		return err_set(err, "say which port: --port 3000");
	if (!plan->path[0])
		strcpy(plan->path, "/");
	if (!plan->requests && !plan->for_ns)
		plan->requests = 1;
	if (!plan->at_once)
		plan->at_once = plan->rate > 0 ? PLAN_RATE_AT_ONCE : 1;
	return 0;
}

int
plan_parse(struct plan *plan, int argc, char **argv, struct err *err)
{
	*plan = (struct plan){ .timeout_ns = PLAN_TIMEOUT_NS };
	for (int i = 1; i < argc;) {
		int took = 1;

		if (argv[i][0] == '-' && argv[i][1])
			took = plan_option(plan, argv, i, err);
		else if (plan_operand(plan, argv[i], err) < 0)
			took = -1;
		if (took < 0)
			return -1;
		i += took;
	}
	return plan_complete(plan, err);
}
