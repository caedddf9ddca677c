/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the master has to tell: to the shell as it is, or in words to whoever
 * runs the server by hand.
 */
#include <stdarg.h>
#include <stdio.h>

#include "core/serve/master.h"
#include "core/sys/child.h"
#include "core/sys/sig.h"

static void
say_change(const struct msg *m)
{
	char name[SIG_NAME_SIZE];
	const struct msg_change *c = &m->change;

	switch (c->change) {
	case CHILD_EXITED:
		printf("%s (pid %d) exited %d%s\n", m->name, c->pid, c->code,
		       c->told ? ", as it was told" : "");
		break;
	case CHILD_KILLED:
		printf("%s (pid %d) died: killed by %s\n", m->name, c->pid,
		       sig_name(c->code, name));
		break;
	case CHILD_STOPPED:
		printf("%s (pid %d) is stopped by %s\n", m->name, c->pid,
		       sig_name(c->code, name));
		break;
	default:
		printf("%s (pid %d) goes on\n", m->name, c->pid);
	}
}

static void
say_in_words(const struct msg *m)
{
	switch (m->type) {
	case MSG_ONLINE:
		printf("%s is online (pid %d)\n", m->name, m->target.pid);
		break;
	case MSG_LISTENING:
		printf("%s listens on http://localhost:%d\n", m->name,
		       m->listening.port);
		break;
	case MSG_CHANGED:
		say_change(m);
		break;
	case MSG_RESPAWNED:
		printf("%s (pid %d) takes the place of w%d\n", m->name,
		       m->target.pid, m->target.value);
		break;
	case MSG_SAY:
	case MSG_FAILED:
		printf("%s: %s\n", m->name, m->text.text);
		break;
	}
}

void
say_message(struct master *m, const struct msg *msg, const int *fds, int nfds)
{
	if (!m->shell) {
		say_in_words(msg);
		return;
	}
	wire_send(m->shell, msg, fds, nfds, NULL);
	if (wire_waiting(m->shell))
		loop_change(m->loop, wire_fd(m->shell), EPOLLIN | EPOLLOUT);
}

void
say_listening(struct master *m, uint32_t id)
{
	struct msg msg = msg_make(MSG_LISTENING, m->settings.name);

	if (id)
		snprintf(msg.name, sizeof(msg.name), "w%u", id);
	msg.listening.id = id;
	msg.listening.port = (uint16_t)m->public.port;
	msg.listening.private_port = (uint16_t)m->private.port;
	snprintf(msg.listening.address, sizeof(msg.listening.address),
	         "127.0.0.1");
	say_message(m, &msg, NULL, 0);
}

void
say_note(struct master *m, const char *text)
{
	struct msg msg = msg_say(MSG_SAY, "%s", text);

	snprintf(msg.name, sizeof(msg.name), "%s", m->settings.name);
	say_message(m, &msg, NULL, 0);
}

void
say_done(struct master *m, uint32_t seq, const char *text)
{
	struct msg msg;

	if (!seq)
		return;
	msg = msg_say(MSG_DONE, "%s", text);
	msg.seq = seq;
	snprintf(msg.name, sizeof(msg.name), "%s", m->settings.name);
	say_message(m, &msg, NULL, 0);
}

void
say_failed(struct master *m, uint32_t seq, const char *text)
{
	struct msg msg = msg_say(MSG_FAILED, "%s", text);

	msg.seq = seq;
	snprintf(msg.name, sizeof(msg.name), "%s", m->settings.name);
	say_message(m, &msg, NULL, 0);
}

void
say_line(struct master *m, const char *fmt, ...)
{
	struct msg msg = msg_make(MSG_SAY, m->settings.name);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg.text.text, sizeof(msg.text.text), fmt, ap);
	va_end(ap);
	say_message(m, &msg, NULL, 0);
}
