/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/facts/phrase.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/sig.h"

/* "w1 HAS (not) ENDED BY web (yet)" */
struct phrase {
	const char *has, *ended;
	const char *by; /* before the other one, where there may be one */
};

// clang-format off
static const struct phrase phrases[EVENT_TYPES] = {
	[EVENT_FORKED]       = { "was", "forked", "by" },
	[EVENT_STARTED]      = { "was", "started", "by" },
	[EVENT_RESPAWNED]    = { "was", "respawned", "by" },
	[EVENT_THREAD]       = { "was", "started", "by" },
	[EVENT_EXEC]         = { "has", "become another program", "by" },
	[EVENT_ONLINE]       = { "has", "come online", "by" },
	[EVENT_LISTENING]    = { "has", "begun to listen", "by" },
	[EVENT_ACCEPTED]     = { "has", "accepted a connection", "of" },
	[EVENT_SKIPPED]      = { "was", "passed over", "by" },
	[EVENT_HANDOFF]      = { "was", "handed a connection", "by" },
	[EVENT_ROUTED]       = { "has", "passed a connection on", "to" },
	[EVENT_REFUSED_BY]   = { "has", "refused a connection", "of" },
	[EVENT_REQUEST]      = { "has", "got a request", "of" },
	[EVENT_HARM]         = { "was", "asked to do harm", "by" },
	[EVENT_DISTURBED]    = { "was", "disturbed", "by" },
	[EVENT_SPIED]        = { "has", "read a secret", "of" },
	[EVENT_ANSWER]       = { "has", "answered a request", "of" },
	[EVENT_BROKEN]       = { "has", "broken off an answer", "to" },
	[EVENT_CLOSED]       = { "has", "closed a connection", "of" },
	[EVENT_STOPPED]      = { "was", "stopped", "by" },
	[EVENT_CONTINUED]    = { "has", "gone on", "by" },
	[EVENT_LEAVING]      = { "was", "told to leave", "by" },
	[EVENT_DISCONNECTED] = { "was", "disconnected", "by" },
	[EVENT_THREAD_ENDED] = { "has", "ended", "by" },
	[EVENT_EXITED]       = { "has", "ended", "by" },
	[EVENT_ADOPTED]      = { "was", "adopted", "by" },
	[EVENT_REAPED]       = { "was", "reaped", "by" },
	[EVENT_TERMINAL]     = { "has", "had the terminal", "of" },
	[EVENT_FIRED]        = { "has", "ended its run", "by" },
	[EVENT_CALLED]       = { "has", "called", "" },
};
// clang-format on

/* Of a set only one: "workers" are "a worker", or "no worker". */
static void
phrase_name(const char *name, const char *one, char *buf, size_t size)
{
	if (set_find(name))
		snprintf(buf, size, "%s %.*s", one, (int)strlen(name) - 1,
		         name);
	else
		snprintf(buf, size, "%s", name);
}

/* What is not of a process. */
static bool
phrase_alone(const struct node *n, bool happened, char *buf, size_t size)
{
	const char *not = happened ? "" : " not", *yet = happened ? "" : " yet";

	if (n->event == EVENT_TYPED)
		snprintf(buf, size, "%s%s%s was%s typed%s", n->other,
		         n->name[0] ? " " : "", n->name, not, yet);
	else if (n->event == EVENT_REFUSED)
		snprintf(buf, size, "%s was refused at port %" PRId64,
		         happened ? "somebody" : "nobody", n->n);
	else
		return false;
	return true;
}

/* "TERM was not sent to w1 yet" */
static void
phrase_signal(const struct node *n, bool happened, char *buf, size_t size)
{
	const char *not = happened ? "" : " not", *yet = happened ? "" : " yet";
	char sig[SIG_NAME_SIZE], name[NAME_SIZE + 4];

	phrase_name(n->name, "a", name, sizeof(name));
	if (n->n)
		snprintf(buf, size, "%s was%s sent to %s%s",
		         sig_name((int)n->n, sig), not, name, yet);
	else
		snprintf(buf, size, "signal 0 was%s sent to %s%s", not, name,
		         yet);
}

void
phrase_event(const struct scene *k, const struct node *n, bool happened,
             char *buf, size_t size)
{
	const struct phrase *p = &phrases[n->event];
	const char *not = happened || set_find(n->name) ? "" : " not";
	char who[NAME_SIZE + 4], other[NAME_SIZE + 4] = "";

	if (phrase_alone(n, happened, buf, size))
		return;
	if (n->event == EVENT_SIGNAL) {
		phrase_signal(n, happened, buf, size);
		return;
	}
	if (!p->has) {
		scene_source(k, n, who, sizeof(who));
		snprintf(buf, size, "%s has%s happened", who, not );
		return;
	}
	phrase_name(n->name, happened ? "a" : "no", who, sizeof(who));
	if (n->other[0])
		phrase_name(n->other, "a", other, sizeof(other));
	snprintf(buf, size, "%s %s%s %s%s%s%s%s%s", who, p->has, not, p->ended,
	         *p->by && other[0] ? " " : "", other[0] ? p->by : "",
	         other[0] ? " " : "", other, happened ? "" : " yet");
}
