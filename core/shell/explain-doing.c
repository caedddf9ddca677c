/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a process does now, by its state, the system call that it is in and
 * the function of the kernel that it sleeps in.
 */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "core/shell/explain.h"
#include "core/sys/text.h"

/* Calls that processes are found in, and what they wait for there. */
static const struct {
	int number;
	const char *name, *what;
} doing_calls[] = {
	// clang-format off
	{ SYS_read,            "read",            "something to read" },
	{ SYS_readv,           "readv",           "something to read" },
	{ SYS_write,           "write",           "room to write" },
	{ SYS_writev,          "writev",          "room to write" },
	{ SYS_ppoll,           "ppoll",           "one of its descriptors, or a time" },
	{ SYS_pselect6,        "pselect",         "one of its descriptors, or a time" },
	{ SYS_epoll_pwait,     "epoll_wait",      "connections, messages or a time" },
#ifdef SYS_poll
	{ SYS_poll,            "poll",            "one of its descriptors, or a time" },
	{ SYS_select,          "select",          "one of its descriptors, or a time" },
	{ SYS_epoll_wait,      "epoll_wait",      "connections, messages or a time" },
	{ SYS_pause,           "pause",           "a signal" },
#endif
	{ SYS_wait4,           "wait",            "a child to end" },
	{ SYS_waitid,          "waitid",          "a child to end, stop or go on" },
	{ SYS_futex,           "futex",           "a lock, or another thread" },
	{ SYS_nanosleep,       "nanosleep",       "a time to pass" },
	{ SYS_clock_nanosleep, "clock_nanosleep", "a time to pass" },
	{ SYS_rt_sigsuspend,   "sigsuspend",      "a signal" },
	{ SYS_rt_sigtimedwait, "sigwait",         "a signal" },
	{ SYS_accept,          "accept",          "a connection" },
	{ SYS_accept4,         "accept",          "a connection" },
	{ SYS_connect,         "connect",         "the other side to answer" },
	{ SYS_recvfrom,        "recv",            "a message" },
	{ SYS_recvmsg,         "recvmsg",         "a message" },
	{ SYS_sendto,          "send",            "room to send" },
	{ SYS_sendmsg,         "sendmsg",         "room to send" },
	{ SYS_fsync,           "fsync",           "the disk" },
	{ SYS_fdatasync,       "fdatasync",       "the disk" },
	{ SYS_openat,          "open",            "the other end of a pipe, or the disk" },
	{ SYS_flock,           "flock",           "another's lock on a file" },
	{ SYS_fcntl,           "fcntl",           "another's lock on a file" },
	{ SYS_restart_syscall, "restart_syscall", "what it waited for before it was stopped" },
	// clang-format on
};
#define NCALLS (int)(sizeof(doing_calls) / sizeof(doing_calls[0]))

static const struct {
	char state;
	const char *text;
} doing_states[] = {
	// clang-format off
	{ 'R', "R: runs, or is ready to" },
	{ 'S', "S: sleeps" },
	{ 'D', "D: sleeps and cannot be woken by a signal, mostly for a disk" },
	{ 'T', "T: stopped by a signal: kill -CONT continues it" },
	{ 't', "t: stopped by its tracer, such as gdb or strace" },
	{ 'Z', "Z: zombie: it has ended, and its parent has not waited" },
	{ 'X', "X: it is gone: its parent has waited" },
	{ 'I', "I: idle, a thread of the kernel" },
	// clang-format on
};
#define NSTATES (int)(sizeof(doing_states) / sizeof(doing_states[0]))

/*
 * The call that it sleeps in, as far as the kernel tells.  What stands behind
 * a dot of wchan is the compiler's: "poll_schedule_timeout.constprop.0".
 */
static void
explain_waiting(int call, const char *wchan, char *buf, size_t size)
{
	for (int i = 0; i < NCALLS; i++) {
		if (doing_calls[i].number != call)
			continue;
		text_add(buf, size, " in %s", doing_calls[i].name);
		if (*wchan)
			text_add(buf, size, " (kernel: %.*s)",
			         (int)strcspn(wchan, "."), wchan);
		text_add(buf, size, ": waits for %s", doing_calls[i].what);
		return;
	}
	if (call >= 0)
		text_add(buf, size, " in system call %d", call);
	if (*wchan)
		text_add(buf, size, " (kernel: %.*s)", (int)strcspn(wchan, "."),
		         wchan);
	if (call < 0 && !*wchan)
		text_add(buf, size, "; the kernel does not say what for");
}

void
explain_doing(char state, int call, const char *wchan, char *buf, size_t size)
{
	snprintf(buf, size, "%c", state);
	for (int i = 0; i < NSTATES; i++)
		if (doing_states[i].state == state)
			snprintf(buf, size, "%s", doing_states[i].text);
	if (state == 'S' || state == 'D')
		explain_waiting(call, wchan, buf, size);
}
