/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Threads.  Each hangs on a string of its own, so each can be told to make
 * calls, and a call that blocks one does not block another.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/puppet/puppet.h"
#include "core/puppet/string.h"

enum { FREE, RUNS, ENDED };

static struct thread {
	_Atomic int state;
	pthread_t id;
	pid_t tid; /* who may give the slot back: not its copy in a child */
	int string;
	char name[NAME_SIZE];
} threads[PUPPET_THREADS];

static void
thread_end(void *arg)
{
	struct thread *t = arg;

	if (t->tid != gettid())
		return;
	string_drop(t->string);
	t->state = ENDED;
}

static void *
thread_main(void *arg)
{
	struct thread *t = arg;

	t->tid = gettid();
	pthread_cleanup_push(thread_end, t);
	string_thread(t->string, t->name);
	puppet_hang();
	pthread_cleanup_pop(1);
	return NULL;
}

static struct thread *
thread_free_slot(void)
{
	for (int i = 0; i < PUPPET_THREADS; i++) {
		int free = FREE;

		if (__atomic_compare_exchange_n((int *)&threads[i].state, &free,
		                                RUNS, false, __ATOMIC_SEQ_CST,
		                                __ATOMIC_SEQ_CST))
			return &threads[i];
	}
	return NULL;
}

void
puppet_forget_threads(void)
{
	for (int i = 0; i < PUPPET_THREADS; i++)
		threads[i].state = FREE;
}

void
call_pthread_create(const struct call *call, struct result *r)
{
	struct thread *t = thread_free_slot();

	if (!t) {
		result_refuse(r, EAGAIN, "a puppet has %d threads at most",
		              PUPPET_THREADS);
		return;
	}
	snprintf(t->name, sizeof(t->name), "%s", call->child);
	string_hold_forks();
	t->string = string_make(t->name);
	string_let_forks();
	r->error = t->string < 0 ? errno
	                         : pthread_create(&t->id, NULL, thread_main, t);
	r->value = r->error;
	if (r->error) {
		string_drop(t->string);
		t->state = FREE;
	}
}

void
call_pthread_join(const struct call *call, struct result *r)
{
	for (int i = 0; i < PUPPET_THREADS; i++) {
		struct thread *t = &threads[i];

		if (t->state == FREE || strcmp(t->name, call->argv[1]) != 0)
			continue;
		r->error = pthread_join(t->id, NULL);
		r->value = r->error;
		if (!r->error)
			t->state = FREE;
		return;
	}
	result_refuse(r, ESRCH, "%s has no thread %s", string_name(),
	              call->argv[1]);
}

/*
 * In the main thread the others go on: the process lives until they end, and
 * the string of the main thread is cut.
 */
void
call_pthread_exit(const struct call *call, struct result *r)
{
	(void)call, (void)r;
	if (gettid() == getpid())
		string_drop(string_fd());
	pthread_exit(NULL);
}
