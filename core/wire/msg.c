/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/wire/msg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"

#define MSG_HEAD offsetof(struct msg, empty)

enum msg_body {
	BODY_empty,
	BODY_start,
	BODY_born,
	BODY_change,
	BODY_target,
	BODY_listening,
	BODY_handoff,
	BODY_set,
	BODY_progress,
	BODY_returned,
	BODY_variable,
	BODY_text
};

static const struct {
	const char *name;
	enum msg_body body;
	size_t size; /* of the body, in bytes */
} msg_table[MSG_COUNT] = {
#define X(NAME, BODY)                                                          \
	[MSG_##NAME] = { #NAME, BODY_##BODY, sizeof(struct msg_##BODY) },
	MSG_TYPES(X)
#undef X
};

/* Where the texts of bodies end at the latest. */
static const struct {
	enum msg_body body;
	size_t last; /* of the message */
} msg_ends[] = {
#define END(BODY, field)                                                       \
	{                                                                      \
		BODY_##BODY, offsetof(struct msg, BODY.field) +                \
		                 sizeof(((struct msg *)NULL)->BODY.field) - 1  \
	}
	END(start, cwd),     END(start, argv),    END(listening, address),
	END(handoff, why),   END(set, name),      END(set, value),
	END(returned, call), END(returned, text),
#undef END
};

static int
msg_is_text(uint32_t type)
{
	return type < MSG_COUNT && msg_table[type].body == BODY_text;
}

struct msg
msg_make(enum msg_type type, const char *name)
{
	struct msg m;

	memset(&m, 0, sizeof(m));
	m.type = type;
	m.t_ns = clock_ns();
	if (name)
		snprintf(m.name, sizeof(m.name), "%s", name);
	return m;
}

struct msg
msg_say(enum msg_type type, const char *fmt, ...)
{
	struct msg m = msg_make(type, NULL);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m.text.text, sizeof(m.text.text), fmt, ap);
	va_end(ap);
	return m;
}

const char *
msg_name(enum msg_type type)
{
	return type < MSG_COUNT ? msg_table[type].name : "UNKNOWN";
}

size_t
msg_size(const struct msg *m)
{
	if (msg_is_text(m->type))
		return MSG_HEAD + strnlen(m->text.text, MSG_TEXT - 1) + 1;
	return MSG_HEAD + (m->type < MSG_COUNT ? msg_table[m->type].size : 0);
}

static void
msg_end_texts(struct msg *m)
{
	for (size_t i = 0; i < sizeof(msg_ends) / sizeof(msg_ends[0]); i++)
		if (msg_ends[i].body == msg_table[m->type].body)
			((char *)m)[msg_ends[i].last] = '\0';
}

int
msg_check(struct msg *m, size_t size)
{
	if (size >= MSG_HEAD && m->type < MSG_COUNT) {
		m->name[NAME_SIZE - 1] = '\0';
		if (msg_is_text(m->type) && size > MSG_HEAD &&
		    size <= MSG_HEAD + MSG_TEXT) {
			m->text.text[size - MSG_HEAD - 1] = '\0';
			return 0;
		}
		if (!msg_is_text(m->type) && size == msg_size(m)) {
			msg_end_texts(m);
			return 0;
		}
	}
	m->type = MSG_NONE;
	return -1;
}
