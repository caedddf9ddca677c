/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Servers: a page that we made, a wire to the master, and whether it lives.
 */
#include <stdio.h>
#include <string.h>

#include "core/shell/balance.h"
#include "core/shell/inside.h"
#include "core/sys/text.h"

struct serving *
session_serving(struct session *s, const char *name)
{
	for (int i = 0; i < SESSION_SERVERS; i++)
		if (s->servers[i].name[0] &&
		    strcmp(s->servers[i].name, name) == 0)
			return &s->servers[i];
	return NULL;
}

/* The slot of that name, or one that nobody uses. */
static struct serving *
session_serving_slot(struct session *s, const char *name)
{
	struct serving *v = session_serving(s, name);

	for (int i = 0; i < SESSION_SERVERS && !v; i++)
		if (!s->servers[i].name[0])
			v = &s->servers[i];
	for (int i = 0; i < SESSION_SERVERS && !v; i++)
		if (!s->servers[i].link.wire)
			v = &s->servers[i];
	return v;
}

/* The watch lets go of the page before it is unmapped. */
void
session_serving_drop(struct session *s, struct serving *v)
{
	session_unlink(&v->link);
	if (v->page) {
		watch_forget(s->watch, v->name);
		page_unmap(v->page);
	}
	v->page = NULL;
	v->name[0] = '\0';
}

struct serving *
session_serving_new(struct session *s, const char *name, int *page_fd,
                    struct err *err)
{
	struct serving *v = session_serving_slot(s, name);
	struct page *page;

	if (!v)
		err_set(err, "%d servers run already: shutdown one first",
		        SESSION_SERVERS);
	else if (v->link.wire)
		err_set(err,
		        "there is a server %s already: choose another name, "
		        "as in `serve %s2 --port 0`, or shutdown %s first",
		        name, name, name);
	if (!v || v->link.wire)
		return NULL;
	page = page_create(page_fd, err);
	if (!page)
		return NULL;
	session_serving_drop(s, v);
	memset(v, 0, sizeof(*v));
	snprintf(v->name, sizeof(v->name), "%s", name);
	v->page = page;
	atomic_store(&page->slow_ms, s->slow_ms);
	return v;
}

void
session_server_ended(struct session *s, const char *name)
{
	struct serving *v = session_serving(s, name);

	if (v)
		v->up = false;
	session_news(s);
}

void
session_servers_close(struct session *s)
{
	for (int i = 0; i < SESSION_SERVERS; i++) {
		session_unlink(&s->servers[i].link);
		if (s->servers[i].page)
			page_unmap(s->servers[i].page);
	}
}

/* What a master said that no request had asked for: why it cannot go on. */
static void
session_server_failed(struct session *s, struct serving *v, const char *why)
{
	snprintf(v->why, sizeof(v->why), "%s", why);
	if (v->up)
		session_say(s, LINE_ERROR, "%s: %s", v->name, why);
}

void
session_servers_message(struct session *s, const char *server,
                        const struct msg *m)
{
	struct serving *v = session_serving(s, server);

	if (!v)
		return;
	if (m->type == MSG_ONLINE && strcmp(m->name, server) == 0) {
		v->up = true;
		v->port = (uint16_t)m->target.value;
		balance_moved(s, server, v->port);
	}
	if (m->type == MSG_SCALED)
		watch_server_scale(s->watch, server, (int)m->target.id,
		                   m->target.value);
	if (m->type == MSG_FAILED && m->seq == 0)
		session_server_failed(s, v, m->text.text);
}

/* Which one is meant ****************************************************/

static const char *
session_server_nearest(const struct snapshot *snap, const char *name)
{
	const char *best = NULL;
	int least = 3;

	for (int i = 0; i < snap->nservers; i++) {
		int d = text_distance(name, snap->server[i].name);

		if (snap->server[i].up && d < least) {
			least = d;
			best = snap->server[i].name;
		}
	}
	return best;
}

static const struct server *
session_named_server(const struct snapshot *snap, const char *name,
                     struct err *err)
{
	const struct server *v = snapshot_server(snap, name);
	const char *near = session_server_nearest(snap, name);

	if (v && v->up)
		return v;
	if (v)
		err_set(err,
		        "the server %s has ended: `serve %s` starts it "
		        "again",
		        name, name);
	else
		err_set(err, "there is no server %.40s%s%s%s", name,
		        near ? ": did you mean " : "", near ? near : "",
		        near ? "?" : "");
	return NULL;
}

/* The first one; where there are others, which it is. */
static const struct server *
session_first_server(struct session *s, bool tell)
{
	const struct snapshot *snap = session_snapshot(s);
	const struct server *first = NULL, *other = NULL;

	for (int i = 0; i < snap->nservers; i++) {
		const struct server *v = &snap->server[i];

		if (!v->up || v->balancer)
			continue;
		if (!first)
			first = v;
		else if (!other)
			other = v;
	}
	if (tell && other)
		session_say(s, LINE_RESULT,
		            "%s is meant; another can be named, as %s",
		            first->name, other->name);
	return first;
}

const struct server *
session_default_server(struct session *s, const char *name, struct err *err)
{
	const struct server *v;

	if (!session_lab_lives(s, err))
		return NULL;
	if (name)
		return session_named_server(session_snapshot(s), name, err);
	v = session_first_server(s, err != NULL);
	if (!v)
		err_set(err, "there is no server: `serve` starts one");
	return v;
}

const struct server *
session_master(struct session *s, const char *name, struct err *err)
{
	const struct server *v = session_default_server(s, name, err);

	if (!v || !v->balancer)
		return v;
	err_set(err,
	        "%s is a balancer, which has servers and no workers: name a "
	        "server",
	        v->name);
	return NULL;
}
