/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/sig.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sys/text.h"

static const struct {
	const char *name;
	int sig;
	const char *effect; /* of the default action, signal(7) */
} sig_table[] = {
	// clang-format off
	{ "HUP",    SIGHUP,    "ends the process" },
	{ "INT",    SIGINT,    "ends the process" },
	{ "QUIT",   SIGQUIT,   "ends it with a core dump" },
	{ "ILL",    SIGILL,    "ends it with a core dump" },
	{ "TRAP",   SIGTRAP,   "ends it with a core dump" },
	{ "ABRT",   SIGABRT,   "ends it with a core dump" },
	{ "BUS",    SIGBUS,    "ends it with a core dump" },
	{ "FPE",    SIGFPE,    "ends it with a core dump" },
	{ "KILL",   SIGKILL,   "ends the process, always" },
	{ "USR1",   SIGUSR1,   "ends the process" },
	{ "SEGV",   SIGSEGV,   "ends it with a core dump" },
	{ "USR2",   SIGUSR2,   "ends the process" },
	{ "PIPE",   SIGPIPE,   "ends the process" },
	{ "ALRM",   SIGALRM,   "ends the process" },
	{ "TERM",   SIGTERM,   "ends the process" },
	{ "STKFLT", SIGSTKFLT, "ends the process" },
	{ "CHLD",   SIGCHLD,   "is ignored" },
	{ "CONT",   SIGCONT,   "continues a stopped process" },
	{ "STOP",   SIGSTOP,   "stops the process, always" },
	{ "TSTP",   SIGTSTP,   "stops the process" },
	{ "TTIN",   SIGTTIN,   "stops the process" },
	{ "TTOU",   SIGTTOU,   "stops the process" },
	{ "URG",    SIGURG,    "is ignored" },
	{ "XCPU",   SIGXCPU,   "ends it with a core dump" },
	{ "XFSZ",   SIGXFSZ,   "ends it with a core dump" },
	{ "VTALRM", SIGVTALRM, "ends the process" },
	{ "PROF",   SIGPROF,   "ends the process" },
	{ "WINCH",  SIGWINCH,  "is ignored" },
	{ "IO",     SIGIO,     "ends the process" },
	{ "PWR",    SIGPWR,    "ends the process" },
	{ "SYS",    SIGSYS,    "ends it with a core dump" },
	// clang-format on
};
#define NSIGS ((int)(sizeof(sig_table) / sizeof(sig_table[0])))

static int
sig_realtime(const char *name)
{
	char *end;
	long n;

	if (strncasecmp(name, "RTMIN", 5) != 0)
		return -1;
	n = name[5] == '+' ? strtol(name + 6, &end, 10) : 0;
	if (name[5] == '\0')
		return SIGRTMIN;
	if (name[5] != '+' || *end || n < 0 || SIGRTMIN + n > SIGRTMAX)
		return -1;
	return SIGRTMIN + (int)n;
}

int
sig_number(const char *name)
{
	char *end;
	long n;

	if (isdigit((unsigned char)*name)) {
		n = strtol(name, &end, 10);
		return *end || n >= NSIG ? -1 : (int)n;
	}
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (int i = 0; i < NSIGS; i++)
		if (strcasecmp(sig_table[i].name, name) == 0)
			return sig_table[i].sig;
	return sig_realtime(name);
}

const char *
sig_name(int sig, char buf[SIG_NAME_SIZE])
{
	for (int i = 0; i < NSIGS; i++)
		if (sig_table[i].sig == sig)
			return sig_table[i].name;
	if (sig >= SIGRTMIN && sig <= SIGRTMAX)
		snprintf(buf, SIG_NAME_SIZE, "RTMIN+%d", sig - SIGRTMIN);
	else
		snprintf(buf, SIG_NAME_SIZE, "SIG%d", sig);
	return buf;
}

const char *
sig_default(int sig)
{
	for (int i = 0; i < NSIGS; i++)
		if (sig_table[i].sig == sig)
			return sig_table[i].effect;
	return "ends the process";
}

const char *
sig_nearest(const char *name)
{
	int best = 0, best_distance = 99;

	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (int i = 0; i < NSIGS; i++) {
		int d = text_distance(name, sig_table[i].name);

		if (d < best_distance) {
			best_distance = d;
			best = i;
		}
	}
	return sig_table[best].name;
}

int
sig_refuse(const char *name, struct err *err)
{
	if (isdigit((unsigned char)name[0]))
		return err_set(err,
		               "there is no signal %.40s: their numbers go "
		               "from 1 to %d",
		               name, SIGRTMAX);
	return err_set(err, "there is no signal %.40s: did you mean %s?", name,
	               sig_nearest(name));
}

const char *
sig_nth(int i)
{
	return i >= 0 && i < NSIGS ? sig_table[i].name : NULL;
}

void
sig_mask_text(uint64_t mask, char *buf, size_t size)
{
	size_t used = 0;

	snprintf(buf, size, "none");
	for (int sig = 1; sig <= 64; sig++) {
		char own[SIG_NAME_SIZE];
		const char *name;

		if (!(mask >> (sig - 1) & 1))
			continue;
		name = sig_name(sig, own);
		if (used + strlen(name) + 5 > size) {
			snprintf(buf + used, size - used, "...");
			return;
		}
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
		                         used ? " " : "", name);
	}
}
