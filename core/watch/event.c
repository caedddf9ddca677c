/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of events: for facts, and as sentences for the log.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/sys/clock.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"
#include "core/watch/timeline.h"

#define EVENT_WHO 128 /* "worker w2 (pid 9412)" */

/* Fill `buf`; what does not fit is cut. */
#define SAY(...) (buf[0] = '\0', text_add(buf, size, __VA_ARGS__))
#define PUT(...) (buf[0] = '\0', text_add(buf, EVENT_WHO, __VA_ARGS__))

static const char *const event_words[EVENT_TYPES] = { [EVENT_NONE] = "none",
#define X(NAME, word, rank) [EVENT_##NAME] = (word),
	                                              EVENTS(X)
#undef X
};

const char *
event_word(enum event_type type)
{
	return type < EVENT_TYPES ? event_words[type] : "none";
}

enum event_type
event_by_word(const char *word)
{
	for (int i = EVENT_NONE + 1; i < EVENT_TYPES; i++)
		if (strcasecmp(event_words[i], word) == 0)
			return (enum event_type)i;
	return EVENT_NONE;
}

/* Names of those it happened to *****************************************/

/* "w2", or "pid 9412" for who has no name. */
static const char *
event_name(const struct who *who, char buf[EVENT_WHO])
{
	if (who->name[0])
		return who->name;
	PUT("pid %d", (int)who->pid);
	return buf;
}

/* "w2 (pid 9412)", "w1.t2 (tid 9420)", "process 9500". */
static const char *
event_name_pid(const struct who *who, char buf[EVENT_WHO])
{
	if (!who->name[0])
		PUT("process %d", (int)who->pid);
	else if (who->tid)
		PUT("%s (tid %d)", who->name, (int)who->tid);
	else if (who->pid)
		PUT("%s (pid %d)", who->name, (int)who->pid);
	else
		PUT("%s", who->name);
	return buf;
}

/* "worker w2 (pid 9412)", "the lab". */
static const char *
event_who(const struct who *who, char buf[EVENT_WHO])
{
	char name[EVENT_WHO];

	event_name_pid(who, name);
	switch (who->kind) {
	case KIND_SHELL:
	case KIND_JOB:
		PUT("%s", name);
		break;
	case KIND_LAB:
		PUT("the lab");
		break;
	case KIND_OTHER:
		PUT("%s%s", who->name[0] ? "process " : "", name);
		break;
	default:
		PUT("%s %s", kind_word(who->kind), name);
	}
	return buf;
}

/* Who did it: "web", "the lab", "pid 9400". */
static const char *
event_other(const struct event *e, char buf[EVENT_WHO])
{
	if (e->other.kind == KIND_LAB)
		return "the lab";
	if (!e->other.name[0] && !e->other.pid)
		return "its parent";
	return event_name(&e->other, buf);
}

/* "sleep (j1)": a job by the first word of its command. */
static void
event_job(const struct event *e, const char *command, char buf[EVENT_WHO])
{
	int len = (int)strcspn(command, " ");
	char name[EVENT_WHO];

	if (len == 0)
		event_name_pid(&e->who, buf);
	else
		PUT("%.*s (%s)", len > 32 ? 32 : len, command,
		    event_name(&e->who, name));
}

/* One sentence for each type ********************************************/

/* "killed by TERM", "exited 7", "ended, nobody knows how". */
static void
event_how(const struct event *e, char *buf, size_t size)
{
	char sig[SIG_NAME_SIZE];

	if (e->b > 0)
		SAY("killed by %s", sig_name((int)e->b, sig));
	else if (e->b < 0)
		SAY("nobody knows how");
	else
		SAY("exited %" PRId64, e->a);
}

static void
event_exited(const struct event *e, char *buf, size_t size)
{
	char who[EVENT_WHO], how[64];
	bool well = e->a == 0 && e->b == 0;

	event_how(e, how, sizeof(how));
	if (e->who.kind == KIND_JOB || e->who.kind == KIND_OTHER) {
		event_job(e, e->text, who);
		if (e->b < 0)
			SAY("%s ended, %s", who, how);
		else
			SAY("%s %s%s", who, e->b > 0 ? "was " : "", how);
		return;
	}
	event_who(&e->who, who);
	if (e->text[0])
		SAY("%s %s%s: %s", who, e->b ? "died: " : "", how, e->text);
	else if (well && (e->told || e->who.kind != KIND_WORKER))
		SAY("%s %s", who, how);
	else
		SAY("%s died: %s", who, how);
}

static void
event_born(const struct event *e, char *buf, size_t size)
{
	char who[EVENT_WHO], other[EVENT_WHO];

	if (e->type == EVENT_FORKED)
		SAY("%s forked by %s", event_who(&e->who, who),
		    event_other(e, other));
	else if (e->type == EVENT_RESPAWNED)
		SAY("%s takes the place of w%" PRId64, event_who(&e->who, who),
		    e->a);
	else if (e->text[0])
		SAY("%s started: %s", event_who(&e->who, who), e->text);
	else
		SAY("%s started", event_who(&e->who, who));
}

static void
event_up(const struct event *e, char *buf, size_t size)
{
	char who[EVENT_WHO];

	event_who(&e->who, who);
	if (e->type == EVENT_LISTENING)
		SAY("%s listening on %s:%" PRId64, who,
		    e->text[0] ? e->text : "127.0.0.1", e->a);
	else if (e->a > 0)
		SAY("%s online, port %" PRId64, who, e->a);
	else
		SAY("%s online", who);
}

/* "w1" of "web2.w1", where its server was just named. */
static const char *
event_short(const struct event *e, const char *name)
{
	size_t len = strlen(e->server);

	return len && strncmp(name, e->server, len) == 0 && name[len] == '.'
	           ? name + len + 1
	           : name;
}

static void
event_request(const struct event *e, char *buf, size_t size)
{
	char name[EVENT_WHO];
	const char *who = event_name(&e->who, name);
	const char *path = e->text[0] ? e->text : "a request";
	const char *colon = e->why[0] ? ": " : "";
	char way[EVENT_WHO];

	if (e->via[0]) {
		snprintf(way, sizeof(way), "%s → %s", e->via,
		         event_short(e, who));
		who = way;
	}
	if (e->type == EVENT_REQUEST)
		SAY("%s serves %s", who, path);
	else if (e->type == EVENT_HARM)
		SAY("%s does the harm that %s asks for", who, path);
	else if (e->type == EVENT_DISTURBED || e->type == EVENT_SPIED)
		SAY("%s %s", who, e->text);
	else if (e->type == EVENT_ANSWER)
		SAY("%s answered %s with %" PRId64 " in %.1f ms%s%s", who, path,
		    e->a, (double)e->b / NS_PER_MS, colon, e->why);
	else
		SAY("%s did not finish its answer to %s%s%s", who, path, colon,
		    e->why);
}

static void
event_connection(const struct event *e, char *buf, size_t size)
{
	char name[EVENT_WHO];
	const char *who = event_name(&e->who, name);
	const char *colon = e->text[0] ? ": " : "";

	switch (e->type) {
	case EVENT_ACCEPTED:
		SAY("connection %" PRIu64 " accepted by %s%s%s", e->connection,
		    who, colon, e->text);
		break;
	case EVENT_SKIPPED:
		SAY("%s passed over%s%s", who, colon, e->text);
		break;
	case EVENT_HANDOFF:
		SAY("connection %" PRIu64 " → %s%s%s", e->connection, who,
		    colon, e->text);
		break;
	case EVENT_ROUTED:
		SAY("connection %" PRIu64 " of %s → %s", e->connection, who,
		    e->text);
		break;
	case EVENT_REFUSED_BY:
		SAY("%s did not take connection %" PRIu64
		    ": it goes to the next",
		    who, e->connection);
		break;
	default:
		SAY("connection %" PRIu64 " closed by %s", e->connection, who);
	}
}

static void
event_signal(const struct event *e, char *buf, size_t size)
{
	char who[EVENT_WHO], sig[SIG_NAME_SIZE];
	const char *name = event_name(&e->who, who);
	const char *keeps = e->who.kind == KIND_BALANCER
	                        ? ": not dead, so it keeps its address, and "
	                          "who connects waits; a standby, too"
	                        : "";

	if (e->type == EVENT_SIGNAL && !e->a)
		SAY("%s was asked for: signal 0", event_name_pid(&e->who, who));
	else if (e->type == EVENT_SIGNAL)
		SAY("%s sent to %s", sig_name((int)e->a, sig),
		    event_name_pid(&e->who, who));
	else if (e->type == EVENT_CONTINUED)
		SAY("%s goes on", name);
	else if (e->a > 0)
		SAY("%s stopped by %s%s", name, sig_name((int)e->a, sig),
		    keeps);
	else
		SAY("%s stopped%s", name, keeps);
}

static void
event_leaving(const struct event *e, char *buf, size_t size)
{
	char who[EVENT_WHO];

	event_who(&e->who, who);
	if (e->type == EVENT_LEAVING)
		SAY("%s takes no more: it finishes what is open and leaves",
		    who);
	else
		SAY("%s disconnected: its channel%s%s is closed", who,
		    e->server[0] ? " to " : "", e->server);
}

static void
event_thread(const struct event *e, char *buf, size_t size)
{
	char name[EVENT_WHO];

	event_name_pid(&e->who, name);
	SAY("thread %s %s", name,
	    e->type == EVENT_THREAD ? "started" : "ended");
}

static void
event_kernel(const struct event *e, char *buf, size_t size)
{
	char who[EVENT_WHO], other[EVENT_WHO];

	if (e->type == EVENT_EXEC)
		SAY("%s is now %s", event_name_pid(&e->who, who), e->text);
	else if (e->type == EVENT_ADOPTED)
		SAY("orphan %s adopted by %s", event_name_pid(&e->who, who),
		    event_other(e, other));
	else
		SAY("%s reaped by %s", event_name(&e->who, who),
		    event_other(e, other));
}

static void
event_rest(const struct event *e, char *buf, size_t size)
{
	char who[EVENT_WHO];

	if (e->type == EVENT_REFUSED)
		SAY("connection to port %" PRId64 " refused: nobody listens",
		    e->a);
	else if (e->type == EVENT_TERMINAL && e->who.kind == KIND_LAB)
		SAY("the prompt has the terminal");
	else if (e->type == EVENT_TERMINAL)
		SAY("%s has the terminal", event_name(&e->who, who));
	else if (e->type == EVENT_LOST)
		SAY("%" PRId64
		    " reports of %s came too fast to be told; all is "
		    "counted",
		    e->a, e->server[0] ? e->server : "a server");
	else if (e->type == EVENT_TYPED)
		SAY("%s was typed", e->other.name);
	else if (e->type == EVENT_FIRED)
		SAY("%s: %" PRId64 " answered, %" PRId64 " failed", e->who.name,
		    e->a, e->b);
	else if (e->type == EVENT_CALLED)
		SAY("%s: %s", e->who.name, e->text);
	else
		SAY("%s", e->text);
}

static void (*const event_say[EVENT_TYPES])(const struct event *, char *,
                                            size_t) = {
	[EVENT_NONE] = event_rest,
	[EVENT_FORKED] = event_born,
	[EVENT_STARTED] = event_born,
	[EVENT_RESPAWNED] = event_born,
	[EVENT_THREAD] = event_thread,
	[EVENT_EXEC] = event_kernel,
	[EVENT_ONLINE] = event_up,
	[EVENT_LISTENING] = event_up,
	[EVENT_ACCEPTED] = event_connection,
	[EVENT_SKIPPED] = event_connection,
	[EVENT_HANDOFF] = event_connection,
	[EVENT_ROUTED] = event_connection,
	[EVENT_REFUSED_BY] = event_connection,
	[EVENT_REQUEST] = event_request,
	[EVENT_HARM] = event_request,
	[EVENT_DISTURBED] = event_request,
	[EVENT_SPIED] = event_request,
	[EVENT_ANSWER] = event_request,
	[EVENT_BROKEN] = event_request,
	[EVENT_CLOSED] = event_connection,
	[EVENT_SIGNAL] = event_signal,
	[EVENT_STOPPED] = event_signal,
	[EVENT_CONTINUED] = event_signal,
	[EVENT_LEAVING] = event_leaving,
	[EVENT_DISCONNECTED] = event_leaving,
	[EVENT_THREAD_ENDED] = event_thread,
	[EVENT_EXITED] = event_exited,
	[EVENT_ADOPTED] = event_kernel,
	[EVENT_REAPED] = event_kernel,
	[EVENT_REFUSED] = event_rest,
	[EVENT_TERMINAL] = event_rest,
	[EVENT_FIRED] = event_rest,
	[EVENT_LOST] = event_rest,
	[EVENT_TYPED] = event_rest,
	[EVENT_CALLED] = event_rest,
	[EVENT_NOTE] = event_rest,
};

void
event_whose(const struct event *e, char name[NAME_SIZE])
{
	bool whose = e->several && e->server[0] && e->who.name[0] &&
	             (e->who.kind == KIND_WORKER || e->who.kind == KIND_THREAD);

	if (whose)
		snprintf(name, NAME_SIZE, "%.11s.%.11s", e->server,
		         e->who.name);
	else
		memcpy(name, e->who.name, NAME_SIZE);
}

void
event_worker(char *name)
{
	char *dot = strrchr(name, '.');

	if (dot && (dot[1] == 't' || dot[1] == 'f') &&
	    dot[2 + strspn(dot + 2, "0123456789")] == '\0')
		*dot = '\0';
}

const char *
event_text(const struct event *e, char *buf, size_t size)
{
	struct event full = *e;
	char raw[512];

	event_whose(e, full.who.name);
	if (e->type < EVENT_TYPES)
		event_say[e->type](&full, raw, sizeof(raw));
	else
		raw[0] = '\0';
	text_clean(buf, size, raw, strlen(raw));
	return buf;
}
