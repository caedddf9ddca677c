/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signals: blocked, ignored, caught, raised; and the calls that wait.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/puppet/puppet.h"
#include "core/puppet/string.h"
#include "core/sys/clock.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

static _Atomic unsigned signal_counts[65];

static int
signal_word(const char *word, struct result *r)
{
	int sig = sig_number(word);

	if (sig < 0)
		result_refuse(r, EINVAL, "there is no signal %s: %s?", word,
		              sig_nearest(word));
	return sig;
}

void
call_sigprocmask(const struct call *call, struct result *r)
{
	bool block = strcmp(call->argv[1], "block") == 0;
	int sig = signal_word(call->argv[2], r);
	sigset_t set;

	if (sig < 0)
		return;
	if (!block && strcmp(call->argv[1], "unblock") != 0) {
		result_refuse(r, EINVAL,
		              "it is written sigprocmask block|unblock SIG");
		return;
	}
	sigemptyset(&set);
	if (sigaddset(&set, sig) < 0) {
		result_of(r, -1);
		return;
	}
	r->error = pthread_sigmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
	r->value = r->error ? -1 : 0;
}

/* Only what signal-safety(7) allows: an atomic count, and send(2). */
static void
signal_caught(int sig)
{
	int keep = errno;
	struct msg m = { .type = MSG_CAUGHT, .t_ns = clock_ns() };

	memcpy(m.name, string_name(), NAME_SIZE);
	m.target.pid = getpid();
	m.target.value = sig;
	m.target.id = atomic_fetch_add(&signal_counts[sig], 1) + 1;
	string_cry(&m);
	errno = keep;
}

/* A caught signal restarts the call that it interrupts (SA_RESTART). */
void
call_signal(const struct call *call, struct result *r)
{
	static const struct {
		const char *word;
		void (*handler)(int);
	} what[] = { { "ignore", SIG_IGN },
		     { "default", SIG_DFL },
		     { "catch", signal_caught } };
	int sig = signal_word(call->argv[1], r);

	if (sig < 0)
		return;
	for (size_t i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
		struct sigaction sa = { .sa_handler = what[i].handler,
			                .sa_flags = SA_RESTART };

		if (strcmp(call->argv[2], what[i].word) != 0)
			continue;
		result_of(r, sigaction(sig, &sa, NULL));
		return;
	}
	result_refuse(r, EINVAL,
	              "it is written signal SIG ignore|catch|default");
}

void
call_raise(const struct call *call, struct result *r)
{
	int sig = signal_word(call->argv[1], r);

	if (sig < 0)
		return;
	r->error = raise(sig);
	r->value = r->error ? -1 : 0;
}

void
call_pause(const struct call *call, struct result *r)
{
	(void)call;
	result_of(r, pause());
}

static bool
signal_time(const char *word, int64_t *ns, struct result *r)
{
	if (text_duration(word, ns))
		return true;
	result_refuse(r, EINVAL, "%s is no time: 500ms, 2s", word);
	return false;
}

void
call_sleep(const struct call *call, struct result *r)
{
	struct timespec ts;
	int64_t ns;

	if (!signal_time(call->argv[1], &ns, r))
		return;
	ts = (struct timespec){ ns / NS_PER_S, ns % NS_PER_S };
	result_of(r, nanosleep(&ts, NULL));
}

/* However many others compute at the same time, it gets its share. */
void
call_spin(const struct call *call, struct result *r)
{
	int64_t ns, until_ns, turns = 0;

	if (!signal_time(call->argv[1], &ns, r))
		return;
	until_ns = clock_thread_cpu_ns() + ns;
	while (clock_thread_cpu_ns() < until_ns)
		turns++;
	r->value = turns;
	snprintf(r->text, sizeof(r->text), "turns of an empty loop");
}
