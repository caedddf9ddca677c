/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that is said goes through here: cleaned, kept for `log`, and
 * handed to the front.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

#define SAY_SIZE  8192
#define SAY_BURST 20             /* requests that are told one by one ... */
#define SAY_QUIET (NS_PER_S / 2) /* ... until there was none for so long */

static void
session_keep(struct session *s, enum line_kind kind, const char *name,
             const char *text)
{
	struct log_line *l = &s->log[s->log_next++ % SESSION_LOG];

	free(l->name);
	free(l->text);
	l->kind = kind;
	l->name = name && *name ? strdup(name) : NULL;
	l->text = strdup(text);
	l->t_ns = clock_ns();
}

void
session_say_as(struct session *s, enum line_kind kind, const char *name,
               const char *text)
{
	char clean[SAY_SIZE];

	text_clean(clean, sizeof(clean), text, strlen(text));
	session_keep(s, kind, name, clean);
	s->front.line(s->front.arg, kind, name, clean);
}

void
session_say(struct session *s, enum line_kind kind, const char *fmt, ...)
{
	char all[SAY_SIZE], *line = all;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(all, sizeof(all), fmt, ap);
	va_end(ap);
	for (char *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		session_say_as(s, kind, NULL, line);
	}
	if (*line || line == all)
		session_say_as(s, kind, NULL, line);
}

const char *
session_log(const struct session *s, size_t back, enum line_kind *kind,
            const char **name, int64_t *t_ns)
{
	const struct log_line *l;

	if (back >= s->log_next || back >= SESSION_LOG)
		return NULL;
	l = &s->log[(s->log_next - 1 - back) % SESSION_LOG];
	*kind = l->kind;
	*name = l->name;
	*t_ns = l->t_ns;
	return l->text;
}

void
session_log_free(struct session *s)
{
	for (int i = 0; i < SESSION_LOG; i++) {
		free(s->log[i].name);
		free(s->log[i].text);
	}
}

/* Which events are a line of the log *************************************/

/* A few requests are told one by one; of many, one says that there are. */
static bool
session_tells_request(struct session *s, const struct event *e)
{
	if (e->t_ns - s->request_ns > SAY_QUIET)
		s->requests_told = 0;
	s->request_ns = e->t_ns;
	if (++s->requests_told == SAY_BURST + 1)
		session_say(s, LINE_EVENT,
		            "more requests: told no more one by one, but "
		            "counted in the tree");
	return s->requests_told <= SAY_BURST;
}

/*
 * Jobs and clients speak for themselves (session-jobs.c), and their children
 * are seen in the tree.
 */
static bool
session_tells_life(const struct event *e)
{
	switch (e->who.kind) {
	case KIND_JOB:
	case KIND_CLIENT:
		return e->type == EVENT_SIGNAL;
	case KIND_CHILD: /* of a worker: one for each connection */
		return e->type == EVENT_SIGNAL || e->type == EVENT_ADOPTED ||
		       e->type == EVENT_STOPPED || e->type == EVENT_CONTINUED ||
		       (e->type == EVENT_EXITED && (e->a || e->b));
	case KIND_OTHER:
		return e->type == EVENT_ADOPTED || e->type == EVENT_SIGNAL;
	case KIND_LAB:
	case KIND_SHELL:
		return false;
	default:
		return e->who.name[0] != '\0';
	}
}

void
session_event(struct session *s, const struct event *e)
{
	char text[512];
	bool tell;

	switch (e->type) {
	case EVENT_NOTE:
	case EVENT_LOST:
		tell = true;
		break;
	case EVENT_ANSWER:
	case EVENT_BROKEN:
	case EVENT_DISTURBED:
	case EVENT_SPIED:
		tell = session_tells_request(s, e);
		break;
	case EVENT_FORKED:
	case EVENT_RESPAWNED:
	case EVENT_ONLINE:
	case EVENT_LISTENING:
	case EVENT_SKIPPED:
	case EVENT_STOPPED:
	case EVENT_CONTINUED:
	case EVENT_LEAVING:
	case EVENT_DISCONNECTED:
	case EVENT_EXITED:
	case EVENT_ADOPTED:
		tell = session_tells_life(e);
		break;
	case EVENT_SIGNAL:
		tell = e->a && session_tells_life(e); /* 0 is none */
		break;
	default:
		tell = false;
	}
	if (tell)
		session_say_as(s, LINE_EVENT, NULL,
		               event_text(e, text, sizeof(text)));
}
