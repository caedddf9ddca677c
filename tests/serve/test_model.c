/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every model of concurrency claims, seen from outside: how many
 * processes and threads serve ten at a time, and who loses an answer when a
 * request crashes.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/probe.h"
#include "tests/cluster.h"

#define LOAD 40 /* connections of the tests of harm */

/* A server of two workers, and what it claims. */
struct claim {
	const char *model, *threads; /* threads NULL: --threads is not given */
	int served;                  /* of ten at the same time */
	int processes, tasks;        /* then, without the master */
	int dies;                    /* requests in the crashed one, at most */
	bool worker_dies;
};

static const struct claim claims[] = {
	{ "event", NULL, 10, 2, 2, LOAD + 1, true },
	{ "prefork", NULL, 2, 2, 2, 1, true },
	{ "fork", NULL, 10, 12, 12, 1, false },
	{ "thread", NULL, 10, 2, 12, LOAD + 1, true },
	{ "pool", "4", 8, 2, 10, 4, true },
};

static struct cluster *
open_model(const struct claim *claim)
{
	const char *args[] = { "--model", claim->model, NULL, NULL, NULL };

	if (claim->threads) {
		args[2] = "--threads";
		args[3] = claim->threads;
	}
	return cluster_open(2, args);
}

/* How many requests are in service, of all that ever began. */
struct in_service {
	struct cluster *c;
	uint64_t n;
};

static bool
are_in_service(void *arg)
{
	struct in_service *s = arg;
	struct page_totals t = page_totals(s->c->page);

	return t.started - t.done == s->n;
}

static void
until_in_service(struct cluster *c, int n)
{
	struct in_service s = { c, (uint64_t)n };

	stage_until(are_in_service, &s, "requests in service");
}

/* "ps -L" of both workers and their children: lines, or different pids. */
static int
count_with_ps(struct cluster *c, const char *fold)
{
	return atoi(stage_outside(
	    &c->stage, "ps -L -o pid= -p %d,%d --ppid %d,%d | %s | wc -l",
	    (int)c->pids[1], (int)c->pids[2], (int)c->pids[1], (int)c->pids[2],
	    fold));
}

START_TEST(ten_at_a_time_are_so_many_processes_and_threads)
{
	const struct claim *claim = &claims[_i];
	struct cluster *c = open_model(claim);
	int fds[10];

	for (int i = 0; i < 10; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/sleep?ms=400", false);
	}
	until_in_service(c, claim->served);
	ck_assert_int_eq(count_with_ps(c, "sort -u"), claim->processes);
	ck_assert_int_eq(count_with_ps(c, "cat"), claim->tasks);
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(cluster_read(fds[i]).status, 200);
		close(fds[i]);
	}
	cluster_until_quiet(c);
	ck_assert_uint_eq(page_totals(c->page).done, 10);
	ck_assert_uint_eq(page_totals(c->page).failed, 0);
	cluster_close(c);
}
END_TEST

/* Harm ********************************************************************/

/* What the reports say of the process that served the page of harm. */
struct harm {
	int pid;
	int in_hand; /* connections that it had, with no answer */
};

#define CONNECTIONS 64

/*
 * A connection is the worker's that it was handed to last (what a dead one
 * had not taken is handed over again); a child of a worker has its own one.
 */
static struct harm
harm_of(struct cluster *c, const char *path)
{
	static struct report r[4096];
	int n = cluster_reports(c, r, 4096), of[CONNECTIONS] = { 0 };
	struct harm h = { 0, 0 };

	for (int i = 0; i < n; i++)
		if (r[i].type == REPORT_HARM && strcmp(r[i].text, path) == 0)
			h.pid = r[i].pid;
	for (int i = 0; i < n; i++) /* the master's ring is in order */
		if (r[i].type == REPORT_HANDOFF)
			of[r[i].connection % CONNECTIONS] = c->pids[r[i].id];
	for (int i = 0; i < n; i++)
		if (r[i].type == REPORT_REQUEST && r[i].pid == h.pid)
			of[r[i].connection % CONNECTIONS] = h.pid;
	for (int i = 0; i < n; i++)
		if (r[i].type == REPORT_ANSWER)
			of[r[i].connection % CONNECTIONS] = 0;
	for (int i = 0; i < CONNECTIONS; i++)
		h.in_hand += of[i] == h.pid;
	return h;
}

/* Half of them before the page, half behind it. */
static void
ask_under_load(struct cluster *c, const char *path, int fds[LOAD + 1])
{
	for (int i = 0; i <= LOAD; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], i == LOAD / 2 ? path : "/sleep?ms=100",
		                false);
	}
}

static void
dies_with_what_it_serves(const struct claim *claim, const char *path)
{
	struct cluster *c = open_model(claim);
	int fds[LOAD + 1], failed = 0, died;
	struct harm h;

	ask_under_load(c, path, fds);
	for (int i = 0; i <= LOAD; i++) {
		struct answer a = cluster_read(fds[i]);

		failed += a.status <= 0;
		ck_assert_msg(
		    a.status == (i == LOAD / 2 ? 0 : 200) || a.status <= 0,
		    "%s %s: request %d: %d", claim->model, path, i, a.status);
		close(fds[i]);
	}
	h = harm_of(c, path);
	ck_assert_int_gt(h.pid, 0);
	/* A thread may have answered and not said so when another crashed. */
	ck_assert_msg((claim->tasks == claim->processes
	                   ? failed == h.in_hand
	                   : failed <= h.in_hand && failed > 0) &&
	                  failed <= claim->dies,
	              "%s %s: %d failed, %d were in the hand of pid %d, at "
	              "most %d should",
	              claim->model, path, failed, h.in_hand, h.pid,
	              claim->dies);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	died =
	    cluster_count(c, MSG_REAPED, 1) + cluster_count(c, MSG_REAPED, 2);
	ck_assert_int_eq(died, claim->worker_dies);
	cluster_close(c);
}

START_TEST(a_crash_fails_what_its_process_serves_and_nothing_else)
{
	dies_with_what_it_serves(&claims[_i], "/crash");
}
END_TEST

START_TEST(an_overflow_fails_what_its_process_serves_and_nothing_else)
{
	dies_with_what_it_serves(&claims[_i], "/overflow");
}
END_TEST

/* Change ******************************************************************/

/* Forty more requests while the workers are replaced; all are answered. */
START_TEST(a_model_changed_under_load_loses_nothing)
{
	struct cluster *c = cluster_open(2, NULL);
	struct msg m = msg_make(MSG_SET, NULL);
	int fds[LOAD];

	for (int i = 0; i < LOAD; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/sleep?ms=60", false);
		if (i != LOAD / 4)
			continue;
		snprintf(m.set.name, sizeof(m.set.name), "model");
		snprintf(m.set.value, sizeof(m.set.value), "%s",
		         claims[_i].model);
		cluster_ask(c, &m, -1);
	}
	for (int i = 0; i < LOAD; i++) {
		ck_assert_int_eq(cluster_read(fds[i]).status, 200);
		close(fds[i]);
	}
	ck_assert_str_eq(cluster_answer(c, m.seq), "");
	ck_assert_int_ge(cluster_get(c, "/").worker, 3);
	cluster_until_quiet(c);
	ck_assert_uint_eq(page_totals(c->page).done, LOAD + 1);
	ck_assert_uint_eq(page_totals(c->page).failed, 0);
	cluster_close(c);
}
END_TEST

int
main(void)
{
	int n = (int)(sizeof(claims) / sizeof(claims[0])), failed;
	Suite *s = suite_create("model");
	TCase *tc = tcase_create("claims"), *count = tcase_create("count");
	SRunner *r;

	tcase_set_timeout(tc, 0);
	tcase_set_timeout(count, 0);
	tcase_set_tags(count, "no-tsan"); /* it has a thread of its own */
	tcase_add_loop_test(
	    count, ten_at_a_time_are_so_many_processes_and_threads, 0, n);
	suite_add_tcase(s, count);
	if (probe_allowed("diag")) { /* else harm is refused: test_pages */
		tcase_add_loop_test(
		    tc, a_crash_fails_what_its_process_serves_and_nothing_else,
		    0, n);
		tcase_add_loop_test(
		    tc,
		    an_overflow_fails_what_its_process_serves_and_nothing_else,
		    0, n);
	}
	tcase_add_loop_test(tc, a_model_changed_under_load_loses_nothing, 0, n);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
