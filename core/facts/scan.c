/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/facts/scan.h"

#include <string.h>

static bool
scan_is_kind(const struct who *who, const struct set_row *set)
{
	return (int)who->kind == set->kind && !who->tid;
}

/* The lab, or the shell: that kind also stands where nobody was named. */
static bool
scan_is_upper(const struct who *who)
{
	return who->kind == KIND_LAB || (who->kind == KIND_SHELL && who->pid);
}

/* Is this the one that is meant: "w1", "web.w1", "workers", "lab"? */
static bool
scan_is(const struct event *e, const struct who *who, const char *name)
{
	const struct set_row *set = set_find(name);
	size_t len = strlen(e->server);

	if (!name[0])
		return true;
	if (set)
		return scan_is_kind(who, set);
	if (!who->name[0])
		return scan_is_upper(who) &&
		       strcmp(kind_word(who->kind), name) == 0;
	if (strcmp(who->name, name) == 0)
		return true;
	return len && strncmp(name, e->server, len) == 0 && name[len] == '.' &&
	       strcmp(who->name, name + len + 1) == 0;
}

/* Does the word stand in the line?  "" does in every line. */
static bool
scan_has_word(const char *line, const char *word)
{
	static const char gaps[] = " \t;&|<>()";
	size_t len = strlen(word), n;

	for (; *line && len; line += n) {
		line += strspn(line, gaps);
		n = strcspn(line, gaps);
		if (n == len && memcmp(line, word, len) == 0)
			return true;
	}
	return len == 0;
}

static bool
scan_matches(const struct node *n, const struct event *e)
{
	if (e->type != n->event)
		return false;
	if ((e->type == EVENT_SIGNAL || e->type == EVENT_REFUSED) &&
	    e->a != n->n)
		return false;
	if (e->type == EVENT_TYPED)
		return strcmp(e->other.name, n->other) == 0 &&
		       scan_has_word(e->text, n->name);
	if (e->type == EVENT_CALLED)
		return strcmp(e->other.name, n->other) == 0 &&
		       scan_is(e, &e->who, n->name);
	return scan_is(e, &e->who, n->name) && scan_is(e, &e->other, n->other);
}

/* Events that come through rings, which may have to drop some. */
static bool
scan_may_be_lost(enum event_type type)
{
	return type >= EVENT_ACCEPTED && type <= EVENT_CLOSED;
}

void
scan_events(const struct scene *k, struct node *n)
{
	const struct event *e = timeline_newer(k->timeline, n->seen);

	for (; e && !n->latched; e = timeline_newer(k->timeline, e->n)) {
		if (e->n > n->seen + 1 && e->n > n->start.n + 1)
			n->gap = true;
		if (e->type == EVENT_LOST && scan_may_be_lost(n->event) &&
		    e->n > n->start.n)
			n->gap = true;
		n->seen = e->n;
		if (!scan_matches(n, e) || !scene_after(k, e->n, &n->start))
			continue;
		n->latched = true;
		n->at = (struct position){ e->n, false };
	}
}
