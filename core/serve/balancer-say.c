/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a balancer has to tell: to the shell as it is, or in words to whoever
 * runs it by hand.
 */
#include <stdarg.h>
#include <stdio.h>

#include "core/serve/balancer.h"

void
balancer_say(struct balancer *b, const struct msg *msg)
{
	if (b->shell) {
		wire_send(b->shell, msg, NULL, 0, NULL);
		if (wire_waiting(b->shell))
			loop_change(b->loop, wire_fd(b->shell),
			            EPOLLIN | EPOLLOUT);
	} else if (msg->type == MSG_LISTENING) {
		printf("%s listens on http://localhost:%d\n", msg->name,
		       msg->listening.port);
	} else if (msg->type == MSG_SAY || msg->type == MSG_FAILED) {
		printf("%s\n", msg->text.text);
	}
}

void
balancer_note(struct balancer *b, const char *fmt, ...)
{
	char text[256];
	struct msg msg;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	msg = msg_say(MSG_SAY, "%s: %s", b->options.name, text);
	snprintf(msg.name, sizeof(msg.name), "%s", b->options.name);
	balancer_say(b, &msg);
}

void
balancer_done(struct balancer *b, uint32_t seq)
{
	struct msg msg = msg_say(MSG_DONE, "%s", "");

	if (!seq)
		return;
	msg.seq = seq;
	snprintf(msg.name, sizeof(msg.name), "%s", b->options.name);
	balancer_say(b, &msg);
}

void
balancer_failed(struct balancer *b, uint32_t seq, const char *text)
{
	struct msg msg = msg_say(MSG_FAILED, "%s", text);

	msg.seq = seq;
	snprintf(msg.name, sizeof(msg.name), "%s", b->options.name);
	balancer_say(b, &msg);
}

void
balancer_report(struct balancer *b, const struct link *l, enum report_type type,
                uint16_t port, const char *text)
{
	struct report r;

	if (b->wake < 0)
		return;
	r = report_make(&b->reporter, type);
	r.connection = l->number;
	r.port = port;
	snprintf(r.text, sizeof(r.text), "%s", text);
	report_send(&b->reporter, &r);
}
