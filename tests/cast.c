/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/cast.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cast
cast_open(const char *const argv[])
{
	struct cast c = { .s = story_open(argv) };

	story_expect_each(c.s, "master web .* listening on",
	                  "worker w1 .* listening on",
	                  "worker w2 .* listening on", NULL);
	c.port = story_port(c.s);
	return c;
}

pid_t
cast_pid(struct cast *c, const char *name)
{
	char told[64];
	const char *at = c->s->text;
	pid_t pid = 0;
	size_t len = (size_t)snprintf(told, sizeof(told), "%s (pid ", name);

	for (; (at = strstr(at, told)); at += len)
		if (at == c->s->text || strchr(" \n", at[-1]))
			pid = (pid_t)atoi(at + len);
	ck_assert_msg(pid > 0, "nobody has told the pid of %s:\n%s", name,
	              c->s->text);
	return pid;
}

void
cast_assert_answers(struct cast *c, const char *worker)
{
	const char *body =
	    story_outside(c->s, "curl -sS -m 20 http://localhost:%d/", c->port);
	char want[64];

	snprintf(want, sizeof(want), "hello world from %s (pid %d)\n", worker,
	         (int)cast_pid(c, worker));
	ck_assert_str_eq(body, want);
}

char
cast_state(pid_t pid, pid_t *parent)
{
	char path[32], text[512], state = 0;
	const char *end;
	FILE *file;
	int ppid = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file && fgets(text, sizeof(text), file) &&
	    (end = strrchr(text, ')')))
		sscanf(end, ") %c %d", &state, &ppid);
	if (file)
		fclose(file);
	if (parent)
		*parent = ppid;
	return state;
}

static bool
cast_gone(void *pid)
{
	char state = cast_state(*(const pid_t *)pid, NULL);

	return state == 0 || state == 'Z' || state == 'X';
}

void
cast_wait_gone(pid_t pid)
{
	char what[64];

	snprintf(what, sizeof(what), "process %d has ended", (int)pid);
	stage_until(cast_gone, &pid, what);
}
