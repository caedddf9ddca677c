/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes from another process, taken for a message.
 */
#include <stdlib.h>
#include <string.h>

#include "core/wire/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Does the text end within its room? */
#define ENDS(text)                                                             \
	do {                                                                   \
		if (!memchr(text, '\0', sizeof(text)))                         \
			abort();                                               \
	} while (0)

/* Every body is read, as if it were the one that the message says. */
static void
fuzz_ends(const struct msg *m)
{
	ENDS(m->name);
	switch (m->type) {
	case MSG_START:
		ENDS(m->start.cwd);
		ENDS(m->start.argv);
		break;
	case MSG_LISTENING:
	case MSG_AIMED:
		ENDS(m->listening.address);
		break;
	case MSG_HANDOFF:
	case MSG_TAKEN:
	case MSG_AIM:
		ENDS(m->handoff.why);
		break;
	case MSG_SET:
		ENDS(m->set.name);
		ENDS(m->set.value);
		break;
	case MSG_RETURNED:
		ENDS(m->returned.call);
		ENDS(m->returned.text);
		break;
	case MSG_SAY:
	case MSG_CALL:
	case MSG_FAILED:
		ENDS(m->text.text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg *m = malloc(sizeof(*m));

	if (!m || size < 2 || size > sizeof(*m)) {
		free(m);
		return 0;
	}
	/* What was not received is whatever stood there before. */
	memset(m, 'x', sizeof(*m));
	memcpy(m, data, size);
	m->type = data[0] % (MSG_COUNT + 1);
	if (data[1] & 1) /* a whole one */
		size = msg_size(m);
	if (msg_check(m, size) < 0) {
		if (m->type != MSG_NONE)
			abort();
	} else {
		if (m->type >= MSG_COUNT || msg_size(m) > size)
			abort();
		fuzz_ends(m);
	}
	free(m);
	return 0;
}
