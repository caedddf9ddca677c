/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/rehearse.h"

#include <check.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "tests/stage.h"

struct loop *rehearse_loop;
struct session *rehearse_session;
char rehearse_progress[256];
int rehearse_passes;
bool rehearse_may_pass = true;

static char *rehearse_text; /* all that was said: "kind name: text\n" */
static size_t rehearse_len;

/* The front *************************************************************/

static void
rehearse_line(void *arg, enum line_kind kind, const char *name,
              const char *text)
{
	static const char *const kinds[] = { "command", "result", "event",
		                             "output",  "error",  "good",
		                             "lesson",  "tree" };
	size_t room = strlen(text) + 64;

	(void)arg;
	rehearse_text = realloc(rehearse_text, rehearse_len + room);
	ck_assert_ptr_nonnull(rehearse_text);
	rehearse_len +=
	    (size_t)snprintf(rehearse_text + rehearse_len, room, "%s %s: %s\n",
	                     kinds[kind], name ? name : "-", text);
}

static void
rehearse_event(void *arg, const struct event *e)
{
	(void)arg, (void)e;
}

static void
rehearse_changed(void *arg)
{
	(void)arg;
}

static void
rehearse_set_progress(void *arg, const char *text)
{
	(void)arg;
	snprintf(rehearse_progress, sizeof(rehearse_progress), "%s", text);
}

static int
rehearse_passthrough(void *arg, bool on, struct err *err)
{
	(void)arg, (void)on;
	if (!rehearse_may_pass)
		return err_set(err, "the terminal is elsewhere");
	rehearse_passes++;
	return 0;
}

/* Opening and turning ***************************************************/

void
rehearse_open(struct session_options options)
{
	struct front front = { .line = rehearse_line,
		               .event = rehearse_event,
		               .changed = rehearse_changed,
		               .progress = rehearse_set_progress,
		               .passthrough = rehearse_passthrough };
	static char programs[4096];
	struct err err;

	snprintf(programs, sizeof(programs), "%s",
	         stage_program("forkshop-lab"));
	options.programs = dirname(programs);
	options.headless = true;
	rehearse_loop = loop_open(&err);
	ck_assert_ptr_nonnull(rehearse_loop);
	rehearse_session = session_open(rehearse_loop, &options, &front, &err);
	ck_assert_msg(rehearse_session, "%s", err.text);
}

void
rehearse_close(void)
{
	session_close(rehearse_session);
	loop_close(rehearse_loop);
	free(rehearse_text);
	rehearse_text = NULL;
	rehearse_session = NULL;
}

void
rehearse_until(bool (*holds)(const void *), const void *arg, const char *what)
{
	int64_t end_ns = clock_ns() + stage_limit_ms() * NS_PER_MS;
	struct err err;

	while (!holds(arg)) {
		ck_assert_msg(clock_ns() < end_ns,
		              "time is up, waiting for %s; said:\n%s", what,
		              rehearse_text ? rehearse_text : "");
		ck_assert_int_eq(loop_turn(rehearse_loop, end_ns, &err), 0);
	}
}

void
rehearse_run(const char *line)
{
	rehearse_len = 0;
	if (rehearse_text)
		rehearse_text[0] = '\0';
	session_run(rehearse_session, line);
	rehearse_until(rehearse_is_idle, NULL, line);
}

/* What is so ************************************************************/

static bool
rehearse_is_said(const void *text)
{
	return rehearse_text && strstr(rehearse_text, text);
}

void
rehearse_until_said(const char *text)
{
	rehearse_until(rehearse_is_said, text, text);
}

void
rehearse_said(const char *text)
{
	ck_assert_msg(rehearse_is_said(text), "\"%s\" was not said, but\n%s",
	              text, rehearse_text);
}

void
rehearse_not_said(const char *text)
{
	ck_assert_msg(!rehearse_is_said(text), "\"%s\" was said:\n%s", text,
	              rehearse_text);
}

bool
rehearse_is_idle(const void *unused)
{
	(void)unused;
	return session_idle(rehearse_session) ||
	       session_quits(rehearse_session);
}

bool
rehearse_is_in_front(const void *name)
{
	const struct snapshot *snap = session_snapshot(rehearse_session);
	const struct proc *p = snapshot_find(snap, name);
	const char *front = session_foreground(rehearse_session);

	return p && p->pid == snap->foreground && front &&
	       strcmp(front, name) == 0;
}

bool
rehearse_is_taken_back(const void *unused)
{
	(void)unused;
	return session_snapshot(rehearse_session)->foreground == 0;
}

bool
rehearse_is_gone(const void *name)
{
	const struct proc *p =
	    snapshot_find(session_snapshot(rehearse_session), name);

	return !p || p->dead;
}

pid_t
rehearse_pid(const char *name)
{
	const struct proc *p =
	    snapshot_find(session_snapshot(rehearse_session), name);

	ck_assert_msg(p, "there is no %s", name);
	return p->pid;
}

bool
rehearse_all_ended(const pid_t *pids)
{
	for (const pid_t *pid = pids; *pid; pid++)
		if (kill(*pid, 0) == 0)
			return false;
	return true;
}
