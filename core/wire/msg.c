/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/wire/msg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"

#define MSG_HEAD offsetof(struct msg, empty)

static const struct {
	const char *name;
	size_t body; /* bytes */
} msg_table[MSG_COUNT] = {
#define X(NAME, BODY) [MSG_##NAME] = { #NAME, sizeof(struct msg_##BODY) },
	MSG_TYPES(X)
#undef X
};

static int
msg_is_text(uint32_t type)
{
	return type < MSG_COUNT &&
	       msg_table[type].body == sizeof(struct msg_text);
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
	return MSG_HEAD + (m->type < MSG_COUNT ? msg_table[m->type].body : 0);
}

int
msg_check(struct msg *m, size_t size)
{
	if (size >= MSG_HEAD && m->type < MSG_COUNT) {
		m->name[NAME_SIZE - 1] = '\0';
		if (msg_is_text(m->type) && size > MSG_HEAD) {
			m->text.text[size - MSG_HEAD - 1] = '\0';
			return 0;
		}
		if (size == msg_size(m))
			return 0;
	}
	m->type = MSG_NONE;
	return -1;
}
