/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What puppets say, message by message.  Start reading at troupe_hear().
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/shell/spell.h"
#include "core/shell/troupe.h"
#include "core/sys/clock.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

void
troupe_doing(struct puppet *p)
{
	/* What strace(1) and explain call them. */
	static const char *const kernels[][2] = {
		{ "wait", "wait4" },
		{ "waitpid", "wait4" },
		{ "sleep", "clock_nanosleep" },
		{ "pthread_join", "futex" },
	};
	uint32_t waits = p->asked - p->answered - p->calling;
	char call[32], doing[48] = "";

	snprintf(call, sizeof(call), "%.*s", (int)strcspn(p->call, " "),
	         p->call);
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (strcmp(call, kernels[i][0]) == 0)
			strcpy(call, kernels[i][1]);
	if (p->calling)
		snprintf(doing, sizeof(doing), "in %s()", call);
	if (waits && waits <= p->asked)
		text_add(doing, sizeof(doing), "%s%u call%s wait%s",
		         p->calling ? ", " : "", waits, waits == 1 ? "" : "s",
		         waits == 1 ? "s" : "");
	if (p->pid)
		watch_doing(p->session->watch, p->thread ? p->tid : p->pid,
		            doing);
}

/* What wakes the watch: this pid (or thread) has this name. */
static void
troupe_awake(struct puppet *p, struct msg *m, int *fds, int nfds)
{
	p->pid = m->born.pid;
	if (p->thread) {
		const struct puppet *main =
		    troupe_find(p->session->troupe, p->parent);

		p->tid = m->born.pid;
		p->pid = main ? main->pid : 0;
		p->newborn = false;
	}
	watch_message(p->session->watch, NULL, m, fds, nfds);
}

/* Who was to be born by the call that it is in is there now, or never. */
static void
troupe_bore(struct puppet *p, bool returned)
{
	size_t len = strcspn(p->call, " ");
	bool makes = strncmp(p->call, "fork", len) == 0 ||
	             strncmp(p->call, "pthread_create", len) == 0;

	if (makes && !p->bore && p->births > 0)
		p->births--;
	p->bore = !returned;
}

/* For who asks afterwards: `ever called(fork, p1)`. */
static void
troupe_record(struct puppet *p, const char *call, const char *line,
              const struct msg_returned *r)
{
	struct event e = { .type = EVENT_CALLED,
		           .t_ns = clock_ns(),
		           .who = { .pid = p->pid, .kind = KIND_PUPPET },
		           .a = r->value };
	size_t len = strcspn(call, "(");

	if (r->error)
		return;
	memcpy(e.who.name, p->name, sizeof(e.who.name));
	snprintf(e.other.name, sizeof(e.other.name), "%.*s", (int)len, call);
	snprintf(e.text, sizeof(e.text), "%.*s", (int)sizeof(e.text) - 1, line);
	timeline_add(p->session->timeline, &e);
	session_news(p->session);
}

/* pause() returns only to say EINTR: that it was called is known before. */
static void
troupe_calling(struct puppet *p, const char *text)
{
	static const struct msg_returned none;

	snprintf(p->call, sizeof(p->call), "%.*s", TROUPE_CALL - 1, text);
	p->calling = true;
	troupe_doing(p);
	if (strcmp(p->call, "pause") == 0)
		troupe_record(p, "pause(", "pause() waits for a signal", &none);
}

static void
troupe_returned(struct puppet *p, const struct msg_returned *r)
{
	char call[TROUPE_CALL + 8], line[1024], born[80] = "";

	if (r->reaped)
		watch_waited(p->session->watch, p->pid, (pid_t)r->value,
		             r->status);

	if (p->newborn)
		snprintf(born, sizeof(born),
		         "  (child of %s, born inside fork)", p->parent);
	spell_as_call(p->newborn ? "fork" : p->call, call, sizeof(call));
	snprintf(line, sizeof(line), "%s = %lld%s", call, (long long)r->value,
	         born);
	if (r->error && r->error != ENOSYS)
		text_add(line, sizeof(line), " %s (%s)",
		         strerrorname_np(r->error), strerror(r->error));
	if (r->text[0])
		text_add(line, sizeof(line), "  (%s)", r->text);
	session_say(p->session, LINE_RESULT, "%s: %s", p->name, line);
	troupe_record(p, call, line, r);
	if (p->newborn) {
		p->newborn = false;
	} else {
		troupe_bore(p, true);
		p->calling = false;
		p->answered++;
	}
	troupe_doing(p);
	if (r->error)
		session_fail(p->session, 1);
}

static void
troupe_caught(struct puppet *p, const struct msg_target *t)
{
	char name[SIG_NAME_SIZE], line[80];

	snprintf(line, sizeof(line), "caught %s, %u so far",
	         sig_name(t->value, name), t->id);
	session_say(p->session, LINE_EVENT, "%s: %s", p->name, line);
}

/* A descriptor on its way from one puppet to another. */
static void
troupe_pass(struct puppet *p, const struct msg *m, const int *fds, int nfds)
{
	struct puppet *to = troupe_find(p->session->troupe, m->text.text);
	struct msg pass = msg_say(MSG_PASS, "%s", p->name);

	if (to && nfds == 1 && wire_send(to->wire, &pass, fds, 1, NULL) == 0)
		return;
	session_say(p->session, LINE_ERROR,
	            "there is no puppet %.40s to take the descriptor",
	            m->text.text);
	session_fail(p->session, 1);
}

void
troupe_hear(struct puppet *p, struct msg *m, int *fds, int nfds)
{
	char line[80];

	switch (m->type) {
	case MSG_STRING:
		if (nfds == 1) {
			troupe_bore(p, false);
			troupe_hold(p->session->troupe, fds[0], m->name,
			            p->name);
			fds[0] = -1;
		}
		break;
	case MSG_AWAKE:
		troupe_awake(p, m, fds, nfds);
		break;
	case MSG_CALLING:
		troupe_calling(p, m->text.text);
		break;
	case MSG_RETURNED:
		troupe_returned(p, &m->returned);
		break;
	case MSG_CAUGHT:
		troupe_caught(p, &m->target);
		break;
	case MSG_VALUE:
		watch_variable(p->session->watch, p->pid, m->name,
		               &m->variable);
		if (m->seq)
			session_answered(p->session, m, 1);
		break;
	case MSG_PASS:
		troupe_pass(p, m, fds, nfds);
		break;
	case MSG_PASSED:
		snprintf(line, sizeof(line), "received descriptor %d",
		         m->target.value);
		session_say(p->session, LINE_RESULT, "%s: %s", p->name, line);
		break;
	}
}

void
troupe_cut(struct puppet *p)
{
	char call[TROUPE_CALL + 8], line[TROUPE_CALL + 120];

	if (p->calling && strncmp(p->call, "execve ", 7) == 0) {
		spell_as_call(p->call, call, sizeof(call));
		snprintf(line, sizeof(line),
		         "%s does not return: the same pid is another program "
		         "now, and its string is cut",
		         call);
		session_say(p->session, LINE_RESULT, "%s: %s", p->name, line);
		watch_became(p->session->watch, p->pid, p->call + 7);
	} else if (!p->thread && strncmp(p->call, "pthread_exit", 12) != 0) {
		troupe_leave(p->session->troupe, p->pid);
	}
	p->calling = false;
	p->answered = p->asked;
	troupe_doing(p);
	troupe_let_go(p);
}
