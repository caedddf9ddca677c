/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The life of a process: fork, wait, exec, exit.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/puppet/puppet.h"
#include "core/puppet/string.h"
#include "core/sys/child.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

/*
 * fork(2).  The string of the child is made first, so that it hangs on one
 * before it can run.  Both sides answer: the parent with the child's pid, the
 * child with 0.
 */
void
call_fork(const struct call *call, struct result *r)
{
	int string;
	pid_t pid;

	string_hold_forks();
	string = string_make(call->child);
	if (string < 0) {
		string_let_forks();
		result_refuse(r, errno, "no string for the child");
		return;
	}
	pid = child_fork(NULL);
	result_of(r, pid);
	string_let_forks();
	if (pid == 0) {
		puppet_forget_threads();
		string_child(string, call->child);
		puppet_tell_variables();
	} else {
		string_drop(string);
	}
}

/* What wait(2) wrote into the status, in words and raw. */
static void
process_waited(struct result *r, pid_t pid, int status)
{
	char name[SIG_NAME_SIZE];

	result_of(r, pid);
	if (pid <= 0)
		return;
	r->reaped = true;
	r->status = status;
	if (WIFEXITED(status))
		snprintf(r->text, sizeof(r->text),
		         "status %d (0x%04x): exited %d", status,
		         (unsigned)status, WEXITSTATUS(status));
	else
		snprintf(r->text, sizeof(r->text),
		         "status %d (0x%04x): killed by %s", status,
		         (unsigned)status, sig_name(WTERMSIG(status), name));
}

void
call_wait(const struct call *call, struct result *r)
{
	int status = 0;
	pid_t pid = wait(&status);

	(void)call;
	process_waited(r, pid, status);
}

void
call_waitpid(const struct call *call, struct result *r)
{
	bool nohang = call->argc == 3 && strcmp(call->argv[2], "nohang") == 0;
	int64_t wanted;
	int status = 0;
	pid_t pid;

	if (!text_number(call->argv[1], -1, INT32_MAX, &wanted)) {
		result_refuse(r, EINVAL, "waitpid takes a pid, -1 for any");
		return;
	}
	pid = waitpid((pid_t)wanted, &status, nohang ? WNOHANG : 0);
	process_waited(r, pid, status);
}

/* execve(2), with the PATH of execvp(3).  Only a failure returns. */
void
call_execve(const struct call *call, struct result *r)
{
	child_exec(call->argv[1], call->argv + 1);
	result_of(r, -1);
}

static int
process_code(const struct call *call, struct result *r)
{
	int64_t code = 0;

	if (call->argc > 1 && !text_number(call->argv[1], 0, 255, &code)) {
		result_refuse(r, EINVAL, "an exit code is 0 to 255");
		return -1;
	}
	return (int)code;
}

void
call_exit(const struct call *call, struct result *r)
{
	int code = process_code(call, r);

	if (code < 0)
		return;
	fflush(NULL);
	_exit(code);
}

void
call__exit(const struct call *call, struct result *r)
{
	int code = process_code(call, r);

	if (code >= 0)
		_exit(code);
}

void
call_abort(const struct call *call, struct result *r)
{
	(void)call, (void)r;
	abort();
}

void
call_getpid(const struct call *call, struct result *r)
{
	(void)call;
	result_of(r, getpid());
}

void
call_getppid(const struct call *call, struct result *r)
{
	(void)call;
	result_of(r, getppid());
}

/* One pair: who sets the flag first?  1 the parent, 2 the child. */
static int
process_race_once(_Atomic int *first)
{
	int nobody = 0;
	pid_t pid;

	*first = 0;
	pid = child_fork(NULL);
	if (pid < 0)
		return -1;
	atomic_compare_exchange_strong(first, &nobody, pid ? 1 : 2);
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return *first;
}

void
call_race(const struct call *call, struct result *r)
{
	int64_t n, tally[3] = { 0 };
	_Atomic int *first = mmap(NULL, sizeof(*first), PROT_READ | PROT_WRITE,
	                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (first == MAP_FAILED || !text_number(call->argv[1], 1, 10000, &n)) {
		result_refuse(r, EINVAL, "race takes a number up to 10000");
		return;
	}
	for (int64_t i = 0; i < n; i++) {
		int who = process_race_once(first);

		if (who < 0) {
			result_of(r, -1);
			break;
		}
		tally[who]++;
	}
	munmap(first, sizeof(*first));
	if (r->error)
		return;
	r->value = n;
	snprintf(r->text, sizeof(r->text),
	         "parent first %lld, child first %lld", (long long)tally[1],
	         (long long)tally[2]);
}

void
call_prctl(const struct call *call, struct result *r)
{
	bool on = strcmp(call->argv[2], "on") == 0;

	if (strcmp(call->argv[1], "subreaper") != 0 ||
	    (!on && strcmp(call->argv[2], "off") != 0)) {
		result_refuse(r, EINVAL,
		              "it is written prctl subreaper on|off");
		return;
	}
	result_of(r, prctl(PR_SET_CHILD_SUBREAPER, on, 0, 0, 0));
	snprintf(r->text, sizeof(r->text),
	         "orphans among its descendants "
	         "come to %s. Elsewhere that is the session manager, as "
	         "systemd --user, or else pid 1",
	         on ? "it now, the nearest subreaper"
	            : "the next subreaper above it, here the lab");
}
