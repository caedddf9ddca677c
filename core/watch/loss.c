/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Read backwards from the newest event to the worker's birth: what has begun
 * and has no end behind it is lost.  A page that does harm has said so
 * before it began (EVENT_HARM): that one is the cause.
 */
#include "core/watch/loss.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"

#define LOSS_NAMED 8 /* the text names at most so many */

struct loss {
	struct event cause;            /* type NONE: there is none */
	struct event lost[LOSS_NAMED]; /* the newest ones, not the cause */
	int named;
	uint64_t others; /* how many beside the cause */
};

static bool
loss_of(const struct event *e, const struct event *begin)
{
	return e->who.pid == begin->who.pid &&
	       e->connection == begin->connection;
}

/* Is there an end of the request behind its beginning? */
static bool
loss_finished(const struct timeline *t, size_t i)
{
	const struct event *begin = timeline_at(t, i);

	for (size_t j = i + 1; j < timeline_count(t); j++) {
		const struct event *e = timeline_at(t, j);

		if ((e->type == EVENT_ANSWER || e->type == EVENT_BROKEN) &&
		    loss_of(e, begin))
			return true;
	}
	return false;
}

static void
loss_note(struct loss *loss, const struct event *e)
{
	bool cause = loss->cause.type && loss_of(&loss->cause, e);

	if (e->type == EVENT_HARM && !loss->cause.type)
		loss->cause = *e;
	else if (e->type == EVENT_REQUEST && !cause && loss->named < LOSS_NAMED)
		loss->lost[loss->named++] = *e;
}

static void
loss_find(const struct timeline *t, const struct member *m, struct loss *loss)
{
	for (size_t i = timeline_count(t); i-- > 0;) {
		const struct event *e = timeline_at(t, i);

		if (e->who.pid != m->p.pid)
			continue;
		if (e->type == EVENT_FORKED)
			return;
		if ((e->type == EVENT_HARM || e->type == EVENT_REQUEST) &&
		    !loss_finished(t, i))
			loss_note(loss, e);
	}
}

/* The oldest first; what has no room is left out. */
static void
loss_list(const struct loss *loss, char *buf, size_t size)
{
	char entry[80];

	for (int i = loss->named; i-- > 0;) {
		const struct event *e = &loss->lost[i];

		snprintf(entry, sizeof(entry), " %s (%" PRIu64 ")%s", e->text,
		         e->connection, i ? "," : "");
		if (strlen(buf) + strlen(entry) + sizeof(" ...") > size) {
			text_add(buf, size, " ...");
			return;
		}
		text_add(buf, size, "%s", entry);
	}
}

void
loss_text(struct watch *w, const struct member *m, char *buf, size_t size)
{
	struct loss loss = { .others = m->p.started - m->p.done };

	if (!loss.others)
		return;
	pages_drain(w);
	loss_find(w->timeline, m, &loss);
	if (buf[0])
		text_add(buf, size, "; ");
	if (loss.cause.type) {
		text_add(buf, size, "while serving %s (connection %" PRIu64 ")",
		         loss.cause.text, loss.cause.connection);
		if (--loss.others)
			text_add(buf, size, "; ");
	}
	if (!loss.others)
		return;
	text_add(buf, size,
	         "%" PRIu64 " %srequest%s died with it:", loss.others,
	         loss.cause.type ? "other " : "", loss.others == 1 ? "" : "s");
	loss_list(&loss, buf, size);
}
