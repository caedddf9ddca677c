/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/watched.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

struct watched watched;

/* What the shell does ***************************************************/

static void
watched_hear(struct wire *from, const char *server)
{
	static struct msg m;
	int fds[WIRE_FDS], nfds;

	while (wire_recv(from, &m, fds, &nfds) == 1) {
		watch_message(watched.watch, server, &m, fds, nfds);
		for (int i = 0; i < nfds; i++)
			if (fds[i] >= 0)
				close(fds[i]);
	}
}

static void
watched_on_lab(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	watched_hear(watched.front.wire, NULL);
}

static void
watched_on_server(void *arg, uint32_t events)
{
	(void)arg;
	if (events & EPOLLHUP)
		loop_drop(watched.loop, wire_fd(watched.wire));
	watched_hear(watched.wire, "web");
}

static void
watched_on_changed(void *arg)
{
	(void)arg;
	watched.changes++;
}

void
watched_open(const char *without)
{
	struct watched *w = &watched;
	struct err err;

	memset(w, 0, sizeof(*w));
	if (without)
		setenv("FORKSHOP_WITHOUT", without, 1);
	stage_open(&w->stage);
	front_open(&w->front, &w->stage, NULL);
	w->loop = loop_open(&err);
	w->timeline = timeline_open(4096);
	w->watch =
	    watch_open(w->loop, w->timeline, watched_on_changed, NULL, &err);
	ck_assert_msg(w->watch != NULL, "%s", err.text);
	watch_lab(w->watch, w->front.lab);
	ck_assert_int_eq(loop_watch(w->loop, wire_fd(w->front.wire), EPOLLIN,
	                            watched_on_lab, NULL, &err),
	                 0);
}

void
watched_close(void)
{
	struct watched *w = &watched;

	watch_close(w->watch);
	loop_close(w->loop);
	timeline_close(w->timeline);
	wire_close(w->wire);
	page_unmap(w->page);
	front_close(&w->front);
	stage_close(&w->stage);
}

static void
watched_start(enum start_kind kind, const char *name, const char *const *argv,
              const int *fds, int nfds)
{
	struct msg m = msg_make(MSG_START, name);
	size_t used = 0;
	struct err err;

	m.start.kind = (int)kind;
	for (; argv[m.start.argc]; m.start.argc++) {
		strcpy(m.start.argv + used, argv[m.start.argc]);
		used += strlen(argv[m.start.argc]) + 1;
	}
	ck_assert_msg(wire_send(watched.front.wire, &m, fds, nfds, &err) == 0,
	              "%s", err.text);
}

void
watched_job(const char *name, const char *command)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	int out = 2;

	watch_expect(watched.watch, name, KIND_JOB, command);
	watched_start(START_JOB, name, argv, &out, 1);
}

void
watched_server(const char *workers, const char *on_parent_death)
{
	watched_model(workers, on_parent_death, "event");
}

void
watched_model(const char *workers, const char *on_parent_death,
              const char *model)
{
	const char *argv[] = { stage_program("forkshop-server"),
		               "web",
		               "--port",
		               "0",
		               "--workers",
		               workers,
		               "--on-parent-death",
		               on_parent_death,
		               "--model",
		               model,
		               NULL };
	struct watched *w = &watched;
	int pair[2], fd, fds[4];
	struct err err;

	w->page = page_create(&fd, &err);
	ck_assert_ptr_nonnull(w->page);
	ck_assert_int_eq(wire_pair(pair, &err), 0);
	w->wire = wire_open(pair[0], &err);
	loop_watch(w->loop, pair[0], EPOLLIN, watched_on_server, NULL, &err);
	watch_expect(w->watch, "web", KIND_MASTER, "forkshop-server web");
	watch_server(w->watch, "web", w->page, "rr", model, on_parent_death);
	fds[0] = 2;
	fds[1] = pair[1];
	fds[2] = fd;
	fds[3] = watch_wake_fd(w->watch);
	watched_start(START_SERVER, "web", argv, fds, 4);
	close(pair[1]);
	close(fd);
}

void
watched_get(int n)
{
	int port = watch_snapshot(watched.watch)->server[0].port;

	for (int i = 0; i < n; i++)
		stage_outside(&watched.stage, "curl -s http://127.0.0.1:%d/",
		              port);
}

/* What there is to see **************************************************/

const struct event *
watched_event(enum event_type type, const char *name)
{
	for (size_t i = 0; i < timeline_count(watched.timeline); i++) {
		const struct event *e = timeline_at(watched.timeline, i);

		if (e->type == type &&
		    (!name[0] || strcmp(e->who.name, name) == 0))
			return e;
	}
	return NULL;
}

const char *
watched_log(void)
{
	static char text[65536];
	char line[256];

	text[0] = '\0';
	for (size_t i = 0; i < timeline_count(watched.timeline); i++)
		text_add(text, sizeof(text), "%s\n",
		         event_text(timeline_at(watched.timeline, i), line,
		                    sizeof(line)));
	return text;
}

const char *
watched_tree(void)
{
	static char text[65536];
	const struct snapshot *s = watch_snapshot(watched.watch);
	char end[64];

	text[0] = '\0';
	for (int i = 0; i < s->nprocs; i++) {
		const struct proc *p = &s->proc[i];

		text_add(text, sizeof(text), "%*s%s %c %s\n", p->depth, "",
		         p->name[0] ? p->name : p->cmd, p->state,
		         ending_text(p, end, sizeof(end)));
	}
	return text;
}

const struct proc *
watched_row(const char *name)
{
	return snapshot_find(watch_snapshot(watched.watch), name);
}

const struct proc *
watched_command(const char *cmd)
{
	const struct snapshot *s = watch_snapshot(watched.watch);

	for (int i = 0; i < s->nprocs; i++)
		if (!s->proc[i].name[0] && strcmp(s->proc[i].cmd, cmd) == 0)
			return &s->proc[i];
	return NULL;
}

/* Waiting ***************************************************************/

int
watched_turns(int ms)
{
	int64_t end_ns = clock_ns() + ms * NS_PER_MS;
	int n = 0;

	for (; clock_ns() < end_ns; n++)
		loop_turn(watched.loop, end_ns, NULL);
	return n - 1; /* the last one is the test's own end */
}

void
watched_turn(const char *what)
{
	static const char *last;
	static int64_t end_ns;

	if (what != last)
		end_ns = clock_ns() + stage_limit_ms() * NS_PER_MS;
	last = what;
	ck_assert_msg(clock_ns() < end_ns, "in vain: %s\n%s%s", what,
	              watched_tree(), watched_log());
	loop_turn(watched.loop, end_ns, NULL);
}
