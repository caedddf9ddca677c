/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kill [-SIG] TARGET...: the forms of kill(1), but only for the lab.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/child.h"
#include "core/sys/sig.h"

/* kill -l, kill -l 15, kill -l TERM. */
static enum outcome
kill_list(struct session *s, const char *which, struct err *err)
{
	char name[SIG_NAME_SIZE], line[512] = "";
	int sig;

	if (which) {
		sig = sig_number(which);
		if (sig < 0) {
			err_set(err, "there is no signal %.40s", which);
			return OUTCOME_USAGE;
		}
		session_say(s, LINE_RESULT, "%d %s: by default it %s", sig,
		            sig_name(sig, name), sig_default(sig));
		return OUTCOME_DONE;
	}
	for (int i = 0; sig_nth(i); i++) {
		char word[24];

		snprintf(word, sizeof(word), "%2d %-8s", sig_number(sig_nth(i)),
		         sig_nth(i));
		strcat(line, word);
		if (i % 6 == 5 || !sig_nth(i + 1)) {
			session_say(s, LINE_RESULT, "%s", line);
			line[0] = '\0';
		}
	}
	return OUTCOME_DONE;
}

/* "-9", "-TERM", "-s TERM": the signal; *first is then the first target. */
static int
kill_which(const struct args *args, int *first, struct err *err)
{
	const char *word = args->argc ? args->argv[0] : "";
	int sig = 15;

	*first = 0;
	if (word[0] != '-')
		return sig;
	*first = 1;
	word++;
	if (strcmp(word, "s") == 0 || strcmp(word, "n") == 0) {
		word = args->argc > 1 ? args->argv[1] : "";
		*first = 2;
	} else if (strcmp(word, "-") == 0) {
		return sig;
	}
	sig = sig_number(word);
	return sig < 0 ? sig_refuse(word, err) : sig;
}

static void
kill_event(struct session *s, const struct proc *p, int sig)
{
	struct event e = { .type = EVENT_SIGNAL, .a = sig };

	memcpy(e.who.name, p->name, sizeof(e.who.name));
	e.who.pid = p->pid;
	e.who.tid = p->tid;
	e.who.kind = p->kind;
	watch_event(s->watch, &e);
}

/* p, when it is known: for who asks afterwards, `ever signal(0, p1)`. */
static int
kill_asked(struct session *s, const struct proc *p, const char *name)
{
	if (p)
		kill_event(s, p, 0);
	session_say(s, LINE_RESULT,
	            "%s is there: signal 0 only asks, and sends nothing", name);
	return 0;
}

/* The whole group of a job, by the lab, which holds a member unreaped. */
static int
kill_group(struct session *s, const char *spec, int sig, struct err *err)
{
	struct job *job = session_job(s, spec, err);
	struct msg m = msg_make(MSG_SIGNAL_GROUP, NULL);
	const struct proc *p;

	if (!job)
		return -1;
	p = snapshot_pid(session_snapshot(s), job->pid);
	if (sig == 0)
		return kill_asked(s, p, spec);
	if (p)
		kill_event(s, p, sig);
	m.target.pid = job->pid;
	m.target.value = sig;
	return session_tell_lab(s, &m, err);
}

static int
kill_stranger(const char *name, int sig, struct err *err)
{
	char sigbuf[SIG_NAME_SIZE];

	return err_set(err,
	               "%.20s is not a process of the lab: forkshop signals "
	               "only what it started; in another terminal: kill -%s "
	               "%.20s",
	               name, sig_name(sig, sigbuf), name);
}

static int
kill_allowed(const struct proc *p, int sig, struct err *err)
{
	if (p->kind == KIND_SHELL && sig)
		return err_set(err, "that is the shell you type into: quit "
		                    "ends it, and the lab with it");
	if (p->kind == KIND_LAB && sig)
		return err_set(err, "the lab is the parent of everything: quit "
		                    "ends it well");
	if (p->reaped)
		return err_set(err,
		               "%s has ended, and its parent has waited: "
		               "nothing is left to signal",
		               p->name[0] ? p->name : "that process");
	return 0;
}

static int
kill_proc(struct session *s, const struct proc *p, int sig, struct err *err)
{
	int pidfd = watch_pidfd(s->watch, p->pid, err);

	if (pidfd < 0)
		return -1;
	if (sig)
		kill_event(s, p, sig);
	if (p->tid && p->tid != p->pid)
		return child_signal_thread(pidfd, p->pid, p->tid, sig, err);
	return child_signal(pidfd, sig, err);
}

static int
kill_one(struct session *s, const char *name, int sig, struct err *err)
{
	const struct proc *p;

	if (*name == '%')
		return kill_group(s, name, sig, err);
	p = session_target(s, name, err);
	if (!p && isdigit((unsigned char)*name))
		return kill_stranger(name, sig, err);
	if (!p || kill_allowed(p, sig, err) < 0)
		return -1;
	if (p->kind == KIND_JOB && strcmp(name, p->name) == 0)
		return kill_group(s, name, sig, err); /* j1 is %1 */
	if (kill_proc(s, p, sig, err) < 0)
		return -1;
	return sig == 0 ? kill_asked(s, p, name) : 0;
}

/* As kill(1): one target that fails does not spare the others. */
static enum outcome
kill_all(struct session *s, const struct args *args, int first, int sig,
         struct err *err)
{
	enum outcome outcome = OUTCOME_DONE;
	struct err why;

	for (int i = first; i < args->argc; i++) {
		if (kill_one(s, args->argv[i], sig, &why) == 0)
			continue;
		if (outcome == OUTCOME_FAILED)
			session_say(s, LINE_ERROR, "%s", err->text);
		*err = why;
		outcome = OUTCOME_FAILED;
	}
	return outcome;
}

static enum outcome
run_kill(struct session *s, const struct args *args, struct err *err)
{
	int first, sig;

	if (args->argc && strcmp(args->argv[0], "-l") == 0)
		return kill_list(s, args->argv[1], err);
	sig = kill_which(args, &first, err);
	if (sig < 0)
		return OUTCOME_USAGE;
	if (first >= args->argc) {
		err_set(err, "kill needs a target: w1, web, %%1, or a pid");
		return OUTCOME_USAGE;
	}
	return kill_all(s, args, first, sig, err);
}

const struct command cmd_kill = {
	.name = "kill",
	.group = "processes",
	.blurb = "send a signal to a process of the lab",
	.detail =
	    "As kill(1): kill w2, kill -KILL w2, kill -s STOP w2, kill -9 "
	    "1234, kill %1 or j1 (the whole group of a job), kill -0 w1 (only "
	    "asks), kill -l (all signals). TERM is the default.",
	.example = "kill -STOP w1",
	.args = { { .kind = ARG_SIGNAL, .name = "-SIG", .optional = true },
	          { .kind = ARG_TARGET, .name = "TARGET", .many = true } },
	.raw = true,
	.run = run_kill,
};
