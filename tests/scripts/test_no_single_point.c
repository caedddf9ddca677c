/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lecture P12 and P13: several servers save the site from the death of one; a
 * balancer before them is the next single point of failure; a twin or a
 * standby saves it from that.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cast.h"

/* web1 and web2 with two workers each, and lb1 before them. */
static struct story *
site_open(void)
{
	static const char *const empty[] = { "--empty", NULL };
	struct story *s = story_open(empty);

	story_send(s, "serve web1 --port 0\nserve web2 --port 0\n"
	              "balance lb1 --port 0 --to web1,web2");
	story_expect(s, "lb1 is http://localhost:([0-9]+)");
	return s;
}

/* A number that the client printed: "  10,000" becomes 10000. */
static long
number(const char *text)
{
	long n = 0;

	for (; *text; text++)
		if (*text >= '0' && *text <= '9')
			n = n * 10 + (*text - '0');
	return n;
}

/* The total of the run that ends next. */
struct total {
	long answered, failed, again;
};

static struct total
total(struct story *s)
{
	const char *const *m =
	    story_expect(s, "^total +([0-9,]+)  answered(, ([0-9]+) failed)?(, "
	                    "([0-9]+) sent again)?, in ");

	return (struct total){ number(m[1]), number(m[3]), number(m[5]) };
}

/* Wait until requests flow, and tell no more one by one. */
static void
under_load(struct story *s)
{
	story_expect(s, "w[12] answered [0-9]+, ");
}

/* Servers die *************************************************************/

START_TEST(one_dead_server_is_not_seen_by_clients)
{
	struct story *s = site_open();
	struct total t;

	story_send(s, "get -n 8");
	t = total(s);
	ck_assert_int_eq(t.answered, 8);
	story_send(s, "shutdown web2");
	story_expect(s, "master web2 .* exited 0");
	story_send(s, "get -n 8");
	story_expect(s, "lb1: web2 is down: connection refused");
	t = total(s);
	ck_assert_int_eq(t.answered, 8);
	story_send(s, "serve web2 --port 0");
	story_expect(s, "lb1: web2 is up again: healthy 2 times");
	story_send(s, "get -n 8 --retry 0");
	t = total(s);
	ck_assert_int_eq(t.answered, 8);
	ck_assert_int_eq(t.failed, 0);
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(the_way_of_a_request_stands_in_the_log)
{
	struct story *s = site_open();

	story_send(s, "get -n 2");
	story_expect_each(s, "c1 → lb1 → web1 → w[12] answered / with 200",
	                  "c1 → lb1 → web2 → w[12] answered / with 200",
	                  "^web1.w[12] +1 +50.0%", "^web2.w[12] +1 +50.0%",
	                  "^order: web[12].w[12] web[12].w[12]", NULL);
	story_send(s, "balance lb2 --port 0 --to lb1\nget --to lb2");
	story_expect(s, "c2 → lb2 → lb1 → web1 → w[12] answered / with 200");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(health_checks_are_neither_counted_nor_told)
{
	struct story *s = site_open();
	const char *const *m;

	for (;;) {
		story_send(s, "explain lb1");
		m = story_expect(s, "([0-9]+) health checks?, ([0-9]+) failed");
		if (number(m[1]) >= 3)
			break;
	}
	ck_assert_int_eq(number(m[2]), 0);
	story_send(s, "check requests(web1) = 0\ncheck requests(web2) = 0\n"
	              "get -n 1");
	story_expect(s, "→ web1 → w1 answered / with 200");
	ck_assert(!story_saw(s, "/health with"));
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

/* Health checks of web1 and web2 so far, and how many of them failed. */
struct checks {
	long made, failed;
};

static struct checks
checks(struct story *s)
{
	struct checks sum = { 0, 0 };

	story_send(s, "explain lb1");
	for (int i = 0; i < 2; i++) {
		const char *const *m =
		    story_expect(s, "([0-9]+) health checks?, ([0-9]+) failed");

		sum.made += number(m[1]);
		sum.failed += number(m[2]);
	}
	return sum;
}

/* Three missed checks are enough to be down: let more than that go by. */
START_TEST(who_is_frozen_or_slow_for_the_lecture_is_not_down)
{
	struct story *s = site_open();
	struct checks before, now;

	story_send(s, "freeze web1\nslow 10s");
	before = now = checks(s);
	while (now.made < before.made + 10)
		now = checks(s);
	ck_assert_int_eq(now.failed, 0);
	story_send(s, "freeze off\nslow off\nget -n 2");
	story_expect_each(s, "→ web1 → w1 answered", "→ web2 → w1 answered",
	                  NULL);
	ck_assert(!story_saw(s, "is down"));
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

START_TEST(a_drained_server_gets_nothing_new)
{
	struct story *s = site_open();

	story_send(s, "drain web1\nget -n 4\ncheck requests(web1) = 0\n"
	              "undrain web1\nget -n 4\ncheck requests(web1) = 2\n"
	              "serve web3 --port 0\nlb1 add web3\nlb1 remove web1\n"
	              "get -n 4\ncheck requests(web1) = 2\n"
	              "check requests(web3) = 2");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

/* Balancers die ***********************************************************/

/* Kill lb1 while `get` with these options runs. */
static struct total
kill_under_load(struct story *s, const char *get)
{
	struct cast c = { .s = s };

	story_send(s, "%s", get);
	under_load(s);
	story_outside(s, "kill -KILL %d", (int)cast_pid(&c, "lb1"));
	return total(s);
}

START_TEST(alone_a_balancer_takes_the_whole_site_with_it)
{
	struct story *s = site_open();
	struct total t = kill_under_load(s, "get -c 20 --for 2s --rate 500");

	ck_assert_int_gt(t.answered, 0);
	ck_assert_int_gt(t.failed, 20);
	story_send(s, "get -n 5");
	t = total(s);
	ck_assert_int_eq(t.answered, 0);
	ck_assert_int_eq(t.failed, 5);
	story_send(s, "get --to web1");
	story_expect(s, "^200  w[12]");
	story_send(s, "check failed(c1) > 20 and took(c1) >= 2s\n"
	              "check requests(c2) = 0 and failed(c2) = 5\n"
	              "check failed(c3) = 0");
	for (int i = 0; i < 3; i++)
		story_expect(s, "^true: ");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

/* Only what was in its hands, or in its queue, is lost. */
START_TEST(with_a_twin_only_what_was_in_its_hands_is_lost)
{
	struct story *s = site_open();
	struct total t;

	story_send(s, "balance lb2 --twin lb1");
	story_expect(s, "lb2 is http.*, too");
	t = kill_under_load(s, "get -c 20 --for 2s --rate 500");
	ck_assert_int_gt(t.answered, 500);
	ck_assert_int_le(t.failed, 20);
	story_send(s, "get -n 20");
	t = total(s);
	ck_assert_int_eq(t.answered, 20);
	ck_assert_int_le(story_close(s), 1);
}
END_TEST

START_TEST(with_a_standby_and_a_retry_nothing_is_lost_but_time)
{
	const char *taken = "lb2: lb1 is gone: its address, port [0-9]+, "
	                    "was taken over in [0-9.]+ ms";
	struct story *s = site_open();
	const char *const *m;
	struct total t;

	story_send(s, "balance lb2 --standby lb1");
	story_expect(s, "lb2 stands by: it takes port [0-9]+ over");
	t = kill_under_load(s, "get -c 20 --for 2s --rate 500 --retry 5");
	ck_assert_int_gt(t.answered, 500);
	ck_assert_int_eq(t.failed, 0);
	m = story_expect(s, "^gap +(.*) was the longest time");
	printf("with a standby: the longest gap %s\n", m[1]);
	if (!story_saw(s, taken)) /* the load may be over before the kill */
		story_expect(s, taken);
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

/* It was bound plainly: who is no twin gets "in use". */
START_TEST(a_stopped_balancer_keeps_its_address_and_says_so)
{
	struct story *s = site_open();

	story_send(s, "balance lb2 --standby lb1\nkill -STOP lb1\n"
	              "until state(lb1) = T");
	story_expect(s, "lb1 stopped by STOP: not dead, so it keeps its "
	                "address, and who connects waits; a standby, too");
	story_send(s, "get --server lb1 --timeout 500ms");
	story_expect(s, "timed out: no answer after 500.0 ms");
	story_send(s, "kill -KILL lb1\nget --server lb2 --retry 5");
	story_expect(s,
	             "lb1 is gone: its address, port [0-9]+, was taken over");
	story_expect(s, "^200  w1 ");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(a_stranger_cannot_join_an_address_of_twins)
{
	struct story *s = site_open();
	const char *const *m;
	int port;

	story_send(s, "balance lb2 --twin lb1");
	m = story_expect(s, "lb2 is http://localhost:([0-9]+), too");
	port = (int)number(m[1]);
	story_send(s, "serve web3 --port %d", port);
	story_expect(s, "port [0-9]+ is in use");
	story_send(s, "balance lb3 --port %d --to web1", port);
	story_expect(s, "port [0-9]+ is in use");
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

/* The death rule holds for balancers, standing by or under load, too. */
START_TEST(nothing_is_left_when_the_shell_is_killed)
{
	struct story *s = site_open();

	story_send(s, "balance lb2 --twin lb1\nbalance lb3 --standby lb1");
	story_expect(s, "lb3 stands by");
	story_send(s, "get -c 20 --for 30s");
	under_load(s);
	story_outside(s, "kill -KILL %d", (int)s->stage.pid);
	ck_assert_int_eq(story_wait(s), 128 + SIGKILL);
	story_nothing_left(s);
	story_close(s);
}
END_TEST

/* Sentences ***************************************************************/

static const char *const bad[][2] = {
	{ "balance lb2", "without servers has nothing to balance" },
	{ "balance lb2 --to lb2", "cannot be among its own servers" },
	{ "balance lb2 --to nobody", "there is no server nobody" },
	{ "balance lb2 --to 99999", "is no server: name one" },
	{ "balance lb2 --standby web1", "web1 is a web server, no balancer" },
	{ "balance lb2 --standby lb7", "there is no balancer lb7" },
	{ "balance lb2 --twin lb1 --standby lb1", "choose one" },
	{ "balance lb2 --twin lb1 --port 1", "lb1 listens on port" },
	{ "balance lb1 --to web1", "there is a server lb1 already" },
	{ "balance front --to web1", "a balancer is called lb1, lb2" },
	{ "balance lb2 --port 0 --to web1 --check x", "check is a page" },
	{ "lb1 add lb1", "cannot be among its own servers" },
	{ "lb1 add web1", "lb1 has the server web1 already" },
	{ "lb1 remove web7", "lb1 has no server web7" },
	{ "lb7 add web1", "there is no balancer lb7" },
	{ "drain web7", "no balancer has a server web7" },
	{ "fork 1 lb1", "lb1 is a balancer" },
	{ "serve lb2", "lb2 names a balancer" },
};

START_TEST(what_cannot_be_is_a_sentence)
{
	struct story *s = site_open();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		story_send(s, "%s", bad[i][0]);
		story_expect(s, bad[i][1]);
	}
	story_send(s, "balance lb2 --port 0 --to lb1\nlb1 add lb2");
	story_expect(s, "lb1 would get back what it passes on");
	story_send(s, "get -n 4");
	ck_assert_int_eq(total(s).answered, 4);
	ck_assert_int_ge(story_close(s), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("no single point");
	TCase *tc = tcase_create("stories");

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, one_dead_server_is_not_seen_by_clients);
	tcase_add_test(tc, the_way_of_a_request_stands_in_the_log);
	tcase_add_test(tc, health_checks_are_neither_counted_nor_told);
	tcase_add_test(tc, who_is_frozen_or_slow_for_the_lecture_is_not_down);
	tcase_add_test(tc, a_stopped_balancer_keeps_its_address_and_says_so);
	tcase_add_test(tc, a_drained_server_gets_nothing_new);
	tcase_add_test(tc, alone_a_balancer_takes_the_whole_site_with_it);
	tcase_add_test(tc, with_a_twin_only_what_was_in_its_hands_is_lost);
	tcase_add_test(tc, with_a_standby_and_a_retry_nothing_is_lost_but_time);
	tcase_add_test(tc, a_stranger_cannot_join_an_address_of_twins);
	tcase_add_test(tc, nothing_is_left_when_the_shell_is_killed);
	tcase_add_test(tc, what_cannot_be_is_a_sentence);
	suite_add_tcase(s, tc);
	return s;
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
