/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at puppet_hang(): hear a call, announce it, make it, answer.
 */
#include "core/puppet/puppet.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/puppet/string.h"

static const struct {
	const char *name, *usage;
	int min, max;
	call_fn *fn;
} puppet_calls[CALL_COUNT] = {
#define X(id, name, usage, min, max, blurb, page)                              \
	[CALL_##id] = { name, usage, min, max, call_##id },
	CALLS(X)
#undef X
};

void
result_of(struct result *r, int64_t value)
{
	r->value = value;
	r->error = value < 0 ? errno : 0;
}

void
result_refuse(struct result *r, int error, const char *fmt, ...)
{
	va_list ap;

	r->value = -1;
	r->error = error;
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
}

/* Cut the line into words; `rest` keeps what stood behind the first. */
static void
puppet_parse(struct msg *m, struct call *call, char words[MSG_TEXT])
{
	char *save = NULL, *word;
	size_t first = strcspn(m->text.text, " ");

	memset(call, 0, sizeof(*call));
	snprintf(call->child, sizeof(call->child), "%s", m->name);
	snprintf(call->rest, sizeof(call->rest), "%s",
	         m->text.text + first + strspn(m->text.text + first, " "));
	memcpy(words, m->text.text, MSG_TEXT);
	for (word = strtok_r(words, " ", &save);
	     word && call->argc < PUPPET_WORDS;
	     word = strtok_r(NULL, " ", &save))
		call->argv[call->argc++] = word;
}

static int
puppet_find(const struct call *call, struct result *r)
{
	for (int i = 0; call->argc && i < CALL_COUNT; i++) {
		int words = call->argc - 1;

		if (strcmp(puppet_calls[i].name, call->argv[0]) != 0)
			continue;
		if (words >= puppet_calls[i].min &&
		    words <= puppet_calls[i].max)
			return i;
		result_refuse(r, EINVAL, "it is written %s %s",
		              puppet_calls[i].name, puppet_calls[i].usage);
		return -1;
	}
	result_refuse(r, ENOSYS, "there is no such call");
	return -1;
}

static void
puppet_answer(const struct call *call, const struct result *r, uint32_t seq)
{
	struct msg m = msg_make(MSG_RETURNED, string_name());

	m.seq = seq;
	m.returned.value = r->value;
	m.returned.error = r->error;
	m.returned.reaped = r->reaped;
	m.returned.status = r->status;
	snprintf(m.returned.call, sizeof(m.returned.call), "%s",
	         call->argc ? call->argv[0] : "");
	snprintf(m.returned.text, sizeof(m.returned.text), "%s", r->text);
	string_say(&m);
}

static void
puppet_make_call(struct msg *heard)
{
	struct result r = { 0 };
	char words[MSG_TEXT];
	struct call call;
	struct msg m;
	int i;

	puppet_parse(heard, &call, words);
	i = puppet_find(&call, &r);
	if (i >= 0) {
		m = msg_say(MSG_CALLING, "%s", heard->text.text);
		m.seq = heard->seq;
		string_say(&m);
		puppet_calls[i].fn(&call, &r);
	}
	puppet_answer(&call, &r, heard->seq);
}

void
puppet_hang(void)
{
	struct msg heard;

	while (string_hear(&heard))
		puppet_make_call(&heard);
}
