/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The watch over a real lab, real servers and real jobs; the test is the
 * shell.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "core/watch/watch.h"
#include "tests/front.h"

static struct stage stage;
static struct front front;
static struct loop *loop;
static struct timeline *timeline;
static struct watch *watch;
static int changes; /* calls of changed() */

/* A server that the test has started. */
static struct wire *wire;
static struct page *page;

/* The shell's part ******************************************************/

static void
hear(struct wire *from, const char *server)
{
	static struct msg m;
	int fds[WIRE_FDS], nfds;

	while (wire_recv(from, &m, fds, &nfds) == 1) {
		watch_message(watch, server, &m, fds, nfds);
		for (int i = 0; i < nfds; i++)
			if (fds[i] >= 0)
				close(fds[i]);
	}
}

static void
on_lab(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	hear(front.wire, NULL);
}

static void
on_server(void *arg, uint32_t events)
{
	(void)arg;
	if (events & EPOLLHUP)
		loop_drop(loop, wire_fd(wire));
	hear(wire, "web");
}

static void
on_changed(void *arg)
{
	(void)arg;
	changes++;
}

static void
open_watch(void)
{
	struct err err;

	stage_open(&stage);
	front_open(&front, &stage, NULL);
	loop = loop_open(&err);
	timeline = timeline_open(4096);
	watch = watch_open(loop, timeline, on_changed, NULL, &err);
	ck_assert_msg(watch != NULL, "%s", err.text);
	watch_lab(watch, front.lab);
	ck_assert_int_eq(
	    loop_watch(loop, wire_fd(front.wire), EPOLLIN, on_lab, NULL, &err),
	    0);
}

static void
setup(void)
{
	unsetenv("FORKSHOP_WITHOUT");
	open_watch();
}

/* Everything that is newer than what the oldest kernel has. */
static void
setup_without(void)
{
	setenv("FORKSHOP_WITHOUT", "connector,pidfd-info", 1);
	open_watch();
}

static void
setup_without_children(void)
{
	setenv("FORKSHOP_WITHOUT", "connector,pidfd-info,children", 1);
	open_watch();
}

static void
teardown(void)
{
	watch_close(watch);
	loop_close(loop);
	timeline_close(timeline);
	wire_close(wire);
	page_unmap(page);
	front_close(&front);
	stage_close(&stage);
}

static void
start(enum start_kind kind, const char *name, const char *const *argv,
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
	ck_assert_msg(wire_send(front.wire, &m, fds, nfds, &err) == 0, "%s",
	              err.text);
}

static void
start_job(const char *name, const char *command)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	int out = 2;

	watch_expect(watch, name, KIND_JOB, command);
	start(START_JOB, name, argv, &out, 1);
}

static void
start_server(const char *workers, const char *death)
{
	const char *argv[] = { stage_program("forkshop-server"),
		               "web",
		               "--port",
		               "0",
		               "--workers",
		               workers,
		               "--on-parent-death",
		               death,
		               NULL };
	int pair[2], fd, fds[4];
	struct err err;

	page = page_create(&fd, &err);
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(wire_pair(pair, &err), 0);
	wire = wire_open(pair[0], &err);
	loop_watch(loop, pair[0], EPOLLIN, on_server, NULL, &err);
	watch_expect(watch, "web", KIND_MASTER, "forkshop-server web");
	watch_server(watch, "web", page, "rr", "event", death);
	fds[0] = 2;
	fds[1] = pair[1];
	fds[2] = fd;
	fds[3] = watch_wake_fd(watch);
	start(START_SERVER, "web", argv, fds, 4);
	close(pair[1]);
	close(fd);
}

/* Waiting ***************************************************************/

/* Has an event of this word happened to who is called so ("" any)? */
static const struct event *
happened(enum event_type type, const char *name)
{
	for (size_t i = 0; i < timeline_count(timeline); i++) {
		const struct event *e = timeline_at(timeline, i);

		if (e->type == type &&
		    (!name[0] || strcmp(e->who.name, name) == 0))
			return e;
	}
	return NULL;
}

static const char *
log_text(void)
{
	static char text[65536];
	char line[256];

	text[0] = '\0';
	for (size_t i = 0; i < timeline_count(timeline); i++)
		text_add(
		    text, sizeof(text), "%s\n",
		    event_text(timeline_at(timeline, i), line, sizeof(line)));
	return text;
}

static const char *
tree_text(void)
{
	static char text[65536];
	const struct snapshot *s = watch_snapshot(watch);
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

#define until(condition)                                                       \
	do {                                                                   \
		int64_t end_ns_ = clock_ns() + stage_limit_ms() * NS_PER_MS;   \
		while (!(condition)) {                                         \
			ck_assert_msg(clock_ns() < end_ns_,                    \
			              "in vain: %s\n%s%s", #condition,         \
			              tree_text(), log_text());                \
			loop_turn(loop, end_ns_, NULL);                        \
		}                                                              \
	} while (0)

static const struct proc *
row(const char *name)
{
	return snapshot_find(watch_snapshot(watch), name);
}

/* The first row of that command that has no name. */
static const struct proc *
row_of(const char *cmd)
{
	const struct snapshot *s = watch_snapshot(watch);

	for (int i = 0; i < s->nprocs; i++)
		if (!s->proc[i].name[0] && strcmp(s->proc[i].cmd, cmd) == 0)
			return &s->proc[i];
	return NULL;
}

static bool
listens(const char *name)
{
	const struct proc *p = row(name);

	return p && p->life == LIFE_LISTENING;
}

static void
http_get(int n)
{
	int port = watch_snapshot(watch)->server[0].port;

	for (int i = 0; i < n; i++)
		stage_outside(&stage, "curl -s http://127.0.0.1:%d/ &", port);
}

/* Turn for a while; returns how often the loop woke. */
static int
turns_in(int ms)
{
	int64_t end_ns = clock_ns() + ms * NS_PER_MS;
	int n = 0;

	for (; clock_ns() < end_ns; n++)
		loop_turn(loop, end_ns, NULL);
	return n - 1; /* the last one is the test's own end */
}

/* Servers ***************************************************************/

START_TEST(a_server_and_its_workers_stand_under_the_lab)
{
	const struct snapshot *s;

	start_server("2", "channel");
	until(listens("w1") && listens("w2") && row("w2")->state == 'S');
	watch_refresh(watch);
	s = watch_snapshot(watch);
	ck_assert_int_eq(s->nprocs, 5);
	ck_assert_str_eq(s->proc[1].name, "lab");
	ck_assert_str_eq(s->proc[2].name, "web");
	ck_assert_str_eq(s->proc[3].name, "w1");
	ck_assert_str_eq(s->proc[4].name, "w2");
	ck_assert_int_eq(s->proc[4].ppid, s->proc[2].pid);
	ck_assert_str_eq(s->proc[4].cmd, "forkshop-server w2");
	ck_assert_int_eq(s->nservers, 1);
	ck_assert(s->server[0].up && s->server[0].listening);
	ck_assert_int_gt(s->server[0].port, 0);
	ck_assert_ptr_nonnull(happened(EVENT_FORKED, "w1"));
	ck_assert_ptr_nonnull(happened(EVENT_ONLINE, "web"));
	ck_assert_int_gt(changes, 0);
}
END_TEST

START_TEST(requests_are_counted_and_told_in_order)
{
	int64_t last_ns = 0;
	int answers = 0;

	start_server("2", "channel");
	until(listens("w1") && listens("w2"));
	http_get(6);
	until(watch_snapshot(watch)->server[0].done == 6);
	ck_assert_uint_eq(row("w1")->done + row("w2")->done, 6);
	ck_assert_uint_eq(row("web")->done, 6);
	ck_assert(row("w1")->answered_last != row("w2")->answered_last);
	for (size_t i = 0; i < timeline_count(timeline); i++) {
		const struct event *e = timeline_at(timeline, i);

		answers += e->type == EVENT_ANSWER;
		ck_assert_int_ge(e->t_ns, last_ns);
		last_ns = e->t_ns;
	}
	ck_assert_int_eq(answers, 6);
	ck_assert_ptr_nonnull(strstr(log_text(), "answered / with 200 in"));
}
END_TEST

START_TEST(a_killed_worker_lingers_with_its_reason)
{
	const struct proc *p;
	char buf[64];
	pid_t pid;

	start_server("2", "channel");
	until(listens("w1") && listens("w2"));
	watch_linger(watch, 300 * NS_PER_MS);
	pid = row("w1")->pid;
	kill(pid, SIGTERM);
	until(row("w1") && row("w1")->reaped);
	p = row("w1");
	ck_assert_str_eq(ending_text(p, buf, sizeof(buf)), "killed by TERM");
	ck_assert_msg(strcmp(watch_snapshot(watch)->proc[3].name, "w1") == 0,
	              "%s%s", tree_text(), log_text());
	ck_assert_int_lt(watch_pidfd(watch, pid, NULL), 0);
	ck_assert_ptr_nonnull(strstr(log_text(), "died: killed by TERM\n"));
	until(!row("w1"));
	ck_assert_ptr_nonnull(row("w2"));
}
END_TEST

START_TEST(without_linger_the_dead_stay_until_the_next_command)
{
	start_server("1", "channel");
	watch_linger(watch, -1);
	until(listens("w1"));
	kill(row("w1")->pid, SIGKILL);
	until(row("w1")->reaped);
	turns_in(100);
	ck_assert_ptr_nonnull(row("w1"));
	watch_next_command(watch);
	ck_assert_ptr_null(row("w1"));
}
END_TEST

START_TEST(when_the_master_dies_the_channel_is_the_reason)
{
	start_server("2", "channel");
	until(listens("w1") && listens("w2"));
	kill(row("web")->pid, SIGKILL);
	until(happened(EVENT_REAPED, "w1") && happened(EVENT_REAPED, "w2"));
	ck_assert(!watch_snapshot(watch)->server[0].up);
	ck_assert(!watch_snapshot(watch)->server[0].listening);
	ck_assert_msg(strstr(log_text(), "exited 0: its channel to web closed"),
	              "%s", log_text());
}
END_TEST

START_TEST(orphans_move_under_the_lab_and_live)
{
	start_server("2", "orphan");
	until(listens("w1") && listens("w2"));
	kill(row("web")->pid, SIGKILL);
	until(happened(EVENT_ADOPTED, "w1") && happened(EVENT_ADOPTED, "w2"));
	ck_assert_int_eq(row("w1")->ppid, front.lab);
	ck_assert(row("w1")->adopted && !row("w1")->dead);
	ck_assert_msg(strstr(log_text(), "adopted by the lab"), "%s",
	              log_text());
	kill(row("w1")->pid, SIGKILL);
	until(happened(EVENT_REAPED, "w1"));
	ck_assert_int_eq(happened(EVENT_EXITED, "w1")->b, SIGKILL);
}
END_TEST

START_TEST(stop_and_continue_are_seen)
{
	start_server("1", "channel");
	until(listens("w1"));
	kill(row("w1")->pid, SIGSTOP);
	until(happened(EVENT_STOPPED, "w1"));
	ck_assert_int_eq(row("w1")->state, 'T');
	kill(row("w1")->pid, SIGCONT);
	until(happened(EVENT_CONTINUED, "w1"));
	ck_assert_int_eq(row("w1")->state, 'S');
}
END_TEST

START_TEST(a_forgotten_server_keeps_its_counts)
{
	start_server("1", "channel");
	until(listens("w1"));
	http_get(3);
	until(row("w1")->done == 3);
	watch_forget(watch, "web");
	page_unmap(page);
	page = NULL;
	ck_assert_uint_eq(row("w1")->done, 3);
	watch_refresh(watch);
	ck_assert_uint_eq(watch_snapshot(watch)->server[0].done, 3);
}
END_TEST

/* Quiet *****************************************************************/

START_TEST(nothing_wakes_while_nothing_happens)
{
	start_server("2", "channel");
	until(listens("w1") && listens("w2"));
	turns_in(2000); /* what was busy comes to rest */
	ck_assert_int_eq(turns_in(3000), 0);
}
END_TEST

START_TEST(after_jobs_and_requests_it_is_quiet_again)
{
	start_server("1", "channel");
	until(listens("w1"));
	watch_linger(watch, 100 * NS_PER_MS);
	start_job("j1", "true | true");
	until(happened(EVENT_REAPED, "j1"));
	http_get(2);
	until(row("w1")->done == 2);
	turns_in(2500);
	ck_assert_int_eq(turns_in(1500), 0);
}
END_TEST

START_TEST(a_value_without_events_is_read_while_somebody_wants_it)
{
	start_server("1", "channel");
	until(listens("w1"));
	ck_assert_int_eq(row("w1")->private_kb, -1);
	watch_want(watch, WANT_MEMORY | WANT_STATUS | WANT_FDS);
	until(row("w1")->private_kb > 0 && row("w1")->fds > 0);
	ck_assert_int_eq(row("w1")->uid, (int)getuid());
	turns_in(1500);
	ck_assert_int_ge(turns_in(1000), 2);
	watch_want(watch, 0);
	turns_in(1500);
	ck_assert_int_eq(turns_in(1000), 0);
}
END_TEST

/* Jobs, and what they start *********************************************/

START_TEST(a_job_is_a_row_with_its_exit_code)
{
	char buf[64];

	start_job("j1", "exit 7");
	until(happened(EVENT_REAPED, "j1"));
	ck_assert_int_eq(row("j1")->kind, KIND_JOB);
	ck_assert_str_eq(ending_text(row("j1"), buf, sizeof(buf)), "exited 7");
	ck_assert_str_eq(row("j1")->cmd, "exit 7");
	ck_assert(!row("j1")->counts);
}
END_TEST

START_TEST(the_children_of_a_job_are_seen)
{
	pid_t pid;

	start_job("j1", "sleep 300 & wait $!; echo $? >/dev/null; sleep 200");
	until(row_of("sleep 300"));
	ck_assert_int_eq(row_of("sleep 300")->ppid, row("j1")->pid);
	ck_assert_int_eq(row_of("sleep 300")->kind, KIND_OTHER);
	pid = row_of("sleep 300")->pid;
	kill(pid, SIGSTOP);
	until(row_of("sleep 300")->state == 'T');
	ck_assert_int_ge(watch_pidfd(watch, pid, NULL), 0);
	kill(pid, SIGKILL);
	until(row_of("sleep 300") && row_of("sleep 300")->reaped);
}
END_TEST

START_TEST(how_a_grandchild_ended_is_known)
{
	start_job("j1", "sleep 300 & wait; exec sleep 200");
	until(row_of("sleep 300"));
	kill(row_of("sleep 300")->pid, SIGTERM);
	until(row_of("sleep 300") && row_of("sleep 300")->reaped);
	ck_assert(row_of("sleep 300")->end.known);
	ck_assert_int_eq(row_of("sleep 300")->end.code, SIGTERM);
}
END_TEST

static const struct proc *
zombie(void)
{
	const struct snapshot *s = watch_snapshot(watch);

	for (int i = 0; i < s->nprocs; i++)
		if (s->proc[i].dead && !s->proc[i].reaped &&
		    s->proc[i].kind == KIND_OTHER)
			return &s->proc[i];
	return NULL;
}

START_TEST(a_zombie_tells_its_exit_code)
{
	/* The shell's child is inherited by a sleep, which never waits. */
	start_job("j1", "(sleep 0.3; exit 5) & exec sleep 200");
	until(zombie() && zombie()->ppid == row("j1")->pid);
	ck_assert_int_eq(zombie()->state, 'Z');
	ck_assert(zombie()->end.known);
	ck_assert_int_eq(zombie()->end.code, 5);
}
END_TEST

START_TEST(a_daemon_is_adopted)
{
	start_job("j1", "(setsid sleep 300 &) ; exit 0");
	until(happened(EVENT_REAPED, "j1"));
	until(row_of("sleep 300") && row_of("sleep 300")->adopted);
	ck_assert_int_eq(row_of("sleep 300")->ppid, front.lab);
	kill(row_of("sleep 300")->pid, SIGKILL);
	until(row_of("sleep 300")->reaped);
	ck_assert(row_of("sleep 300")->end.known);
}
END_TEST

START_TEST(a_storm_of_births_loses_nobody)
{
	start_job("j1", "i=0; while [ $i -lt 200 ]; do /bin/true; "
	                "i=$((i+1)); done");
	until(happened(EVENT_REAPED, "j1"));
	watch_refresh(watch);
	ck_assert_int_le(watch_snapshot(watch)->nprocs, 2 + 64 + 1);
	ck_assert(!row("j1") || row("j1")->reaped);
	turns_in(1000);
	for (int i = 0; i < watch_snapshot(watch)->nprocs; i++)
		ck_assert(i < 2 || watch_snapshot(watch)->proc[i].reaped);
}
END_TEST

static int
thread_rows(void)
{
	const struct snapshot *s = watch_snapshot(watch);
	int n = 0;

	for (int i = 0; i < s->nprocs; i++)
		n += s->proc[i].kind == KIND_THREAD && !s->proc[i].dead;
	return n;
}

START_TEST(threads_are_rows)
{
	start_job("j1", "exec node -e 'setTimeout(()=>{}, 300000)'");
	until(row("j1") && row("j1")->threads > 2 &&
	      thread_rows() == row("j1")->threads - 1);
	ck_assert_ptr_nonnull(happened(EVENT_THREAD, ""));
}
END_TEST

START_TEST(strangers_have_no_pidfd)
{
	struct err err;

	ck_assert_int_lt(watch_pidfd(watch, 1, &err), 0);
	ck_assert_str_eq(err.text, "pid 1 is not a process of this lab");
	ck_assert_int_ge(watch_pidfd(watch, front.lab, &err), 0);
}
END_TEST

static void
add_births(TCase *c)
{
	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_job_is_a_row_with_its_exit_code);
	tcase_add_test(c, the_children_of_a_job_are_seen);
	tcase_add_test(c, a_zombie_tells_its_exit_code);
	tcase_add_test(c, a_daemon_is_adopted);
	tcase_add_test(c, a_storm_of_births_loses_nobody);
}

static TCase *
case_servers(void)
{
	TCase *c = tcase_create("servers");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_server_and_its_workers_stand_under_the_lab);
	tcase_add_test(c, requests_are_counted_and_told_in_order);
	tcase_add_test(c, a_killed_worker_lingers_with_its_reason);
	tcase_add_test(c, without_linger_the_dead_stay_until_the_next_command);
	tcase_add_test(c, when_the_master_dies_the_channel_is_the_reason);
	tcase_add_test(c, orphans_move_under_the_lab_and_live);
	tcase_add_test(c, stop_and_continue_are_seen);
	tcase_add_test(c, a_forgotten_server_keeps_its_counts);
	tcase_add_test(c, nothing_wakes_while_nothing_happens);
	tcase_add_test(c, after_jobs_and_requests_it_is_quiet_again);
	tcase_add_test(c,
	               a_value_without_events_is_read_while_somebody_wants_it);
	return c;
}

int
main(void)
{
	Suite *s = suite_create("watch");
	TCase *with = tcase_create("with all probes");
	TCase *without = tcase_create("without connector and pidfd-info");
	TCase *list = tcase_create("without children files");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, case_servers());
	suite_add_tcase(s, with);
	suite_add_tcase(s, without);
	suite_add_tcase(s, list);
	tcase_add_checked_fixture(with, setup, teardown);
	add_births(with);
	tcase_add_test(with, how_a_grandchild_ended_is_known);
	tcase_add_test(with, threads_are_rows);
	tcase_add_test(with, strangers_have_no_pidfd);
	tcase_add_checked_fixture(without, setup_without, teardown);
	add_births(without);
	tcase_add_checked_fixture(list, setup_without_children, teardown);
	tcase_add_test(list, the_children_of_a_job_are_seen);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
