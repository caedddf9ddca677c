/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory: variables with an address, pages that are touched, a stack that
 * ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/puppet/puppet.h"
#include "core/puppet/string.h"
#include "core/sys/text.h"

#define MB              (1024 * 1024)
#define MEMORY_LIMIT_MB 1024
#define PAGE_BYTES      4096

/*
 * Each variable has a page of its own, so that copying one is seen as one; or
 * one that MAP_SHARED keeps common with the children.  Threads share them
 * without a lock, which a fork could copy while it is held: a name is written
 * once, between NAMING and NAMED.
 */
enum naming { UNNAMED, NAMING, NAMED };
static struct {
	_Alignas(PAGE_BYTES) _Atomic int64_t value;
	_Atomic int64_t *_Atomic shared; /* a mapping; NULL: value counts */
	_Atomic int state;               /* enum naming */
	char name[CALL_VAR_SIZE];
} memory_vars[CALL_VARS];
#define NVARS CALL_VARS

static char *memory_block;
static size_t memory_bytes;

static bool
memory_name(int i, const char *name)
{
	int state = UNNAMED;

	if (!atomic_compare_exchange_strong(&memory_vars[i].state, &state,
	                                    NAMING))
		return false;
	snprintf(memory_vars[i].name, sizeof(memory_vars[i].name), "%s", name);
	atomic_store(&memory_vars[i].state, NAMED);
	return true;
}

static _Atomic int64_t *
memory_at(int i)
{
	return memory_vars[i].shared ? memory_vars[i].shared
	                             : &memory_vars[i].value;
}

static int
memory_find(const char *name, bool make)
{
	for (int i = 0; i < NVARS; i++) {
		if (make && memory_name(i, name))
			return i;
		if (atomic_load(&memory_vars[i].state) == NAMED &&
		    strcmp(memory_vars[i].name, name) == 0)
			return i;
	}
	return -1;
}

/* What the shell may know of a variable, without being told by a result. */
static struct msg
memory_value(int i)
{
	struct msg m = msg_make(MSG_VALUE, memory_vars[i].name);

	m.variable.pid = getpid();
	m.variable.tid = gettid();
	m.variable.address = (uintptr_t)memory_at(i);
	m.variable.value = *memory_at(i);
	return m;
}

void
puppet_tell_variables(void)
{
	for (int i = 0; i < NVARS; i++) {
		struct msg m;

		if (atomic_load(&memory_vars[i].state) != NAMED)
			continue;
		m = memory_value(i);
		string_say(&m);
	}
}

static void
memory_tell(int i, struct result *r)
{
	r->value = *memory_at(i);
	snprintf(r->text, sizeof(r->text), "%s at %p%s", memory_vars[i].name,
	         (void *)(uintptr_t)memory_at(i),
	         memory_vars[i].shared ? ", a shared page" : "");
	puppet_tell_variables();
}

void
call_set(const struct call *call, struct result *r)
{
	int64_t value;
	int i;

	if (strlen(call->argv[1]) >= sizeof(memory_vars[0].name) ||
	    !text_number(call->argv[2], INT64_MIN, INT64_MAX, &value)) {
		result_refuse(r, EINVAL,
		              "a variable has a short name and a whole number");
		return;
	}
	i = memory_find(call->argv[1], true);
	if (i < 0) {
		result_refuse(r, ENOMEM, "there are %d variables", NVARS);
		return;
	}
	*memory_at(i) = value;
	memory_tell(i, r);
}

void
call_get(const struct call *call, struct result *r)
{
	int i = memory_find(call->argv[1], false);

	if (i < 0)
		result_refuse(r, ENOENT, "%s was never set", call->argv[1]);
	else
		memory_tell(i, r);
}

/* Its page is not copied by fork(2) from now on, but is the same one. */
void
call_share(const struct call *call, struct result *r)
{
	int i = memory_find(call->argv[1], false);
	_Atomic int64_t *page;

	if (i < 0) {
		result_refuse(r, ENOENT, "%s was never set", call->argv[1]);
		return;
	}
	if (!memory_vars[i].shared) {
		page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
		            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED) {
			result_of(r, -1);
			return;
		}
		*page = memory_vars[i].value;
		memory_vars[i].shared = page;
	}
	memory_tell(i, r);
}

/* Asked between two calls; it makes no variable that `set` has not made. */
struct msg
memory_peek(const struct msg *ask)
{
	struct msg m = msg_make(MSG_VALUE, NULL);
	int i = memory_find(ask->set.name, false);
	int64_t value;

	if (i >= 0 && text_number(ask->set.value, INT64_MIN, INT64_MAX, &value))
		*memory_at(i) = value;
	if (i >= 0)
		m = memory_value(i);
	m.seq = ask->seq;
	return m;
}

static bool
memory_size(const struct call *call, int64_t max_mb, size_t *bytes,
            struct result *r)
{
	int64_t mb;

	if (!text_number(call->argv[1], 1, max_mb, &mb)) {
		result_refuse(r, EINVAL, "that takes 1 to %lld MB",
		              (long long)max_mb);
		return false;
	}
	*bytes = (size_t)mb * MB;
	return true;
}

void
call_alloc(const struct call *call, struct result *r)
{
	size_t bytes;
	char *block;

	if (!memory_size(call, MEMORY_LIMIT_MB, &bytes, r))
		return;
	if (memory_block) {
		result_refuse(r, EEXIST, "free the first one before");
		return;
	}
	block = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (block == MAP_FAILED) {
		result_of(r, -1);
		return;
	}
	memory_block = block;
	memory_bytes = bytes;
	snprintf(r->text, sizeof(r->text), "%zu MB at %p, none of it touched",
	         bytes / MB, (void *)block);
}

void
call_touch(const struct call *call, struct result *r)
{
	size_t bytes;

	if (!memory_block) {
		result_refuse(r, EFAULT, "alloc some first");
		return;
	}
	if (!memory_size(call, (int64_t)(memory_bytes / MB), &bytes, r))
		return;
	for (size_t i = 0; i < bytes; i += PAGE_BYTES)
		memory_block[i] = (char)(memory_block[i] + 1);
	r->value = (int64_t)(bytes / PAGE_BYTES);
	snprintf(r->text, sizeof(r->text), "pages written");
}

void
call_free(const struct call *call, struct result *r)
{
	(void)call;
	if (!memory_block) {
		result_refuse(r, EFAULT, "there is nothing to free");
		return;
	}
	result_of(r, munmap(memory_block, memory_bytes));
	memory_block = NULL;
	memory_bytes = 0;
}

static volatile int memory_floor; /* 0: no call is ever deep enough */

static int __attribute__((noinline, noclone))
memory_deeper(volatile char *above)
{
	volatile char frame[1024];

	if (memory_floor)
		return 0;
	frame[0] = (char)(above[0] + 1);
	return memory_deeper(frame) + frame[0];
}

/* Ends in SIGSEGV at the guard page below the stack. */
void
call_recurse(const struct call *call, struct result *r)
{
	volatile char first[1] = { 0 };

	(void)call;
	r->value = memory_deeper(first);
}
