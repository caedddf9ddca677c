/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/balance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/text.h"

bool
balance_name_ok(const char *name)
{
	size_t digits =
	    strncmp(name, "lb", 2) == 0 ? strspn(name + 2, "0123456789") : 0;

	return digits > 0 && digits < 4 && name[2 + digits] == '\0';
}

struct serving *
balance_find(struct session *s, const char *name, struct err *err)
{
	struct serving *v = session_serving(s, name);

	if (v && v->balancer && v->link.wire)
		return v;
	if (v && v->balancer)
		err_set(err,
		        "the balancer %s has ended: `balance %s --to ...` "
		        "starts it again",
		        name, name);
	else if (v)
		err_set(err, "%s is a web server, no balancer", name);
	else
		err_set(err,
		        "there is no balancer %.40s: `balance %s --to web` "
		        "starts one",
		        name, balance_name_ok(name) ? name : "lb1");
	return NULL;
}

/* Servers *****************************************************************/

/* Does what this balancer gets come to `name` in the end? */
static bool
balance_reaches(struct session *s, const struct serving *from, const char *name,
                int depth)
{
	if (strcmp(from->name, name) == 0)
		return true;
	for (int i = 0; i < PAGE_BACKENDS && depth < SESSION_SERVERS; i++) {
		const struct backend *b = &from->page->backend[i];
		const struct serving *next;

		if (b->state == BACKEND_NONE)
			continue;
		next = session_serving(s, b->name);
		if (next && next->balancer && next->page &&
		    balance_reaches(s, next, name, depth + 1))
			return true;
	}
	return false;
}

static int
balance_own(const char *name, struct err *err)
{
	return err_set(err,
	               "%s would get back what it passes on, again and again: "
	               "a balancer cannot be among its own servers",
	               name);
}

/* "8081" or "node=8081": a port that may be anybody's. */
static int
balance_port(const char *name, uint16_t own, const char *word, char *buf,
             size_t size, struct err *err)
{
	const char *equals = strchr(word, '=');
	int64_t port;

	if (!text_number(equals ? equals + 1 : word, 1, 65535, &port) ||
	    equals == word || strlen(word) >= NAME_SIZE)
		return err_set(err,
		               "\"%.40s\" is no server: name one of this lab, "
		               "or a port, as 8081 or node=8081",
		               word);
	if (own && port == own)
		return balance_own(name, err);
	snprintf(buf, size, "%s", word);
	return 0;
}

int
balance_resolve(struct session *s, const char *name, uint16_t port,
                const char *word, char *buf, size_t size, struct err *err)
{
	struct serving *v = session_serving(s, word);

	if (strcmp(name, word) == 0)
		return balance_own(name, err);
	if (!v && (strchr(word, '=') || strspn(word, "0123456789")))
		return balance_port(name, port, word, buf, size, err);
	if (!v) {
		session_default_server(s, word, err);
		return -1;
	}
	if (v->balancer && v->page && balance_reaches(s, v, name, 0))
		return balance_own(name, err);
	if (!v->port)
		return err_set(err, "%s has no port yet: `serve %s` starts it",
		               word, word);
	snprintf(buf, size, "%s=%u", word, v->port);
	return 0;
}

struct serving *
balance_front(struct session *s)
{
	for (int i = 0; i < SESSION_SERVERS; i++) {
		struct serving *v = &s->servers[i];

		if (v->name[0] && v->balancer && v->port && !v->shut)
			return v;
	}
	return NULL;
}

static bool
balance_has(const struct page *page, const char *server, uint16_t port)
{
	for (int i = 0; i < PAGE_BACKENDS; i++) {
		const struct backend *b = &page->backend[i];

		if (b->state != BACKEND_NONE && strcmp(b->name, server) == 0)
			return b->port != port;
	}
	return false;
}

void
balance_moved(struct session *s, const char *server, uint16_t port)
{
	for (int i = 0; i < SESSION_SERVERS; i++) {
		struct serving *v = &s->servers[i];
		struct msg m = msg_make(MSG_SET, v->name);

		if (!v->name[0] || !v->balancer || !v->link.wire || !v->page ||
		    !balance_has(v->page, server, port))
			continue;
		snprintf(m.set.name, sizeof(m.set.name), "move");
		snprintf(m.set.value, sizeof(m.set.value), "%s=%u", server,
		         port);
		session_send(&v->link, &m, NULL, 0, NULL);
	}
}

/* Settings ****************************************************************/

struct balance_change {
	uint32_t seq;
	char done[160];
};

static enum outcome
balance_set_poll(struct session *s, void *arg, struct err *err)
{
	struct balance_change *c = arg;
	int answer = session_answer(s, c->seq, NULL, err);

	if (answer == 0)
		return OUTCOME_WAITS;
	if (answer < 0)
		return OUTCOME_FAILED;
	session_say(s, LINE_RESULT, "%s", c->done);
	return OUTCOME_DONE;
}

enum outcome
balance_set(struct session *s, const char *name, const char *setting,
            const char *value, const char *done, struct err *err)
{
	struct msg m = msg_make(MSG_SET, name);
	struct balance_change *c = calloc(1, sizeof(*c));

	if (!c) {
		err_sys(err, "no memory to wait for %s", name);
		return OUTCOME_FAILED;
	}
	snprintf(m.set.name, sizeof(m.set.name), "%s", setting);
	snprintf(m.set.value, sizeof(m.set.value), "%s", value);
	snprintf(c->done, sizeof(c->done), "%s", done);
	c->seq = session_ask_server(s, name, &m, NULL, 0, err);
	if (!c->seq) {
		free(c);
		return OUTCOME_FAILED;
	}
	session_wait(s, balance_set_poll, NULL, c, -1);
	return OUTCOME_WAITS;
}
