/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thousands of requests through lb1 over web1 and web2, while workers are
 * killed at random, a server is stopped and started, and one is reloaded.
 * The client, forkshop-client, runs beside the lab.
 */
#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cast.h"

#define STORM_KILLS 6
#define STORM_MS    60 /* that a request takes while they blow */

struct storm {
	struct cast c;
	char port[16], web1[16];
	char out[128]; /* where the client prints */
	unsigned seed;
	int requests;
};

static long
number(const char *text)
{
	long n = 0;

	for (; *text; text++)
		if (*text >= '0' && *text <= '9')
			n = n * 10 + (*text - '0');
	return n;
}

static struct storm
storm_open(void)
{
	static const char *const empty[] = { "--empty", NULL };
	struct storm w = { .requests = stage_rounds(2000, 10000), .seed = 7 };
	struct story *s = story_open(empty);

	w.c.s = s;
	story_send(s, "serve web1 --port 0\nserve web2 --port 0\n"
	              "respawn on web1\nrespawn on web2\n"
	              "balance lb1 --port 0 --to web1,web2");
	snprintf(w.web1, sizeof(w.web1), "%s",
	         story_expect(s, "web1 is http://localhost:([0-9]+)")[1]);
	snprintf(w.port, sizeof(w.port), "%s",
	         story_expect(s, "lb1 is http://localhost:([0-9]+)")[1]);
	snprintf(w.out, sizeof(w.out), "%s/out", s->stage.home);
	return w;
}

/* The client runs in the background; its last line is JSON. */
static void
storm_fire(struct storm *w, int ms, int retries)
{
	story_outside(
	    w->c.s,
	    "rm -f %s; { %s c1 --port %s '/sleep?ms=%d' -n %d -c 50 --retry %d "
	    "--json >%s.tmp 2>&1; mv %s.tmp %s; } >/dev/null 2>&1 &",
	    w->out, stage_program("forkshop-client"), w->port, ms, w->requests,
	    retries, w->out, w->out, w->out);
}

static bool
storm_over(void *arg)
{
	FILE *f = fopen(((struct storm *)arg)->out, "re");

	if (f)
		fclose(f);
	return f != NULL;
}

/* A number of the client's JSON. */
static long
storm_client(struct storm *w, const char *key)
{
	const char *text = story_outside(w->c.s, "cat %s", w->out);
	char quoted[32];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(text, quoted);
	ck_assert_msg(at != NULL, "no %s in %s", key, text);
	return atol(at + strlen(quoted));
}

/* Living children of a server's master. */
struct storm_pair {
	pid_t master;
	int pids[2], n;
};

static bool
storm_two(void *arg)
{
	struct storm_pair *p = arg;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	         (int)p->master, (int)p->master);
	f = fopen(path, "re");
	p->n = f ? fscanf(f, "%d %d", &p->pids[0], &p->pids[1]) : 0;
	if (f)
		fclose(f);
	return p->n == 2;
}

/*
 * Whatever was begun before this is over, or has begun anew: nobody is hit
 * by three deaths in a row.
 */
static void
storm_calm(struct storm *w)
{
	story_outside(w->c.s, "curl -s 'http://localhost:%s/sleep?ms=%d'",
	              w->web1, 2 * STORM_MS);
}

/* One of the two workers of a server dies; another one comes. */
static void
storm_kill(struct storm *w, const char *server)
{
	struct storm_pair p = { .master = cast_pid(&w->c, server) };

	stage_until(storm_two, &p, "two workers");
	story_outside(w->c.s, "kill -KILL %d", p.pids[rand_r(&w->seed) % 2]);
	story_expect(w->c.s, "worker .* died: killed by KILL");
	story_expect(w->c.s, "worker .* listening");
	storm_calm(w);
}

/* All that can happen to a site while it serves. */
static void
storm_blow(struct storm *w)
{
	struct story *s = w->c.s;

	story_send(s, "shutdown web2\nserve web2 --port 0\nrespawn on web2\n"
	              "until count(workers) = 4 within 30s");
	story_expect(s, "master web2 .* exited 0");
	story_expect(s, "web2 is http");
	/* Who dies before `respawn on` has no successor. */
	story_expect(s, "^true");
	for (int i = 0; i < STORM_KILLS; i++)
		storm_kill(w, rand_r(&w->seed) % 2 ? "web1" : "web2");
	story_send(s, "reload web1");
	story_expect(s, "worker .* exited 0");
}

/* Requests that it began and never finished; connections of the killed. */
struct storm_lost {
	long begun, held;
};

static void
storm_lost(struct storm *w, const char *server, struct storm_lost *lost)
{
	const char *const *m;

	story_send(w->c.s, "until inflight(%s) = 0 within 30s\nexplain %s",
	           server, server);
	m = story_expect(w->c.s, "([0-9]+) started, ([0-9]+) answered");
	lost->begun += number(m[1]) - number(m[2]);
	m = story_expect(w->c.s, "([0-9]+) connections were in the hands");
	lost->held += number(m[1]);
}

/* "web1 ... 500 connections, 0 open, 3 broke" of `explain lb1`. */
static void
storm_backend(struct storm *w, long *given, long *broke)
{
	for (int i = 0; i < 2; i++) {
		const char *const *m =
		    story_expect(w->c.s, "^web[12] .* ([0-9]+) connections, 0 "
		                         "open, ([0-9]+) broke");

		*given += number(m[1]);
		*broke += number(m[2]);
	}
}

START_TEST(counters_add_up_exactly_where_nobody_is_killed)
{
	struct storm w = storm_open();
	long given = 0, broke = 0;
	struct story *s = w.c.s;

	storm_fire(&w, 0, 0);
	stage_until(storm_over, &w, "the end of the client");
	ck_assert_int_eq(storm_client(&w, "answered"), w.requests);
	ck_assert_int_eq(storm_client(&w, "failed"), 0);
	story_send(s, "until requests(lb1) = %d within 30s", w.requests);
	story_expect(s, "^true");
	story_send(s, "check requests(web1) + requests(web2) = %d", w.requests);
	story_expect(s, "^true");
	story_send(s, "check requests(web1.w1) + requests(web1.w2) = "
	              "requests(web1)");
	story_expect(s, "^true");
	story_send(s, "check failed(lb1) = 0");
	story_expect(s, "^true");
	story_send(s, "explain lb1");
	storm_backend(&w, &given, &broke);
	ck_assert_int_eq(given, w.requests);
	ck_assert_int_eq(broke, 0);
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(every_failure_was_in_flight_in_a_killed_worker)
{
	struct storm w = storm_open();
	struct storm_lost lost = { 0, 0 };
	long failed, given = 0, broke = 0;

	storm_fire(&w, STORM_MS, 0);
	storm_blow(&w);
	stage_until(storm_over, &w, "the end of the client");
	failed = storm_client(&w, "failed");
	ck_assert_int_eq(storm_client(&w, "answered") + failed, w.requests);
	storm_lost(&w, "web1", &lost);
	storm_lost(&w, "web2", &lost);
	story_send(w.c.s, "explain lb1");
	storm_backend(&w, &given, &broke);
	fprintf(stderr,
	        "of %d requests %ld failed; %d killed workers had %ld "
	        "connections, %ld with a request begun; %ld reached a server\n",
	        w.requests, failed, STORM_KILLS, lost.held, lost.begun, given);
	ck_assert_int_eq(given, w.requests);
	/* A worker may die with a connection whose request it has not begun. */
	ck_assert_int_le(failed, lost.held);
	ck_assert_int_le(lost.begun, lost.held);
	story_close(w.c.s);
}
END_TEST

START_TEST(with_two_retries_no_request_fails)
{
	struct storm w = storm_open();

	storm_fire(&w, STORM_MS, 2);
	storm_blow(&w);
	stage_until(storm_over, &w, "the end of the client");
	ck_assert_int_eq(storm_client(&w, "failed"), 0);
	ck_assert_int_eq(storm_client(&w, "answered"), w.requests);
	story_close(w.c.s);
}
END_TEST

static Suite *
suite(void)
{
	Suite *suite = suite_create("site storm");
	TCase *tc = tcase_create("storm");

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, counters_add_up_exactly_where_nobody_is_killed);
	tcase_add_test(tc, every_failure_was_in_flight_in_a_killed_worker);
	tcase_add_test(tc, with_two_retries_no_request_fails);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	SRunner *runner;
	int failed;

	signal(SIGPIPE, SIG_IGN);
	runner = srunner_create(suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
