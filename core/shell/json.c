/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/json.h"

#include <jansson.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

#define JSON_TEXT 8192

/* Values ****************************************************************/

/* Whatever bytes come in, a string of JSON goes out. */
static void
json_put_string(json_t *object, const char *key, const char *text)
{
	char clean[JSON_TEXT];

	text_clean(clean, sizeof(clean), text, strlen(text));
	json_object_set_new(object, key, json_string(clean));
}

static void
json_put_text(json_t *object, const char *key, const char *text)
{
	if (text && text[0])
		json_put_string(object, key, text);
}

static void
json_put_number(json_t *object, const char *key, int64_t n)
{
	json_object_set_new(object, key, json_integer((json_int_t)n));
}

static void
json_put_count(json_t *object, const char *key, uint64_t n)
{
	json_put_number(object, key, (int64_t)n);
}

/* -1 says that it was not read. */
static void
json_put_known(json_t *object, const char *key, int64_t n)
{
	if (n >= 0)
		json_put_number(object, key, n);
}

static void
json_put_true(json_t *object, const char *key, bool yes)
{
	if (yes)
		json_object_set_new(object, key, json_true());
}

static void
json_put_seconds(json_t *object, const char *key, int64_t ns)
{
	json_object_set_new(object, key,
	                    json_real((double)(ns / NS_PER_US) / 1e6));
}

static json_t *
json_make(const char *type)
{
	json_t *object = json_object();

	json_put_text(object, "type", type);
	return object;
}

/* Gives the object up. */
static char *
json_line(json_t *object)
{
	char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15));

	json_decref(object);
	return line;
}

/* Lines *****************************************************************/

char *
json_of_line(enum line_kind kind, const char *name, const char *text)
{
	static const char *const types[] = {
		[LINE_COMMAND] = "command", [LINE_RESULT] = "result",
		[LINE_EVENT] = "note",      [LINE_OUTPUT] = "output",
		[LINE_ERROR] = "error",     [LINE_GOOD] = "good",
		[LINE_GUIDE] = "lesson",    [LINE_TREE] = "result",
	};
	json_t *object = json_make(types[kind]);

	json_put_text(object, "name", name);
	json_put_string(object, "text", text);
	return json_line(object);
}

char *
json_of_progress(const char *text)
{
	json_t *object = json_make("progress");

	json_put_string(object, "text", text);
	return json_line(object);
}

char *
json_of_end(int status)
{
	json_t *object = json_make("end");

	json_put_number(object, "status", status);
	return json_line(object);
}

/* Events ****************************************************************/

static void
json_put_who(json_t *object, const char *key, const struct who *who)
{
	json_t *w;

	if (!who->name[0] && !who->pid)
		return;
	w = json_object();
	json_put_text(w, "name", who->name);
	json_put_text(w, "kind", kind_word(who->kind));
	if (who->pid)
		json_put_number(w, "pid", who->pid);
	if (who->tid)
		json_put_number(w, "tid", who->tid);
	json_object_set_new(object, key, w);
}

static void
json_put_signal(json_t *object, int64_t sig)
{
	char name[SIG_NAME_SIZE];

	if (sig > 0)
		json_put_text(object, "signal", sig_name((int)sig, name));
}

/* What a and b mean depends on the type; see timeline.h. */
static void
json_put_meaning(json_t *object, const struct event *e)
{
	switch (e->type) {
	case EVENT_SIGNAL:
	case EVENT_STOPPED:
		json_put_signal(object, e->a);
		break;
	case EVENT_EXITED:
		json_put_signal(object, e->b);
		if (e->b == 0)
			json_put_known(object, "code", e->a);
		break;
	case EVENT_ONLINE:
	case EVENT_LISTENING:
	case EVENT_REFUSED:
		if (e->a > 0)
			json_put_number(object, "port", e->a);
		break;
	case EVENT_ANSWER:
		json_put_number(object, "status", e->a);
		json_object_set_new(object, "ms",
		                    json_real((double)e->b / NS_PER_MS));
		json_put_text(object, "why", e->why);
		break;
	case EVENT_FIRED:
		json_put_number(object, "answered", e->a);
		json_put_number(object, "failed", e->b);
		break;
	case EVENT_LOST:
		json_put_number(object, "lost", e->a);
		break;
	default:
		break;
	}
}

char *
json_of_event(const struct event *e)
{
	json_t *object = json_make("event");
	char text[512];

	json_put_count(object, "n", e->n);
	json_put_seconds(object, "t", e->t_ns);
	json_put_text(object, "event", event_word(e->type));
	json_put_who(object, "who", &e->who);
	json_put_who(object, "other", &e->other);
	json_put_text(object, "server", e->server);
	if (e->connection)
		json_put_count(object, "connection", e->connection);
	if (e->via[0])
		json_put_text(object, "via", e->via);
	json_put_true(object, "told", e->told);
	json_put_meaning(object, e);
	json_put_text(object, "text", e->text);
	json_put_text(object, "line", event_text(e, text, sizeof(text)));
	return json_line(object);
}

/* The tree **************************************************************/

static json_t *
json_server(const struct server *s)
{
	json_t *object = json_object();

	json_put_text(object, "name", s->name);
	json_put_number(object, "pid", s->pid);
	json_object_set_new(object, "up", json_boolean(s->up));
	json_put_number(object, "port", s->port);
	json_object_set_new(object, "listening", json_boolean(s->listening));
	json_put_text(object, "policy", s->policy);
	json_put_text(object, "model", s->model);
	json_put_text(object, "on_parent_death", s->on_parent_death);
	json_put_count(object, "started", s->started);
	json_put_count(object, "answered", s->answered);
	json_put_count(object, "done", s->done);
	json_put_count(object, "failed", s->failed);
	json_put_count(object, "accepted", s->accepted);
	json_put_count(object, "lost", s->lost);
	if (!s->balancer)
		return object;
	json_put_number(object, "servers", s->backends);
	json_put_number(object, "servers_up", s->backends_up);
	return object;
}

static void
json_put_life(json_t *object, const struct proc *p)
{
	static const char *const lives[] = {
		[LIFE_NONE] = "",           [LIFE_STARTING] = "starting",
		[LIFE_ONLINE] = "online",   [LIFE_LISTENING] = "listening",
		[LIFE_LEAVING] = "leaving", [LIFE_DEAD] = "dead",
	};
	const char state[] = { p->state, '\0' };

	json_put_text(object, "state", state);
	json_put_text(object, "life", lives[p->life]);
	json_put_true(object, "foreground", p->foreground);
	json_put_true(object, "adopted", p->adopted);
	json_put_true(object, "told", p->told);
	json_put_true(object, "dead", p->dead);
	json_put_true(object, "reaped", p->reaped);
	if (p->dead && p->end.known && p->end.killed)
		json_put_signal(object, p->end.code);
	else if (p->dead && p->end.known)
		json_put_number(object, "exit_code", p->end.code);
}

static void
json_put_use(json_t *object, const struct proc *p)
{
	json_put_number(object, "processor", p->processor);
	json_put_number(object, "threads", p->threads);
	json_put_number(object, "rss_kb", p->rss_kb);
	json_put_known(object, "private_kb", p->private_kb);
	json_put_seconds(object, "cpu_s", p->cpu_ns);
	json_put_known(object, "switches", p->switches);
	json_put_known(object, "fds", p->fds);
	json_put_known(object, "uid", p->uid);
	if (!p->counts)
		return;
	json_put_count(object, "started", p->started);
	json_put_count(object, "answered", p->answered);
	json_put_count(object, "done", p->done);
	json_put_count(object, "failed", p->failed);
	json_put_count(object, "accepted", p->accepted);
	json_put_number(object, "open", p->open);
}

static json_t *
json_process(const struct proc *p)
{
	json_t *object = json_object();

	json_put_number(object, "pid", p->pid);
	if (p->tid)
		json_put_number(object, "tid", p->tid);
	json_put_number(object, "ppid", p->ppid);
	json_put_number(object, "pgrp", p->pgrp);
	json_put_number(object, "session", p->session);
	json_put_text(object, "name", p->name);
	json_put_text(object, "kind", kind_word(p->kind));
	json_put_text(object, "server", p->server);
	json_put_text(object, "command", p->cmd);
	json_put_number(object, "depth", p->depth);
	json_put_life(object, p);
	json_put_use(object, p);
	return object;
}

static json_t *
json_processes(const struct snapshot *s, pid_t root)
{
	json_t *list = json_array();
	int i = 0, depth = -1;

	while (root && i < s->nprocs &&
	       (s->proc[i].pid != root || s->proc[i].tid))
		i++;
	if (root && i < s->nprocs) {
		depth = s->proc[i].depth;
		json_array_append_new(list, json_process(&s->proc[i++]));
	}
	for (; i < s->nprocs && s->proc[i].depth > depth; i++)
		json_array_append_new(list, json_process(&s->proc[i]));
	return list;
}

char *
json_of_tree(const struct snapshot *s, pid_t root)
{
	json_t *object = json_make("tree"), *servers = json_array();

	json_put_seconds(object, "t", s->t_ns);
	json_put_count(object, "events", s->events);
	if (s->foreground)
		json_put_number(object, "foreground", s->foreground);
	for (int i = 0; i < s->nservers; i++)
		json_array_append_new(servers, json_server(&s->server[i]));
	json_object_set_new(object, "servers", servers);
	json_object_set_new(object, "processes", json_processes(s, root));
	return json_line(object);
}
