/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/counter.h"

#include <string.h>
#include <unistd.h>

#include "core/sys/text.h"

struct counter counter;

void
counter_init(void)
{
	atomic_store(&counter.value, 0);
}

struct msg
counter_peek(const struct msg *ask)
{
	struct msg m = msg_make(MSG_VALUE, NULL);
	int64_t value;

	m.seq = ask->seq;
	m.variable.pid = getpid();
	m.variable.tid = gettid();
	if (strcmp(ask->set.name, "counter") != 0)
		return m;
	if (text_number(ask->set.value, INT64_MIN, INT64_MAX, &value))
		atomic_store(&counter.value, value);
	m.variable.address = (uintptr_t)&counter.value;
	m.variable.value = atomic_load(&counter.value);
	return m;
}
