/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The watch over a real server, and over nothing that happens.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "tests/watched.h"

static void
setup(void)
{
	watched_open(NULL);
}

static bool
listens(const char *name)
{
	const struct proc *p = watched_row(name);

	return p && p->life == LIFE_LISTENING;
}

/* Servers ***************************************************************/

START_TEST(a_server_and_its_workers_stand_under_the_lab)
{
	const struct snapshot *s;

	watched_server("2", "channel");
	until(listens("w1") && listens("w2") &&
	      watched_row("w2")->state == 'S');
	watch_refresh(watched.watch);
	s = watch_snapshot(watched.watch);
	ck_assert_int_eq(s->nprocs, 5);
	ck_assert_str_eq(s->proc[1].name, "lab");
	ck_assert_str_eq(s->proc[2].name, "web");
	ck_assert_str_eq(s->proc[3].name, "w1");
	ck_assert_str_eq(s->proc[4].name, "w2");
	ck_assert_int_eq(s->proc[4].ppid, s->proc[2].pid);
	ck_assert_msg(
	    strncmp(s->proc[4].cmd,
	            stage_outside(&watched.stage, "ps -ww -o args= -p %d",
	                          (int)s->proc[4].pid),
	            strlen(s->proc[4].cmd)) == 0,
	    "\"%s\" is not what ps shows", s->proc[4].cmd);
	ck_assert_int_eq(s->nservers, 1);
	ck_assert(s->server[0].up && s->server[0].listening);
	ck_assert_int_gt(s->server[0].port, 0);
	ck_assert_ptr_nonnull(watched_event(EVENT_FORKED, "w1"));
	ck_assert_ptr_nonnull(watched_event(EVENT_ONLINE, "web"));
	ck_assert_int_gt(watched.changes, 0);
}
END_TEST

START_TEST(requests_are_counted_and_told_in_order)
{
	int64_t last_ns = 0;
	int answers = 0;

	watched_server("2", "channel");
	until(listens("w1") && listens("w2"));
	watched_get(6);
	until(watch_snapshot(watched.watch)->server[0].done == 6);
	ck_assert_uint_eq(watched_row("w1")->done + watched_row("w2")->done, 6);
	ck_assert_uint_eq(watched_row("web")->done, 6);
	ck_assert(watched_row("w1")->answered_last !=
	          watched_row("w2")->answered_last);
	for (size_t i = 0; i < timeline_count(watched.timeline); i++) {
		const struct event *e = timeline_at(watched.timeline, i);

		answers += e->type == EVENT_ANSWER;
		if (e->type == EVENT_ANSWER)
			ck_assert_str_eq(e->why, "next in turn");
		ck_assert_int_ge(e->t_ns, last_ns);
		last_ns = e->t_ns;
	}
	ck_assert_int_eq(answers, 6);
	ck_assert_ptr_nonnull(strstr(watched_log(), "answered / with 200 in"));
}
END_TEST

/* Two threads stand in /proc; what the master says is not heard yet. */
static bool
threads_are_seen(void *arg)
{
	const struct snapshot *snap;
	int n = 0;

	(void)arg;
	watch_refresh(watched.watch);
	snap = watch_snapshot(watched.watch);
	for (int i = 0; i < snap->nprocs; i++)
		n += snap->proc[i].tid != 0;
	return n >= 2;
}

START_TEST(threads_that_were_seen_before_their_worker_get_its_name)
{
	watched_model("1", "channel", "pool");
	stage_until(threads_are_seen, NULL, "threads of an unknown worker");
	until(listens("w1"));
	until(watched_row("w1.t1") && watched_row("w1.t2"));
}
END_TEST

START_TEST(a_killed_worker_lingers_with_its_reason)
{
	const struct proc *p;
	char buf[64];
	pid_t pid;

	watched_server("2", "channel");
	until(listens("w1") && listens("w2"));
	watch_linger(watched.watch, 300 * NS_PER_MS);
	pid = watched_row("w1")->pid;
	kill(pid, SIGTERM);
	until(watched_row("w1") && watched_row("w1")->reaped);
	p = watched_row("w1");
	ck_assert_str_eq(ending_text(p, buf, sizeof(buf)), "killed by TERM");
	ck_assert_msg(
	    strcmp(watch_snapshot(watched.watch)->proc[3].name, "w1") == 0,
	    "%s%s", watched_tree(), watched_log());
	ck_assert_int_lt(watch_pidfd(watched.watch, pid, NULL), 0);
	ck_assert_ptr_nonnull(strstr(watched_log(), "died: killed by TERM\n"));
	until(!watched_row("w1"));
	ck_assert_ptr_nonnull(watched_row("w2"));
}
END_TEST

START_TEST(without_linger_the_dead_stay_until_the_next_command)
{
	watched_server("1", "channel");
	watch_linger(watched.watch, -1);
	until(listens("w1"));
	kill(watched_row("w1")->pid, SIGKILL);
	until(watched_row("w1")->reaped);
	watched_turns(100);
	ck_assert_ptr_nonnull(watched_row("w1"));
	watch_next_command(watched.watch);
	ck_assert_ptr_null(watched_row("w1"));
}
END_TEST

START_TEST(when_the_master_dies_the_channel_is_the_reason)
{
	watched_server("2", "channel");
	until(listens("w1") && listens("w2"));
	kill(watched_row("web")->pid, SIGKILL);
	until(watched_event(EVENT_REAPED, "w1") &&
	      watched_event(EVENT_REAPED, "w2"));
	ck_assert(!watch_snapshot(watched.watch)->server[0].up);
	ck_assert(!watch_snapshot(watched.watch)->server[0].listening);
	ck_assert_msg(
	    strstr(watched_log(), "exited 0: its channel to web closed"), "%s",
	    watched_log());
}
END_TEST

START_TEST(orphans_move_under_the_lab_and_live)
{
	watched_server("2", "orphan");
	until(listens("w1") && listens("w2"));
	kill(watched_row("web")->pid, SIGKILL);
	until(watched_event(EVENT_ADOPTED, "w1") &&
	      watched_event(EVENT_ADOPTED, "w2"));
	ck_assert_int_eq(watched_row("w1")->ppid, watched.front.lab);
	ck_assert_int_eq(watch_snapshot(watched.watch)->proc[0].ppid,
	                 getppid()); /* the root has a parent outside */
	ck_assert(watched_row("w1")->adopted && !watched_row("w1")->dead);
	ck_assert_msg(strstr(watched_log(), "adopted by the lab"), "%s",
	              watched_log());
	kill(watched_row("w1")->pid, SIGKILL);
	until(watched_event(EVENT_REAPED, "w1"));
	ck_assert_int_eq(watched_event(EVENT_EXITED, "w1")->b, SIGKILL);
}
END_TEST

static bool
is_the_labs(void *pid)
{
	return atoi(stage_outside(&watched.stage, "ps -o ppid= -p %d",
	                          (int)*(pid_t *)pid)) == watched.front.lab;
}

START_TEST(a_look_tells_no_adoption_before_the_parents_death)
{
	pid_t w1;

	watched_server("2", "orphan");
	until(listens("w1") && listens("w2"));
	w1 = watched_row("w1")->pid;
	kill(watched_row("web")->pid, SIGKILL);
	stage_until(is_the_labs, &w1, "the kernel's adoption");
	watch_refresh(watched.watch); /* and nobody has heard the lab */
	ck_assert_ptr_null(watched_event(EVENT_ADOPTED, ""));
	until(watched_event(EVENT_ADOPTED, "w1"));
	ck_assert_uint_lt(watched_event(EVENT_EXITED, "web")->n,
	                  watched_event(EVENT_ADOPTED, "w1")->n);
}
END_TEST

START_TEST(stop_and_continue_are_seen)
{
	watched_server("1", "channel");
	until(listens("w1"));
	kill(watched_row("w1")->pid, SIGSTOP);
	until(watched_event(EVENT_STOPPED, "w1"));
	ck_assert_int_eq(watched_row("w1")->state, 'T');
	kill(watched_row("w1")->pid, SIGCONT);
	until(watched_event(EVENT_CONTINUED, "w1"));
	ck_assert_int_eq(watched_row("w1")->state, 'S');
}
END_TEST

START_TEST(a_forgotten_server_keeps_its_counts)
{
	watched_server("1", "channel");
	until(listens("w1"));
	watched_get(3);
	until(watched_row("w1")->done == 3);
	watch_forget(watched.watch, "web");
	page_unmap(watched.page);
	watched.page = NULL;
	ck_assert_uint_eq(watched_row("w1")->done, 3);
	watch_refresh(watched.watch);
	ck_assert_uint_eq(watch_snapshot(watched.watch)->server[0].done, 3);
}
END_TEST

/* Quiet *****************************************************************/

START_TEST(nothing_wakes_while_nothing_happens)
{
	watched_server("2", "channel");
	until(listens("w1") && listens("w2"));
	watched_turns(2000); /* what was busy comes to rest */
	ck_assert_int_eq(watched_turns(3000), 0);
}
END_TEST

START_TEST(after_jobs_and_requests_it_is_quiet_again)
{
	watched_server("1", "channel");
	until(listens("w1"));
	watch_linger(watched.watch, 100 * NS_PER_MS);
	watched_job("j1", "true | true");
	until(watched_event(EVENT_REAPED, "j1"));
	watched_get(2);
	until(watched_row("w1")->done == 2);
	watched_turns(2500);
	ck_assert_int_eq(watched_turns(1500), 0);
}
END_TEST

START_TEST(a_value_without_events_is_read_while_somebody_wants_it)
{
	watched_server("1", "channel");
	until(listens("w1"));
	ck_assert_int_eq(watched_row("w1")->private_kb, -1);
	watch_want(watched.watch, WANT_MEMORY | WANT_STATUS | WANT_FDS);
	until(watched_row("w1")->private_kb > 0 && watched_row("w1")->fds > 0);
	ck_assert_int_eq(watched_row("w1")->uid, (int)getuid());
	watched_turns(1500);
	ck_assert_int_ge(watched_turns(1000), 2);
	watch_want(watched.watch, 0);
	watched_turns(1500);
	ck_assert_int_eq(watched_turns(1000), 0);
}
END_TEST

/* The way of a request **************************************************/

/* Make what `name` tells of connection 1. */
static void
told(struct page *page, enum report_type type, int port)
{
	struct report r = { .t_ns = clock_ns(),
		            .type = type,
		            .status = 200,
		            .connection = 1,
		            .port = (uint16_t)port };

	atomic_store(&page->high, 1);
	page_report(page, 0, &r);
}

/* A client has said from where it connects, and nobody has heard it yet. */
static void
hear_client(void *arg)
{
	struct msg m = msg_make(MSG_FROM, "c1");

	(void)arg;
	m.target.value = 5000;
	watch_message(watched.watch, NULL, &m, NULL, 0);
}

START_TEST(what_a_client_said_is_heard_before_its_request_is_told)
{
	struct page *lb, *web;
	struct err err;
	int fds[2];

	lb = page_create(&fds[0], &err);
	web = page_create(&fds[1], &err);
	watch_server(watched.watch, "lb1", lb, "rr", NULL, "channel");
	watch_server(watched.watch, "web1", web, "rr", "event", "channel");
	watch_hear_first(watched.watch, hear_client);
	told(lb, REPORT_ACCEPTED, 5000);
	told(lb, REPORT_ROUTED, 6000);
	told(web, REPORT_ACCEPTED, 6000);
	told(web, REPORT_ANSWER, 0);
	watch_refresh(watched.watch);
	ck_assert_str_eq(watched_event(EVENT_ANSWER, "")->via,
	                 "c1 → lb1 → web1");
	watch_forget(watched.watch, "lb1");
	watch_forget(watched.watch, "web1");
	page_unmap(lb);
	page_unmap(web);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("watch");
	TCase *c = tcase_create("servers");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, c);
	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, watched_close);
	tcase_add_test(c, requests_are_counted_and_told_in_order);
	tcase_add_test(c, without_linger_the_dead_stay_until_the_next_command);
	tcase_add_test(c, when_the_master_dies_the_channel_is_the_reason);
	tcase_add_test(c, orphans_move_under_the_lab_and_live);
	tcase_add_test(c, a_look_tells_no_adoption_before_the_parents_death);
	tcase_add_test(c, stop_and_continue_are_seen);
	tcase_add_test(c, a_forgotten_server_keeps_its_counts);
	tcase_add_test(c, nothing_wakes_while_nothing_happens);
	tcase_add_test(c, after_jobs_and_requests_it_is_quiet_again);
	tcase_add_test(c,
	               what_a_client_said_is_heard_before_its_request_is_told);
	tcase_add_test(c,
	               a_value_without_events_is_read_while_somebody_wants_it);
	c = tcase_create("counted");
	tcase_set_tags(c, "no-tsan"); /* which adds a row to each process */
	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, watched_close);
	tcase_add_test(c, a_server_and_its_workers_stand_under_the_lab);
	tcase_add_test(c,
	               threads_that_were_seen_before_their_worker_get_its_name);
	tcase_add_test(c, a_killed_worker_lingers_with_its_reason);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
