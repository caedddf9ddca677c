/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every model of concurrency claims, seen from outside: how many
 * processes and threads serve ten at a time, and who loses an answer when a
 * request crashes.
 */
#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/cluster.h"

#define LOAD 40 /* connections of the tests of harm */

/* A server of two workers, and what it claims. */
struct claim {
	const char *model, *threads; /* threads NULL: --threads is not given */
	int places;                  /* requests in service at the same time */
	int processes, tasks;        /* for ten, without the master */
	int least, most;             /* requests in a process that crashes */
	bool worker_dies;
};

static const struct claim claims[] = {
	{ "event", NULL, LOAD, 2, 2, 2, LOAD + 1, true },
	{ "prefork", NULL, 2, 2, 2, 1, 1, true },
	{ "fork", NULL, LOAD, 12, 12, 1, 1, false },
	{ "thread", NULL, LOAD, 2, 12, 2, LOAD + 1, true },
	{ "pool", "4", 8, 2, 10, 4, 4, true },
};

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

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

	/* Long enough for ps to see those that come and go. */
	for (int i = 0; i < 10; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i],
		                claim->places < 10 ? "/sleep?ms=200"
		                                   : "/sleep?ms=2000",
		                false);
	}
	until_in_service(c, smaller(10, claim->places));
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

/* One of the connections, and its only request. */
struct fired {
	int fd, port;
	char path[32];
	int status;   /* as in struct answer */
	bool in_hand; /* it was so in the process of harm, at its death */
};

/* Nobody else is about to answer when the page of harm is served. */
#define LONG_MS  1200
#define SHORT_MS 150
#define QUICK_MS 10

static void
fire(struct cluster *c, struct fired *f, const char *path, int ms)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);

	snprintf(f->path, sizeof(f->path), ms ? "%s?ms=%d" : "%s", path, ms);
	f->fd = cluster_connect(c->port);
	ck_assert_int_eq(getsockname(f->fd, (struct sockaddr *)&from, &len), 0);
	f->port = ntohs(from.sin_port);
	cluster_request(f->fd, f->path, false);
}

/*
 * Half of the connections are in service (or as many as there are places),
 * and sleep for long; where places are few, the first one makes room for the
 * page of harm.  The others come behind it.
 */
static void
fire_all(struct cluster *c, const struct claim *claim, const char *path,
         struct fired f[LOAD + 1])
{
	int n = smaller(LOAD / 2, claim->places), i = 0;
	bool few = claim->places < LOAD;

	for (; i < n; i++)
		fire(c, &f[i], "/sleep", few && i == 0 ? SHORT_MS : LONG_MS);
	until_in_service(c, n);
	fire(c, &f[i++], path, 0);
	for (; i <= LOAD; i++)
		fire(c, &f[i], "/sleep", few ? QUICK_MS : LONG_MS);
	for (i = 0; i <= LOAD; i++) {
		f[i].status = cluster_read(f[i].fd).status;
		close(f[i].fd);
	}
}

static struct fired *
fired_from(struct fired f[LOAD + 1], int port)
{
	for (int i = 0; i <= LOAD; i++)
		if (f[i].port == port)
			return &f[i];
	ck_abort_msg("nobody connected from port %d", port);
}

/*
 * What the shared page says was in the hands of the process that served the
 * page of harm; returns its pid.  A connection is the worker's that it was
 * handed to last (what a dead one had not taken is handed over again); a
 * child of a worker has its own one.
 */
static int
find_in_hand(struct cluster *c, const char *path, struct fired f[LOAD + 1])
{
	static struct report r[4096];
	int n = cluster_reports(c, r, 4096), of[LOAD + 2] = { 0 }, pid = 0;

	for (int i = 0; i < n; i++)
		if (r[i].type == REPORT_HARM && strcmp(r[i].text, path) == 0)
			pid = r[i].pid;
	for (int i = 0; i < n; i++) /* the master's ring is in order */
		if (r[i].type == REPORT_HANDOFF)
			of[r[i].connection] = c->pids[r[i].id];
	for (int i = 0; i < n; i++)
		if (r[i].type == REPORT_REQUEST && r[i].pid == pid)
			of[r[i].connection] = pid;
	for (int i = 0; i < n; i++)
		if (r[i].type == REPORT_ANSWER)
			of[r[i].connection] = 0;
	for (int i = 0; i < n; i++)
		if (r[i].type == REPORT_ACCEPTED)
			fired_from(f, r[i].port)->in_hand =
			    of[r[i].connection] == pid;
	return pid;
}

static void
dies_with_what_it_serves(const struct claim *claim, const char *path)
{
	struct cluster *c = open_model(claim);
	struct fired f[LOAD + 1] = { 0 };
	int in_hand = 0, died;

	fire_all(c, claim, path, f);
	ck_assert_int_gt(find_in_hand(c, path, f), 0);
	for (int i = 0; i <= LOAD; i++) {
		in_hand += f[i].in_hand;
		ck_assert_msg(
		    f[i].in_hand ? f[i].status <= 0 : f[i].status == 200,
		    "%s: %s from port %d, %s: %d", claim->model, f[i].path,
		    f[i].port, f[i].in_hand ? "in service there" : "elsewhere",
		    f[i].status);
		ck_assert(f[i].in_hand || strcmp(f[i].path, path) != 0);
	}
	ck_assert_int_ge(in_hand, claim->least);
	ck_assert_int_le(in_hand, claim->most);
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
	tcase_add_loop_test(
	    tc, a_crash_fails_what_its_process_serves_and_nothing_else, 0, n);
	tcase_add_loop_test(
	    tc, an_overflow_fails_what_its_process_serves_and_nothing_else, 0,
	    n);
	tcase_add_loop_test(tc, a_model_changed_under_load_loses_nothing, 0, n);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
